// The counters of a history: INCR, whose replies tell of every execution, also of one that nobody asked for. Pure; for
// check.ts.
import type { KeyHistory } from './key-history.ts';
import type { Operation } from './history.ts';
import { countBelow, Past } from './order.ts';

export class CounterCheck {
  readonly #key: KeyHistory;

  constructor(key: KeyHistory) {
    this.#key = key;
  }

  run(): void {
    const sent = this.#key.acknowledgedOrNot('add').filter(({ outcome }) => outcome !== 'failed');
    const times = sent.map(({ invoked }) => invoked).toSorted((a, b) => a - b);
    const answered = this.#key.answered('add');
    for (const add of answered) {
      // Equal times count as sent: one write carries many commands.
      if (Number(add.result) > countBelow(times, add.completed + Number.EPSILON * add.completed))
        this.#key.report('repeated', add, `counted to ${String(add.result)}, more than was sent`);
    }
    for (const [cut, group] of Map.groupBy(answered, (add) => this.#key.cut(add)))
      this.#between(group.filter(({ invoked }) => invoked > cut));
  }

  /** Counts of one primary: each once, and higher than those before. */
  #between(adds: readonly Operation[]): void {
    const seen = new Set<number>();
    const past = new Past(
      adds.map((add) => ({ at: add.completed, rank: Number(add.result), operation: add })),
    );
    for (const add of adds) {
      const count = Number(add.result);
      if (seen.has(count)) this.#key.report('repeated', add, `${count} was given twice`);
      seen.add(count);
      const last = past.best(add.invoked);
      if (last && Number(last.result) > count)
        this.#key.report('stale', add, `counted to ${count}, after ${String(last.result)} had been given`);
    }
  }
}
