// Which beans a target has and what is asked of each: learned once, kept from poll to poll. For the poller.
// The names are asked for each time, but an unchanged answer is only compared, byte by byte, never decoded. What
// cannot be read (an attribute that the target cannot serialize) is learned per bean and never asked for again.

import type { Call, JrmpConnection } from '../jrmp/connection.ts';
import type { JavaValue } from '../jser/java-value.ts';
import type { ObjectWriter } from '../jser/object-writer.ts';
import type { Shape } from '../jser/shape.ts';
import { type AttributeInfo, type MBeanInfo, objectNames } from './mbean-info.ts';
import { type AttributeSet, PolledBean } from './polled-bean.ts';
import { RemoteError } from './remote-error.ts';
import { stringArray } from './requests.ts';
import type { JmxSession } from './session.ts';

export type CatalogueOptions = {
  /** ObjectName patterns; a bean is read when one of `include` (none: all) and none of `exclude` fits. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Which of those are read; undefined: all. */
  readonly reads?: ((bean: string) => boolean) | undefined;
  /** Whether this attribute is worth asking for. */
  readonly wants: (bean: string, attribute: AttributeInfo) => boolean;
};

/** Attribute sets kept to be shared; far more than a target has classes of beans. */
const MAX_SETS = 10_000;

export class Catalogue<P> {
  readonly #options: CatalogueOptions;
  #beans = new Map<string, PolledBean<P>>();
  readonly #queries: NamesQuery[];
  readonly #sets = new Map<string, AttributeSet>();
  /** `bean attribute` of what cannot be read. */
  readonly #denied = new Map<string, string>();

  constructor(options: CatalogueOptions) {
    this.#options = options;
    const including = options.include.length === 0 ? [null] : options.include;
    this.#queries = [
      ...including.map((pattern) => new NamesQuery(pattern, true)),
      ...options.exclude.map((pattern) => new NamesQuery(pattern, false)),
    ];
  }

  get beans(): ReadonlyMap<string, PolledBean<P>> {
    return this.#beans;
  }

  /** `bean attribute` -> why it is never asked for. */
  get denied(): ReadonlyMap<string, string> {
    return this.#denied;
  }

  /** Asks for the names. Beans that came have no `asked` yet. @throws RemoteError, Error */
  async refresh(session: JmxSession, lane: JrmpConnection): Promise<void> {
    const { requests } = session;
    for (const query of this.#queries) query.requests = requests;
    const answers = this.#queries.map((query) => query.ask());
    lane.submitAll(this.#queries);
    const changed = (await Promise.all(answers)).includes(true);
    if (changed || this.#vanished) this.#apply();
  }

  #vanished = false;

  /** The bean is gone from the target; should the next names have it again, it is new. */
  vanish(bean: PolledBean<P>): void {
    this.#beans.delete(bean.name);
    this.#vanished = true;
  }

  /** Everything is new: the target was restarted. */
  clear(): void {
    this.#beans = new Map();
    this.#denied.clear();
    this.#sets.clear();
    for (const query of this.#queries) query.clear();
  }

  /** What the bean says of itself, for the first time or anew; an unchanged answer changes nothing. */
  describe(bean: PolledBean<P>, info: MBeanInfo): void {
    const wanted = info.attributes.filter(
      (one) =>
        one.readable && !this.#denied.has(`${bean.name} ${one.name}`) && this.#options.wants(bean.name, one),
    );
    const set = this.#set(info.className, wanted);
    if (bean.described === set) return;
    bean.described = set;
    bean.ask(set);
  }

  /** These attributes cannot become anything that the sink wants: they are not asked for until the bean changes. */
  leaveOut(bean: PolledBean<P>, attributes: readonly string[]): void {
    const { asked } = bean;
    if (asked === undefined || attributes.length === 0) return;
    const rest = asked.attributes.filter((one) => !attributes.includes(one.name));
    bean.ask(this.#set(asked.className, rest));
  }

  deny(bean: PolledBean<P>, attribute: string, reason: string): void {
    this.#denied.set(`${bean.name} ${attribute}`, reason);
    const without = (set: AttributeSet): AttributeSet =>
      this.#set(
        set.className,
        set.attributes.filter((one) => one.name !== attribute),
      );
    if (bean.described !== undefined) bean.described = without(bean.described);
    if (bean.asked !== undefined) bean.ask(without(bean.asked));
  }

  #set(className: string, attributes: readonly AttributeInfo[]): AttributeSet {
    const described = attributes.map((one) => `${one.name}\0${one.type}\0${one.description}`);
    const key = [className, ...described].join('\0');
    let set = this.#sets.get(key);
    if (set === undefined) {
      if (this.#sets.size > MAX_SETS) this.#sets.clear(); // beans that change have made most of them
      set = { className, attributes, argument: stringArray(attributes.map((one) => one.name)) };
      this.#sets.set(key, set);
    }
    return set;
  }

  #apply(): void {
    this.#vanished = false;
    const excluded = new Set(this.#queries.filter((one) => !one.including).flatMap((one) => one.names));
    const beans = new Map<string, PolledBean<P>>();
    const { reads } = this.#options;
    for (const { including, names } of this.#queries) {
      for (const name of including ? names : []) {
        if (!excluded.has(name) && reads?.(name) !== false)
          beans.set(name, this.#beans.get(name) ?? new PolledBean<P>(name));
      }
    }
    this.#beans = beans;
  }
}

/** One queryNames of every poll. Its answer's shape has no slots: it fits exactly when nothing changed. */
class NamesQuery implements Call {
  readonly learn = true;
  readonly including: boolean;
  readonly #pattern: string | null;
  requests: { queryNames(out: ObjectWriter, pattern: string | null): void } | undefined;
  shapes: readonly Shape[] = [];
  names: readonly string[] = [];
  #answer = Promise.withResolvers<boolean>();

  constructor(pattern: string | null, including: boolean) {
    this.#pattern = pattern;
    this.including = including;
  }

  /** Resolves to whether the names changed. */
  ask(): Promise<boolean> {
    this.#answer = Promise.withResolvers<boolean>();
    return this.#answer.promise;
  }

  clear(): void {
    this.shapes = [];
    this.names = [];
  }

  write(out: ObjectWriter): void {
    this.requests?.queryNames(out, this.#pattern);
  }

  fits(): void {
    this.#answer.resolve(false);
  }

  value(value: JavaValue, _uid: Buffer, shape: Shape | undefined): void {
    this.names = objectNames(value);
    this.shapes = shape?.slotCount === 0 ? [shape] : [];
    this.#answer.resolve(true);
  }

  exception(value: JavaValue): void {
    this.#answer.reject(new RemoteError(value));
  }

  lost(error: Error): void {
    this.#answer.reject(error);
  }
}
