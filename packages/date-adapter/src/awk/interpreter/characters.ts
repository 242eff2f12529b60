// Lengths, places and order of text in characters (code points). Pure, for builtins and fields.
// JavaScript counts UTF-16 units; the two are the same unless a text has surrogates, so that is looked at first.

import { textCodec } from './bytes.ts';

const SURROGATE = /[\uD800-\uDFFF]/;
const codec = textCodec(true);

export function characterCount(text: string): number {
  return SURROGATE.test(text) ? characterOffset(text, text.length) : text.length;
}

/** How many characters stand before a unit. */
export function characterOffset(text: string, unit: number): number {
  if (!SURROGATE.test(text)) return unit;
  let count = 0;
  for (let at = 0; at < unit; count++) at += unitsAt(text, at);
  return count;
}

/** Characters [from, to) of a text, from 0. */
export function characterSlice(text: string, from: number, to: number): string {
  if (!SURROGATE.test(text)) return text.slice(from, to);
  const start = unitOffset(text, 0, from);
  return text.slice(start, unitOffset(text, start, to - from));
}

/** The unit `count` characters after a unit; never beyond the end. */
function unitOffset(text: string, start: number, count: number): number {
  let at = start;
  for (let left = count; left > 0 && at < text.length; left--) at += unitsAt(text, at);
  return at;
}

/** 2 for a pair, else 1: a byte that is not UTF-8 is a lone surrogate. */
export function unitsAt(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}

/** The order of bytes (the C locale), which is the order of code points. @returns < 0, 0 or > 0 */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  if (!SURROGATE.test(left) && !SURROGATE.test(right)) return left < right ? -1 : 1;
  return compareBytes(codec.encode(left), codec.encode(right));
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const end = Math.min(left.length, right.length);
  for (let at = 0; at < end; at++) {
    if (left[at] !== right[at]) return left[at]! - right[at]!;
  }
  return left.length - right.length;
}

/** Two texts as one. Bytes that were no character alone may make one together. */
export function joinText(left: string, right: string, renew: (text: string) => string): string {
  const joined = left + right;
  return isLoneByte(left, left.length - 1) && isByte(right.charCodeAt(0)) ? renew(joined) : joined;
}

function isLoneByte(text: string, at: number): boolean {
  if (!isByte(text.charCodeAt(at))) return false;
  const before = text.charCodeAt(at - 1);
  return !(before >= 0xd800 && before < 0xdc00);
}

function isByte(unit: number): boolean {
  return unit >= 0xdc80 && unit <= 0xdcff;
}

/** towupper and towlower: one character for one character; those that would become two stay. */
export function mapCase(text: string, upper: boolean): string {
  let out = '';
  for (const character of text) {
    const mapped = upper ? character.toUpperCase() : character.toLowerCase();
    out += mapped.length === unitsAt(mapped, 0) ? mapped : character;
  }
  return out;
}
