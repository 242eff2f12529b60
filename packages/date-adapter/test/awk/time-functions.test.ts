// strftime and mktime as gawk has them on glibc in the C locale; zones through Intl.
import { describe, expect, test } from 'vitest';
import { formatTime, makeTime } from '../../src/awk/time-functions.ts';

/** 2022-12-01 16:25:21 UTC, a Thursday. */
const THURSDAY = 1_669_911_921;

describe('strftime', () => {
  const table: { name: string; format: string; out: string; seconds?: number; zone?: string }[] = [
    {
      name: 'dates',
      format: '%a %A %b %B %h %d %e %j %m %y %Y %C',
      out: 'Thu Thursday Dec December Dec 01  1 335 12 22 2022 20',
    },
    { name: 'times', format: '%H %I %k %l %M %S %p %P %s', out: '16 04 16  4 25 21 PM pm 1669911921' },
    {
      name: 'wholes',
      format: '%c|%D|%F|%r|%R|%T|%x|%X',
      out: 'Thu Dec  1 16:25:21 2022|12/01/22|2022-12-01|04:25:21 PM|16:25|16:25:21|12/01/22|16:25:21',
    },
    { name: 'weeks', format: '%u %w %U %W %V %G %g', out: '4 4 48 48 48 2022 22' },
    { name: 'characters', format: '%%%n%t|', out: '%\n\t|' },
    { name: 'what is no conversion passes', format: '%q %+ 100%', out: '%q %+ 100%' },
    { name: 'E and O', format: '%Ey %Od', out: '22 01' },
    { name: 'flags', format: '%-d|%_d|%5d|%^a|%010Y|%#Z|%-I|%_H', out: '1| 1|00001|THU|0000002022|utc|4|16' },
    { name: 'UTC', format: '%H %z %Z', out: '16 +0000 UTC' },
    { name: 'Berlin', format: '%H %z %Z', out: '17 +0100 CET', zone: 'Europe/Berlin' },
    {
      name: 'New York in summer',
      format: '%H %z %Z',
      out: '08 -0400 EDT',
      zone: 'America/New_York',
      seconds: 1_656_676_800,
    },
    { name: 'hours as POSIX writes them', format: '%H %z %Z', out: '11 -0500 EST', zone: 'EST5' },
    { name: 'a name in brackets', format: '%H %z %Z', out: '19 +0300 +03', zone: '<+03>-3' },
    { name: 'a colon in front', format: '%Z', out: 'CET', zone: ':Europe/Berlin' },
    { name: 'an unknown zone is UTC by its letters', format: '%H %z %Z', out: '16 +0000 XYZ', zone: 'XYZ' },
    { name: 'before 1970', format: '%F %T', out: '1969-12-31 23:59:58', seconds: -2 },
    {
      name: 'the first week is the last year\u2019s',
      format: '%G-%V %U %W',
      out: '2020-53 00 00',
      seconds: 1_609_459_200,
    },
    {
      name: 'the last days are the next year\u2019s',
      format: '%G-%V',
      out: '2025-01',
      seconds: 1_735_516_800,
    },
    { name: 'far', format: '%Y', out: '5138', seconds: 1e11 },
    { name: 'an empty format', format: '', out: '' },
  ];
  test.each(table)('$name', ({ format, out, seconds = THURSDAY, zone = '' }) =>
    expect(formatTime(format, seconds, zone)).toBe(out),
  );

  test('no time at all', () => expect(formatTime('%Y', Number.NaN, '')).toBe(''));
});

describe('mktime', () => {
  const table: { name: string; in: string; out: number; zone?: string }[] = [
    { name: 'UTC', in: '2022 12 01 16 25 21', out: THURSDAY },
    { name: 'Berlin', in: '2022 12 01 17 25 21', out: THURSDAY, zone: 'Europe/Berlin' },
    { name: 'too few fields', in: '2022 12 01 16 25', out: -1 },
    { name: 'no numbers', in: 'x', out: -1 },
    { name: 'fields carry over', in: '2022 13 35 25 61 61', out: 1_675_562_521 },
    { name: 'fields go below', in: '2022 1 1 0 0 -5', out: 1_640_995_195 },
    { name: 'more fields', in: '2022 12 01 16 25 21 -1 5 6', out: THURSDAY },
    { name: 'before 1970', in: '1969 12 31 23 59 59', out: -1 },
    {
      name: 'the gap is taken by the offset before',
      in: '2022 03 27 02 30 00',
      out: 1_648_344_600,
      zone: 'Europe/Berlin',
    },
    { name: 'the fold is the later', in: '2022 10 30 02 30 00', out: 1_667_093_400, zone: 'Europe/Berlin' },
    {
      name: 'the fold with summer time',
      in: '2022 10 30 02 30 00 1',
      out: 1_667_089_800,
      zone: 'Europe/Berlin',
    },
    {
      name: 'summer without summer time',
      in: '2022 07 01 12 00 00 0',
      out: 1_656_673_200,
      zone: 'Europe/Berlin',
    },
    {
      name: 'winter with summer time',
      in: '2022 01 01 12 00 00 1',
      out: 1_641_031_200,
      zone: 'Europe/Berlin',
    },
  ];
  test.each(table)('$name', ({ in: text, out, zone = '' }) => expect(makeTime(text, zone)).toBe(out));
});
