// What was read from one stamp: numbers by slot, where the fraction's digits are, the zone. Hot, pure: one Stamp lives as
// long as its program and is written over by every reading. Slots are indexes of `fields`, UNSET where nothing was read.

import type { NumberField } from './element.ts';
import type { Zone } from './zone.ts';

export const UNSET = -0x8000_0000;

export const YEAR = 0;
export const SHORT_YEAR = 1;
export const CENTURY = 2;
export const MONTH = 3;
export const DAY = 4;
export const DAY_OF_YEAR = 5;
export const HOUR = 6;
export const HOUR12 = 7;
export const HOUR11 = 8;
export const HOUR24 = 9;
export const MINUTE = 10;
export const SECOND = 11;
export const WEEKDAY = 12;
export const WEEKDAY0 = 13;
export const ISO_YEAR = 14;
export const ISO_SHORT_YEAR = 15;
export const ISO_WEEK = 16;
export const DAY_PERIOD = 17;
/** Read over: the date says it better. */
export const IGNORED = 18;
/** Seconds east of UTC. */
export const OFFSET = 19;
/** 1 when `epochSeconds` was read. */
export const HAS_EPOCH = 20;
const SLOTS = 21;

interface SlotRow {
  readonly slot: number;
  readonly least: number;
  readonly most: number;
  /** For reports: `day of the month`. */
  readonly words: string;
}

const row = (slot: number, least: number, most: number, words: string): SlotRow => ({
  slot,
  least,
  most,
  words,
});

export const SLOT_OF: Readonly<Record<NumberField, SlotRow>> = {
  year: row(YEAR, 0, 999_999, 'year'),
  shortYear: row(SHORT_YEAR, 0, 99, 'year of two digits'),
  century: row(CENTURY, 0, 99, 'century'),
  month: row(MONTH, 1, 12, 'month'),
  day: row(DAY, 1, 31, 'day of the month'),
  dayOfYear: row(DAY_OF_YEAR, 1, 366, 'day of the year'),
  hour: row(HOUR, 0, 23, 'hour'),
  hour12: row(HOUR12, 1, 12, 'hour of a 12-hour clock'),
  hour11: row(HOUR11, 0, 11, 'hour from 0 to 11'),
  hour24: row(HOUR24, 1, 24, 'hour from 1 to 24'),
  minute: row(MINUTE, 0, 59, 'minute'),
  second: row(SECOND, 0, 60, 'second'),
  weekday: row(WEEKDAY, 1, 7, 'day of the week from 1 for Monday'),
  weekday0: row(WEEKDAY0, 0, 6, 'day of the week from 0 for Sunday'),
  isoYear: row(ISO_YEAR, 0, 999_999, 'year that the week belongs to'),
  isoShortYear: row(ISO_SHORT_YEAR, 0, 99, 'year that the week belongs to, two digits'),
  isoWeek: row(ISO_WEEK, 1, 53, 'week'),
  weekOfSundays: row(IGNORED, 0, 53, 'week from Sunday'),
  weekOfMondays: row(IGNORED, 0, 53, 'week from Monday'),
};

export class Stamp {
  readonly fields = new Int32Array(SLOTS).fill(UNSET);
  epochSeconds = 0;
  /** A zone by name; undefined when none was read. */
  zone: Zone | undefined = undefined;
  /** Where the fraction's digits are: in the bytes read, but for TAI64N. */
  digits: Uint8Array = new Uint8Array(0);
  /** The fraction with its separator is digits[fractionFrom, fractionEnd), its digits begin at fractionStart. */
  fractionFrom = 0;
  fractionStart = 0;
  fractionEnd = 0;
  /** Zeros to be thought before the first digit: for epochs shorter than their own unit. */
  fractionZeros = 0;
}
