// How slow an endpoint is, for the balance peak-ewma: a moving average of latencies that jumps to every peak at once
// and forgets it slowly, times the requests under way. Pure, time is a parameter. Hot: two numbers, no allocation.

/** After so long without news, a latency counts for a third (1/e). */
const DECAY_MS = 10_000;
/** What an endpoint that has not answered yet costs for each request under way there: not all go to it at once. */
const UNKNOWN_MS = 1000;

export class PeakEwma {
  #costMs = 0;
  #atMs = 0;

  /** An attempt took so long to its first byte. */
  observe(latencyMs: number, nowMs: number): void {
    const old = Math.exp((this.#atMs - nowMs) / DECAY_MS);
    this.#costMs = latencyMs > this.#costMs ? latencyMs : this.#costMs * old + latencyMs * (1 - old);
    this.#atMs = nowMs;
  }

  /** What one more request there costs. @param active requests under way */
  load(active: number, nowMs: number): number {
    if (this.#costMs === 0) return active * UNKNOWN_MS;
    return this.#costMs * Math.exp((this.#atMs - nowMs) / DECAY_MS) * (active + 1);
  }
}
