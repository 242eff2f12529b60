// Layouts in the letters of strptime and strftime: POSIX, glibc's flags, and what log tools added (%L, %f, %N, %3N,
// %.f, %:z, %#z, %3S). One letter means the same when reading and when writing; reading is lenient as POSIX is:
// blanks match any run of blanks, also none, and numbers need no leading zeros. Pure.
// Where tools differ: %L and %3N write 3 digits, %f and %6N 6, %N 9, %.f as many as were read, with the point;
// %#z writes Z for UTC; %E and %O are read over.

import { type Element, type NumberElement, type NumberField, tidy } from './element.ts';
import { LayoutError } from './layout-error.ts';
import { blanksAt, fraction, literal, name, number, type Place, space, zone } from './make-element.ts';

interface Conversion extends Place {
  /** `-` (no padding), `_` (blanks), `0`, `^` (capitals), `#`, or empty. */
  readonly flag: string;
  readonly dot: boolean;
  readonly width: number | undefined;
  readonly colons: number;
}

/** `%` flag? dot? width? modifier? colons? letter */
const CONVERSION = /^%([-_0^#]?)(\.?)(\d?)[EO]?(:{0,2})(.)/su;

/** @throws LayoutError for a letter that has no meaning here */
export function readStrptime(layout: string): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < layout.length;) {
    const blanks = blanksAt(layout, at, 0);
    const piece =
      blanks === undefined ? pieceAt(layout, at) : { elements: [blanks], length: blanks.source.length };
    elements.push(...piece.elements);
    at += piece.length;
  }
  return tidy(elements);
}

function pieceAt(layout: string, at: number): { elements: readonly Element[]; length: number } {
  if (layout[at] !== '%') {
    const text = String.fromCodePoint(layout.codePointAt(at) ?? 0);
    return { elements: [literal({ at, source: text }, text)], length: text.length };
  }
  const match = CONVERSION.exec(layout.slice(at));
  if (match === null) throw new LayoutError(layout, at, "a '%' ends the layout; write %% for a percent sign");
  const [source, flag = '', dot = '', width = '', colons = '', letter = ''] = match;
  const elements = convert(letter, {
    at,
    source,
    flag,
    dot: dot !== '',
    width: width === '' ? undefined : Number(width),
    colons: colons.length,
  });
  if (elements === undefined) throw new LayoutError(layout, at, `${source} has no meaning in a date`);
  return { elements, length: source.length };
}

function convert(letter: string, conversion: Conversion): readonly Element[] | undefined {
  if (conversion.colons > 0 && letter !== 'z') return undefined;
  if (conversion.dot && !'fLN'.includes(letter)) return undefined;
  if (conversion.width !== undefined && !'fLNS'.includes(letter)) return undefined;
  const composed = COMPOSED.get(letter);
  if (composed !== undefined) {
    return readStrptime(composed).map((element) => ({
      ...element,
      at: conversion.at,
      source: conversion.source,
    }));
  }
  const row = NUMBERS.get(letter);
  if (row !== undefined) return numbers(row, conversion);
  return OTHERS.get(letter)?.(conversion);
}

/** Field, fewest and most digits read, width written, padding. */
type NumberRow = readonly [NumberField, number, number, number, NumberElement['pad']];

const NUMBERS = new Map<string, NumberRow>([
  ['Y', ['year', 1, 4, 4, 'zero']],
  ['y', ['shortYear', 1, 2, 2, 'zero']],
  ['C', ['century', 1, 2, 2, 'zero']],
  ['m', ['month', 1, 2, 2, 'zero']],
  ['d', ['day', 1, 2, 2, 'zero']],
  ['e', ['day', 1, 2, 2, 'space']],
  ['j', ['dayOfYear', 1, 3, 3, 'zero']],
  ['H', ['hour', 1, 2, 2, 'zero']],
  ['k', ['hour', 1, 2, 2, 'space']],
  ['I', ['hour12', 1, 2, 2, 'zero']],
  ['l', ['hour12', 1, 2, 2, 'space']],
  ['M', ['minute', 1, 2, 2, 'zero']],
  ['S', ['second', 1, 2, 2, 'zero']],
  ['u', ['weekday', 1, 1, 1, 'zero']],
  ['w', ['weekday0', 1, 1, 1, 'zero']],
  ['G', ['isoYear', 1, 4, 4, 'zero']],
  ['g', ['isoShortYear', 1, 2, 2, 'zero']],
  ['V', ['isoWeek', 1, 2, 2, 'zero']],
  ['U', ['weekOfSundays', 1, 2, 2, 'zero']],
  ['W', ['weekOfMondays', 1, 2, 2, 'zero']],
]);

const PADDING = new Map<string, NumberElement['pad']>([
  ['-', 'none'],
  ['_', 'space'],
  ['0', 'zero'],
]);

function numbers([field, min, max, width, pad]: NumberRow, conversion: Conversion): readonly Element[] {
  const { at, source, flag } = conversion;
  const padding = PADDING.get(flag) ?? pad;
  const element = number({ at, source }, field, [min, max], { width, pad: padding, blanksBefore: true });
  if (conversion.width === undefined) return [element];
  return [element, fraction({ at, source }, '.', conversion.width)]; // Miller's %3S: seconds with 3 decimals
}

/** Letters that stand for several, in the POSIX locale. */
const COMPOSED = new Map([
  ['D', '%m/%d/%y'],
  ['x', '%m/%d/%y'],
  ['F', '%Y-%m-%d'],
  ['T', '%H:%M:%S'],
  ['X', '%H:%M:%S'],
  ['R', '%H:%M'],
  ['r', '%I:%M:%S %p'],
  ['c', '%a %b %e %H:%M:%S %Y'],
  ['v', '%e-%b-%Y'],
  ['+', '%Y-%m-%dT%H:%M:%S%.f%#z'],
]);

const FRACTION_DIGITS: Readonly<Record<string, number>> = { L: 3, f: 6, N: 9 };

function letterFraction(letter: string): (conversion: Conversion) => readonly Element[] {
  return ({ at, source, dot, width }) => [
    fraction({ at, source }, dot ? '.' : '', width ?? (dot ? Infinity : (FRACTION_DIGITS[letter] ?? 9))),
  ];
}

const OTHERS = new Map<string, (conversion: Conversion) => readonly Element[]>([
  ['f', letterFraction('f')],
  ['L', letterFraction('L')],
  ['N', letterFraction('N')],
  ['b', (c) => [name(placeOf(c), 'month', 'short', lettersOf(c))]],
  ['h', (c) => [name(placeOf(c), 'month', 'short', lettersOf(c))]],
  ['B', (c) => [name(placeOf(c), 'month', 'long', lettersOf(c))]],
  ['a', (c) => [name(placeOf(c), 'weekday', 'short', lettersOf(c))]],
  ['A', (c) => [name(placeOf(c), 'weekday', 'long', lettersOf(c))]],
  ['p', (c) => [name(placeOf(c), 'dayPeriod', 'short', c.flag === '#' ? 'lower' : lettersOf(c))]],
  ['P', (c) => [name(placeOf(c), 'dayPeriod', 'short', 'lower')]],
  ['z', (c) => [offset(c)]],
  ['Z', (c) => [zone(placeOf(c), 'abbreviation')]],
  ['s', (c) => [{ kind: 'epoch', digits: 0, ...placeOf(c) }]],
  ['Q', (c) => [{ kind: 'epoch', digits: 3, ...placeOf(c) }]],
  ['n', (c) => [space(placeOf(c), '\n', 0)]],
  ['t', (c) => [space(placeOf(c), '\t', 0)]],
  ['%', (c) => [literal(placeOf(c), '%')]],
]);

function placeOf({ at, source }: Conversion): Place {
  return { at, source };
}

function lettersOf({ flag }: Conversion): 'upper' | 'as they are' {
  return flag === '^' || flag === '#' ? 'upper' : 'as they are';
}

function offset(conversion: Conversion): Element {
  if (conversion.flag === '#') return zone(placeOf(conversion), 'hh:mm', true);
  const forms = ['hhmm', 'hh:mm', 'hh:mm:ss'] as const;
  return zone(placeOf(conversion), forms[conversion.colons] ?? 'hhmm');
}
