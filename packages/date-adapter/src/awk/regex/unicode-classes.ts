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

/** Of runs of members, for the flags `gu`. Not regexes yet: reading these takes a millisecond, and few programs need one. */
const BEYOND_ASCII: Readonly<Record<string, string>> = {
  alpha: String.raw`[\p{Alphabetic}\p{Nd}]+`,
  alnum: String.raw`[\p{Alphabetic}\p{Nd}]+`,
  upper: String.raw`[\p{Uppercase}\p{Changes_When_Lowercased}]+`,
  // Of the title case letters, those of Greek are no small ones.
  lower: String.raw`(?:(?![\u1F00-\u1FFF])\p{Lt}|(?!\p{Lt})[\p{Lowercase}\p{Changes_When_Uppercased}])+`,
  space: String.raw`[\u1680\u2000-\u2006\u2008-\u200A\u2028\u2029\u205F\u3000]+`,
  blank: String.raw`[\u1680\u2000-\u2006\u2008-\u200A\u205F\u3000]+`,
  punct: String.raw`[^\p{Alphabetic}\p{Nd}\p{Cn}\p{Cc}\u1680\u2000-\u2006\u2008-\u200A\u2028\u2029\u205F\u3000]+`,
  print: String.raw`[^\p{Cn}\p{Cc}\u2028\u2029]+`,
  graph: String.raw`[^\p{Cn}\p{Cc}\u1680\u2000-\u2006\u2008-\u200A\u2028\u2029\u205F\u3000]+`,
  cntrl: String.raw`[\u0080-\u009F\u2028\u2029]+`,
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
  const runs = new RegExp(members, 'gu');
  const ranges = STRETCHES.flatMap(([low, high]) => runsIn(runs, low, high));
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
