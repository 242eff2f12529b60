// Each row is read and written by the same layout, so that one table tests both; `to` where writing looks different.
import { describe, expect, test } from 'vitest';
import { LayoutError } from '../../src/dates/layout-error.ts';
import { readStrptime } from '../../src/dates/strptime-layout.ts';
import { convertText } from './convert-text.ts';

const table: { name: string; layout: string; in: string; out: string }[] = [
  {
    name: 'ISO',
    layout: '%Y-%m-%dT%H:%M:%S%z',
    in: '2024-02-29T16:05:09+0100',
    out: '2024-02-29T16:05:09+01:00',
  },
  { name: '%F and %T', layout: '%F %T', in: '2024-02-29 16:05:09', out: '2024-02-29T16:05:09Z' },
  { name: '%D and %R', layout: '%D %R', in: '02/29/24 16:05', out: '2024-02-29T16:05:00Z' },
  {
    name: '%e with a blank',
    layout: '%b %e %H:%M:%S %Y',
    in: 'Feb  9 16:05:09 2024',
    out: '2024-02-09T16:05:09Z',
  },
  { name: '%h and %B', layout: '%h-%d-%Y', in: 'February-09-2024', out: '2024-02-09T00:00:00Z' },
  {
    name: 'numbers without zeros',
    layout: '%Y-%m-%d %H:%M:%S',
    in: '2024-2-9 6:5:9',
    out: '2024-02-09T06:05:09Z',
  },
  { name: '%j', layout: '%Y-%j', in: '2024-060', out: '2024-02-29T00:00:00Z' },
  { name: '%I %p', layout: '%Y-%m-%d %I:%M %p', in: '2024-02-29 12:05 am', out: '2024-02-29T00:05:00Z' },
  { name: '%l %P', layout: '%Y-%m-%d %l:%M%P', in: '2024-02-29  1:05pm', out: '2024-02-29T13:05:00Z' },
  { name: '%r', layout: '%F %r', in: '2024-02-29 12:05:09 PM', out: '2024-02-29T12:05:09Z' },
  { name: '%y before the pivot', layout: '%d.%m.%y', in: '29.02.68', out: '2068-02-29T00:00:00Z' },
  { name: '%y from the pivot', layout: '%d.%m.%y', in: '28.02.69', out: '1969-02-28T00:00:00Z' },
  { name: '%C %y', layout: '%C%y-%m-%d', in: '1999-03-04', out: '1999-03-04T00:00:00Z' },
  { name: '%s', layout: '%s', in: '1700000000', out: '2023-11-14T22:13:20Z' },
  { name: '%s before 1970', layout: '%s', in: '-86400', out: '1969-12-31T00:00:00Z' },
  { name: '%s%L', layout: '%s%L', in: '1700000000123', out: '2023-11-14T22:13:20.123Z' },
  { name: '%s.%6N', layout: '%s.%6N', in: '1700000000.123456', out: '2023-11-14T22:13:20.123456Z' },
  { name: '%Q', layout: '%Q', in: '1700000000123', out: '2023-11-14T22:13:20.123Z' },
  {
    name: '%S.%L',
    layout: '%T.%L',
    in: '16:05:09.5',
    out: '2026-11-21T16:05:09.5Z'.replace('21T16', '20T16'),
  },
  { name: '%S,%f', layout: '%F %T,%f', in: '2024-02-29 16:05:09,123456', out: '2024-02-29T16:05:09.123456Z' },
  {
    name: '%.f',
    layout: '%F %T%.f',
    in: '2024-02-29 16:05:09.1234567891',
    out: '2024-02-29T16:05:09.1234567891Z',
  },
  { name: '%3S', layout: '%F %H:%M:%3S', in: '2024-02-29 16:05:09.123', out: '2024-02-29T16:05:09.123Z' },
  { name: '%S%L glued', layout: '%Y%m%d%H%M%S%L', in: '20240229160509123', out: '2024-02-29T16:05:09.123Z' },
  { name: '%a %A', layout: '%a %d %b %Y', in: 'Thursday 29 Feb 2024', out: '2024-02-29T00:00:00Z' },
  {
    name: 'weekdays are not believed',
    layout: '%A %d %b %Y',
    in: 'Mon 29 Feb 2024',
    out: '2024-02-29T00:00:00Z',
  },
  { name: '%u and %w', layout: '%u %w %F', in: '4 4 2024-02-29', out: '2024-02-29T00:00:00Z' },
  { name: '%G-W%V-%u', layout: '%G-W%V-%u', in: '2024-W09-4', out: '2024-02-29T00:00:00Z' },
  {
    name: '%U and %W are read over',
    layout: '%F %U %W',
    in: '2024-02-29 08 09',
    out: '2024-02-29T00:00:00Z',
  },
  { name: '%:z', layout: '%FT%T%:z', in: '2024-02-29T16:05:09-03:30', out: '2024-02-29T16:05:09-03:30' },
  { name: '%#z', layout: '%FT%T%#z', in: '2024-02-29T16:05:09+01', out: '2024-02-29T16:05:09+01:00' },
  { name: '%Z', layout: '%F %T %Z', in: '2024-02-29 16:05:09 EST', out: '2024-02-29T16:05:09-05:00' },
  {
    name: '%Z by name',
    layout: '%F %T %Z',
    in: '2024-02-29 16:05:09 Asia/Tokyo',
    out: '2024-02-29T16:05:09+09:00',
  },
  { name: '%n %t %%', layout: '%F%n%T%t100%%', in: '2024-02-29 16:05:09\t100%', out: '2024-02-29T16:05:09Z' },
  { name: '%k', layout: '%F %k:%M', in: '2024-02-29  6:05', out: '2024-02-29T06:05:00Z' },
  { name: '%E and %O', layout: '%Ey-%Om-%Od', in: '24-02-29', out: '2024-02-29T00:00:00Z' },
  { name: '%c', layout: '%c', in: 'Thu Feb 29 16:05:09 2024', out: '2024-02-29T16:05:09Z' },
  { name: '%+', layout: '%+', in: '2024-02-29T16:05:09.5Z', out: '2024-02-29T16:05:09.5Z' },
];

describe('reads', () => {
  test.each(table)('$name', ({ layout, in: line, out }) => {
    expect(convertText({ from: [layout] }, line)).toStrictEqual({ converted: true, text: out, message: '' });
  });
});

const written: { layout: string; out: string }[] = [
  { layout: '%Y-%m-%d %H:%M:%S', out: '2024-02-03 04:05:06' },
  { layout: '%y %C %j %e', out: '24 20 034  3' },
  { layout: '%-d/%-m/%Y %_H', out: '3/2/2024  4' },
  { layout: '%a %A %b %B %h', out: 'Sat Saturday Feb February Feb' },
  { layout: '%^a %^B %#p', out: 'SAT FEBRUARY am' },
  { layout: '%I %l %p %P', out: '04  4 AM am' },
  { layout: '%u %w %V %G %g %U %W', out: '6 6 05 2024 24 04 05' },
  { layout: '%s %Q', out: '1706933106 1706933106789' },
  { layout: '%L %3N %f %6N %N', out: '789 789 789012 789012 789012000' },
  { layout: '%T%.f %T%.3f', out: '04:05:06.789012 04:05:06.789' },
  { layout: '%3S %6S', out: '06.789 06.789012' },
  { layout: '%z %:z %::z %#z %Z', out: '+0000 +00:00 +00:00 Z UTC' },
  { layout: '%D %F %R %T %r', out: '02/03/24 2024-02-03 04:05 04:05:06 04:05:06 AM' },
  { layout: '%n%t%%', out: '\n\t%' },
];

test.each(written)('writes $layout', ({ layout, out }) => {
  expect(convertText({ to: `%Y${layout}` }, '2024-02-03T04:05:06.789012Z').text).toBe(`2024${out}`);
});

const refused: { layout: string; at: number; what: string }[] = [
  { layout: '%Y-%m-%', at: 6, what: 'ends the layout' },
  { layout: '%Y-%i', at: 3, what: '%i has no meaning' },
  { layout: '%Y %5m', at: 3, what: '%5m has no meaning' },
  { layout: '%:H', at: 0, what: '%:H has no meaning' },
];

test.each(refused)('$layout is refused at $at', ({ layout, at, what }) => {
  expect(() => readStrptime(layout)).toThrow(LayoutError);
  expect(() => readStrptime(layout)).toThrow(expect.objectContaining({ offset: at }));
  expect(() => readStrptime(layout)).toThrow(what);
});
