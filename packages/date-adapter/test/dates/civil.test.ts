import { describe, expect, test } from 'vitest';
import {
  CivilDate,
  daysInMonth,
  daysOf,
  daysOfIsoWeek,
  isoWeekOf,
  weekdayOf,
} from '../../src/dates/civil.ts';

const DAY = 86_400_000;

test('every day from year 1 to 3000 as JavaScript counts it, there and back', () => {
  const date = new CivilDate();
  const first = new Date(0).setUTCFullYear(1, 0, 1) / DAY;
  const last = Date.UTC(3000, 0, 1) / DAY;
  let wrong = 0;
  for (let days = first; days < last; days++) {
    const expected = new Date(days * DAY);
    date.set(days);
    const same =
      date.year === expected.getUTCFullYear() &&
      date.month === expected.getUTCMonth() + 1 &&
      date.day === expected.getUTCDate() &&
      daysOf(date.year, date.month, date.day) === days &&
      weekdayOf(days) % 7 === expected.getUTCDay();
    if (!same) wrong++;
  }
  expect(wrong).toBe(0);
});

const weeks: { date: string; out: number }[] = [
  { date: '2024-01-01', out: 202_401 },
  { date: '2023-01-01', out: 202_252 },
  { date: '2021-01-03', out: 202_053 },
  { date: '2020-12-31', out: 202_053 },
  { date: '2024-12-30', out: 202_501 },
];

describe('ISO weeks', () => {
  test.each(weeks)('$date', ({ date, out }) => {
    const days = Date.parse(date) / DAY;
    expect(isoWeekOf(days, Number(date.slice(0, 4)))).toBe(out);
    expect(daysOfIsoWeek(Math.floor(out / 100), out % 100, weekdayOf(days))).toBe(days);
  });
});

test('days of months', () => {
  expect([1, 2, 3, 4, 6, 9, 11, 12].map((month) => daysInMonth(2024, month))).toStrictEqual([
    31, 29, 31, 30, 30, 30, 30, 31,
  ]);
  expect([1900, 2000, 2023].map((year) => daysInMonth(year, 2))).toStrictEqual([28, 29, 28]);
});
