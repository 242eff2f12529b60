// Which series were refused, for whoever has to find the culprit: counted by reason for ever, and by metric for the most
// recent offenders. Bounded itself: a flood of new names must not grow the list of its names.

const MAX_METRICS = 1000;

export class Refusals {
  readonly byReason = new Map<string, number>();
  readonly #byMetric = new Map<string, number>();

  add(metric: string, reason: string): void {
    this.byReason.set(reason, (this.byReason.get(reason) ?? 0) + 1);
    const before = this.#byMetric.get(metric);
    if (before === undefined && this.#byMetric.size >= MAX_METRICS) this.#forget();
    this.#byMetric.set(metric, (before ?? 0) + 1);
  }

  /** Metrics with the number of refusals, most first. */
  top(count: number): [metric: string, refused: number][] {
    return [...this.#byMetric].toSorted((a, b) => b[1] - a[1]).slice(0, count);
  }

  /** Of a full list the smaller half goes: one-off names leave, repeat offenders stay. */
  #forget(): void {
    for (const [metric] of [...this.#byMetric].toSorted((a, b) => a[1] - b[1]).slice(0, MAX_METRICS / 2))
      this.#byMetric.delete(metric);
  }
}
