// Writes an instant into bytes as a layout says, in one zone. Hot, pure: the layout is compiled to a list of small
// instructions, dates are computed once a day, offsets once an interval, the zone's text once an offset.
// A fraction is digits that were read somewhere, copied and cut or filled with zeros, never a number.

import { CivilDate, daysOf, isoWeekOf, SECONDS_PER_DAY, weekdayOf } from './civil.ts';
import type { Element } from './element.ts';
import type { Zone } from './zone.ts';
import type { ZoneData } from './zone-data.ts';
import { offsetText } from './zone-text.ts';
import {
  copy,
  type FractionDigits,
  writeBeforeEpoch,
  writeDigits,
  writeFraction,
  writeNumber,
  writeTai,
} from './write-digits.ts';
import {
  BYTE,
  EPOCH,
  FOUR,
  FRACTION,
  type Instruction,
  maxBytesOf,
  NAME,
  NOTHING,
  NUMBER,
  SIMPLE_VALUES,
  TAI64N,
  TEXT,
  TWO,
  VALUES,
  writerProgram,
  ZONE,
} from './writer-program.ts';

const ZERO = 0x30;
export const INSEPARABLE = -2;
const encoder = new TextEncoder();

export interface WriterOptions {
  readonly zone: Zone;
  readonly locale: string;
  readonly data: ZoneData;
}

export class StampWriter {
  /**
   * Where the last `write` put the fraction (or would have; INSEPARABLE: its digits depend on the second's), and the
   * two digits of the second (-1: nowhere).
   */
  fractionAt = 0;
  fractionEnd = 0;
  secondAt = -1;
  #zone: Zone;
  /** At most so many bytes are written, and the digits of a fraction that is written as read. */
  readonly maxBytes: number;
  /** One fraction at most, so that what stands before and behind it can be kept. */
  readonly oneFraction: boolean;
  /** The second is two digits in one place, and nothing else changes within a minute. */
  readonly oneSecond: boolean;
  readonly #data: ZoneData;
  readonly #instructions: readonly Instruction[];
  readonly #fraction: Instruction | undefined;
  readonly #values = new Int32Array(VALUES.length);
  readonly #moreValues: boolean;
  readonly #date = new CivilDate();
  #days = NaN;
  readonly #zoneTexts: (Uint8Array | undefined)[];
  #zoneFrom = NaN;

  constructor(elements: readonly Element[], { zone, locale, data }: WriterOptions) {
    this.#zone = zone;
    this.#data = data;
    this.#instructions = writerProgram(elements, locale);
    this.#fraction = this.#instructions.find(({ code }) => code === FRACTION || code === EPOCH);
    this.#zoneTexts = this.#instructions.map(() => undefined);
    this.#moreValues = this.#instructions.some(({ field }) => field >= SIMPLE_VALUES);
    this.maxBytes = this.#instructions.reduce((sum, instruction) => sum + maxBytesOf(instruction), 0);
    const count = (test: (code: number) => boolean): number =>
      this.#instructions.filter(({ code }) => test(code)).length;
    this.oneFraction =
      count((code) => code === FRACTION || code === EPOCH) <= 1 && count((code) => code === TAI64N) === 0;
    const seconds = this.#instructions.filter(({ field }) => field === VALUES.indexOf('second'));
    this.oneSecond =
      seconds.length === 1 && seconds[0]?.code === TWO && count((code) => code === EPOCH) === 0;
  }

  get zone(): Zone {
    return this.#zone;
  }

  /** From now on stamps are written in this zone. */
  set zone(zone: Zone) {
    if (zone === this.#zone) return;
    this.#zone = zone;
    this.#zoneFrom = NaN;
  }

  /** Writes to out[at, ...), which must have room for `maxBytes` and the digits. @returns where the stamp ends */
  write(utcSeconds: number, fraction: FractionDigits, out: Uint8Array, at: number): number {
    const offset = this.#zone.offsetAt(utcSeconds);
    this.#split(utcSeconds + offset);
    this.fractionAt = -1;
    this.secondAt = -1;
    const values = this.#values;
    const instructions = this.#instructions;
    let end = at;
    for (let index = 0; index < instructions.length; index++) {
      const instruction = instructions[index]!;
      switch (instruction.code) {
        case TEXT:
          end = copy(instruction.bytes, out, end);
          break;
        case BYTE:
          out[end++] = instruction.width;
          break;
        case TWO: {
          const value = values[instruction.field]!;
          if (instruction.field === 5) this.secondAt = end;
          const tens = (value / 10) | 0;
          out[end] = ZERO + tens;
          out[end + 1] = ZERO + value - tens * 10;
          end += 2;
          break;
        }
        case FOUR: {
          const value = values[instruction.field]!;
          if (value < 0 || value > 9999) {
            end = writeNumber(value, 4, ZERO, out, end);
            break;
          }
          const high = (value / 100) | 0;
          const low = value - high * 100;
          out[end] = ZERO + ((high / 10) | 0);
          out[end + 1] = ZERO + (high % 10);
          out[end + 2] = ZERO + ((low / 10) | 0);
          out[end + 3] = ZERO + (low % 10);
          end += 4;
          break;
        }
        case NUMBER:
          end = writeNumber(values[instruction.field]!, instruction.width, instruction.pad, out, end);
          break;
        case NAME:
          end = copy(instruction.names[values[instruction.field]!] ?? NOTHING, out, end);
          break;
        case FRACTION:
          this.fractionAt = end;
          end = writeFraction(instruction, fraction, out, end);
          this.fractionEnd = end;
          break;
        case ZONE:
          end = copy(this.#zoneText(index, instruction, utcSeconds, offset), out, end);
          break;
        case EPOCH:
          end = this.#epoch(instruction, utcSeconds, fraction, out, end);
          break;
        case TAI64N:
          end = writeTai(utcSeconds, fraction, out, end);
          break;
      }
    }
    if (this.fractionAt === -1) this.fractionAt = this.fractionEnd = end;
    return end;
  }

  /** The fraction alone, as the layout's one fraction has it: for a stamp that differs in nothing else. */
  writeFraction(fraction: FractionDigits, out: Uint8Array, at: number): number {
    const instruction = this.#fraction;
    if (instruction === undefined) return at;
    if (instruction.code === FRACTION) return writeFraction(instruction, fraction, out, at);
    return writeDigits(instruction.digits, false, fraction, out, at);
  }

  #split(local: number): void {
    const days = Math.floor(local / SECONDS_PER_DAY);
    const values = this.#values;
    const second = (local - days * SECONDS_PER_DAY) | 0;
    const hour = (second / 3600) | 0;
    const minute = ((second - hour * 3600) / 60) | 0;
    values[3] = hour;
    values[4] = minute;
    values[5] = second - hour * 3600 - minute * 60;
    if (days !== this.#days) {
      this.#days = days;
      this.#date.set(days);
      values[0] = this.#date.year;
      values[1] = this.#date.month;
      values[2] = this.#date.day;
      if (this.#moreValues) this.#splitDate(days);
    }
    if (this.#moreValues) {
      values[9] = hour % 12 === 0 ? 12 : hour % 12;
      values[10] = hour % 12;
      values[11] = hour === 0 ? 24 : hour;
      values[19] = hour < 12 ? 0 : 1;
    }
  }

  #splitDate(days: number): void {
    const values = this.#values;
    const year = values[0]!;
    const dayOfYear = days - daysOf(year, 1, 1);
    const weekday = weekdayOf(days);
    const week = isoWeekOf(days, year);
    values[6] = ((year % 100) + 100) % 100;
    values[7] = Math.floor(year / 100);
    values[8] = dayOfYear + 1;
    values[12] = weekday;
    values[13] = weekday % 7;
    values[14] = Math.floor(week / 100);
    values[15] = ((values[14] % 100) + 100) % 100;
    values[16] = ((week % 100) + 100) % 100;
    values[17] = Math.floor((dayOfYear + 7 - (weekday % 7)) / 7);
    values[18] = Math.floor((dayOfYear + 7 - (weekday - 1)) / 7);
  }

  /** Made anew when the instant leaves the zone's interval. */
  #zoneText(index: number, { zone }: Instruction, utcSeconds: number, offset: number): Uint8Array {
    if (this.#zone.from !== this.#zoneFrom) {
      this.#zoneFrom = this.#zone.from;
      this.#zoneTexts.fill(undefined);
    }
    const known = this.#zoneTexts[index];
    if (known !== undefined || zone === undefined) return known ?? NOTHING;
    const abbreviation =
      zone.form === 'abbreviation' ? this.#data.abbreviation(this.#zone.id, utcSeconds) : undefined;
    const made = encoder.encode(offsetText(zone, offset, this.#zone, abbreviation));
    this.#zoneTexts[index] = made;
    return made;
  }

  #epoch(
    instruction: Instruction,
    utcSeconds: number,
    fraction: FractionDigits,
    out: Uint8Array,
    at: number,
  ): number {
    const { digits } = instruction;
    if (utcSeconds < 0 && digits > 0 && fraction.fractionEnd > fraction.fractionStart) {
      this.fractionAt = INSEPARABLE;
      return writeBeforeEpoch(utcSeconds, digits, fraction, out, at);
    }
    const end = writeNumber(utcSeconds, 1, 0, out, at);
    this.fractionAt = end;
    this.fractionEnd = digits === 0 ? end : writeDigits(digits, false, fraction, out, end);
    return this.fractionEnd;
  }
}
