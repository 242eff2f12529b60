// Matches a pattern's program against bytes: leftmost, alternatives in their order, as Perl's engines do, but in time
// linear in the line. A choice that was tried at a position is never tried there again, for whoever comes there a
// second time would fail in the same way; likewise a loop that comes into the run of an earlier one.
// Hot, pure. awk's regexes are another engine: POSIX wants the longest match.
// Invariant: no byte outside of [start, end) is looked at, and nothing is allocated but for longer lines.
import { characterLength } from '../utf8.ts';
import { WORD } from './character-set.ts';
import * as op from './pattern-program.ts';
import { compilePattern, type PatternProgram, WIDTH } from './pattern-program.ts';
import { parsePattern } from './pattern-syntax.ts';

/** One bit for each choice at each position: lines that need more (8 MiB) are not tried. */
const MOST_BITS = 2 ** 26;

export class PatternMatcher {
  readonly groups: readonly string[];
  /** For group g, where it began and ended: positions[2 g], positions[2 g + 1]; -1 when it took no part. */
  readonly positions: Int32Array;
  /** After a failure: the last byte that was reached, and what the pattern wanted there. */
  failedAt = 0;
  expected = '';
  readonly #program: PatternProgram;
  #tried = new Int32Array(64);
  /** For each loop (SPAN) and each 64 bytes: whether a run has come into them from those before. */
  #crossed = new Int32Array(16);
  /** Instruction and position to go back to; or ~slot and the value to put back into it. */
  #stack: Int32Array = new Int32Array(256);

  /** @throws PatternError for what cannot be read, or not be matched in linear time */
  constructor(source: string) {
    this.#program = compilePattern(parsePattern(source));
    this.groups = this.#program.groups;
    this.positions = new Int32Array(Math.max(2, this.groups.length * 2));
  }

  /** Looks for the first match in bytes[start, end). */
  match(bytes: Uint8Array, start: number, end: number): boolean {
    const { splits, spans, firstBytes, isAnchored } = this.#program;
    const bits = splits * (end - start + 1);
    this.failedAt = start;
    this.expected = '';
    if (bits > MOST_BITS) return this.#tooLong();
    this.#tried = cleared(this.#tried, bits);
    this.#crossed = cleared(this.#crossed, spans * blocksOf(end - start));
    const last = isAnchored ? start : end;
    for (let from = start; from <= last; from++) {
      if (firstBytes !== undefined && !isAnchored) {
        while (from < end && firstBytes[bytes[from]!] === 0) from++;
        if (from === end && from > start) return this.#nowhere(start);
      }
      if (this.#matchAt(bytes, start, end, from)) return true;
      // The next beginning is behind the character, not inside it.
      if (from < end && bytes[from]! >= 0x80) from += Math.max(1, characterLength(bytes, from, end)) - 1;
    }
    return false;
  }

  #tooLong(): boolean {
    this.expected = 'a line short enough for this pattern';
    return false;
  }

  #nowhere(start: number): boolean {
    if (this.expected === '') {
      this.failedAt = start;
      this.expected = 'something the pattern can begin with';
    }
    return false;
  }

  #matchAt(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    const { code, sets, numberOf, ways } = this.#program;
    const { positions } = this;
    const tried = this.#tried;
    const crossed = this.#crossed;
    const blocks = blocksOf(end - start);
    const width = end - start + 1;
    let stack: Int32Array = this.#stack;
    let top = 0;
    let pc = 0;
    let at = from;
    positions.fill(-1);
    for (;;) {
      const x = code[pc * WIDTH + 1]!;
      let ok = true;
      switch (code[pc * WIDTH]) {
        case op.BYTE:
          if (at < end && bytes[at] === x) at++;
          else ok = false;
          break;
        case op.SET: {
          const length = at < end ? sets[x]!.matchLength(bytes, at, end) : 0;
          if (length === 0) ok = false;
          at += length;
          break;
        }
        case op.SPAN: {
          const set = sets[x]!;
          const { ascii } = set;
          const first = numberOf[pc]! * blocks;
          let boundary = ((at - start) | 63) + 1 + start;
          while (at < end) {
            const byte = bytes[at]!;
            const length = byte < 0x80 ? ascii[byte]! : set.matchLength(bytes, at, end);
            if (length === 0) break;
            at += length;
            if (at < boundary) continue;
            const bit = first + ((at - start) >>> 6);
            if ((crossed[bit >>> 5]! & (1 << (bit & 31))) !== 0) {
              ok = false;
              break;
            }
            crossed[bit >>> 5]! |= 1 << (bit & 31);
            boundary += 64;
          }
          break;
        }
        case op.SPLIT: {
          const split = numberOf[pc]!;
          const bit = split * width + at - start;
          if ((tried[bit >>> 5]! & (1 << (bit & 31))) !== 0) {
            ok = false;
            break;
          }
          tried[bit >>> 5]! |= 1 << (bit & 31);
          const y = code[pc * WIDTH + 2]!;
          const way = at < end && ways.length > 0 ? ways[split * 256 + bytes[at]!]! : 3;
          if (way === 3) {
            if (top + 4 > stack.length) stack = this.#growStack();
            stack[top++] = y;
            stack[top++] = at;
          }
          // What no way can go on with fails in y: x is mostly what is optional, and y says what is wanted.
          pc = (way & 1) === 0 ? y : x;
          continue;
        }
        case op.JUMP:
          pc = x;
          continue;
        case op.SAVE:
          if (top + 4 > stack.length) stack = this.#growStack();
          stack[top++] = ~x;
          stack[top++] = positions[x]!;
          positions[x] = at;
          break;
        case op.MATCH:
          return true;
        default:
          ok = this.#assertion(pc, bytes, start, end, at);
      }
      if (ok) {
        pc++;
        continue;
      }
      if (at >= this.failedAt) this.#note(at, pc);
      for (;;) {
        if (top === 0) return false;
        const value = stack[--top]!;
        const where = stack[--top]!;
        if (where >= 0) {
          pc = where;
          at = value;
          break;
        }
        positions[~where] = value;
      }
    }
  }

  /** Of several that failed at one place the last counts: the first ones were optional. */
  #note(at: number, pc: number): void {
    const wants = this.#program.wants[pc]!;
    if (wants === '') return;
    this.failedAt = at;
    this.expected = wants;
  }

  #assertion(pc: number, bytes: Uint8Array, start: number, end: number, at: number): boolean {
    const { code, sets } = this.#program;
    const x = code[pc * WIDTH + 1]!;
    const isNegated = code[pc * WIDTH + 2] === 1;
    switch (code[pc * WIDTH]) {
      case op.START:
        return at === start;
      case op.END:
        return at === end;
      case op.BOUNDARY:
        return (isWord(bytes, start, end, at - 1) !== isWord(bytes, start, end, at)) === (x === 1);
      case op.AHEAD:
        return (at < end && sets[x]!.matchLength(bytes, at, end) > 0) !== isNegated;
      default:
        return (
          (at > start && sets[x]!.matchLength(bytes, characterStart(bytes, start, at), at) > 0) !== isNegated
        );
    }
  }

  #growStack(): Int32Array {
    const grown = new Int32Array(this.#stack.length * 2);
    grown.set(this.#stack);
    this.#stack = grown;
    return grown;
  }
}

/** Blocks of 64 bytes that positions of a line can be in, its end included. */
function blocksOf(length: number): number {
  return (length >>> 6) + 1;
}

/** The array with that many bits zero, or a larger one. */
function cleared(array: Int32Array<ArrayBuffer>, bits: number): Int32Array<ArrayBuffer> {
  const length = (bits + 31) >>> 5;
  return length > array.length ? new Int32Array(length * 2) : array.fill(0, 0, length);
}

function isWord(bytes: Uint8Array, start: number, end: number, at: number): boolean {
  if (at < start || at >= end) return false;
  const byte = bytes[at]!;
  return byte < 0x80 && WORD.ascii[byte] === 1;
}

/** Where the character before `at` begins. */
function characterStart(bytes: Uint8Array, start: number, at: number): number {
  let from = at - 1;
  while (from > start && at - from < 4 && (bytes[from]! & 0xc0) === 0x80) from--;
  return from;
}
