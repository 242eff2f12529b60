// StatsD sets (`users:alice|s`): a gauge that says how many different members came within a window of time. Windows follow
// each other, as flushes do in StatsD; the gauge shows the last full one, or the present one where that is already
// larger, so that a new set is seen at once. Time is a parameter; whoever sweeps once a second ends the windows.
import { DistinctCount } from '../series/distinct-count.ts';
import type { SeriesStore } from '../series/store.ts';

type Window = { epoch: number; startMs: number; count: DistinctCount; before: number };

export class Sets {
  readonly #store: SeriesStore;
  readonly #windowMs: number;
  readonly #windows = new Map<number, Window>();

  constructor(store: SeriesStore, windowMs: number) {
    this.#store = store;
    this.#windowMs = windowMs;
  }

  add(id: number, member: string, nowMs: number): void {
    const epoch = this.#store.epochs[id]!;
    let window = this.#windows.get(id);
    if (window?.epoch !== epoch) {
      window = { epoch, startMs: nowMs, count: new DistinctCount(), before: 0 };
      this.#windows.set(id, window);
    }
    window.count.add(member);
    this.#show(id, window);
  }

  /** Ends the windows that are over and forgets the sets whose series expired. */
  sweep(nowMs: number): void {
    for (const [id, window] of this.#windows) {
      if (this.#store.epochs[id] !== window.epoch) this.#windows.delete(id);
      else if (nowMs - window.startMs >= this.#windowMs) {
        window.before = window.count.estimate;
        window.count = new DistinctCount();
        window.startMs = nowMs;
        this.#show(id, window);
      }
    }
  }

  #show(id: number, { count, before }: Window): void {
    const store = this.#store;
    const value = Math.max(before, count.estimate);
    if (store.values[id] === value) return;
    store.values[id] = value;
    store.layout.pageOf[id]!.dirty = true;
  }
}
