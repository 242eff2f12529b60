// What the StatsD half counts of itself: plain number fields for the hot path, small bounded maps where there is a label.
// The catalogue (metrics.ts) reads them at a scrape.

/** Conflicts carry the metric's name; a flood of names must not grow the list. */
const MAX_CONFLICTS = 10_000;

export class Counts {
  lines = 0;
  samples = 0;
  tags = 0;
  tagErrors = 0;
  unmapped = 0;
  mapped = 0;
  dropped = 0;
  counters = 0;
  gauges = 0;
  observers = 0;
  udpPackets = 0;
  unixgramPackets = 0;
  tcpConnections = 0;
  tcpConnectionErrors = 0;
  tooLongLines = 0;
  datadogEvents = 0;
  serviceChecks = 0;
  /** Samples for which a rule was asked, however the answer was found. */
  get asked(): number {
    return this.mapped + this.unmapped + this.dropped + (this.eventErrors.get('empty_metric_name') ?? 0);
  }

  /** Packets read in one turn of the event loop, a message or a piece of a stream: whatever is counted together. */
  batches = 0;
  readonly sampleErrors = new Map<string, number>();
  readonly eventErrors = new Map<string, number>();
  readonly reloads = new Map<string, number>();
  readonly #conflicts = new Map<string, number>();

  conflict(type: string, metric: string, times = 1): void {
    const key = `${type} ${metric}`;
    const known = this.#conflicts.has(key) || this.#conflicts.size < MAX_CONFLICTS;
    count(this.#conflicts, known ? key : `${type} `, times);
  }

  *conflicts(): Generator<[type: string, metric: string, count: number]> {
    for (const [key, times] of this.#conflicts) {
      const at = key.indexOf(' ');
      yield [key.slice(0, at), key.slice(at + 1), times];
    }
  }
}

/** One more of these, or several. */
export function count(of: Map<string, number>, key: string, times = 1): void {
  of.set(key, (of.get(key) ?? 0) + times);
}
