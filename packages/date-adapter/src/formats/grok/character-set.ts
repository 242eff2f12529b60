// Sets of characters, for patterns over UTF-8 bytes. Pure.
// Invariant: ASCII is looked up by byte in a table; only what is beyond it is decoded and searched in ranges.
import { characterLength } from '../utf8.ts';

/** What stands for a byte that is no UTF-8. */
const REPLACEMENT = 0xfffd;

export class CharacterSet {
  /** 1 for the bytes below 0x80 that are in the set. */
  readonly ascii = new Uint8Array(128);
  /** Ranges of code points from 0x80 on: first, last, first, last... */
  readonly #beyond: number[] = [];
  #isBeyondNegated = false;

  add(first: number, last = first): this {
    for (let code = first; code <= Math.min(last, 0x7f); code++) this.ascii[code] = 1;
    if (last >= 0x80) this.#beyond.push(Math.max(first, 0x80), last);
    return this;
  }

  addSet(other: CharacterSet): this {
    for (let code = 0; code < 128; code++) if (other.ascii[code] === 1) this.ascii[code] = 1;
    if (other.#isBeyondNegated) this.add(0x80, 0x10ffff);
    else this.#beyond.push(...other.#beyond);
    return this;
  }

  negate(): this {
    for (let code = 0; code < 128; code++) this.ascii[code] = 1 - this.ascii[code]!;
    this.#isBeyondNegated = !this.#isBeyondNegated;
    return this;
  }

  /** Lets a letter of ASCII stand for its other case, too. */
  foldCase(): this {
    for (let code = 0x61; code <= 0x7a; code++) {
      const either = this.ascii[code]! | this.ascii[code - 0x20]!;
      this.ascii[code] = this.ascii[code - 0x20] = either;
    }
    return this;
  }

  get hasBeyondAscii(): boolean {
    return this.#isBeyondNegated || this.#beyond.length > 0;
  }

  /** The number of bytes of the character at bytes[at...] when it is in the set, else 0. A wrong byte is one of its own. */
  matchLength(bytes: Uint8Array, at: number, end: number): number {
    const byte = bytes[at]!;
    if (byte < 0x80) return this.ascii[byte]!;
    if (!this.hasBeyondAscii) return 0;
    const length = characterLength(bytes, at, end);
    const code = length < 0 ? REPLACEMENT : decoded(bytes, at, length);
    return this.#hasBeyond(code) ? Math.max(1, length) : 0;
  }

  #hasBeyond(code: number): boolean {
    const ranges = this.#beyond;
    for (let index = 0; index < ranges.length; index += 2) {
      if (code >= ranges[index]! && code <= ranges[index + 1]!) return !this.#isBeyondNegated;
    }
    return this.#isBeyondNegated;
  }
}

function decoded(bytes: Uint8Array, at: number, length: number): number {
  let code = bytes[at]! & (length === 2 ? 0x1f : length === 3 ? 0x0f : 0x07);
  for (let index = 1; index < length; index++) code = (code << 6) | (bytes[at + index]! & 0x3f);
  return code;
}

const DIGITS = new CharacterSet().add(0x30, 0x39);
const LETTERS = new CharacterSet().add(0x41, 0x5a).add(0x61, 0x7a);
const SPACES = new CharacterSet().add(0x09, 0x0d).add(0x20);
export const WORD = new CharacterSet().addSet(LETTERS).addSet(DIGITS).add(0x5f);

/** `\d`, `\w`, `\s`; their capitals are the opposites. */
export const ESCAPE_SETS: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', DIGITS],
  ['w', WORD],
  ['s', SPACES],
  ['D', new CharacterSet().addSet(DIGITS).negate()],
  ['W', new CharacterSet().addSet(WORD).negate()],
  ['S', new CharacterSet().addSet(SPACES).negate()],
]);

/** `[:alpha:]` and so on, of ASCII. */
export const POSIX_SETS: ReadonlyMap<string, CharacterSet> = new Map([
  ['alpha', LETTERS],
  ['digit', DIGITS],
  ['alnum', new CharacterSet().addSet(LETTERS).addSet(DIGITS)],
  ['upper', new CharacterSet().add(0x41, 0x5a)],
  ['lower', new CharacterSet().add(0x61, 0x7a)],
  ['space', SPACES],
  ['blank', new CharacterSet().add(0x09).add(0x20)],
  ['punct', new CharacterSet().add(0x21, 0x2f).add(0x3a, 0x40).add(0x5b, 0x60).add(0x7b, 0x7e)],
  ['xdigit', new CharacterSet().addSet(DIGITS).add(0x41, 0x46).add(0x61, 0x66)],
  ['cntrl', new CharacterSet().add(0, 0x1f).add(0x7f)],
  ['graph', new CharacterSet().add(0x21, 0x7e)],
  ['print', new CharacterSet().add(0x20, 0x7e)],
  ['word', WORD],
]);
