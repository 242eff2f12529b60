// CLIENT PAUSE that was asked for through us: what the primary holds back until its end waits on connections of its own, lest
// everybody else waits behind it, first of all the CLIENT UNPAUSE. Invariant: what is held there is held here, or more.
import type { Command } from '../commands/find.ts';
import type { Decision } from '../routing.ts';

/** Writes nothing by our table, and is held all the same, as it reaches the replicas (Redis' may_replicate). */
const MAY_REPLICATE = /^(s?publish|pfcount)$/;
/** Answered here: the primary does not come into it. */
const HERE = /^(local|refuse|pin|relay)$/;

export class Pause {
  readonly #now: () => number;
  /** Of now(); 0: there is none. */
  #until = 0;
  #all = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** CLIENT PAUSE ms [WRITE|ALL] is on its way. A later one lengthens it, and ALL beats WRITE, as in Redis. */
  begin(ms: number, mode: string): void {
    if (!(ms > 0)) return;
    const before = this.#lasts();
    this.#until = Math.max(before ? this.#until : 0, this.#now() + ms);
    this.#all = (before && this.#all) || mode.toLowerCase() !== 'write';
  }

  end(): void {
    this.#until = 0;
    this.#all = false;
  }

  /** Nobody at the primary gets an answer, not even we. */
  get silent(): boolean {
    return this.#all && this.#lasts();
  }

  /** Whether the primary would let this command wait. Hot: nearly always without a pause. */
  holds({ name }: Command, { action, marks }: Decision): boolean {
    if (this.#until === 0 || !this.#lasts()) return false;
    return (marks || this.#all || MAY_REPLICATE.test(name)) && !HERE.test(action);
  }

  #lasts(): boolean {
    if (this.#until > 0 && this.#now() >= this.#until) this.end();
    return this.#until > 0;
  }
}
