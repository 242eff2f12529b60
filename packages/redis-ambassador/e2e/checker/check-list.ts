// The lists of a history: tokens pushed at the end, read as a whole, popped at the front. Pure; for check.ts.
// A list that anything is popped from in doubt is not held to be complete: what is missing may have been popped.
import type { KeyHistory } from './key-history.ts';
import type { Operation } from './history.ts';
import { before } from './order.ts';

export class ListCheck {
  readonly #key: KeyHistory;
  readonly #pushes: readonly Operation[];
  readonly #pops: readonly Operation[];

  constructor(key: KeyHistory) {
    this.#key = key;
    this.#pushes = key.answered('push');
    this.#pops = key.acknowledgedOrNot('pop').filter(({ outcome }) => outcome !== 'failed');
  }

  run(): void {
    for (const read of this.#key.answered('list')) {
      const tokens = Array.isArray(read.result) ? read.result.map(String) : [];
      this.#twice(read, tokens);
      this.#order(read, tokens);
      this.#missing(read, new Set(tokens));
    }
    this.#poppedTwice();
  }

  #twice(read: Operation, tokens: readonly string[]): void {
    const seen = new Set<string>();
    for (const token of tokens) {
      if (seen.has(token)) this.#key.report('repeated', read, `${token} is in the list twice`);
      seen.add(token);
    }
  }

  #order(read: Operation, tokens: readonly string[]): void {
    let latest: Operation | undefined;
    for (const token of tokens) {
      const push = this.#key.source(read, token);
      if (!push) continue;
      if (latest && latest !== push && before(push, latest))
        this.#key.report('disorder', read, `${token} stands behind ${latest.value}, which was pushed later`);
      if (!latest || push.invoked >= latest.invoked) latest = push;
    }
  }

  #missing(read: Operation, tokens: ReadonlySet<string>): void {
    const pops = this.#pops.filter(({ invoked }) => invoked < read.completed);
    if (pops.some(({ outcome }) => outcome === 'doubt')) return;
    const popped = new Set(pops.map(({ result }) => result));
    const missed = this.#pushes.find(
      (push) => !tokens.has(push.value) && !popped.has(push.value) && this.#key.binds(push, read),
    );
    if (missed) this.#key.report('stale', read, `lacks ${missed.value}, which was acknowledged before`);
  }

  #poppedTwice(): void {
    const taken = new Map<string, Operation>();
    for (const pop of this.#pops) {
      if (pop.outcome !== 'ok' || typeof pop.result !== 'string') continue;
      this.#key.source(pop, pop.result);
      const first = taken.get(pop.result);
      // What a switch undid may be popped again.
      const undone = first && first.invoked <= this.#key.cut(pop);
      if (first && !undone) this.#key.report('repeated', pop, `${pop.result} was popped twice`);
      taken.set(pop.result, pop);
    }
  }
}
