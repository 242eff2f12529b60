// An exception that the target threw, as an Error of ours. Its class decides what is to be done: the session expired,
// the bean is gone, the password is wrong.

import { JavaObject, type JavaValue } from '../jser/java-value.ts';

export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  /** `javax.management.InstanceNotFoundException` */
  readonly className: string;
  readonly #value: JavaValue;

  constructor(value: JavaValue) {
    const outer = value instanceof JavaObject ? value.desc.name : 'not an exception';
    super(causes(value).reduce(sentence, ''));
    this.className = outer;
    this.#value = value;
  }

  /** Whether it, or a cause of it, is or extends this class. */
  is(className: string): boolean {
    return causes(this.#value).some((one) => one.desc.is(className));
  }

  /** The target has forgotten our session (120 s without a call) or was restarted. */
  get sessionGone(): boolean {
    return (
      this.is('java.rmi.NoSuchObjectException') ||
      (this.is('java.io.IOException') && /closed/i.test(this.message))
    );
  }

  get beanGone(): boolean {
    return this.is('javax.management.InstanceNotFoundException');
  }
}

/** Deepest chain looked at; a throwable can be its own cause. */
const MAX_CAUSES = 20;

function causes(value: JavaValue): JavaObject[] {
  const found: JavaObject[] = [];
  let at: JavaValue | undefined = value;
  while (at instanceof JavaObject && !found.includes(at) && found.length < MAX_CAUSES) {
    found.push(at);
    at = ['cause', 'detail', 'exception', 'target']
      .map((name) => field(at, name))
      .find((one) => one instanceof JavaObject);
  }
  return found;
}

function field(of: JavaValue | undefined, name: string): JavaValue | undefined {
  const value = of instanceof JavaObject ? of.field(name) : undefined;
  return value === of ? undefined : value; // a throwable without a cause names itself
}

/** Java repeats causes in messages; what was said is not said again. */
function sentence(said: string, cause: JavaObject): string {
  const message = cause.field('detailMessage');
  const own =
    typeof message === 'string' && message !== '' ? `${cause.desc.name}: ${message}` : cause.desc.name;
  const repeats =
    said !== '' && (said.includes(own) || (typeof message === 'string' && said.endsWith(message)));
  return repeats ? said : [said, own].filter(Boolean).join(': ');
}
