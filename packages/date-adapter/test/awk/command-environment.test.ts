// When commands have to be told their environment, and when they keep that of the process.
import { describe, expect, test } from 'vitest';
import { changedEnvironment, mayChangeEnvironment } from '../../src/awk/command-environment.ts';
import { parseProgram } from '../../src/awk/parser.ts';

const original = new Map([
  ['A', '1'],
  ['B', '2'],
]);

describe('changedEnvironment', () => {
  const table: { name: string; current: [string, string][]; isChanged: boolean }[] = [
    { name: 'as it was, in another order', current: [['B', '2'], ['A', '1']], isChanged: false }, // oxfmt-ignore
    { name: 'another value', current: [['A', '1'], ['B', '3']], isChanged: true }, // oxfmt-ignore
    { name: 'one more', current: [['A', '1'], ['B', '2'], ['C', '']], isChanged: true }, // oxfmt-ignore
    { name: 'one less', current: [['A', '1']], isChanged: true },
    { name: 'another name', current: [['A', '1'], ['C', '2']], isChanged: true }, // oxfmt-ignore
  ];
  test.each(table)('$name', ({ current, isChanged }) => {
    const map = new Map(current);
    expect(changedEnvironment(original, map)).toBe(isChanged ? map : undefined);
  });
});

test.each([
  ['BEGIN { ENVIRON["A"] = 1 }', false, true],
  ['BEGIN { print }', false, false],
  ['BEGIN { ENVIRON["A"] = 1 }', true, false],
])('%s, posix %s', (text, posix, expected) => {
  expect(mayChangeEnvironment(parseProgram([{ name: 'p', text }], { posix }))).toBe(expected);
});
