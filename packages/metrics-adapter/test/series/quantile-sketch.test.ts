import { SeededRandom, freshSeed } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { QuantileSketch } from '../../src/series/quantile-sketch.ts';
import { Summary } from '../../src/series/summary.ts';

/** Where a value stands among all, from 0 to 1. */
function rankOf(sorted: readonly number[], value: number): number {
  return sorted.filter((each) => each <= value).length / sorted.length;
}

test.each([
  { name: 'uniform', draw: (random: SeededRandom) => random.fraction() },
  { name: 'exponential', draw: (random: SeededRandom) => -Math.log(1 - random.fraction()) },
  { name: 'few values', draw: (random: SeededRandom) => random.integer(1, 10) },
])('$name: ranks are near enough', ({ draw }) => {
  const random = new SeededRandom(freshSeed());
  const sketch = new QuantileSketch();
  const all = Array.from({ length: 20_000 }, () => draw(random));
  for (const value of all) sketch.add(value, 1);
  const sorted = all.toSorted((a, b) => a - b);
  for (const [q, error] of [
    [0.5, 0.05],
    [0.9, 0.01],
    [0.99, 0.005],
  ] as const) {
    const value = sketch.quantile(q);
    const [low, high] = [rankOf(sorted, value - 1e-9), rankOf(sorted, value + 1e-9)];
    expect([random.seed, q, low - error <= q && q <= high + error]).toEqual([random.seed, q, true]);
  }
});

test('exact while small', () => {
  const sketch = new QuantileSketch();
  for (let value = 100; value > 0; value--) sketch.add(value, 1);
  expect([0, 0.01, 0.07, 0.5, 0.9, 0.99, 1].map((q) => sketch.quantile(q))).toEqual([
    1, 1, 7, 50, 90, 99, 100,
  ]);
});

test('a weight is as many observations', () => {
  const sketch = new QuantileSketch();
  sketch.add(1, 1);
  sketch.add(2, 1e6);
  expect([sketch.total, sketch.quantile(0.5)]).toEqual([1_000_001, 2]);
});

test('a summary forgets what is older than its window', () => {
  const options = { quantiles: [0.5], labels: ['0.5'], maxAgeMs: 5000, ageBuckets: 5 };
  const summary = new Summary(options);
  summary.observe(1, 1, 1000);
  summary.observe(9, 3, 4000);
  expect(summary.quantiles(4500)).toEqual([9]);
  expect(summary.quantiles(8500)).toEqual([9]);
  expect(summary.quantiles(60_000)).toEqual([NaN]);
  expect([summary.count, summary.sum]).toEqual([4, 28]);
});
