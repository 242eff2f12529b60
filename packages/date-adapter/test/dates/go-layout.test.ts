import { describe, expect, test } from 'vitest';
import { convertText } from './convert-text.ts';

const table: { name: string; layout: string; in: string; out: string }[] = [
  {
    name: 'httpd',
    layout: '02/Jan/2006:15:04:05 -0700',
    in: '29/Feb/2024:16:05:09 +0100',
    out: '2024-02-29T16:05:09+01:00',
  },
  {
    name: 'RFC3339Nano',
    layout: '2006-01-02T15:04:05.999999999Z07:00',
    in: '2024-02-29T16:05:09.5Z',
    out: '2024-02-29T16:05:09.5Z',
  },
  {
    name: 'a fraction nobody asked for',
    layout: '2006-01-02T15:04:05Z07:00',
    in: '2024-02-29T16:05:09.123Z',
    out: '2024-02-29T16:05:09.123Z',
  },
  {
    name: ',000',
    layout: '2006-01-02 15:04:05,000',
    in: '2024-02-29 16:05:09,123',
    out: '2024-02-29T16:05:09.123Z',
  },
  { name: '_2', layout: 'Jan _2 15:04:05 2006', in: 'Feb  9 16:05:09 2024', out: '2024-02-09T16:05:09Z' },
  {
    name: '_2006 is a year',
    layout: 'Jan 02_2006 15:04',
    in: 'Feb 09_2024 16:05',
    out: '2024-02-09T16:05:00Z',
  },
  { name: '002', layout: '2006 002', in: '2024 060', out: '2024-02-29T00:00:00Z' },
  { name: '__2', layout: '2006 __2', in: '2024  60', out: '2024-02-29T00:00:00Z' },
  { name: '3:04PM', layout: '2006-1-2 3:04PM', in: '2024-2-9 1:05pm', out: '2024-02-09T13:05:00Z' },
  {
    name: 'names',
    layout: 'Monday, 02-January-06 15:04:05 MST',
    in: 'Thursday, 29-February-24 16:05:09 CET',
    out: '2024-02-29T16:05:09+01:00',
  },
  {
    name: '-07',
    layout: '2006-01-02 15:04 -07',
    in: '2024-02-29 16:05 +09',
    out: '2024-02-29T16:05:00+09:00',
  },
];

describe('reads', () => {
  test.each(table)('$name', ({ layout, in: line, out }) => {
    expect(convertText({ from: [layout] }, line)).toStrictEqual({ converted: true, text: out, message: '' });
  });
});

const written: { layout: string; out: string }[] = [
  { layout: '2006-01-02 15:04:05', out: '2024-02-03 16:05:06' },
  { layout: '06 1 2 3 4 5 15:04', out: '24 2 3 4 5 6 16:05' },
  { layout: 'Jan January Mon Monday _2 02 2006', out: 'Feb February Sat Saturday  3 03 2024' },
  { layout: '002 __2 15:04', out: '034  34 16:05' },
  { layout: '03:04 PM pm', out: '04:05 PM pm' },
  { layout: '15:04:05.000 05.000000 05,000', out: '16:05:06.789 06.789000 06,789' },
  { layout: '15:04:05.999999999 05.99', out: '16:05:06.789 06.78' },
  { layout: '15:04 -0700 -07:00 -07 Z0700 Z07:00 MST', out: '16:05 +0100 +01:00 +01 +0100 +01:00 CET' },
];

test.each(written)('writes $layout', ({ layout, out }) => {
  expect(convertText({ to: layout, toZone: 'Europe/Berlin' }, '2024-02-03T15:05:06.789Z').text).toBe(out);
});

test('Z07:00 writes Z for UTC', () => {
  expect(convertText({ to: '15:04 Z0700 Z07:00 -07:00' }, '2024-02-03T15:05:06Z').text).toBe(
    '15:05 Z Z +00:00',
  );
});

test('a trimmed fraction of zeros takes its point along', () => {
  expect(convertText({ to: '15:04:05.999' }, '2024-02-03T15:05:06.000Z').text).toBe('15:05:06');
});
