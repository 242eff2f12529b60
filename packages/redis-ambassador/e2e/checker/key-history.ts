// The part of a history that is about one key, what binds a read of it, and where what is found wrong is reported. Pure; for
// check.ts and what it is made of.
import type { History, Operation } from './history.ts';
import { before, cutOf } from './order.ts';

export type Scope = 'key' | 'session' | 'eventual';
export type Violation = {
  readonly rule: 'alien' | 'phantom' | 'repeated' | 'disorder' | 'stale' | 'backwards';
  readonly text: string;
  readonly operation: Operation;
};

/** The operations on one key, and what binds a read among them. */
export class KeyHistory {
  readonly operations: readonly Operation[];
  readonly switches: History['switches'];
  readonly scope: Scope;
  readonly report: (rule: Violation['rule'], operation: Operation, text: string) => void;
  readonly #byValue = new Map<string, Operation>();

  constructor(
    operations: readonly Operation[],
    switches: History['switches'],
    scope: Scope,
    report: KeyHistory['report'],
  ) {
    this.operations = operations;
    this.switches = switches;
    this.scope = scope;
    this.report = report;
    for (const each of this.acknowledgedOrNot('write', 'push')) this.#byValue.set(each.value, each);
  }

  acknowledgedOrNot(...kinds: readonly Operation['kind'][]): Operation[] {
    return this.operations.filter(({ kind }) => kinds.includes(kind));
  }

  answered(...kinds: readonly Operation['kind'][]): Operation[] {
    return this.acknowledgedOrNot(...kinds).filter(({ outcome }) => outcome === 'ok');
  }

  cut(operation: Operation): number {
    return cutOf(operation, this.switches);
  }

  /** Whether `read` must not miss the acknowledged `write`. */
  binds(write: Operation, read: Operation): boolean {
    if (this.scope === 'eventual' || !before(write, read) || write.invoked <= this.cut(read)) return false;
    return this.scope === 'key' || write.client === read.client;
  }

  /** The write that a value comes from; reports it when it cannot. */
  source(read: Operation, value: string): Operation | undefined {
    const source = this.#byValue.get(value);
    if (!source) this.report('phantom', read, `${value} was never written`);
    else if (source.outcome === 'failed') this.report('phantom', read, `${value} was surely not written`);
    else if (source.invoked > read.completed || (source.client === read.client && source.index > read.index))
      this.report('phantom', read, `${value} was written later`);
    else return source;
    return undefined;
  }
}
