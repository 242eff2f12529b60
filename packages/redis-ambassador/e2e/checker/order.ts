// What surely happened before what in a history, and which of it binds a read. Pure.
import type { LossySwitch, Operation } from './history.ts';

/** Whether `a` surely took effect before `b` did: answered before `b` was sent, or sent before it by the same client. */
export function before(a: Operation, b: Operation): boolean {
  return a.outcome === 'ok' && (a.completed < b.invoked || (a.client === b.client && a.index < b.index));
}

/** What was sent up to then may have been lost by a switch, as far as `operation` can tell. */
export function cutOf({ completed }: Operation, switches: readonly LossySwitch[]): number {
  let cut = -Infinity;
  for (const { from, to } of switches) if (completed >= from) cut = Math.max(cut, to);
  return cut;
}

type Item = { readonly at: number; readonly rank: number; readonly operation: Operation };

/** Of operations known at some time each, the one with the highest rank at any time: many questions, one sort. */
export class Past {
  readonly #at: number[] = [];
  readonly #best: Item[] = [];

  constructor(items: readonly Item[]) {
    for (const item of items.toSorted((a, b) => a.at - b.at)) {
      const last = this.#best.at(-1);
      this.#at.push(item.at);
      this.#best.push(last && last.rank >= item.rank ? last : item);
    }
  }

  /** The highest of those known strictly before `time`. */
  best(time: number): Operation | undefined {
    return this.#best[countBelow(this.#at, time) - 1]?.operation;
  }
}

/** How many of the sorted numbers are smaller than `limit`. */
export function countBelow(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
