import { expect, it } from 'vitest';
import type { FieldNames } from '../../../src/formats/field-names.ts';
import { KlogParser } from '../../../src/formats/parsers/klog.ts';
import { hardened, fieldsOf, outcomeOf } from '../parsed-line.ts';

const make = (names: FieldNames): KlogParser => new KlogParser(names);

const LINES = [
  {
    name: 'klog',
    in: 'I0919 19:40:49.924011    1234 file.go:12] msg',
    out: {
      level: 'info',
      timestamp: '0919 19:40:49.924011',
      thread: 1234,
      file: 'file.go',
      line: 12,
      message: 'msg',
    },
  },
  {
    name: 'a structured call stays as it is',
    in: 'E1231 23:59:59.000001       1 reflector.go:147] "Failed" err="dial tcp [::1]:443: refused" pod="a/b"',
    out: {
      level: 'error',
      timestamp: '1231 23:59:59.000001',
      thread: 1,
      file: 'reflector.go',
      line: 147,
      message: '"Failed" err="dial tcp [::1]:443: refused" pod="a/b"',
    },
  },
  {
    name: 'glog with the year, an empty message',
    in: 'W20230919 19:40:49.9 77 a/b/c.cc:3] ',
    out: {
      level: 'warning',
      timestamp: '20230919 19:40:49.9',
      thread: 77,
      file: 'a/b/c.cc',
      line: 3,
      message: '',
    },
  },
  {
    name: 'fatal',
    in: 'F0101 00:00:00.000000 9 x.go:1]gone',
    out: {
      level: 'fatal',
      timestamp: '0101 00:00:00.000000',
      thread: 9,
      file: 'x.go',
      line: 1,
      message: 'gone',
    },
  },
];

it.each(LINES)('$name', ({ in: line, out }) => {
  expect(fieldsOf(make, line)).toEqual(out);
});

it.each([
  { name: 'a wrapped line', in: 'and the rest of it', failedAt: 0, expected: 'one of I, W, E, F, D' },
  { name: 'a word that begins with I', in: 'Info: x', failedAt: 1, expected: 'mmdd hh:mm:ss.uuuuuu' },
  {
    name: 'month 13',
    in: 'I1319 19:40:49.924011 1 f.go:1] x',
    failedAt: 1,
    expected: 'mmdd hh:mm:ss.uuuuuu',
  },
  { name: 'no thread', in: 'I0919 19:40:49.924011 f.go:1] x', failedAt: 22, expected: 'a thread id' },
  { name: 'no line', in: 'I0919 19:40:49.924011 1 f.go] x', failedAt: 24, expected: 'file:line]' },
])('refuses $name', ({ in: line, failedAt, expected }) => {
  expect(outcomeOf(make, line)).toEqual({ failedAt, expected });
});

it('takes hostile input', () => {
  expect(
    hardened(
      make,
      LINES.map((row) => row.in),
    ),
  ).toBeGreaterThan(0);
});
