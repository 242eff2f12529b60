// How many requests a second there may be of each key, with bursts: the generic cell rate algorithm, a token bucket that
// needs one number a key, the time at which its bucket would be full again. Pure, time is a parameter. The table is
// bounded: of too many keys the one used longest ago is forgotten, which gives it a full bucket.

const MOST_KEYS = 10_000;

export class RateLimit {
  readonly #intervalMs: number;
  readonly #toleranceMs: number;
  readonly #mostKeys: number;
  /** Full again at (ms); in the order of their last use. */
  readonly #fullAt = new Map<string, number>();

  /** @param burst so many at once, at least 1 */
  constructor(perSecond: number, burst: number, mostKeys = MOST_KEYS) {
    this.#intervalMs = 1000 / perSecond;
    this.#toleranceMs = this.#intervalMs * (burst - 1);
    this.#mostKeys = mostKeys;
  }

  get size(): number {
    return this.#fullAt.size;
  }

  /** Takes one of this key's. @returns 0, or in how many ms there will be one */
  take(key: string, nowMs: number): number {
    const fullAt = Math.max(this.#fullAt.get(key) ?? nowMs, nowMs);
    const waitMs = fullAt - nowMs - this.#toleranceMs;
    // A millionth of a millisecond is rounding, not waiting.
    if (waitMs > 1e-6) return waitMs;
    this.#fullAt.delete(key);
    this.#fullAt.set(key, fullAt + this.#intervalMs);
    if (this.#fullAt.size > this.#mostKeys) this.#forget();
    return 0;
  }

  #forget(): void {
    for (const key of this.#fullAt.keys()) {
      this.#fullAt.delete(key);
      return;
    }
  }
}
