// How records are cut into fields: by FS, FPAT, FIELDWIDTHS or as CSV; also for the builtin split. The usual
// separators are the kernel's and stop where no further field is wanted; the rest goes through the text model with
// the interpreter's separators, which say what is right. Hot.
// Invariant: split() leaves pairs (start, end) at machine.pairs, at least as many as wanted when there are so many.
import { splitText, type Separator } from '../interpreter/separators.ts';
import type { Regexes } from '../interpreter/regexes.ts';
import { type ByteSet, kernelSet } from './byte-set.ts';
import { fromModel, toModel } from './byte-text.ts';
import type { Machine } from './machine.ts';
import type { Pattern } from './pattern.ts';
import { nextCharacter } from './ranges.ts';

export interface FieldSplitter {
  /** Whether split() always finds all fields, whatever is wanted. */
  readonly complete: boolean;
  /** Whether the fields are made anew, not parts of the range. */
  readonly elsewhere: boolean;
  /** @returns how many fields there are; when `wanted` or more, perhaps not all were looked for */
  split(machine: Machine, at: number, end: number, wanted: number): number;
}

/** Runs of spaces, tabs and newlines. */
export class BlankSplitter implements FieldSplitter {
  readonly complete = false;
  readonly elsewhere = false;

  split(machine: Machine, at: number, end: number, wanted: number): number {
    const { kernel } = machine;
    if (at >= end) return 0;
    for (;;) {
      const room = machine.fieldRoom - 16;
      const found = kernel.blankFields(at, end, machine.pairs << 2, wanted < room ? wanted : room);
      if (found < room || found >= wanted) return found;
      machine.roomForFields(machine.fieldRoom * 2);
    }
  }
}

/** Each of some bytes is a separator. */
export class ByteSetSplitter implements FieldSplitter {
  readonly complete = false;
  readonly elsewhere = false;
  /** The byte, or -1 where there are several. */
  readonly #byte: number;
  readonly #set: number;

  constructor(machine: Machine, set: ByteSet) {
    const first = set.indexOf(1);
    this.#byte = set.indexOf(1, first + 1) === -1 ? first : -1;
    this.#set = machine.constant(kernelSet(set));
  }

  split(machine: Machine, at: number, end: number, wanted: number): number {
    const { kernel } = machine;
    if (at >= end) return 0;
    for (;;) {
      const room = machine.fieldRoom - 32;
      const most = wanted < room ? wanted : room;
      const found =
        this.#byte === -1
          ? kernel.separatedFields(at, end, this.#set, machine.pairs << 2, most)
          : kernel.byteFields(at, end, this.#byte, machine.pairs << 2, most);
      if (found < room || found >= wanted) return found;
      machine.roomForFields(machine.fieldRoom * 2);
    }
  }
}

/** Matches of a regex; matches of nothing separate nothing. */
export class RegexSplitter implements FieldSplitter {
  readonly complete = true;
  readonly elsewhere = false;
  readonly #pattern: Pattern;

  constructor(pattern: Pattern) {
    this.#pattern = pattern;
  }

  split(machine: Machine, at: number, end: number): number {
    if (at >= end) return 0;
    let start = at;
    let from = at;
    let count = 0;
    const pattern = this.#pattern;
    for (let found = pattern.search(machine, at, end, from); found;) {
      if (pattern.matchEnd === pattern.matchStart) from = nextCharacter(machine, pattern.matchEnd, end);
      else {
        putPair(machine, count++, start, pattern.matchStart);
        start = pattern.matchEnd;
        from = start;
      }
      found = from <= end && pattern.searchNext(machine, at, end, from);
    }
    putPair(machine, count++, start, end);
    return count;
  }
}

/** Everything else, as the interpreter does it. */
export class TextSplitter implements FieldSplitter {
  readonly complete = true;
  readonly elsewhere = true;
  readonly #separator: Separator;
  readonly #regexes: Regexes;

  constructor(separator: Separator, regexes: Regexes) {
    this.#separator = separator;
    this.#regexes = regexes;
  }

  split(machine: Machine, at: number, end: number): number {
    const text = machine.strings.latin1Slice(at, end);
    const { fields } = splitText(machine.utf8 ? toModel(text) : text, this.#separator, this.#regexes);
    let total = 0;
    const pieces = fields.map((field) => {
      const piece = machine.utf8 ? fromModel(field) : field;
      total += piece.length;
      return piece;
    });
    let place = machine.room(total);
    for (const [index, piece] of pieces.entries()) {
      const start = place;
      for (let unit = 0; unit < piece.length; unit++) machine.bytes[place++] = piece.charCodeAt(unit);
      putPair(machine, index, start, place);
    }
    machine.take(place);
    return pieces.length;
  }
}

function putPair(machine: Machine, index: number, start: number, end: number): void {
  if (index >= machine.fieldRoom) machine.roomForFields(index + 1);
  const place = machine.pairs + index * 2;
  machine.ints[place] = start;
  machine.ints[place + 1] = end;
}
