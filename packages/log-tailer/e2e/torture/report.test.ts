// The table of the README: what a cell says, and where it is put.

import { expect, test } from 'vitest';
import type { Outcome } from './judge.ts';
import { cell, markdownTable, withTable } from './report.ts';
import { scenarios } from './suite.ts';
import { tailerNamed } from './tailers.ts';

const [scenario] = scenarios;
const clean = { written: 10, missing: 0, missingBytes: 0, duplicated: 0, duplicatedBytes: 0, garbled: 0 };
const verdict = { ...clean, disordered: 0, generationsDisordered: 0, examples: [] };
const ok: Outcome = {
  scenario: scenario!,
  tailer: tailerNamed('gnu'),
  seed: 1,
  status: 'ok',
  violations: [],
  verdict,
  figures: new Map(),
  story: [],
  stderr: '',
  seconds: 1,
};

const cells: { outcome: Outcome | undefined; says: string }[] = [
  { outcome: ok, says: 'ok' },
  { outcome: undefined, says: 'n/a' },
  { outcome: { ...ok, status: 'not-applicable' }, says: 'n/a' },
  { outcome: { ...ok, status: 'skipped' }, says: 'skipped' },
  { outcome: { ...ok, status: 'failed' }, says: 'failed' },
  {
    outcome: {
      ...ok,
      status: 'failed',
      verdict: { ...verdict, missing: 3, garbled: 1, generationsDisordered: 2 },
    },
    says: '3 missing, 1 garbled, 2 disordered',
  },
];

test.each(cells)('a cell says $says', ({ outcome, says }) => {
  expect(cell(outcome)).toBe(says);
});

test('the table has a row per scenario and counts what each tailer was lossless in', () => {
  const tailers = [tailerNamed('gnu'), tailerNamed('tail')];
  const table = markdownTable([ok, { ...ok, tailer: tailers[1]!, status: 'failed' }], [scenario!], tailers);
  expect(table.split('\n').at(2)).toBe(`| ${scenario!.number} | ${scenario!.name} | ok | failed |`);
  expect(table.split('\n').at(-1)).toBe('|  | **lossless in** | **1 of 1** | **0 of 1** |');
});

test('the table replaces what is between the marks, and needs them', () => {
  const text = 'before\n<!-- begin:torture -->\nold\n<!-- end:torture -->\nafter\n';
  expect(withTable(text, 'new')).toBe(text.replace('old', 'new'));
  expect(withTable('no marks', 'new')).toBeUndefined();
});

test('every scenario has a name of its own, and every number from 1 to 40 is there', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  const numbers = new Set(scenarios.map(({ number }) => number));
  expect([...numbers].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
});
