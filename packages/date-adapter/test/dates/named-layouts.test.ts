// Every name: what its example looks like, that it reads what it writes, and what else it reads.
import { describe, expect, test } from 'vitest';
import { LAYOUT_NAMES, namedLayout } from '../../src/dates/named-layouts.ts';
import { convertText } from './convert-text.ts';

/** 2024-02-09T16:05:09.678912345Z, as each name writes it; and what is read back from that. */
const table: { name: string; written: string; read?: string }[] = [
  { name: 'rfc3339', written: '2024-02-09T16:05:09.678912345Z', read: '2024-02-09T16:05:09.678912345Z' },
  { name: 'iso8601', written: '2024-02-09T16:05:09.678912345Z', read: '2024-02-09T16:05:09.678912345Z' },
  { name: 'rfc5424', written: '2024-02-09T16:05:09.678912345Z', read: '2024-02-09T16:05:09.678912345Z' },
  { name: 'rfc3164', written: 'Feb  9 16:05:09', read: '2026-02-09T16:05:09Z' },
  { name: 'stampmilli', written: 'Feb  9 16:05:09.678', read: '2026-02-09T16:05:09.678Z' },
  { name: 'stampmicro', written: 'Feb  9 16:05:09.678912', read: '2026-02-09T16:05:09.678912Z' },
  { name: 'stampnano', written: 'Feb  9 16:05:09.678912345', read: '2026-02-09T16:05:09.678912345Z' },
  { name: 'httpd', written: '09/Feb/2024:16:05:09 +0000' },
  { name: 'httpd_error', written: 'Fri Feb 09 16:05:09.678912 2024', read: '2024-02-09T16:05:09.678912Z' },
  { name: 'nginx_error', written: '2024/02/09 16:05:09' },
  { name: 'ansic', written: 'Fri Feb  9 16:05:09 2024' },
  { name: 'unixdate', written: 'Fri Feb  9 16:05:09 UTC 2024' },
  { name: 'rubydate', written: 'Fri Feb 09 16:05:09 +0000 2024' },
  { name: 'rfc822', written: '09 Feb 24 16:05 UTC', read: '2024-02-09T16:05:00Z' },
  { name: 'rfc822z', written: '09 Feb 24 16:05 +0000', read: '2024-02-09T16:05:00Z' },
  { name: 'rfc850', written: 'Friday, 09-Feb-24 16:05:09 UTC' },
  { name: 'rfc1123', written: 'Fri, 09 Feb 2024 16:05:09 UTC' },
  { name: 'rfc1123z', written: 'Fri, 09 Feb 2024 16:05:09 +0000' },
  { name: 'kitchen', written: '4:05PM', read: '2026-11-20T16:05:00Z' },
  { name: 'datetime', written: '2024-02-09 16:05:09' },
  { name: 'dateonly', written: '2024-02-09', read: '2024-02-09T00:00:00Z' },
  { name: 'timeonly', written: '16:05:09', read: '2026-11-20T16:05:09Z' },
  { name: 'log4j', written: '2024-02-09 16:05:09,678', read: '2024-02-09T16:05:09.678Z' },
  { name: 'klog', written: '0209 16:05:09.678912', read: '2026-02-09T16:05:09.678912Z' },
  { name: 'glog', written: '20240209 16:05:09.678912', read: '2024-02-09T16:05:09.678912Z' },
  { name: 'unix', written: '1707494709' },
  { name: 'unix_ms', written: '1707494709678', read: '2024-02-09T16:05:09.678Z' },
  { name: 'unix_us', written: '1707494709678912', read: '2024-02-09T16:05:09.678912Z' },
  { name: 'unix_ns', written: '1707494709678912345', read: '2024-02-09T16:05:09.678912345Z' },
  { name: 'float', written: '1707494709.678912345', read: '2024-02-09T16:05:09.678912345Z' },
  { name: 'tai64n', written: '@4000000065c64d3f28776159', read: '2024-02-09T16:05:09.678912345Z' },
];

test('the table has every name', () => {
  expect(table.map(({ name }) => name)).toStrictEqual(LAYOUT_NAMES.filter((name) => name !== 'auto'));
});

describe.each(table)('$name', ({ name, written, read = '2024-02-09T16:05:09Z' }) => {
  test('writes', () => {
    expect(convertText({ to: name }, '2024-02-09T16:05:09.678912345Z').text).toBe(written);
  });

  test('reads', () => {
    const result = convertText({ from: [name], at: { kind: 'start' } }, `${written} and so on`);
    expect(result).toStrictEqual({ converted: true, text: `${read} and so on`, message: '' });
  });
});

const more: { name: string; from: string; in: string; out: string }[] = [
  { name: 'rfc3339 with a blank', from: 'rfc3339', in: '2024-02-09 16:05:09Z', out: '2024-02-09T16:05:09Z' },
  {
    name: 'rfc3339 in small letters',
    from: 'rfc3339',
    in: '2024-02-09t16:05:09Z',
    out: '2024-02-09T16:05:09Z',
  },
  {
    name: 'rfc3339, offset unknown',
    from: 'rfc3339',
    in: '2024-02-09T16:05:09-00:00',
    out: '2024-02-09T16:05:09Z',
  },
  { name: 'iso8601 without zone', from: 'iso8601', in: '2024-02-09T16:05:09', out: '2024-02-09T16:05:09Z' },
  {
    name: 'iso8601 with a comma',
    from: 'iso8601',
    in: '2024-02-09T16:05:09,5+01',
    out: '2024-02-09T16:05:09.5+01:00',
  },
  { name: 'iso8601 to the minute', from: 'iso8601', in: '2024-02-09T16:05Z', out: '2024-02-09T16:05:00Z' },
  { name: 'iso8601 basic', from: 'iso8601', in: '20240209T160509.25Z', out: '2024-02-09T16:05:09.25Z' },
  { name: 'iso8601, a date', from: 'iso8601', in: '2024-02-09', out: '2024-02-09T00:00:00Z' },
  { name: 'a leap second', from: 'rfc3339', in: '2016-12-31T23:59:60.5Z', out: '2017-01-01T00:00:00.5Z' },
  {
    name: 'rfc5424 in its line',
    from: 'rfc5424',
    in: '<165>1 2003-10-11T22:14:15.003Z host',
    out: '<165>1 2003-10-11T22:14:15.003Z host',
  },
  {
    name: 'rfc3164 in its line',
    from: 'rfc3164',
    in: '<34>Oct 11 22:14:15 host su:',
    out: '<34>2026-10-11T22:14:15Z host su:',
  },
  {
    name: 'httpd in its line',
    from: 'httpd',
    in: '::1 - - [09/Feb/2024:16:05:09 +0100] "GET /"',
    out: '::1 - - [2024-02-09T16:05:09+01:00] "GET /"',
  },
  { name: 'unix_ms of few digits', from: 'unix_ms', in: '5', out: '1970-01-01T00:00:00.005Z' },
  { name: 'unix with a fraction', from: 'unix', in: '1700000000.25', out: '2023-11-14T22:13:20.25Z' },
  {
    name: 'glog without year',
    from: 'glog',
    in: 'E0209 16:05:09.678912',
    out: 'E2026-02-09T16:05:09.678912Z',
  },
];

test.each(more)('$name', ({ from, in: line, out }) => {
  expect(convertText({ from: [from] }, line)).toStrictEqual({ converted: true, text: out, message: '' });
});

const auto: { in: string; out: string }[] = [
  { in: '2024-02-09T16:05:09.123+01:00 x', out: '2024-02-09T16:05:09.123+01:00 x' },
  { in: '2024-02-09 16:05:09,123 INFO x', out: '2024-02-09T16:05:09.123Z INFO x' },
  { in: '[2024-02-09T16:05:09] x', out: '[2024-02-09T16:05:09Z] x' },
  { in: '[main] [2024-02-09 16:05:09] x', out: '[main] [2024-02-09T16:05:09Z] x' },
  { in: '2024/02/09 16:05:09 [error] x', out: '2024-02-09T16:05:09Z [error] x' },
  { in: '1.1.1.1 - - [09/Feb/2024:16:05:09 +0000] "G"', out: '1.1.1.1 - - [2024-02-09T16:05:09Z] "G"' },
  { in: '[Fri Feb 09 16:05:09.678912 2024] [core]', out: '[2024-02-09T16:05:09.678912Z] [core]' },
  { in: 'Fri Feb  9 16:05:09 CET 2024', out: '2024-02-09T16:05:09+01:00' },
  { in: '<34>Feb  9 16:05:09 host', out: '<34>2026-02-09T16:05:09Z host' },
  { in: 'I0209 16:05:09.678912 1 main.go', out: 'I2026-02-09T16:05:09.678912Z 1 main.go' },
  { in: 'Fri, 09 Feb 2024 16:05:09 GMT', out: '2024-02-09T16:05:09Z' },
  { in: '09 Feb 2024 16:05:09 x', out: '2024-02-09T16:05:09Z x' },
  { in: '1707494709 x', out: '2024-02-09T16:05:09Z x' },
  { in: '1707494709678 x', out: '2024-02-09T16:05:09.678Z x' },
  { in: '1707494709678912 x', out: '2024-02-09T16:05:09.678912Z x' },
  { in: '1707494709678912345 x', out: '2024-02-09T16:05:09.678912345Z x' },
  { in: '@4000000065c64d3f28776159 x', out: '2024-02-09T16:05:09.678912345Z x' },
  { in: '2024-02-09 is a day', out: '2024-02-09T00:00:00Z is a day' },
];

test.each(auto)('auto reads $in', ({ in: line, out }) => {
  expect(convertText({}, line)).toStrictEqual({ converted: true, text: out, message: '' });
});

test.each([
  '12345678901234',
  '@7fffffffffffffff00000000',
  '@4000000065c64d3f3b9aca00',
  '01/02/2024 10:00',
  '12:30:00 x',
  '12345 x',
  'no date',
  '',
])('auto does not guess %j', (line) => {
  expect(convertText({}, line).converted).toBe(false);
});

test('names regardless of case and of hyphens', () => {
  expect(namedLayout('RFC3339')).toBe(namedLayout('rfc3339'));
  expect(namedLayout('Unix-MS')).toBe(namedLayout('unix_ms'));
  expect(namedLayout('yyyy')).toBeUndefined();
});
