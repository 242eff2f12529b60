import { describe, expect, test } from 'vitest';
import { convertText } from './convert-text.ts';

const seconds = (iso: string): number => Date.parse(iso) / 1000;

const nearest: { name: string; now: string; in: string; out: string }[] = [
  { name: 'today', now: '2026-11-21T12:00:00Z', in: 'Nov 21', out: '2026-11-21' },
  { name: 'yesterday', now: '2026-11-21T12:00:00Z', in: 'Nov 20', out: '2026-11-20' },
  { name: 'a month ahead', now: '2026-11-21T12:00:00Z', in: 'Dec 21', out: '2026-12-21' },
  {
    name: 'more than a month ahead is last year',
    now: '2026-11-21T12:00:00Z',
    in: 'Dec 23',
    out: '2025-12-23',
  },
  { name: 'January read in December', now: '2026-12-31T23:00:00Z', in: 'Jan 01', out: '2027-01-01' },
  { name: 'December read in January', now: '2027-01-01T00:00:01Z', in: 'Dec 31', out: '2026-12-31' },
  { name: '29 February in a leap year', now: '2028-02-29T12:00:00Z', in: 'Feb 29', out: '2028-02-29' },
  { name: '29 February, a month ahead', now: '2028-02-01T00:00:00Z', in: 'Feb 29', out: '2028-02-29' },
  { name: '29 February across 1900', now: '1903-06-01T00:00:00Z', in: 'Feb 29', out: '1896-02-29' },
];

const readDay = (line: string): string =>
  convertText({ from: ['%j'], to: 'dateonly' }, line, seconds('2025-01-10T00:00:00Z')).text;

describe('a missing year', () => {
  test.each(nearest)('$name', ({ now, in: line, out }) => {
    expect(convertText({ from: ['MMM dd'], to: 'dateonly' }, line, seconds(now)).text).toBe(out);
  });

  test('a day of the year', () => {
    expect(['365', '010', '366'].map(readDay)).toStrictEqual(['2024-12-30', '2025-01-10', '2024-12-31']);
  });
});

const times: { name: string; zone: string; now: string; in: string; out: string }[] = [
  { name: 'just now', zone: 'UTC', now: '2026-11-21T12:00:05Z', in: '12:00:00', out: '2026-11-21T12:00:00Z' },
  {
    name: 'an hour ahead',
    zone: 'UTC',
    now: '2026-11-21T12:00:00Z',
    in: '13:00:00',
    out: '2026-11-21T13:00:00Z',
  },
  {
    name: 'two hours ahead was yesterday',
    zone: 'UTC',
    now: '2026-11-21T12:00:00Z',
    in: '14:00:00',
    out: '2026-11-20T14:00:00Z',
  },
  {
    name: 'after midnight, clocks apart',
    zone: 'UTC',
    now: '2026-11-21T23:59:58Z',
    in: '00:00:01',
    out: '2026-11-22T00:00:01Z',
  },
  {
    name: 'the day of the zone',
    zone: 'Asia/Tokyo',
    now: '2026-11-21T20:00:00Z',
    in: '04:59:00',
    out: '2026-11-22T04:59:00+09:00',
  },
];

describe('a missing date', () => {
  test.each(times)('$name', ({ zone, now, in: line, out }) => {
    expect(convertText({ from: ['HH:mm:ss'], fromZone: zone }, line, seconds(now)).text).toBe(out);
  });
});

const partial: { layout: string; in: string; out: string }[] = [
  { layout: '%Y', in: '2024', out: '2024-01-01T00:00:00Z' },
  { layout: '%Y-%m', in: '2024-03', out: '2024-03-01T00:00:00Z' },
  { layout: '%Y %H', in: '2024 05', out: '2024-01-01T05:00:00Z' },
  { layout: '%d %H:%M', in: '19 05:06', out: '2026-11-19T05:06:00Z' },
  { layout: '%C-%m-%d', in: '19-03-04', out: '1900-03-04T00:00:00Z' },
  { layout: '%G-W%V', in: '2024-W01', out: '2024-01-01T00:00:00Z' },
  { layout: '%g-W%V-%w', in: '20-W53-0', out: '2021-01-03T00:00:00Z' },
  { layout: '%F %I:%M', in: '2024-01-01 12:30', out: '2024-01-01T12:30:00Z' },
];

test.each(partial)('$layout', ({ layout, in: line, out }) => {
  expect(convertText({ from: [layout] }, line).text).toBe(out);
});

const impossible: { layout: string; in: string; what: string }[] = [
  { layout: '%Y-%m-%d', in: '2023-02-29', what: 'month 2 of 2023 has no day 29' },
  { layout: '%y-%m-%d', in: '23-02-29', what: 'month 2 of 2023 has no day 29' },
  { layout: '%m-%d', in: '02-30', what: 'month 2 has no day 30' },
  { layout: '%Y-%j', in: '2023-366', what: '2023 has no day 366' },
  { layout: '%G-W%V-%u', in: '2024-W53-1', what: '2024 has no week 53' },
  { layout: '%V', in: '05', what: 'a week needs a year' },
  { layout: '%s.%f', in: '-5.5', what: 'a fraction of seconds before 1970' },
  { layout: '%H:%M', in: '24:00', what: 'hour (0 to 23)' },
  { layout: '%H:%M:%S', in: '23:00:61', what: 'second (0 to 60)' },
  { layout: 'yyyy-MM-dd', in: '2023-13-01', what: 'byte 6: expected month (1 to 12), found "13-01"' },
];

test.each(impossible)('$in is no $layout', ({ layout, in: line, what }) => {
  const { converted, message } = convertText({ from: [layout] }, line);
  expect(converted).toBe(false);
  expect(message).toContain(what);
});
