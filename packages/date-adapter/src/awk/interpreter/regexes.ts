// Regular expressions over text: the engine works on bytes, the interpreter on strings. Keeps what is compiled, and
// the bytes of the text looked at last (gsub and split look at one text many times).
// Invariant: places handed out are UTF-16 units of the text, never inside a character.
import { compileRegex, type Regex } from '../regex/regex.ts';
import { unitsAt } from './characters.ts';
import type { TextCodec } from './bytes.ts';

/** More than programs have, few enough to hold; a program that makes regexes without end starts over. */
const KEPT_REGEXES = 500;

export class Regexes {
  /** Of the last match, in units of its text. */
  start = 0;
  end = 0;
  ignoreCase = false;
  readonly #codec: TextCodec;
  readonly #posix: boolean;
  readonly #kept = new Map<string, Regex>();
  #text = '';
  #bytes = new Uint8Array(0);
  /** The last one that searched this text: further matches are found from what it learned. */
  #searched: Regex | undefined;
  /** Unit of each byte where they differ. */
  #units: Int32Array | undefined;

  constructor(codec: TextCodec, posix: boolean) {
    this.#codec = codec;
    this.#posix = posix;
  }

  /** @throws RegexError */
  compile(source: string): Regex {
    const key = this.ignoreCase ? `i${source}` : `c${source}`;
    let regex = this.#kept.get(key);
    if (regex === undefined) {
      const { utf8 } = this.#codec;
      regex = compileRegex(this.#codec.encode(source), {
        posix: this.#posix,
        ignoreCase: this.ignoreCase,
        utf8,
      });
      if (this.#kept.size >= KEPT_REGEXES) this.#kept.clear();
      this.#kept.set(key, regex);
    }
    return regex;
  }

  test(regex: Regex, text: string): boolean {
    this.#load(text);
    return regex.test(this.#bytes, 0, this.#bytes.length);
  }

  /** Looks from a unit on and leaves `start` and `end`; `^` is the start of the whole text. */
  search(regex: Regex, text: string, from: number): boolean {
    this.#load(text);
    const place = this.#byteAt(from);
    const goesOn = regex === this.#searched && from > 0;
    this.#searched = regex;
    const { length } = this.#bytes;
    const found = goesOn
      ? regex.searchNext(this.#bytes, 0, length, place)
      : regex.search(this.#bytes, 0, length, place);
    if (!found) return false;
    this.start = this.#unitAt(regex.matchStart);
    this.end = this.#unitAt(regex.matchEnd);
    return true;
  }

  /** The groups of the match just found: pairs of units, -1 for a group that took no part. */
  groups(regex: Regex, text: string): Int32Array {
    this.#load(text);
    const out = new Int32Array(2 * (regex.groups + 1)).fill(-1);
    regex.captures(this.#bytes, 0, this.#bytes.length, out);
    return out.map((place) => (place < 0 ? -1 : this.#unitAt(place)));
  }

  #load(text: string): void {
    if (text === this.#text) return;
    this.#searched = undefined;
    this.#text = text;
    this.#bytes = Uint8Array.from(this.#codec.encode(text));
    this.#units = this.#bytes.length === text.length ? undefined : this.#unitTable();
  }

  #unitTable(): Int32Array {
    const units = new Int32Array(this.#bytes.length + 1);
    let byte = 0;
    for (let unit = 0; unit < this.#text.length; unit += unitsAt(this.#text, unit)) {
      const length = byteLength(this.#text.codePointAt(unit)!);
      units.fill(unit, byte, byte + length);
      byte += length;
    }
    units[byte] = this.#text.length;
    return units;
  }

  #unitAt(byte: number): number {
    return this.#units === undefined ? byte : this.#units[byte]!;
  }

  /** The first byte of the character at a unit: by bisection, the table only rises. */
  #byteAt(unit: number): number {
    if (this.#units === undefined) return unit;
    let low = 0;
    for (let high = this.#units.length - 1; low < high;) {
      const middle = (low + high) >> 1;
      if (this.#units[middle]! < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function byteLength(code: number): number {
  if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff)) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
