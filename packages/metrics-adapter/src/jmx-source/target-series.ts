// The samples of one target on their way into the store. HOT: a sample of a series that was there in the last poll is one
// look-up and one number written, without an object made. What is new waits for the end of the poll, and what was there
// and is not any more goes then, so that a scrape sees the beans of one poll.
// Invariant: after finish() the store has exactly the series of that poll, but for those that its limits refuse.
import type { Series } from '../jmx/rules/rule.ts';
import type { SeriesStore } from '../series/store.ts';
import type { Owner, PolledFamilies } from './families.ts';

export class TargetSeries implements Owner {
  readonly labels: ReadonlyMap<string, string>;
  readonly #store: SeriesStore;
  readonly #families: PolledFamilies;
  readonly #ids = new Map<Series, number>();
  /** For which there is no room, with the poll that had them: not tried again before there is. */
  readonly #refused = new Map<Series, number>();
  #newSeries: Series[] = [];
  #newValues: number[] = [];
  /** Of the present poll; never that of the last one. */
  #atMs = 0;

  constructor(labels: ReadonlyMap<string, string>, store: SeriesStore, families: PolledFamilies) {
    this.labels = labels;
    this.#store = store;
    this.#families = families;
  }

  get size(): number {
    return this.#ids.size;
  }

  begin(nowMs: number): void {
    this.#atMs = nowMs > this.#atMs ? nowMs : this.#atMs + 1;
    this.#newSeries = [];
    this.#newValues = [];
    if (this.#store.size < this.#store.limits.maxSeries) this.#refused.clear();
  }

  sample(series: Series, value: number): void {
    const id = this.#ids.get(series);
    if (id !== undefined) this.#write(id, value);
    else if (this.#refused.has(series)) this.#refused.set(series, this.#atMs);
    else {
      this.#newSeries.push(series);
      this.#newValues.push(value);
    }
  }

  /** Ends the poll: what it did not bring is gone. After begin() alone: everything. */
  finish(): void {
    const [series, values] = [this.#newSeries, this.#newValues];
    const isNew = series.map((one, index) => !this.#isSame(one, values[index] ?? NaN));
    for (const [one, id] of this.#ids)
      if (this.#store.seenMs[id] !== this.#atMs) {
        this.#ids.delete(one);
        this.#families.remove(id);
      }
    for (const [one, atMs] of this.#refused) if (atMs !== this.#atMs) this.#refused.delete(one);
    for (const [index, one] of series.entries())
      if (isNew[index])
        this.#families.add({ owner: this, series: one, value: values[index] ?? NaN, seenMs: this.#atMs });
    this.#newSeries = [];
    this.#newValues = [];
    this.#families.settle();
  }

  // --- Owner ---

  placed(series: Series, id: number): void {
    this.#ids.set(series, id);
  }

  lost(series: Series): void {
    this.#ids.delete(series);
    this.#refused.set(series, this.#atMs);
  }

  /** Another object for what is there: of a rule that depends on values, or of rules that were read again. */
  #isSame(series: Series, value: number): boolean {
    const before = this.#families.same(this, series);
    if (before === undefined) return false;
    this.#ids.delete(before.series);
    this.#ids.set(series, before.id);
    this.#write(before.id, value);
    return true;
  }

  #write(id: number, value: number): void {
    const { values, seenMs, layout } = this.#store;
    seenMs[id] = this.#atMs;
    if (values[id] === value) return;
    values[id] = value;
    layout.pageOf[id]!.dirty = true;
  }
}
