// A set of characters: what one place of a pattern accepts. Code points in UTF-8 mode (U+DC80..U+DCFF stand for bytes
// that are no character), bytes in byte mode. ASCII is a table that is ready at once; what lies beyond is worked out
// when text beyond ASCII first asks, since classes such as [:alpha:] have hundreds of ranges there. Immutable.

import { asciiOfClass, rangesBeyondAscii, type Ranges } from './unicode-classes.ts';

const HIGHEST_POINT = 0x10ffff;

/** What a bracket expression says, before it is made a set. */
export type Members = {
  /** low, high, low, high... in any order */
  readonly ranges: readonly number[];
  readonly classes: readonly string[];
  readonly negated: boolean;
};

export type SetMode = { readonly utf8: boolean; readonly ignoreCase: boolean };

/** How a set meets a range of code points. */
export type Cover = 'none' | 'all' | 'some';

export class CharacterSet {
  /** 1 for members; in UTF-8 mode only the first 128 count. */
  readonly low = new Uint8Array(256);
  readonly #members: Members;
  readonly #mode: SetMode;
  #beyond: Ranges | undefined;

  constructor(members: Members, mode: SetMode) {
    this.#members = members;
    this.#mode = mode;
    this.#fillLow();
  }

  has(point: number): boolean {
    if (point < 0x80 || !this.#mode.utf8) return this.low[point] === 1;
    return this.cover(point, point) === 'all';
  }

  /** For 0x80 <= low <= high, in UTF-8 mode. */
  cover(low: number, high: number): Cover {
    const ranges = (this.#beyond ??= this.#rangesBeyond());
    let at = 0;
    for (let to = ranges.length / 2; at < to;) {
      const middle = (at + to) >>> 1;
      if (ranges[2 * middle + 1]! < low) at = middle + 1;
      else to = middle;
    }
    if (2 * at >= ranges.length || ranges[2 * at]! > high) return 'none';
    return ranges[2 * at]! <= low && ranges[2 * at + 1]! >= high ? 'all' : 'some';
  }

  /** Whether it has all or none of what lies beyond ASCII, told without working it out for classes. */
  get isPlainBeyondAscii(): boolean {
    if (!this.#mode.utf8 || this.#members.classes.some((name) => name !== 'digit' && name !== 'xdigit')) {
      return !this.#mode.utf8;
    }
    return this.cover(0x80, HIGHEST_POINT) !== 'some';
  }

  /** The only member, or -1 when there are none or several. */
  get onlyMember(): number {
    let found = -1;
    for (let code = 0; code < (this.#mode.utf8 ? 0x80 : 0x100); code++) {
      if (this.low[code] === 0) continue;
      if (found !== -1) return -1;
      found = code;
    }
    if (!this.#mode.utf8) return found;
    if (this.#members.classes.length > 0) return this.isPlainBeyondAscii ? found : -1;
    const ranges = (this.#beyond ??= this.#rangesBeyond());
    if (ranges.length === 0) return found;
    return found === -1 && ranges.length === 2 && ranges[0] === ranges[1] ? ranges[0]! : -1;
  }

  #fillLow(): void {
    const { classes, negated, ranges } = this.#members;
    const { low } = this;
    for (let at = 0; at < ranges.length; at += 2) {
      if (ranges[at]! < 256) low.fill(1, ranges[at], Math.min(ranges[at + 1]!, 255) + 1);
    }
    if (this.#mode.ignoreCase) foldLow(low);
    for (const name of classes) {
      const cased = this.#mode.ignoreCase && CASED.has(name) ? 'alpha' : name;
      for (const code of asciiOfClass(cased)) low[code] = 1;
    }
    if (negated) for (let code = 0; code < 256; code++) low[code]! ^= 1;
  }

  /** Classes are the same in every expression: what they cost is paid once. */
  #rangesBeyond(): Ranges {
    const { classes, negated, ranges } = this.#members;
    if (classes.length === 0) return this.#makeRangesBeyond();
    const key = `${negated} ${this.#mode.ignoreCase} ${classes.join()} ${ranges.filter((point) => point > 0x7f).join()}`;
    const known = rangesOfClasses.get(key) ?? this.#makeRangesBeyond();
    if (rangesOfClasses.size < MOST_REMEMBERED) rangesOfClasses.set(key, known);
    return known;
  }

  #makeRangesBeyond(): Ranges {
    const { classes, negated, ranges } = this.#members;
    const listed = this.#mode.ignoreCase ? withBothCases(ranges) : ranges;
    const named = classes.map((name) => namedRanges(name, this.#mode.ignoreCase));
    const all = normalized([...listed, ...named.flat()]);
    return negated ? complement(all) : all;
  }
}

const rangesOfClasses = new Map<string, Ranges>();
const MOST_REMEMBERED = 100;

const CASED = new Set(['upper', 'lower']);

/** Bytes are folded as ASCII is, in byte mode too. */
function foldLow(low: Uint8Array): void {
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    const either = low[upper]! | low[upper + 0x20]!;
    low[upper] = either;
    low[upper + 0x20] = either;
  }
}

function namedRanges(name: string, ignoreCase: boolean): Ranges {
  if (!ignoreCase || !CASED.has(name)) return rangesBeyondAscii(name);
  return [...rangesBeyondAscii('upper'), ...rangesBeyondAscii('lower')];
}

/** The upper and lower case of a letter, where each is one character. */
function casesOf(point: number): number[] {
  if (point < 0x80) {
    const letter = point | 0x20;
    return letter >= 0x61 && letter <= 0x7a ? [letter, letter - 0x20] : [];
  }
  if (point >= 0xd800 && point <= 0xdfff) return [];
  const text = String.fromCodePoint(point);
  return [text.toLowerCase(), text.toUpperCase()]
    .filter((other) => other !== text && other.length === String.fromCodePoint(other.codePointAt(0)!).length)
    .map((other) => other.codePointAt(0)!);
}

/** No letter beyond these planes has a case. */
const HIGHEST_CASED = 0x1ffff;

function withBothCases(ranges: readonly number[]): number[] {
  const out = [...ranges];
  for (let at = 0; at < ranges.length; at += 2) {
    if (ranges[at] === 0x80 && ranges[at + 1] === HIGHEST_POINT) continue;
    for (let point = ranges[at]!; point <= Math.min(ranges[at + 1]!, HIGHEST_CASED); point++) {
      for (const other of casesOf(point)) out.push(other, other);
    }
  }
  return out;
}

/** Sorted, joined, and only what lies beyond ASCII. */
function normalized(ranges: readonly number[]): number[] {
  const pairs: [number, number][] = [];
  for (let at = 0; at < ranges.length; at += 2) pairs.push([Math.max(ranges[at]!, 0x80), ranges[at + 1]!]);
  const out: number[] = [];
  for (const [low, high] of pairs.toSorted((one, other) => one[0] - other[0])) {
    if (high < low) continue;
    if (out.length > 0 && low <= out.at(-1)! + 1) out[out.length - 1] = Math.max(out.at(-1)!, high);
    else out.push(low, high);
  }
  return out;
}

function complement(ranges: readonly number[]): number[] {
  const out: number[] = [];
  let next = 0x80;
  for (let at = 0; at < ranges.length; at += 2) {
    if (ranges[at]! > next) out.push(next, ranges[at]! - 1);
    next = ranges[at + 1]! + 1;
  }
  if (next <= HIGHEST_POINT) out.push(next, HIGHEST_POINT);
  return out;
}
