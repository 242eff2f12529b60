// How long a server takes to answer, as a mean over about the last second. Pure: the clock comes in. Invariant: what was not
// measured for long counts for less and less, so that a server that was slow once is tried again, and what is measured then
// counts in full.

/** What is this old counts half. */
const HALF_LIFE_MS = 500;
/** Of a sample that comes right after another. */
const LEAST_WEIGHT = 0.2;

export class Latency {
  /** The mean as it was at the last sample; 0 before the first. */
  measuredMs = 0;
  sampledAt = -Infinity;

  sample(tookMs: number, now: number): void {
    const weight = Math.max(LEAST_WEIGHT, 1 - faded(this.sampledAt, now));
    this.measuredMs += weight * (tookMs - this.measuredMs);
    this.sampledAt = now;
  }
}

/**
 * What to expect of a server, to which there are these connections, for a command that is sent now; 0 when nothing is known.
 * By the quickest of those that were measured lately: others carry large values, or wait for something.
 */
export function expectedMs(connections: Iterable<{ readonly latency: Latency }>, now: number): number {
  let [newest, least] = [-Infinity, Infinity];
  for (const { latency } of connections) newest = Math.max(newest, latency.sampledAt);
  for (const { latency } of connections)
    if (latency.sampledAt > newest - HALF_LIFE_MS) least = Math.min(least, latency.measuredMs);
  return least === Infinity ? 0 : least * faded(newest, now);
}

const faded = (since: number, now: number): number => 2 ** ((since - now) / HALF_LIFE_MS);
