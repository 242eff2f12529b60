// sub and gsub on ranges of the heap. Hot where nothing matches (no bytes are touched) and where the kernel can
// replace runs; otherwise match by match into the arena. What a replacement means is the interpreter's table.
// POSIX awk, "String Functions": leftmost-longest, an empty match right after another match is none.
import { readReplacement } from '../interpreter/substitution.ts';
import { REPLACED } from './kernel.ts';
import type { Machine } from './machine.ts';
import type { Pattern } from './pattern.ts';
import { nextCharacter, rangeText, stage } from './ranges.ts';

/** What replaces a match: pieces of constant bytes, with the match between each two of them. */
export class Replacement {
  /** Addresses and lengths of the pieces: one more than there are `&`. */
  readonly places: Int32Array;
  /** Of all pieces together, and how often the match comes in. */
  readonly length: number;
  readonly matches: number;

  /** @param place puts bytes where they stay, and says where @param posix see readReplacement */
  constructor(text: string, place: (bytes: Uint8Array) => number, posix: boolean) {
    const pieces: string[] = [''];
    for (const part of readReplacement(text, posix)) {
      if (typeof part === 'number') pieces.push('');
      else pieces[pieces.length - 1] += part;
    }
    this.places = new Int32Array(pieces.length * 2);
    let length = 0;
    for (const [index, piece] of pieces.entries()) {
      this.places[index * 2] = place(Buffer.from(piece, 'latin1'));
      this.places[index * 2 + 1] = piece.length;
      length += piece.length;
    }
    this.length = length;
    this.matches = pieces.length - 1;
  }
}

/** Above this the bytes a kernel's replacement might need are not reserved beforehand. */
const KERNEL_ROOM = 1 << 20;

/**
 * Replaces in [at, end); leaves the result, which lasts as long as the record, in rs and re when anything matched.
 * @returns how many matches were replaced
 */
export function substitute(
  machine: Machine,
  pattern: Pattern,
  replacement: Replacement,
  at: number,
  end: number,
  isGlobal: boolean,
): number {
  const { shape } = pattern;
  if (isGlobal && replacement.matches === 0) {
    const isByte = shape.kind === 'literal' && pattern.length === 1;
    const set = isByte ? pattern.other : pattern.one;
    if (isByte || shape.kind === 'set' || shape.kind === 'run') {
      if (machine.kernel.findMember(at, end, set) >= end) return 0;
      const most = (end - at) * (1 + replacement.length);
      const notSet = shape.kind === 'run' ? pattern.other : 0;
      if (most < KERNEL_ROOM) return replaceRuns(machine, set, notSet, replacement, at, end, most);
    }
  }
  if (!pattern.search(machine, at, end, at)) return 0;
  if (!isGlobal) return replaceFound(machine, pattern, replacement, at, end);
  return new Rewriting(machine, pattern, replacement).run(at, end);
}

/** The match that has just been found, and no other. */
function replaceFound(
  machine: Machine,
  { matchStart, matchEnd }: Pattern,
  { places, length, matches }: Replacement,
  at: number,
  end: number,
): number {
  const { kernel } = machine;
  const taken = matchEnd - matchStart;
  const start = machine.room(end - at - taken + length + matches * taken);
  let to = kernel.copy(at, matchStart, start);
  to = kernel.copy(places[0]!, places[0]! + places[1]!, to);
  for (let piece = 2; piece < places.length; piece += 2) {
    to = kernel.copy(matchStart, matchEnd, to);
    to = kernel.copy(places[piece]!, places[piece]! + places[piece + 1]!, to);
  }
  machine.rs = start;
  machine.re = kernel.copy(matchEnd, end, to);
  machine.take(machine.re);
  return 1;
}

function replaceRuns(
  machine: Machine,
  set: number,
  notSet: number,
  { places, length }: Replacement,
  at: number,
  end: number,
  most: number,
): number {
  const start = machine.room(most);
  const { kernel } = machine;
  const to = kernel.replaceRuns(at, end, set, notSet, places[0]!, length, start);
  machine.take(to);
  machine.rs = start;
  machine.re = to;
  return machine.ints[REPLACED]!;
}

/** gsub with at least one match, which has just been found. */
class Rewriting {
  readonly #machine: Machine;
  readonly #pattern: Pattern;
  readonly #replacement: Replacement;
  #start = 0;
  #to = 0;
  #limit = 0;

  constructor(machine: Machine, pattern: Pattern, replacement: Replacement) {
    this.#machine = machine;
    this.#pattern = pattern;
    this.#replacement = replacement;
  }

  run(at: number, end: number): number {
    const machine = this.#machine;
    const pattern = this.#pattern;
    const room = end - at + this.#replacement.length + 64;
    this.#start = machine.room(room);
    this.#to = this.#start;
    this.#limit = this.#start + room;
    let copied = at;
    let count = 0;
    let lastEnd = -1;
    for (let found = true; found;) {
      const { matchStart, matchEnd } = pattern;
      if (matchEnd > matchStart || matchStart !== lastEnd) {
        this.#copy(copied, matchStart);
        this.#replace(matchStart, matchEnd);
        copied = matchEnd;
        count++;
        lastEnd = matchEnd;
      }
      const from = matchEnd > matchStart ? matchEnd : nextCharacter(machine, matchEnd, end);
      found = from <= end && pattern.searchNext(machine, at, end, from);
    }
    this.#copy(copied, end);
    machine.take(this.#to);
    machine.rs = this.#start;
    machine.re = this.#to;
    return count;
  }

  #replace(at: number, end: number): void {
    const { places, matches } = this.#replacement;
    this.#copy(places[0]!, places[0]! + places[1]!);
    for (let match = 1; match <= matches; match++) {
      this.#copy(at, end);
      this.#copy(places[match * 2]!, places[match * 2]! + places[match * 2 + 1]!);
    }
  }

  #copy(at: number, end: number): void {
    if (this.#to + end - at > this.#limit) this.#grow(end - at);
    this.#to = this.#machine.kernel.copy(at, end, this.#to);
  }

  /** Twice the room, elsewhere: what was outgrown stays until the record is over. */
  #grow(length: number): void {
    const machine = this.#machine;
    const done = this.#to - this.#start;
    const room = (this.#limit - this.#start + length) * 2;
    machine.take(this.#to);
    const larger = machine.room(room);
    this.#to = machine.kernel.copy(this.#start, this.#start + done, larger);
    this.#start = larger;
    this.#limit = larger + room;
  }
}

/** The same for a string. @returns the string as it is now; count is left in machine.rs */
export function substituteText(
  machine: Machine,
  pattern: Pattern,
  replacement: Replacement,
  text: string,
  isGlobal: boolean,
): string {
  const mark = machine.mark();
  stage(machine, text);
  const count = substitute(machine, pattern, replacement, machine.rs, machine.re, isGlobal);
  const result = count === 0 ? text : rangeText(machine, machine.rs, machine.re);
  machine.reset(mark);
  machine.rs = count;
  return result;
}
