// The leftmost-longest match in one pass over a record, by the ordered automaton. Hot: one table look-up per byte; what
// an entry asks for beyond its row is done out of line. Allocates nothing per call.

import { ACCEPT, BIRTH, CONDITIONAL, DEAD, type Dfa, FLAGGED, IDLE, MOVE, ROW, UNKNOWN } from './dfa.ts';
import type { Finder } from './finder.ts';
import type { Skipper } from './skipper.ts';
import { before, mayEndAt } from './surroundings.ts';

/** How far a run goes on behind a match before it asks whether that is known to be in vain. A power of two. */
const STRETCH = 64;
const MOST_REMEMBERED = 0x10000;

export class LongestMatch implements Finder {
  /** Of the match found last. */
  begin = 0;
  end = 0;
  /** Bytes looked at since it was made; for proofs of linear time. */
  steps = 0;
  /** Places, by STRETCH, with the row a run was in there, behind which nothing more matched in this record. */
  readonly #barren = new Set<number>();
  /** Those of this run, as long as nothing more matches. */
  readonly #trail: number[] = [];
  #flushes = 0;
  readonly #dfa: Dfa;
  readonly #skipper: Skipper;

  constructor(dfa: Dfa, skipper: Skipper) {
    this.#dfa = dfa;
    this.#skipper = skipper;
  }

  /** Looks for the leftmost match that begins in bytes[from, end], and its longest form. */
  find(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    const dfa = this.#dfa;
    const { classes } = dfa;
    this.end = -1;
    let at = from;
    let entry = dfa.enter(before(dfa.threads, bytes, start, from));
    let row = this.#land(entry, bytes, at, end);
    if ((entry & IDLE) !== 0) at = this.#skipper.next(dfa, row, bytes, at, end);
    let stop = this.end === -1 ? end : nextStop(at, end);
    while (at < end) {
      const { table } = dfa;
      let byteClass = 0;
      // The loop of the file: one chained look-up per byte.
      for (; at < stop; at++) {
        byteClass = classes[bytes[at]!]!;
        entry = table[row + byteClass]!;
        if (entry >= FLAGGED) break;
        row = entry;
      }
      if (at === stop) {
        if (at === end || this.#isBarren(at, row)) break;
        stop = nextStop(at, end);
        continue;
      }
      if ((entry & (MOVE | UNKNOWN)) !== 0) {
        entry = dfa.resolve(row, byteClass);
        if ((entry & MOVE) !== 0) move(dfa.begins, dfa.movesMade, at);
      }
      if ((entry & BIRTH) !== 0) dfa.begins[0] = at;
      at++;
      row = entry & ROW;
      if ((entry & (ACCEPT | CONDITIONAL)) !== 0) {
        row = this.#land(entry, bytes, at, end);
        if (this.end === at) stop = nextStop(at, end);
      }
      if ((entry & DEAD) !== 0) break;
      if ((entry & IDLE) !== 0) at = this.#skipper.next(dfa, row, bytes, at, end);
    }
    this.steps += at - from;
    if (at === end) this.#finish(row, bytes, end);
    if (this.#trail.length > 0) this.#rememberTrail();
    return this.end !== -1;
  }

  forgetRecord(): void {
    if (this.#barren.size > 0) this.#barren.clear();
  }

  /** Whether an earlier run was here in this state and found nothing more. Every place and state is run through once. */
  #isBarren(at: number, row: number): boolean {
    if (this.#flushes !== this.#dfa.flushes) {
      this.#flushes = this.#dfa.flushes;
      this.#trail.length = 0;
      this.#barren.clear();
    }
    const place = at * (ROW + 1) + row;
    if (this.#barren.has(place)) return true;
    this.#trail.push(place);
    return false;
  }

  #rememberTrail(): void {
    if (this.#barren.size > MOST_REMEMBERED) this.#barren.clear();
    if (this.#flushes === this.#dfa.flushes) for (const place of this.#trail) this.#barren.add(place);
    this.#trail.length = 0;
  }

  /** Notes a match that ends on entering a state; says from which row to go on. */
  #land(entry: number, bytes: Uint8Array, at: number, end: number): number {
    const row = entry & ROW;
    if ((entry & CONDITIONAL) !== 0) {
      const group = this.#groupEnding(row, bytes, at, end);
      if (group !== -1) {
        this.#note(this.#dfa.isFresh(row, group) ? -1 : group, at);
        return this.#dfa.cut(row, group) & ROW;
      }
    }
    if ((entry & ACCEPT) !== 0) this.#note(this.#dfa.acceptedGroup(row), at);
    return row;
  }

  /** The end of the record is what some matches wait for. */
  #finish(row: number, bytes: Uint8Array, end: number): void {
    const group = this.#groupEnding(row, bytes, end, end);
    if (group !== -1) this.#note(this.#dfa.isFresh(row, group) ? -1 : group, end);
  }

  /** The first group for which what follows is right, or -1. */
  #groupEnding(row: number, bytes: Uint8Array, at: number, end: number): number {
    const conditions = this.#dfa.conditionsOf(row);
    for (let index = 0; index < conditions.length; index += 3) {
      const next = conditions[index + 1]!;
      if (mayEndAt(this.#dfa.threads, bytes, at, end, next, conditions[index + 2]!))
        return conditions[index]!;
    }
    return -1;
  }

  #note(group: number, at: number): void {
    this.begin = group === -1 ? at : this.#dfa.begins[group]!;
    this.end = at;
    if (this.#trail.length > 0) this.#trail.length = 0;
  }
}

function nextStop(at: number, end: number): number {
  return Math.min(end, (at & -STRETCH) + STRETCH);
}

/** moves[i] is the group that becomes group i, or -1 for one that begins here; never to the right. */
function move(begins: Int32Array, moves: Int32Array, at: number): void {
  for (let group = 0; group < moves.length; group++) {
    const source = moves[group]!;
    begins[group] = source === -1 ? at : begins[source]!;
  }
}
