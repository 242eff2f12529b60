// Calendar arithmetic: days since 1970-01-01 <-> year, month, day. Hot, pure. Proleptic Gregorian (ISO 8601), as
// POSIX seconds and Temporal have it. For the resolver (fields -> instant) and the stamp writer (instant -> fields).
// The year is taken to begin in March, so that the leap day is its last one and months follow one linear rule.

export const SECONDS_PER_DAY = 86_400;

const DAYS_PER_400_YEARS = 146_097;
/** From 0000-03-01 to 1970-01-01. */
const DAYS_TO_1970 = 719_468;

/** Days since 1970-01-01; `month` 1 to 12; a day beyond the month counts on into the next. */
export function daysOf(year: number, month: number, day: number): number {
  const marchYear = month < 3 ? year - 1 : year;
  const cycle = Math.floor(marchYear / 400);
  const yearOfCycle = marchYear - cycle * 400;
  const marchMonth = month < 3 ? month + 9 : month - 3;
  const dayOfYear = ((marchMonth * 153 + 2) / 5) | 0;
  const leapDays = ((yearOfCycle / 4) | 0) - ((yearOfCycle / 100) | 0);
  return cycle * DAYS_PER_400_YEARS + yearOfCycle * 365 + leapDays + dayOfYear + day - 1 - DAYS_TO_1970;
}

/** Year, month and day of a day since 1970-01-01, without an allocation: read the three fields after `set`. */
export class CivilDate {
  year = 1970;
  month = 1;
  day = 1;

  set(days: number): void {
    const fromZero = days + DAYS_TO_1970;
    const cycle = Math.floor(fromZero / DAYS_PER_400_YEARS);
    const dayOfCycle = fromZero - cycle * DAYS_PER_400_YEARS;
    const leapDays =
      ((dayOfCycle / 1460) | 0) - ((dayOfCycle / 36_524) | 0) + ((dayOfCycle / (DAYS_PER_400_YEARS - 1)) | 0);
    const yearOfCycle = ((dayOfCycle - leapDays) / 365) | 0;
    const dayOfYear = dayOfCycle - (yearOfCycle * 365 + ((yearOfCycle / 4) | 0) - ((yearOfCycle / 100) | 0));
    const marchMonth = ((dayOfYear * 5 + 2) / 153) | 0;
    this.day = dayOfYear - (((marchMonth * 153 + 2) / 5) | 0) + 1;
    this.month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
    this.year = cycle * 400 + yearOfCycle + (this.month < 3 ? 1 : 0);
  }
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 1 Monday to 7 Sunday, as ISO 8601 counts. 1970-01-01 was a Thursday. */
export function weekdayOf(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1;
}

/** The ISO 8601 week of a day, as year * 100 + week: the week that has the year's first Thursday is week 1. */
export function isoWeekOf(days: number, year: number): number {
  const thursday = days - weekdayOf(days) + 4;
  let weekYear = year;
  if (thursday < daysOf(year, 1, 1)) weekYear = year - 1;
  else if (thursday >= daysOf(year + 1, 1, 1)) weekYear = year + 1;
  return weekYear * 100 + Math.floor((thursday - daysOf(weekYear, 1, 1)) / 7) + 1;
}

/** The day of an ISO 8601 week date; `weekday` 1 Monday to 7 Sunday. */
export function daysOfIsoWeek(weekYear: number, week: number, weekday: number): number {
  const january4 = daysOf(weekYear, 1, 4);
  return january4 - weekdayOf(january4) + weekday + (week - 1) * 7;
}
