// The table's own promises: it is large, its names are unique, and no row has an answer that hardly any awk gives
// without saying why. Whether the peers really answer so is seen by e2e/conformance.test.ts.

import { describe, expect, test } from 'vitest';
import { groupOf, mismatch, type Outcome, type PeerName, type Row } from './row.ts';
import { table } from './table.ts';

const FOUR: readonly PeerName[] = ['gawk', 'mawk', 'original-awk', 'busybox'];

const agreeing = (row: Row): PeerName[] => FOUR.filter((peer) => row.differs?.[peer] === undefined);

test('at least 400 portable rows, and more', () => {
  expect(table.filter((row) => groupOf(row) !== 'gawk').length).toBeGreaterThan(400);
});

test('each name once', () => {
  const names = table.map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test('a portable row that fewer than two peers agree with names its clause', () => {
  const alone = table.filter((row) => groupOf(row) !== 'gawk' && agreeing(row).length < 2);
  expect(alone.filter(({ clause }) => clause === undefined).map(({ name }) => name)).toEqual([]);
});

test("gawk gives its own group's answers", () => {
  const rows = table.filter((row) => groupOf(row) === 'gawk');
  expect(rows.filter((row) => row.differs?.gawk !== undefined).map(({ name }) => name)).toEqual([]);
});

test('a row has a program, by itself or by -f', () => {
  const without = table.filter(({ program, options }) => program === undefined && options === undefined);
  expect(without.map(({ name }) => name)).toEqual(['no program is an error']);
});

const outcome = (text: string, status = 0): Outcome => ({ status, stdout: Buffer.from(text), stderr: '' });

describe('mismatch', () => {
  const row = { name: 'r', program: '', out: 'b\na\n' };
  const cases: { name: string; row: Row; got: string; status?: number; wrong?: RegExp }[] = [
    { name: 'the same', row, got: 'b\na\n' },
    { name: 'another order', row, got: 'a\nb\n', wrong: /^stdout "a\\nb\\n" instead of "b\\na\\n"/ },
    { name: 'another order where it is open', row: { ...row, sorted: true }, got: 'a\nb\n' },
    {
      name: 'something missing where the order is open',
      row: { ...row, sorted: true },
      got: 'a\n',
      wrong: /^stdout/,
    },
    { name: 'a status', row, got: 'b\na\n', status: 2, wrong: /^status 2 instead of 0/ },
    { name: 'any error', row: { ...row, status: 'error' }, got: 'b\na\n', status: 2 },
    {
      name: 'no error',
      row: { ...row, status: 'error' },
      got: 'b\na\n',
      wrong: /^status 0 instead of error/,
    },
    {
      name: 'bytes that are no text',
      row: { ...row, out: Buffer.from([0xff]) },
      got: '\ufffd',
      wrong: /^stdout/,
    },
  ];
  test.each(cases)('$name', (one) => {
    const wrong = mismatch(one.row, outcome(one.got, one.status));
    expect(wrong ?? 'nothing').toMatch(one.wrong ?? /^nothing$/);
  });
});
