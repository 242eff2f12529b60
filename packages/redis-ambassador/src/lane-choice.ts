// Over which of a server's shared connections a client's commands go: that for small values, that for large ones, lest the
// others wait behind them, or one for scripts. Learned from the sizes of its commands and replies. Hot.
// Invariant: nobody changes lanes with commands under way, as two connections answer in any order.
import type { SessionStats } from './session-context.ts';
import type { Exchange } from './upstream/exchange.ts';
import type { Identity, Source } from './upstream/source.ts';

/** Values from this size on ride on the lane for large ones. */
const LARGE_BYTES = 64 * 1024;
/** So many small replies in a row, and a client is a small one again. */
const SMALL_RUN = 64;

export class LaneChoice {
  /** It has, or had of late, large values under way. */
  large = false;
  /** Mean size of its replies. It rises soon and falls slowly, as it bounds what may be under way. */
  meanReplyBytes = 64;
  readonly #stats: SessionStats;
  /** Its commands for the primary go over this connection for scripts, until nothing is outstanding. */
  #scripts: Source | undefined;
  /** Where its commands under way for the primary went: while there are any, no other goes elsewhere. */
  #taken: Source | undefined;
  /** There may be a write among them. */
  writing = false;
  /** Small replies since the last large one. */
  #smallRun = 0;
  /** Bytes of the replies that are coming. */
  #replyBytes = 0;

  constructor(stats: SessionStats) {
    this.#stats = stats;
  }

  /** For a command of so many bytes to the primary; undefined: not before everything outstanding is answered. */
  toPrimary(
    exchange: Exchange,
    identity: Identity,
    script: boolean,
    bytes: number,
    outstanding: number,
  ): Source | undefined {
    if (outstanding === 0) this.#scripts = script ? exchange.scriptSource(identity) : undefined;
    if (this.#scripts !== undefined) return this.#scripts;
    if (script || !this.carries(bytes, outstanding)) return undefined;
    return exchange.primarySource(identity, this.large);
  }

  /** Its commands under way went elsewhere, as the primary was another one: this one would overtake them. */
  changesTo(source: Source, outstanding: number): boolean {
    if (outstanding === 0) this.rest();
    return this.#taken !== undefined && this.#taken !== source;
  }

  /** A command goes there now. */
  take(source: Source, writes: boolean): void {
    this.#taken = source;
    this.writing ||= writes;
  }

  /** Nothing is under way to any primary. */
  rest(): void {
    this.#taken = undefined;
    this.writing = false;
  }

  /** The same for a command that was lost and is sent again. */
  again(exchange: Exchange, identity: Identity): Source {
    return this.#scripts ? exchange.scriptSource(identity) : exchange.primarySource(identity, this.large);
  }

  /** Whether a command of so many bytes may be sent now: one that is large rides on the large lane. */
  carries(bytes: number, outstanding: number): boolean {
    if (this.large || bytes < LARGE_BYTES) return true;
    if (outstanding > 0) return false;
    this.large = true;
    this.#smallRun = SMALL_RUN; // its size told us, and will tell us of the next: one small reply, and back it goes
    return true;
  }

  /** Bytes of replies have come, of which `completed` end with them; so many are still to come. */
  learn(bytes: number, completed: number, outstanding: number): void {
    this.#replyBytes += bytes;
    if (completed === 0) {
      this.large ||= this.#replyBytes > LARGE_BYTES && outstanding === 0;
      return;
    }
    const mean = this.#replyBytes / completed;
    this.meanReplyBytes += (mean - this.meanReplyBytes) * (mean > this.meanReplyBytes ? 0.5 : 0.05);
    this.#replyBytes = 0;
    if (mean > LARGE_BYTES) {
      this.#smallRun = 0;
      this.#stats.largeReplies += completed;
    } else if (this.large) this.#smallRun += completed;
    if (outstanding > 0) return;
    if (mean > LARGE_BYTES) this.large = true;
    else if (this.#smallRun > SMALL_RUN) this.large = false;
  }
}
