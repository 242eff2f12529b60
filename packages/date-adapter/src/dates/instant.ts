// From the fields of a stamp to an instant: seconds since 1970 in UTC. Hot, pure. What the stamp leaves out is
// supplied: a missing year by the date nearest to the clock, a missing date by the time nearest to it, a missing zone
// by the rule's. What is impossible (30 February) is a failure; what is ambiguous (folds, gaps) is decided and counted.

import { CivilDate, daysInMonth, daysOf, daysOfIsoWeek, isLeapYear, SECONDS_PER_DAY } from './civil.ts';
import {
  CENTURY,
  DAY,
  DAY_OF_YEAR,
  DAY_PERIOD,
  HAS_EPOCH,
  HOUR,
  HOUR11,
  HOUR12,
  HOUR24,
  ISO_SHORT_YEAR,
  ISO_WEEK,
  ISO_YEAR,
  MINUTE,
  MONTH,
  OFFSET,
  SECOND,
  SHORT_YEAR,
  type Stamp,
  UNSET,
  WEEKDAY,
  WEEKDAY0,
  YEAR,
} from './stamp.ts';
import { EXACT, type FoldPolicy, type Zone } from './zone.ts';

/** A stamp without a year is at most a month ahead of the clock, and so up to eleven months behind it. */
const AHEAD_SECONDS = 31 * SECONDS_PER_DAY;
/** A stamp without a date is at most an hour ahead of the clock. */
const AHEAD_OF_DAY_SECONDS = 3600;
/** Two leap years are at most so far apart (1896 and 1904). */
const YEARS_TO_A_LEAP_DAY = 8;
/** POSIX strptime, %y: 69 to 99 are of the twentieth century. */
const PIVOT = 69;

export interface InstantRules {
  /** Of stamps without one. */
  readonly zone: Zone;
  readonly fold: FoldPolicy;
  /** Seconds since 1970. */
  readonly now: () => number;
}

export class InstantResolver {
  /** EXACT, FOLD or GAP: how the zone answered for the last stamp. */
  resolution = EXACT;
  /** Why the last stamp has no instant. */
  failure = '';
  readonly #rules: InstantRules;
  readonly #date = new CivilDate();
  #last = -Infinity;
  #memoKey = -1;
  #memoDays = 0;

  constructor(rules: InstantRules) {
    this.#rules = rules;
  }

  /** The instant before the one resolved next, for folds that are decided by it. */
  set last(utcSeconds: number) {
    this.#last = utcSeconds;
  }

  /** @returns seconds since 1970, or NaN with `failure` set */
  resolve(stamp: Stamp): number {
    const { fields } = stamp;
    this.resolution = EXACT;
    if (fields[HAS_EPOCH] === 1) {
      if (stamp.epochSeconds < 0 && stamp.fractionEnd > stamp.fractionStart) {
        return this.#fail('a fraction of seconds before 1970 has two readings');
      }
      return stamp.epochSeconds;
    }
    const second = secondOfDay(fields);
    const days = this.#days(stamp, second);
    if (Number.isNaN(days)) return NaN;
    return this.#utc(stamp, days * SECONDS_PER_DAY + second);
  }

  #fail(why: string): number {
    this.failure = why;
    return NaN;
  }

  #utc(stamp: Stamp, local: number): number {
    const offset = stamp.fields[OFFSET]!;
    if (offset !== UNSET) return local - offset;
    const zone = stamp.zone ?? this.#rules.zone;
    const utc = local - zone.offsetOfLocal(local, this.#rules.fold, this.#last);
    this.resolution = zone.resolution;
    this.#last = utc;
    return utc;
  }

  #days(stamp: Stamp, second: number): number {
    const { fields } = stamp;
    const year = fields[YEAR]!;
    const month = fields[MONTH]!;
    const day = fields[DAY]!;
    if (year === UNSET || month === UNSET || day === UNSET) return this.#incomplete(stamp, second);
    const key = (year * 16 + month) * 32 + day;
    if (key === this.#memoKey) return this.#memoDays;
    if (day > 28 && day > daysInMonth(year, month)) return this.#fail(noSuchDay(year, month, day));
    this.#memoKey = key;
    this.#memoDays = daysOf(year, month, day);
    return this.#memoDays;
  }

  /** Days of a stamp that has not year, month and day as such. */
  #incomplete(stamp: Stamp, second: number): number {
    const { fields } = stamp;
    const year = yearOf(fields);
    if (fields[ISO_WEEK] !== UNSET && year === UNSET) return this.#weekDate(fields);
    if (fields[DAY_OF_YEAR] !== UNSET && fields[MONTH] === UNSET) {
      return this.#dayOfYear(stamp, year, fields[DAY_OF_YEAR]!, second);
    }
    if (fields[MONTH] === UNSET && fields[DAY] === UNSET) {
      return year === UNSET ? this.#today(stamp, second) : daysOf(year, 1, 1);
    }
    const month = fields[MONTH] === UNSET ? (year === UNSET ? this.#monthNow(stamp) : 1) : fields[MONTH]!;
    const day = fields[DAY] === UNSET ? 1 : fields[DAY]!;
    if (year === UNSET) return this.#nearest(stamp, month, day, second);
    return day > daysInMonth(year, month)
      ? this.#fail(noSuchDay(year, month, day))
      : daysOf(year, month, day);
  }

  #weekDate(fields: Int32Array): number {
    const short = fields[ISO_SHORT_YEAR]!;
    const year = fields[ISO_YEAR] !== UNSET ? fields[ISO_YEAR]! : short === UNSET ? UNSET : ofCentury(short);
    if (year === UNSET) return this.#fail('a week needs a year');
    const weekday =
      fields[WEEKDAY] !== UNSET ? fields[WEEKDAY]! : fields[WEEKDAY0] === UNSET ? 1 : fields[WEEKDAY0]! || 7;
    const days = daysOfIsoWeek(year, fields[ISO_WEEK]!, weekday);
    return fields[ISO_WEEK] === 53 && days >= daysOfIsoWeek(year + 1, 1, 1)
      ? this.#fail(`${year} has no week 53`)
      : days;
  }

  #dayOfYear(stamp: Stamp, year: number, dayOfYear: number, second: number): number {
    if (year === UNSET) return this.#nearestDayOfYear(stamp, dayOfYear, second);
    if (dayOfYear === 366 && !isLeapYear(year)) return this.#fail(`${year} has no day 366`);
    return daysOf(year, 1, 1) + dayOfYear - 1;
  }

  /** The clock as local seconds of the zone that the stamp is in. */
  #clock(stamp: Stamp): number {
    const now = Math.floor(this.#rules.now());
    const offset = stamp.fields[OFFSET]!;
    return now + (offset === UNSET ? (stamp.zone ?? this.#rules.zone).offsetAt(now) : offset);
  }

  #today(stamp: Stamp, second: number): number {
    return Math.floor((this.#clock(stamp) + AHEAD_OF_DAY_SECONDS - second) / SECONDS_PER_DAY);
  }

  #monthNow(stamp: Stamp): number {
    this.#date.set(Math.floor(this.#clock(stamp) / SECONDS_PER_DAY));
    return this.#date.month;
  }

  /** The last such date that is not more than a month ahead; 29 February looks back to a leap year. */
  #nearest(stamp: Stamp, month: number, day: number, second: number): number {
    const limit = this.#clock(stamp) + AHEAD_SECONDS;
    this.#date.set(Math.floor(limit / SECONDS_PER_DAY));
    const newest = this.#date.year;
    for (let year = newest; year >= newest - YEARS_TO_A_LEAP_DAY; year--) {
      const days = daysOf(year, month, day);
      if (day <= daysInMonth(year, month) && days * SECONDS_PER_DAY + second <= limit) return days;
    }
    return this.#fail(noSuchDay(undefined, month, day));
  }

  #nearestDayOfYear(stamp: Stamp, dayOfYear: number, second: number): number {
    const limit = this.#clock(stamp) + AHEAD_SECONDS;
    this.#date.set(Math.floor(limit / SECONDS_PER_DAY));
    const newest = this.#date.year;
    for (let year = newest; year >= newest - YEARS_TO_A_LEAP_DAY; year--) {
      const days = daysOf(year, 1, 1) + dayOfYear - 1;
      if ((dayOfYear < 366 || isLeapYear(year)) && days * SECONDS_PER_DAY + second <= limit) return days;
    }
    return this.#fail(`no year near has a day ${dayOfYear}`);
  }
}

function secondOfDay(fields: Int32Array): number {
  const hour = fields[HOUR]!;
  const minute = fields[MINUTE]!;
  const second = fields[SECOND]!;
  const hours = hour === UNSET ? otherHour(fields) : hour;
  return hours * 3600 + (minute === UNSET ? 0 : minute) * 60 + (second === UNSET ? 0 : second);
}

function otherHour(fields: Int32Array): number {
  if (fields[HOUR24] !== UNSET) return fields[HOUR24]! % 24;
  const half = fields[DAY_PERIOD] === 1 ? 12 : 0;
  if (fields[HOUR12] !== UNSET) {
    return fields[DAY_PERIOD] === UNSET ? fields[HOUR12]! % 24 : (fields[HOUR12]! % 12) + half;
  }
  return fields[HOUR11] === UNSET ? 0 : fields[HOUR11]! + half;
}

function yearOf(fields: Int32Array): number {
  if (fields[YEAR] !== UNSET) return fields[YEAR]!;
  const short = fields[SHORT_YEAR]!;
  if (fields[CENTURY] !== UNSET) return fields[CENTURY]! * 100 + (short === UNSET ? 0 : short);
  return short === UNSET ? UNSET : ofCentury(short);
}

function ofCentury(short: number): number {
  return short + (short < PIVOT ? 2000 : 1900);
}

function noSuchDay(year: number | undefined, month: number, day: number): string {
  const place = year === undefined ? `month ${month}` : `month ${month} of ${year}`;
  return `${place} has no day ${day}`;
}
