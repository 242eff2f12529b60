// What a variable of the compiled program holds, and how it becomes a number, a string or a truth. Hot, pure.
// Strings are byte strings (byte-text.ts). Input that is an integer in its usual form (404, -1, 0) is kept as a
// number: nothing but typeof could tell it from the numeric string it is, and no string is made for it.
import { NumericText } from '../interpreter/values.ts';
import { leadingNumber, looksNumeric, numberText } from '../numbers.ts';
import type { AwkArray } from './awk-array.ts';

export type Scalar = number | string | NumericText | undefined;
/** An element may be an array itself (gawk). */
export type Value = Scalar | AwkArray;

export function toNumber(value: Scalar): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return textNumber(value);
  return value === undefined ? 0 : value.number;
}

/** Most strings in arithmetic are short digits; the rest takes the long way. */
export function textNumber(text: string): number {
  const length = text.length;
  if (length === 0) return 0;
  if (length < 10) {
    let value = 0;
    let at = 0;
    for (; at < length; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === length) return value;
  }
  return leadingNumber(text);
}

/** @param format CONVFMT, or OFMT for print */
export function toText(value: Scalar, format: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return (value | 0) === value ? String(value | 0) : numberText(value, format);
  return value === undefined ? '' : value.text;
}

export function isTrue(value: Scalar): boolean {
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  return value !== undefined && value.number !== 0;
}

/**
 * Numbers when neither is a string, else byte by byte as strings (the C locale).
 * @returns < 0, 0 or > 0; NaN when a NaN is compared
 */
export function compare(left: Scalar, right: Scalar, format: string): number {
  if (typeof left !== 'string' && typeof right !== 'string') {
    const leftNumber = toNumber(left);
    const rightNumber = toNumber(right);
    return leftNumber === rightNumber ? 0 : leftNumber - rightNumber;
  }
  const leftText = toText(left, format);
  const rightText = toText(right, format);
  if (leftText === rightText) return 0;
  return leftText < rightText ? -1 : 1;
}

/** Text from outside: a number or numeric string when it looks like one. @param boxed keep the string always */
export function inputValue(text: string, boxed: boolean): Scalar {
  const length = text.length;
  if (length === 0 || !mayBeNumeric(text.charCodeAt(0))) return text;
  if (!boxed && length < 16) {
    const value = usualInteger(text);
    if (value === value) return value;
  }
  return looksNumeric(text) ? new NumericText(text) : text;
}

/** Blanks, digits, signs and the point: what a numeric string can begin with. */
export function mayBeNumeric(byte: number): boolean {
  return (
    (byte >= 48 && byte <= 57) ||
    byte === 32 ||
    byte === 43 ||
    byte === 45 ||
    byte === 46 ||
    (byte >= 9 && byte <= 13)
  );
}

/** The integer whose usual form this is, or NaN: no sign but a minus, no leading zeros. */
function usualInteger(text: string): number {
  const negative = text.charCodeAt(0) === 45;
  let at = negative ? 1 : 0;
  const first = text.charCodeAt(at);
  if (first === 48) return text.length === 1 ? 0 : Number.NaN;
  let value = 0;
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  if (value === 0) return Number.NaN;
  return negative ? -value : value;
}
