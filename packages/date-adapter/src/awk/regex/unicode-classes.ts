// The character classes of POSIX, `[:alpha:]` and its eleven fellows: for ASCII as the C locale has them, beyond it
// from the Unicode properties by the rules glibc makes its C.UTF-8 locale with (digits of other scripts are letters,
// whatever is visible and no letter is punctuation, no-break spaces are no spaces). The ranges beyond ASCII cost some
// milliseconds to make; they are made once, when text beyond ASCII first meets the class.

/** Sorted, disjoint, inclusive: low, high, low, high... */
export type Ranges = readonly number[];

const ASCII: Readonly<Record<string, RegExp>> = {
  alpha: /[A-Za-z]/,
  alnum: /[\dA-Za-z]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  digit: /\d/,
  xdigit: /[\dA-Fa-f]/,
  space: /[\t-\r ]/,
  blank: /[\t ]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[ -~]/,
  graph: /[!-~]/,
  // oxlint-disable-next-line no-control-regex -- that is what the class means
  cntrl: /[\0-\u001F\u007F]/,
};

const BEYOND_ASCII: Readonly<Record<string, RegExp>> = {
  alpha: /[\p{Alphabetic}\p{Nd}]+/gu,
  alnum: /[\p{Alphabetic}\p{Nd}]+/gu,
  upper: /[\p{Uppercase}\p{Changes_When_Lowercased}]+/gu,
  // Of the title case letters, those of Greek are no small ones.
  lower: /(?:(?![\u1F00-\u1FFF])\p{Lt}|(?!\p{Lt})[\p{Lowercase}\p{Changes_When_Uppercased}])+/gu,
  space: /[\u1680\u2000-\u2006\u2008-\u200A\u2028\u2029\u205F\u3000]+/gu,
  blank: /[\u1680\u2000-\u2006\u2008-\u200A\u205F\u3000]+/gu,
  punct: /[^\p{Alphabetic}\p{Nd}\p{Cn}\p{Cc}\u1680\u2000-\u2006\u2008-\u200A\u2028\u2029\u205F\u3000]+/gu,
  print: /[^\p{Cn}\p{Cc}\u2028\u2029]+/gu,
  graph: /[^\p{Cn}\p{Cc}\u1680\u2000-\u2006\u2008-\u200A\u2028\u2029\u205F\u3000]+/gu,
  cntrl: /[\u0080-\u009F\u2028\u2029]+/gu,
};

/** All of Unicode that is assigned, in stretches without surrogates. */
const STRETCHES: readonly (readonly [number, number])[] = [
  [0x80, 0xd7ff],
  [0xe000, 0xffff],
  [0x10000, 0x1ffff],
  [0x20000, 0x33fff],
  [0xe0000, 0xe0fff],
];

export function isClassName(name: string): boolean {
  return Object.hasOwn(ASCII, name);
}

const asciiMade = new Map<string, readonly number[]>();

/** The ASCII characters that are of the class. */
export function asciiOfClass(name: string): readonly number[] {
  const known = asciiMade.get(name);
  if (known !== undefined) return known;
  const codes = Array.from({ length: 128 }, (_, code) => code).filter((code) =>
    ASCII[name]!.test(String.fromCharCode(code)),
  );
  asciiMade.set(name, codes);
  return codes;
}

const made = new Map<string, Ranges>();

/** The code points above 0x7f that are of the class. */
export function rangesBeyondAscii(name: string): Ranges {
  const members = BEYOND_ASCII[name];
  if (members === undefined) return []; // digit, xdigit: ASCII only, in every locale
  const known = made.get(name);
  if (known !== undefined) return known;
  const ranges = STRETCHES.flatMap(([low, high]) => runsIn(members, low, high));
  made.set(name, ranges);
  return ranges;
}

function runsIn(members: RegExp, low: number, high: number): number[] {
  const text = textOf(low, high);
  const width = low > 0xffff ? 2 : 1;
  return Array.from(text.matchAll(members), (run) => [
    low + run.index / width,
    low + (run.index + run[0].length) / width - 1,
  ]).flat();
}

function textOf(low: number, high: number): string {
  let text = '';
  for (let at = low; at <= high; at += 0x1000) {
    const count = Math.min(0x1000, high - at + 1);
    const first = at;
    text += String.fromCodePoint(...Array.from({ length: count }, (_, index) => first + index));
  }
  return text;
}
