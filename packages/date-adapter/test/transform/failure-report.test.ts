import { expect, test } from 'vitest';
import { FailureReport } from '../../src/transform/failure-report.ts';

test('the first five, then one a minute with the number of those between', () => {
  let nowMs = 0;
  const said: Record<string, unknown>[] = [];
  const report = new FailureReport({ warn: (_, fields = {}) => void said.push(fields) }, () => nowMs);
  const line = Buffer.from('a bad line');
  let asked = 0;
  const fail = (): void => report.add(line, 2, 5, 'app.log', () => `reason ${++asked}`);
  for (let count = 0; count < 100; count++) fail();
  expect(said).toHaveLength(5);
  expect(said[4]).toEqual({ reason: 'reason 5', line: 'bad', source: 'app.log' });
  expect(asked).toBe(5);
  nowMs = 60_000;
  fail();
  fail();
  expect(said.at(-1)).toEqual({ reason: 'reason 6', line: 'bad', source: 'app.log', unreported: 95 });
  expect(said).toHaveLength(6);
});

test('a long line is cut', () => {
  const said: Record<string, unknown>[] = [];
  const report = new FailureReport({ warn: (_, fields = {}) => void said.push(fields) }, () => 0);
  report.add(Buffer.alloc(1000, 'x'), 0, 1000, '-', () => 'long');
  expect(said[0]?.['line']).toBe(`${'x'.repeat(120)}...`);
});
