// Whether there is a match at all, and where the first one to end ends. Hot: one table look-up per byte.
// Allocates nothing per call.

import { ACCEPT, CONDITIONAL, DEAD, type Dfa, FLAGGED, IDLE, ROW, UNKNOWN } from './dfa.ts';
import type { Finder } from './finder.ts';
import type { Skipper } from './skipper.ts';
import { before, mayEndAt } from './surroundings.ts';

export class EarliestMatch implements Finder {
  readonly begin = 0;
  /** Where the match found last ends. */
  end = 0;
  readonly #dfa: Dfa;
  readonly #skipper: Skipper;

  constructor(dfa: Dfa, skipper: Skipper) {
    this.#dfa = dfa;
    this.#skipper = skipper;
  }

  forgetRecord(): void {}

  find(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    this.end = this.#findEnd(bytes, start, end, from);
    return this.end !== -1;
  }

  #findEnd(bytes: Uint8Array, start: number, end: number, from: number): number {
    const dfa = this.#dfa;
    const { classes } = dfa;
    let at = from;
    let entry = dfa.enter(before(dfa.threads, bytes, start, from));
    if (this.#endsAt(entry, bytes, at, end)) return at;
    let row = entry & ROW;
    if ((entry & IDLE) !== 0) at = this.#skipper.next(dfa, row, bytes, at, end);
    while (at < end) {
      const { table } = dfa;
      let byteClass = 0;
      // The loop of the file: one chained look-up per byte.
      for (; at < end; at++) {
        byteClass = classes[bytes[at]!]!;
        entry = table[row + byteClass]!;
        if (entry >= FLAGGED) break;
        row = entry;
      }
      if (at === end) break;
      at++;
      if ((entry & UNKNOWN) !== 0) entry = dfa.resolve(row, byteClass);
      row = entry & ROW;
      if ((entry & IDLE) !== 0) at = this.#skipper.next(dfa, row, bytes, at, end);
      else if (this.#endsAt(entry, bytes, at, end)) return at;
      else if ((entry & DEAD) !== 0) return -1;
    }
    return this.#meetsCondition(row, bytes, end, end) ? end : -1;
  }

  #endsAt(entry: number, bytes: Uint8Array, at: number, end: number): boolean {
    if ((entry & ACCEPT) !== 0) return true;
    return (entry & CONDITIONAL) !== 0 && this.#meetsCondition(entry & ROW, bytes, at, end);
  }

  #meetsCondition(row: number, bytes: Uint8Array, at: number, end: number): boolean {
    const conditions = this.#dfa.conditionsOf(row);
    for (let index = 0; index < conditions.length; index += 3) {
      const next = conditions[index + 1]!;
      if (mayEndAt(this.#dfa.threads, bytes, at, end, next, conditions[index + 2]!)) return true;
    }
    return false;
  }
}
