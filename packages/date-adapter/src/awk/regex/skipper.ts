// Skips what cannot begin a match. Asked by a run in its idle state, where no match has begun: how far may it jump? To
// the next place where the first bytes of a match fit; or where there is no such window, to the next byte that leaves
// the idle state. Hot; allocates nothing per call.

import type { ByteClasses } from './byte-classes.ts';
import type { Dfa } from './dfa.ts';
import { MatchWindow, windowSets } from './match-window.ts';
import { BEFORE_OTHER, type Threads } from './threads.ts';
import { shareOfBytes } from './byte-frequency.ts';

/** A search for first bytes that stops more often than this costs more than it saves. */
const TOO_OFTEN = 0.3;

export class Skipper {
  /** Whether skipping is worth its while. */
  readonly pays: boolean;
  readonly #window: MatchWindow | undefined;
  #row = -1;
  #flushes = 0;
  #stays: Uint8Array = new Uint8Array(256);

  /** @param worthwhile false where the expression may be used a few times only: then nothing is found out */
  constructor(threads: Threads, classes: ByteClasses, worthwhile: boolean) {
    const sets = !worthwhile ? [] : windowSets(threads, classes, threads.seeker(BEFORE_OTHER));
    // What comes after a newline may be another idle state: bytes have to be looked at one by one.
    const isBlind = threads.mode.lines && threads.program.asksStart;
    this.#window = isBlind ? undefined : MatchWindow.forSets(sets);
    this.pays = sets.length > 0 && (this.#window !== undefined || shareOfBytes(sets[0]!) < TOO_OFTEN);
  }

  /** The next place in bytes[at, end) where a match may begin, or `end`. */
  next(dfa: Dfa, row: number, bytes: Uint8Array, at: number, end: number): number {
    if (this.#window !== undefined) return this.#window.next(bytes, at, end);
    if (row !== this.#row || this.#flushes !== dfa.flushes) this.#learn(dfa, row);
    const stays = this.#stays;
    let p = at;
    while (p < end && stays[bytes[p]!] === 1) p++;
    return p;
  }

  #learn(dfa: Dfa, row: number): void {
    this.#stays = dfa.selfLoops(row);
    this.#row = row;
    this.#flushes = dfa.flushes;
  }
}
