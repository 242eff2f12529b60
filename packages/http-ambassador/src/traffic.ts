// What is counted of requests: rate, errors, duration for each route and each upstream, refusals by reason. Plain
// number fields that metrics.ts reads at scrape. Hot: count() allocates nothing.

/** Upper bounds (ms) of the duration histogram. */
export const BOUNDS_MS: readonly number[] = [
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
];

export class Traffic {
  /** By first digit of the status; 0: none was sent. */
  readonly byClass = new Float64Array(6);
  readonly buckets = new Float64Array(BOUNDS_MS.length);
  durationMs = 0;
  count = 0;
  active = 0;
  bytesIn = 0;
  bytesOut = 0;

  /** A request has ended. */
  record(status: number, durationMs: number): void {
    this.count++;
    this.byClass[status >= 100 && status < 600 ? Math.floor(status / 100) : 0]!++;
    this.durationMs += durationMs;
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && durationMs > BOUNDS_MS[bucket]!) bucket++;
    if (bucket < BOUNDS_MS.length) this.buckets[bucket]!++;
  }
}

/** Counts by reason; for what is rare. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(reason: string): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
  }
}
