// How wide is a time stamp? Matches the shape of a Java date pattern (TR35 letters) against bytes: how many digits,
// letters and separators, not whether there is such a day. For log patterns, which have to know where the stamp ends
// and whether a line begins with one. Hot, pure.
import { COLON, COMMA, DASH, DOT, isDigit, isLetter, PLUS } from '../ascii.ts';

type Element =
  | { readonly kind: 'digits'; readonly least: number; readonly most: number }
  | { readonly kind: 'letters' | 'offset' | 'zone' | 'fractionPoint' }
  | { readonly kind: 'byte'; readonly byte: number; readonly or: number };

/** The names that log4j and logback have for patterns. */
const NAMED: Readonly<Record<string, string>> = {
  DEFAULT: 'yyyy-MM-dd HH:mm:ss,SSS',
  DEFAULT_MICROS: 'yyyy-MM-dd HH:mm:ss,SSSSSS',
  DEFAULT_NANOS: 'yyyy-MM-dd HH:mm:ss,SSSSSSSSS',
  DEFAULT_PERIOD: 'yyyy-MM-dd HH:mm:ss.SSS',
  ISO8601: 'yyyy-MM-dd HH:mm:ss,SSS',
  ISO8601_PERIOD: "yyyy-MM-dd'T'HH:mm:ss.SSS",
  ISO8601_BASIC: "yyyyMMdd'T'HHmmss,SSS",
  ISO8601_OFFSET_DATE_TIME_HH: "yyyy-MM-dd'T'HH:mm:ss,SSSX",
  ISO8601_OFFSET_DATE_TIME_HHMM: "yyyy-MM-dd'T'HH:mm:ss,SSSXX",
  ISO8601_OFFSET_DATE_TIME_HHCMM: "yyyy-MM-dd'T'HH:mm:ss,SSSXXX",
  ABSOLUTE: 'HH:mm:ss,SSS',
  ABSOLUTE_PERIOD: 'HH:mm:ss.SSS',
  COMPACT: 'yyyyMMddHHmmssSSS',
  DATE: 'dd MMM yyyy HH:mm:ss,SSS',
  UNIX: 'ssssssssss',
  UNIX_MILLIS: 'sssssssssssss',
};

/** The letters for a name of log4j's or logback's, or for none at all; other patterns as they are. */
export function datePatternOf(pattern: string): string {
  const name = pattern === '' ? 'DEFAULT' : pattern;
  return Object.hasOwn(NAMED, name) ? NAMED[name]! : pattern;
}

const SPACE_OR_T = [0x20, 0x54] as const;

export class StampShape {
  readonly #elements: readonly Element[];

  /** @param pattern a name (ISO8601, ABSOLUTE, ...) or letters of TR35; empty for the default of both libraries */
  constructor(pattern: string) {
    this.#elements = elementsOf(datePatternOf(pattern));
  }

  /** Index behind the stamp at bytes[start...], or -1. */
  match(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    for (const element of this.#elements) {
      at = matchElement(element, bytes, at, end);
      if (at === -1) return -1;
    }
    return at;
  }
}

function matchElement(element: Element, bytes: Uint8Array, start: number, end: number): number {
  const byte = start < end ? bytes[start]! : 0;
  switch (element.kind) {
    case 'byte':
      return start < end && (byte === element.byte || byte === element.or) ? start + 1 : -1;
    case 'fractionPoint':
      return byte === COMMA || byte === DOT ? start + 1 : -1;
    case 'digits':
      return digitsEnd(element.least, element.most, bytes, start, end);
    case 'letters':
      return lettersEnd(bytes, start, end);
    case 'offset':
      return byte === 0x5a ? start + 1 : offsetEnd(bytes, start, end);
    case 'zone':
      return zoneEnd(bytes, start, end);
    default:
      return -1;
  }
}

function digitsEnd(least: number, most: number, bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && at - start < most && isDigit(bytes[at])) at++;
  return at - start < least ? -1 : at;
}

/** A name of a month, a day or a half of the day; with the dot that some languages put behind it. */
function lettersEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (isLetter(bytes[at]) || bytes[at]! >= 0x80)) at++;
  if (at === start) return -1;
  return at < end && bytes[at] === DOT ? at + 1 : at;
}

function zoneEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isZoneByte(bytes[at]!)) at++;
  return at === start ? -1 : at;
}

/** `+01`, `+0100` or `+01:00`. */
function offsetEnd(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end || (bytes[start] !== PLUS && bytes[start] !== DASH)) return -1;
  let at = start + 1;
  while (at < end && at - start <= 5 && (isDigit(bytes[at]) || (bytes[at] === COLON && at === start + 3)))
    at++;
  return at - start < 3 ? -1 : at;
}

function isZoneByte(byte: number): boolean {
  const isSign = byte === PLUS || byte === DASH || byte === COLON || byte === 0x2f || byte === 0x5f;
  return isLetter(byte) || isDigit(byte) || isSign;
}

function elementsOf(pattern: string): Element[] {
  const elements: Element[] = [];
  for (const [token, quotedText] of pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^]/gu)) {
    if (quotedText !== undefined)
      elements.push(...literals(quotedText === '' ? "'" : quotedText.replaceAll("''", "'")));
    else if (/^[A-Za-z]/.test(token)) elements.push(letterElement(token));
    else elements.push(...literals(token));
  }
  return elements.map((element, index) => {
    const next = elements[index + 1];
    const isPoint = element.kind === 'byte' && (element.byte === COMMA || element.byte === DOT);
    return isPoint && next?.kind === 'digits' && next.most === FRACTION_DIGITS
      ? { kind: 'fractionPoint' }
      : element;
  });
}

/** Fractions have as many digits as the machine's clock, whatever the pattern says. */
const FRACTION_DIGITS = 9;

function letterElement(token: string): Element {
  const letter = token[0]!;
  const width = token.length;
  if (letter === 'S' || letter === 'n') return { kind: 'digits', least: 1, most: FRACTION_DIGITS };
  if ('EGac'.includes(letter) || ('ML'.includes(letter) && width >= 3)) return { kind: 'letters' };
  if ('XxZ'.includes(letter)) return { kind: 'offset' };
  if ('zVOv'.includes(letter)) return { kind: 'zone' };
  if ('yu'.includes(letter)) return { kind: 'digits', least: width === 2 ? 2 : 4, most: width === 2 ? 2 : 4 };
  return { kind: 'digits', least: width, most: Math.max(width, 2) };
}

/** Bytes that mean themselves; a T may be a space and the other way round, as the two libraries differ in it. */
function literals(text: string): Element[] {
  const isEither = text === 'T' || text === ' ';
  return [...Buffer.from(text)].map((byte) => ({
    kind: 'byte',
    byte,
    or: isEither ? SPACE_OR_T[byte === 0x20 ? 1 : 0] : byte,
  }));
}
