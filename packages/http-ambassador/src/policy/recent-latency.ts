// Quantiles of the latencies of the last 10 to 20 seconds: counts in buckets that grow by a tenth, in two windows of
// which the older one is forgotten. Pure, time is a parameter. An answer is at most 10 % too high; 2 KB each.

const WINDOW_MS = 10_000;
const GROWTH = Math.log(1.1);
const LEAST_MS = 0.1;
/** Up to 0.1 ms * 1.1^150, about three minutes. */
const BUCKETS = 150;
/** With fewer than that, a high quantile is just the worst case. */
const LEAST_COUNT = 50;
/** How often the quantile is worked out anew. */
const REFRESH_MS = 250;

export class RecentLatency {
  readonly #quantile: number;
  #now = new Uint32Array(BUCKETS);
  #before = new Uint32Array(BUCKETS);
  #count = 0;
  #countBefore = 0;
  #turnAtMs = 0;
  #knownUntilMs = 0;
  #known: number | undefined;

  /** @param quantile 0..1, 0.95 for p95 */
  constructor(quantile: number) {
    this.#quantile = quantile;
  }

  observe(latencyMs: number, nowMs: number): void {
    this.#turn(nowMs);
    const bucket = Math.ceil(Math.log(Math.max(latencyMs, LEAST_MS) / LEAST_MS) / GROWTH);
    this.#now[Math.min(bucket, BUCKETS - 1)]!++;
    this.#count++;
  }

  /** @returns undefined while too little is known */
  ms(nowMs: number): number | undefined {
    if (nowMs < this.#knownUntilMs) return this.#known;
    this.#turn(nowMs);
    this.#knownUntilMs = nowMs + REFRESH_MS;
    const count = this.#count + this.#countBefore;
    this.#known = count < LEAST_COUNT ? undefined : this.#at(Math.ceil(count * this.#quantile));
    return this.#known;
  }

  /** The upper bound of the bucket of the latency of this rank. */
  #at(rank: number): number {
    let seen = 0;
    let bucket = -1;
    while (seen < rank && bucket < BUCKETS - 1) {
      bucket++;
      seen += this.#now[bucket]! + this.#before[bucket]!;
    }
    return LEAST_MS * Math.exp(bucket * GROWTH);
  }

  #turn(nowMs: number): void {
    if (nowMs < this.#turnAtMs + WINDOW_MS) return;
    const isStale = nowMs >= this.#turnAtMs + 2 * WINDOW_MS;
    [this.#now, this.#before] = [this.#before.fill(0), isStale ? this.#now.fill(0) : this.#now];
    [this.#count, this.#countBefore] = [0, isStale ? 0 : this.#count];
    this.#turnAtMs = nowMs;
  }
}
