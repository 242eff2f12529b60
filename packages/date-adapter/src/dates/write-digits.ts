// Digits into bytes: numbers, fractions, epochs before 1970, TAI64N. Hot, pure. For the stamp writer.

import type { Instruction } from './writer-program.ts';

const ZERO = 0x30;
const encoder = new TextEncoder();

/** A fraction to be written: `zeros` zeros, then the digits bytes[from, to). */
export interface FractionDigits {
  readonly digits: Uint8Array;
  readonly fractionStart: number;
  readonly fractionEnd: number;
  readonly fractionZeros: number;
}

export function copy(bytes: Uint8Array, out: Uint8Array, at: number): number {
  for (let index = 0; index < bytes.length; index++) out[at + index] = bytes[index]!;
  return at + bytes.length;
}

export function writeNumber(value: number, width: number, pad: number, out: Uint8Array, at: number): number {
  let rest = Math.abs(value);
  let digits = 1;
  for (let limit = 10; rest >= limit; limit *= 10) digits++;
  let end = at;
  if (value < 0) out[end++] = 0x2d;
  if (pad !== 0) for (let index = digits; index < width; index++) out[end++] = pad;
  for (let index = end + digits - 1; index >= end; index--) {
    const tenth = Math.floor(rest / 10);
    out[index] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  return end + digits;
}

export function writeFraction(
  instruction: Instruction,
  fraction: FractionDigits,
  out: Uint8Array,
  at: number,
): number {
  const available = fraction.fractionZeros + fraction.fractionEnd - fraction.fractionStart;
  const digits = instruction.digits === Infinity ? available : instruction.digits;
  if (digits === 0) return at;
  const start = copy(instruction.bytes, out, at);
  const end = writeDigits(digits, instruction.trim, fraction, out, start);
  return end === start ? at : end;
}

export function writeDigits(
  count: number,
  trim: boolean,
  fraction: FractionDigits,
  out: Uint8Array,
  at: number,
): number {
  const { digits, fractionStart, fractionEnd, fractionZeros } = fraction;
  const end = at + count;
  let index = at;
  for (let zeros = fractionZeros; zeros > 0 && index < end; zeros--) out[index++] = ZERO;
  for (let from = fractionStart; from < fractionEnd && index < end; from++) out[index++] = digits[from]!;
  while (index < end) out[index++] = ZERO;
  if (trim) while (index > at && out[index - 1] === ZERO) index--;
  return index;
}

/** Before 1970 the seconds are rounded down and the fraction counts on from there: -1.5 s is second -2 and .5. */
export function writeBeforeEpoch(
  utcSeconds: number,
  digits: number,
  { digits: bytes, fractionStart, fractionEnd, fractionZeros }: FractionDigits,
  out: Uint8Array,
  at: number,
): number {
  const text = '0'.repeat(fractionZeros) + String.fromCharCode(...bytes.subarray(fractionStart, fractionEnd));
  const units =
    BigInt(utcSeconds) * 10n ** BigInt(digits) + BigInt(text.padEnd(digits, '0').slice(0, digits));
  return copy(encoder.encode(String(units)), out, at);
}

export function writeTai(utcSeconds: number, fraction: FractionDigits, out: Uint8Array, at: number): number {
  const label = 2n ** 62n + BigInt(utcSeconds) + 10n;
  out[at] = 0x40;
  copy(encoder.encode(label.toString(16).padStart(16, '0')), out, at + 1);
  writeDigits(9, false, fraction, out, at + 17);
  let nanoseconds = 0;
  for (let index = at + 17; index < at + 26; index++) nanoseconds = nanoseconds * 10 + out[index]! - ZERO;
  return copy(encoder.encode(nanoseconds.toString(16).padStart(8, '0')), out, at + 17);
}
