// Layouts in the letters of Unicode TR35, as Java's SimpleDateFormat and DateTimeFormatter, log4j, logback and
// Logstash have them: `dd/MM/yyyy'T'HH:mm:ss.SSSXXX`, quoted literals, optional sections in brackets. Pure.
// The tokens of moment.js look alike and mean something else (YYYY, DD): they are refused with what to write instead.
// An unquoted T between date and time is taken as itself: TR35 gives it no meaning, and shells eat the quotes.

import { type Element, type NumberField, tidy } from './element.ts';
import { LayoutError } from './layout-error.ts';
import { blanksAt, fraction, literal, name, number, type Place, zone } from './make-element.ts';
import { momentHint } from './moment-hint.ts';

/** @throws LayoutError for letters that have no meaning here, open quotes and brackets, and moment's tokens */
export function readJava(layout: string): Element[] {
  const hint = momentHint(layout);
  if (hint !== undefined) throw new LayoutError(layout, hint.at, hint.what);
  const reader = new JavaReader(layout);
  const elements = reader.section();
  if (reader.at < layout.length) throw new LayoutError(layout, reader.at, "']' without a '['");
  return elements;
}

class JavaReader {
  at = 0;
  readonly #layout: string;

  constructor(layout: string) {
    this.#layout = layout;
  }

  /** Up to the end, or to the `]` that closes this section (which stays unread). */
  section(): Element[] {
    const elements: Element[] = [];
    while (this.at < this.#layout.length && this.#layout[this.at] !== ']') elements.push(this.#next());
    return tidy(elements);
  }

  #next(): Element {
    const at = this.at;
    const blanks = blanksAt(this.#layout, at, 1);
    if (blanks !== undefined) return this.#taken(blanks);
    const character = String.fromCodePoint(this.#layout.codePointAt(at) ?? 0);
    if (character === "'") return this.#quoted();
    if (character === '[') return this.#optional();
    if (!/[A-Za-z]/.test(character) || character === 'T') {
      return this.#taken(literal({ at, source: character }, character));
    }
    const run = /^(.)\1*/.exec(this.#layout.slice(at))?.[0] ?? character;
    return this.#taken(this.#letters(run));
  }

  #taken(element: Element): Element {
    this.at += element.source.length;
    return element;
  }

  #quoted(): Element {
    const at = this.at;
    const match = /^'((?:[^']|'')*)'/.exec(this.#layout.slice(at));
    if (match === null) throw new LayoutError(this.#layout, at, 'this quote is never closed');
    const [source, text = ''] = match;
    return this.#taken(literal({ at, source }, text === '' ? "'" : text.replaceAll("''", "'")));
  }

  #optional(): Element {
    const at = this.at++;
    const elements = this.section();
    if (this.#layout[this.at] !== ']') throw new LayoutError(this.#layout, at, "this '[' is never closed");
    this.at++;
    return { kind: 'optional', elements, at, source: this.#layout.slice(at, this.at) };
  }

  #letters(source: string): Element {
    const place = { at: this.at, source };
    const letter = source[0] ?? '';
    const element = numberOf(letter, place) ?? otherOf(letter, place);
    if (element !== undefined) return element;
    const what = REFUSED.get(letter) ?? `the letter ${letter} has no meaning in a date`;
    throw new LayoutError(this.#layout, this.at, `${what}; text is written in quotes: '${source}'`);
  }
}

/** Letters whose count is the least number of digits. */
const NUMBERS = new Map<string, readonly [field: NumberField, maxDigits: number, maxLetters: number]>([
  ['d', ['day', 2, 2]],
  ['D', ['dayOfYear', 3, 3]],
  ['H', ['hour', 2, 2]],
  ['h', ['hour12', 2, 2]],
  ['K', ['hour11', 2, 2]],
  ['k', ['hour24', 2, 2]],
  ['m', ['minute', 2, 2]],
  ['s', ['second', 2, 2]],
  ['w', ['isoWeek', 2, 2]],
]);

function numberOf(letter: string, place: Place): Element | undefined {
  const count = place.source.length;
  if (letter === 'y' || letter === 'u') return yearOf('shortYear', 'year', place);
  if (letter === 'Y') return yearOf('isoShortYear', 'isoYear', place);
  if ((letter === 'M' || letter === 'L') && count < 3) return sized(place, 'month', 2);
  if ((letter === 'e' || letter === 'c') && count < 3) return sized(place, 'weekday', 2);
  const row = NUMBERS.get(letter);
  return row === undefined || count > row[2] ? undefined : sized(place, row[0], row[1]);
}

function yearOf(short: NumberField, long: NumberField, place: Place): Element {
  const count = place.source.length;
  if (count === 2) return number(place, short, [2, 2]);
  if (count === 1) return number(place, long, [1, 4], { width: 1 });
  return number(place, long, [Math.min(count, 4), Math.max(count, 4)], { width: count });
}

/** One letter: as many digits as there are, written without padding; more letters: so many digits. */
function sized(place: Place, field: NumberField, digits: number): Element {
  const count = place.source.length;
  return count === 1
    ? number(place, field, [1, digits], { width: 1, pad: 'none' })
    : number(place, field, [Math.min(count, digits), digits], { width: count });
}

function otherOf(letter: string, place: Place): Element | undefined {
  const count = place.source.length;
  if (letter === 'S') return fraction(place, '', count);
  if (letter === 'a') return name(place, 'dayPeriod', 'short');
  if ((letter === 'M' || letter === 'L') && count < 5)
    return name(place, 'month', count === 3 ? 'short' : 'long');
  if ('Eec'.includes(letter) && count < 5) return name(place, 'weekday', count === 4 ? 'long' : 'short');
  const form = ZONES.get(place.source);
  return form === undefined ? undefined : zone(place, ...form);
}

const ZONES = new Map<string, [Parameters<typeof zone>[1], boolean]>([
  ['X', ['hh[mm]', true]],
  ['XX', ['hhmm', true]],
  ['XXX', ['hh:mm', true]],
  ['XXXX', ['hhmmss', true]],
  ['XXXXX', ['hh:mm:ss', true]],
  ['x', ['hh[mm]', false]],
  ['xx', ['hhmm', false]],
  ['xxx', ['hh:mm', false]],
  ['xxxx', ['hhmmss', false]],
  ['xxxxx', ['hh:mm:ss', false]],
  ['Z', ['hhmm', false]],
  ['ZZ', ['hh:mm', false]], // Joda, and so Logstash; the same as one Z elsewhere
  ['ZZZ', ['hhmm', false]],
  ['ZZZZ', ['GMT+hh:mm', false]],
  ['ZZZZZ', ['hh:mm:ss', true]],
  ['O', ['GMT+h', false]],
  ['OOOO', ['GMT+hh:mm', false]],
  ['z', ['abbreviation', false]],
  ['zz', ['abbreviation', false]],
  ['zzz', ['abbreviation', false]],
  ['zzzz', ['abbreviation', false]],
  ['v', ['abbreviation', false]],
  ['VV', ['id', false]],
]);

const REFUSED = new Map([
  ['G', 'eras (G) are not supported'],
  ['Q', 'quarters (Q) are not supported'],
  ['q', 'quarters (q) are not supported'],
  ['W', 'weeks of months (W) are not supported'],
  ['F', 'weeks of months (F) are not supported'],
  ['n', 'nanoseconds are a fraction: write S for each digit'],
  ['N', 'nanoseconds are a fraction: write S for each digit'],
  ['A', 'milliseconds of a day (A) are not supported; AM and PM are written a'],
  ['b', 'day periods (b) are not supported; AM and PM are written a'],
  ['B', 'day periods (B) are not supported; AM and PM are written a'],
]);
