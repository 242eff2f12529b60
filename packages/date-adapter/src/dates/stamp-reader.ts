// Reads one stamp: runs a stamp program over bytes[start, end) into its Stamp. Hot: one loop, nothing allocated, no byte
// looked at outside the range, whatever the bytes are. Pure.
// 300 lines, because one flat machine: each case is one instruction of stamp-codes.ts.

import type { Element } from './element.ts';
import { HAS_EPOCH, Stamp, UNSET } from './stamp.ts';
import {
  BLANKS,
  BYTE,
  DIGITS,
  EPOCH,
  fixedWidth,
  FRACTION,
  GLUED_FRACTION,
  NAME,
  NEED,
  NO_BYTE,
  NUMBER,
  ONE_OF,
  OPTIONAL,
  STEP,
  TAI64N,
  TWO,
  ZONE,
} from './stamp-codes.ts';
import type { StampProgram } from './stamp-program.ts';
import type { ZoneReader } from './zone-reader.ts';

/** Why a reading failed, beside where. */
const UNEXPECTED = 0;
export const OUT_OF_RANGE = 1;
export const TOO_SHORT = 2;
export const RUNS_ON = 3;
/** Not what an instruction says, but the byte behind its digits. */
const BEHIND = 4;

/** Seconds of 13 digits reach the year 318,857; more are somebody's number. */
const MAX_EPOCH_DIGITS = 13;
const MAX_EPOCH_SECONDS = 1e13;
const ZERO = 0x30;

export class StampReader {
  readonly stamp = new Stamp();
  readonly program: StampProgram;
  /** After a failure: at which byte, at which instruction, why. */
  failedAt = 0;
  failedStep = 0;
  failedWhy = UNEXPECTED;
  readonly #code: Int32Array;
  readonly #zones: ZoneReader;
  readonly #optional: boolean;
  /** Fields as they were before an optional section, by depth. */
  readonly #saved: Int32Array[] = [];
  #depth = 0;
  readonly #nanoseconds = new Uint8Array(9);

  constructor(program: StampProgram, zones: ZoneReader) {
    this.program = program;
    this.#code = program.code;
    this.#zones = zones;
    this.#optional = program.code.some((code, index) => index % STEP === 0 && code === OPTIONAL);
  }

  /** The element that a failed reading stopped at. */
  get failedElement(): Element | undefined {
    const { origins, behind } = this.program;
    return (this.failedWhy === BEHIND ? behind : origins)[this.failedStep / STEP];
  }

  /** @returns where the stamp that begins at `start` ends, or -1 */
  read(bytes: Uint8Array, start: number, end: number): number {
    const { stamp } = this;
    if (this.#optional) stamp.fields.fill(UNSET);
    stamp.zone = undefined;
    stamp.digits = bytes;
    stamp.fractionFrom = stamp.fractionStart = stamp.fractionEnd = -1;
    stamp.fractionZeros = 0;
    this.#depth = 0;
    const at = this.#run(0, this.#code.length, bytes, start, end);
    if (at === -1) return -1;
    if (at < end && at > start && isDigit(bytes[at]!) && isDigit(bytes[at - 1]!)) {
      return this.#fail(this.#code.length - STEP, at, RUNS_ON);
    }
    if (stamp.fractionFrom === -1) stamp.fractionFrom = stamp.fractionStart = stamp.fractionEnd = at;
    return at;
  }

  #fail(step: number, at: number, why: number): -1 {
    this.failedStep = step;
    this.failedAt = at;
    this.failedWhy = why;
    return -1;
  }

  #run(from: number, to: number, bytes: Uint8Array, start: number, end: number): number {
    const code = this.#code;
    const { fields } = this.stamp;
    let at = start;
    for (let step = from; step < to; step += STEP) {
      switch (code[step]!) {
        case NEED:
          if (end - at < code[step + 1]!) return this.#tooShort(step, to, bytes, at, end);
          break;
        case BYTE:
          if (bytes[at] !== code[step + 1]) return this.#fail(step, at, UNEXPECTED);
          at++;
          break;
        case ONE_OF:
          if (this.program.sets[code[step + 1]!]![bytes[at]!] === 0) return this.#fail(step, at, UNEXPECTED);
          at++;
          break;
        case TWO: {
          const tens = bytes[at]! - ZERO;
          const ones = bytes[at + 1]! - ZERO;
          if (tens >>> 0 > 9) return this.#fail(step, at, UNEXPECTED);
          if (ones >>> 0 > 9) return this.#fail(step, at + 1, UNEXPECTED);
          const value = tens * 10 + ones;
          if (value < code[step + 2]! || value > code[step + 3]!) return this.#fail(step, at, OUT_OF_RANGE);
          fields[code[step + 1]!] = value;
          at += 2;
          const behind = code[step + 5]!;
          if (behind !== NO_BYTE) {
            if (bytes[at] !== behind) return this.#fail(step, at, BEHIND);
            at++;
          }
          break;
        }
        case DIGITS: {
          const stop = at + code[step + 4]!;
          let value = 0;
          for (let index = at; index < stop; index++) {
            const digit = bytes[index]! - ZERO;
            if (digit >>> 0 > 9) return this.#fail(step, index, UNEXPECTED);
            value = value * 10 + digit;
          }
          if (value < code[step + 2]! || value > code[step + 3]!) return this.#fail(step, at, OUT_OF_RANGE);
          fields[code[step + 1]!] = value;
          at = stop;
          const behind = code[step + 5]!;
          if (behind !== NO_BYTE) {
            if (bytes[at] !== behind) return this.#fail(step, at, BEHIND);
            at++;
          }
          break;
        }
        case NUMBER: {
          let index = at;
          if (code[step + 5] === 1) while (index < end && isBlank(bytes[index]!)) index++;
          const first = index;
          const stop = Math.min(end, first + (code[step + 4]! >> 4));
          let value = 0;
          for (; index < stop; index++) {
            const digit = bytes[index]! - ZERO;
            if (digit >>> 0 > 9) break;
            value = value * 10 + digit;
          }
          if (index - first < (code[step + 4]! & 15)) return this.#fail(step, index, UNEXPECTED);
          if (value < code[step + 2]! || value > code[step + 3]!)
            return this.#fail(step, first, OUT_OF_RANGE);
          fields[code[step + 1]!] = value;
          at = index;
          break;
        }
        case BLANKS: {
          let index = at;
          while (index < end && isBlank(bytes[index]!)) index++;
          if (index - at < code[step + 1]!) return this.#fail(step, at, UNEXPECTED);
          at = index;
          break;
        }
        case NAME: {
          const trie = this.program.tries[code[step + 1]!]!;
          const stop = trie.match(bytes, at, end);
          if (stop === -1) return this.#fail(step, at, UNEXPECTED);
          fields[code[step + 2]!] = trie.value;
          at = stop;
          break;
        }
        case FRACTION:
          at = this.#fraction(this.program.sets[code[step + 1]!]!, bytes, at, end);
          break;
        case GLUED_FRACTION: {
          const stop = this.#digits(
            bytes,
            at,
            code[step + 1] === -1 ? end : Math.min(end, at + code[step + 1]!),
          );
          if (stop === at || (code[step + 1] !== -1 && stop - at < code[step + 1]!)) {
            return this.#fail(step, stop, UNEXPECTED);
          }
          this.#keepFraction(at, at, stop, 0);
          at = stop;
          break;
        }
        case ZONE: {
          const stop = this.#zones.read(bytes, at, end, this.stamp);
          if (stop === -1) return this.#fail(step, at, UNEXPECTED);
          at = stop;
          break;
        }
        case EPOCH: {
          const stop = this.#epoch(step, bytes, at, end);
          if (stop === -1) return -1;
          at = stop;
          break;
        }
        case TAI64N: {
          const stop = this.#tai(bytes, at, end);
          if (stop === -1) return this.#fail(step, at, UNEXPECTED);
          at = stop;
          break;
        }
        case OPTIONAL: {
          const behind = code[step + 1]! * STEP;
          at = this.#section(step + STEP, behind, bytes, at, end);
          step = behind - STEP;
          break;
        }
      }
    }
    return at;
  }

  /** Not enough bytes for the fixed columns that follow: the first one that does not fit is what is reported. */
  #tooShort(step: number, to: number, bytes: Uint8Array, start: number, end: number): -1 {
    let at = start;
    for (let next = step + STEP; next < to; next += STEP) {
      const width = fixedWidth(this.#code.subarray(next, next + STEP));
      if (at + width > end) return this.#shortIn(next, bytes, at, end);
      if (this.#run(next, next + STEP, bytes, at, end) === -1) return -1;
      at += width;
    }
    return this.#fail(step, end, TOO_SHORT);
  }

  /** The line ends within one instruction: its digits are still looked at. */
  #shortIn(step: number, bytes: Uint8Array, at: number, end: number): -1 {
    const digits = this.#code[step + 4]!;
    const behind = end - at === digits && this.#code[step] !== BYTE && this.#code[step] !== ONE_OF;
    const stop = this.#digits(bytes, at, end);
    return this.#fail(step, stop, stop < end ? UNEXPECTED : behind ? BEHIND : TOO_SHORT);
  }

  #section(from: number, to: number, bytes: Uint8Array, start: number, end: number): number {
    const { stamp } = this;
    const saved = (this.#saved[this.#depth++] ??= new Int32Array(stamp.fields.length));
    saved.set(stamp.fields);
    const { zone, fractionFrom, fractionStart, fractionEnd } = stamp;
    const at = this.#run(from, to, bytes, start, end);
    this.#depth--;
    if (at !== -1) return at;
    stamp.fields.set(saved);
    stamp.zone = zone;
    stamp.fractionFrom = fractionFrom;
    stamp.fractionStart = fractionStart;
    stamp.fractionEnd = fractionEnd;
    return start;
  }

  #digits(bytes: Uint8Array, at: number, end: number): number {
    let index = at;
    while (index < end && isDigit(bytes[index]!)) index++;
    return index;
  }

  #fraction(separators: Uint8Array, bytes: Uint8Array, at: number, end: number): number {
    const present = at + 1 < end && separators[bytes[at]!] === 1 && isDigit(bytes[at + 1]!);
    const stop = present ? this.#digits(bytes, at + 2, end) : at;
    this.#keepFraction(at, present ? at + 1 : at, stop, 0);
    return stop;
  }

  #keepFraction(from: number, start: number, end: number, zeros: number): void {
    const { stamp } = this;
    stamp.fractionFrom = from;
    stamp.fractionStart = start;
    stamp.fractionEnd = end;
    stamp.fractionZeros = zeros;
  }

  /** Digits in units of a second's part: all but the last 3, 6 or 9 are the seconds, those are the fraction. */
  #epoch(step: number, bytes: Uint8Array, at: number, end: number): number {
    const code = this.#code;
    const unit = code[step + 1]!;
    const negative = unit === 0 && at < end && bytes[at] === 0x2d;
    const first = negative ? at + 1 : at;
    const stop = this.#digits(bytes, first, Math.min(end, first + MAX_EPOCH_DIGITS + 10));
    const count = stop - first;
    if (count === 0) return this.#fail(step, stop, UNEXPECTED);
    if (code[step + 2] !== 0 && count !== code[step + 2]) return this.#fail(step, at, UNEXPECTED);
    const glued = code[step + 3]!;
    const whole = glued === -1 ? Math.min(count, 10) : Math.max(count - unit - glued, 0);
    if (whole > MAX_EPOCH_DIGITS || (whole === 0 && unit === 0)) return this.#fail(step, at, OUT_OF_RANGE);
    let seconds = 0;
    for (let index = first; index < first + whole; index++) seconds = seconds * 10 + bytes[index]! - ZERO;
    this.stamp.epochSeconds = negative ? -seconds : seconds;
    this.stamp.fields[HAS_EPOCH] = 1;
    if (unit > 0) this.#keepFraction(first + whole, first + whole, stop, unit - (count - whole));
    return unit > 0 ? stop : first + whole;
  }

  #tai(bytes: Uint8Array, at: number, end: number): number {
    if (end - at < 25 || bytes[at] !== 0x40) return -1;
    const high = hexadecimal(bytes, at + 1, at + 9);
    const low = hexadecimal(bytes, at + 9, at + 17);
    const nanoseconds = hexadecimal(bytes, at + 17, at + 25);
    if (Number.isNaN(high + low + nanoseconds) || nanoseconds > 999_999_999) return -1;
    const seconds = (high - 0x4000_0000) * 2 ** 32 + low - 10;
    if (Math.abs(seconds) >= MAX_EPOCH_SECONDS) return -1;
    this.stamp.epochSeconds = seconds;
    this.stamp.fields[HAS_EPOCH] = 1;
    this.#decimal(nanoseconds);
    return at + 25;
  }

  /** The one fraction that is not decimal digits in the bytes read. */
  #decimal(nanoseconds: number): void {
    const digits = (this.stamp.digits = this.#nanoseconds);
    for (let index = 8, rest = nanoseconds; index >= 0; index--, rest = Math.floor(rest / 10)) {
      digits[index] = ZERO + (rest % 10);
    }
    this.#keepFraction(0, 0, 9, 0);
  }
}

function hexadecimal(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    const digit = byte <= 0x39 ? byte - ZERO : (byte | 0x20) - 0x57;
    if (digit < 0 || digit > 15 || (byte > 0x39 && digit < 10)) return NaN;
    value = value * 16 + digit;
  }
  return value;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
