// What a server answered in one of its roles: how many replies, errors and how long they took, by class of command. Hot: a
// reply costs three additions to typed arrays; all commands of one turn of the event loop share one time, and one bucket.

export const trafficClasses = ['read', 'write', 'other'] as const;
export type TrafficClass = (typeof trafficClasses)[number];

/** Upper bounds of the buckets, in ms: from a loopback's round trip to the deadline of a server that hangs. */
const BOUNDS_MS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];
const WIDTH = BOUNDS_MS.length + 1;

/** By the epoch that a command was sent with: 0 only reads, above writes, below is neither. */
const classAt = (epoch: number): number => (epoch === 0 ? 0 : epoch > 0 ? 1 : 2);

export class Traffic {
  readonly #counts = new Float64Array(WIDTH * trafficClasses.length);
  readonly #sumMs = new Float64Array(trafficClasses.length);
  readonly #errors = new Float64Array(trafficClasses.length);
  #lastMs = -1;
  #bucket = 0;

  /** A reply has come to a command sent with `epoch`, `tookMs` ago. */
  answered(epoch: number, tookMs: number): void {
    if (tookMs !== this.#lastMs) this.#measure(tookMs);
    const at = classAt(epoch);
    this.#counts[at * WIDTH + this.#bucket]!++;
    this.#sumMs[at]! += tookMs;
  }

  /** It was an error. */
  failed(epoch: number): void {
    this.#errors[classAt(epoch)]!++;
  }

  errors(of: TrafficClass): number {
    return this.#errors[trafficClasses.indexOf(of)]!;
  }

  /** For the metrics, in seconds, buckets cumulative. */
  histogram(of: TrafficClass): { buckets: [le: number, count: number][]; sum: number; count: number } {
    const at = trafficClasses.indexOf(of);
    let count = 0;
    const buckets = BOUNDS_MS.map((bound, i): [number, number] => [
      bound / 1000,
      (count += this.#counts[at * WIDTH + i]!),
    ]);
    return { buckets, sum: this.#sumMs[at]! / 1000, count: count + this.#counts[at * WIDTH + WIDTH - 1]! };
  }

  #measure(tookMs: number): void {
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && tookMs > BOUNDS_MS[bucket]!) bucket++;
    this.#lastMs = tookMs;
    this.#bucket = bucket;
  }
}
