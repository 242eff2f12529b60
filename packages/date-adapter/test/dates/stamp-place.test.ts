import { describe, expect, test } from 'vitest';
import { placeOf, type StampPlace } from '../../src/dates/stamp-place.ts';
import { convertText } from './convert-text.ts';

const behindTime = (bytes: Uint8Array, from: number, end: number): number => {
  const at = Buffer.from(bytes.subarray(from, end)).indexOf('time=');
  return at === -1 ? -1 : from + at + 5;
};

const table: { name: string; at: StampPlace; in: string; out: string | undefined }[] = [
  { name: 'start', at: { kind: 'start' }, in: '\t1700000000 x', out: '\t# x' },
  { name: 'not further on', at: { kind: 'start' }, in: 'x 1700000000', out: undefined },
  {
    name: 'bracket',
    at: { kind: 'bracket' },
    in: 'a [1700000000] b [1700000000]',
    out: 'a [#] b [1700000000]',
  },
  {
    name: 'the fourth bracket',
    at: { kind: 'bracket' },
    in: '[a][b] [c] [1700000000]',
    out: '[a][b] [c] [#]',
  },
  { name: 'not the fifth', at: { kind: 'bracket' }, in: '[a][b] [c] [d] [1700000000]', out: undefined },
  { name: 'no bracket', at: { kind: 'bracket' }, in: '1700000000', out: undefined },
  { name: 'field 1', at: { kind: 'field', number: 1 }, in: ' 1700000000 x', out: ' # x' },
  { name: 'field 3', at: { kind: 'field', number: 3 }, in: 'a\t b  1700000000 x', out: 'a\t b  # x' },
  { name: 'no field 3', at: { kind: 'field', number: 3 }, in: 'a b ', out: undefined },
  {
    name: 'field 3 of a CSV',
    at: { kind: 'field', number: 3, separator: 0x2c },
    in: ',,1700000000,x',
    out: ',,#,x',
  },
  {
    name: 'no field 3 of a CSV',
    at: { kind: 'field', number: 3, separator: 0x2c },
    in: '1,',
    out: undefined,
  },
  { name: 'syslog', at: { kind: 'syslog' }, in: '<13>1700000000 x', out: '<13># x' },
  { name: 'syslog with version', at: { kind: 'syslog' }, in: '<165>1 1700000000 x', out: '<165>1 # x' },
  { name: 'syslog without priority', at: { kind: 'syslog' }, in: '1700000000 x', out: '# x' },
  { name: 'severity', at: { kind: 'severity' }, in: 'W1700000000 x', out: 'W# x' },
  { name: 'no severity', at: { kind: 'severity' }, in: 'X1700000000 x', out: undefined },
  {
    name: 'a finder',
    at: { kind: 'found', find: behindTime },
    in: 'level=info time=1700000000 x',
    out: 'level=info time=# x',
  },
  {
    name: 'a finder that finds nothing',
    at: { kind: 'found', find: behindTime },
    in: '1700000000',
    out: undefined,
  },
  {
    name: 'a finder that is out of its mind',
    at: { kind: 'found', find: () => 1e9 },
    in: '1700000000',
    out: undefined,
  },
];

describe('finds', () => {
  test.each(table)('$name', ({ at, in: line, out }) => {
    const { converted, text, message } = convertText({ from: ['unix'], to: "'#'yyyy", at }, line);
    expect(converted).toBe(out !== undefined);
    expect(text).toBe(out?.replace('#', '#2023') ?? line);
    expect(message).toMatch(out === undefined ? /^byte \d+: expected .+, found .+/ : /^$/);
  });
});

test.each(['start', 'bracket', 'syslog', 'severity', 'auto'])('%s is a place', (text) => {
  expect(placeOf(text)).toStrictEqual({ kind: text });
});

test('field:12 is a place', () => {
  expect(placeOf('field:12')).toStrictEqual({ kind: 'field', number: 12 });
});

test.each(['', 'field:0', 'field:x', 'end', 'regex:x'])('%j is no place', (text) => {
  expect(() => placeOf(text)).toThrow(RangeError);
});
