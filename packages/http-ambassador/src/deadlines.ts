// Time limits without a timer each: everything that can take too long is in one set with the time it ends, and one
// interval looks at all of them. The clock it keeps is coarse (100 ms) and free to read.

export interface Timed {
  /** Milliseconds of the coarse clock; Infinity: none. */
  deadlineAt: number;
  /** Called once the time is past; sets another deadline or leaves the set. */
  onDeadline(): void;
}

const TICK_MS = 100;

export class Deadlines {
  /** The coarse clock, monotonic. */
  nowMs = performance.now();
  /** The same moment for log lines. */
  isoTime = new Date().toISOString();
  readonly #timed = new Set<Timed>();
  readonly #onTick: (nowMs: number) => void;
  readonly #timer: NodeJS.Timeout;

  /** @param onTick called at each tick, for whoever has something to do about every 100 ms */
  constructor(onTick: (nowMs: number) => void = () => {}) {
    this.#onTick = onTick;
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  add(timed: Timed): void {
    this.#timed.add(timed);
  }

  delete(timed: Timed): void {
    this.#timed.delete(timed);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.nowMs = performance.now();
    this.isoTime = new Date().toISOString();
    for (const timed of this.#timed) {
      if (timed.deadlineAt > this.nowMs) continue;
      timed.deadlineAt = Infinity;
      timed.onDeadline();
    }
    this.#onTick(this.nowMs);
  }
}
