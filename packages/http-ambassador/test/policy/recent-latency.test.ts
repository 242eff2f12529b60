// Quantiles of what was seen lately, against sorted lists.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { RecentLatency } from '../../src/policy/recent-latency.ts';

test('within 10 % above the true quantile, for latencies of any size', () => {
  const random = new SeededRandom(7);
  for (const scale of [0.5, 5, 80, 3000]) {
    for (const quantile of [0.5, 0.95, 0.99]) {
      const recent = new RecentLatency(quantile);
      const all = Array.from({ length: 1000 }, () => scale * (0.2 + random.fraction() ** 4 * 20));
      for (const ms of all) recent.observe(ms, 0);
      const wanted = all.toSorted((x, y) => x - y)[Math.ceil(1000 * quantile) - 1]!;
      const ratio = (recent.ms(0) ?? 0) / wanted;
      expect(ratio).toBeGreaterThan(0.999);
      expect(ratio).toBeLessThan(1.11);
    }
  }
});

test('nothing is known from a few, and what is old is forgotten', () => {
  const recent = new RecentLatency(0.95);
  for (let at = 0; at < 49; at++) recent.observe(10, 1000);
  expect(recent.ms(1000)).toBeUndefined();
  recent.observe(10, 1000);
  expect(recent.ms(1300)).toBeGreaterThanOrEqual(10);
  for (let at = 0; at < 100; at++) recent.observe(200, 11_500);
  expect(recent.ms(12_000)).toBeGreaterThan(190);
  expect(recent.ms(21_600)).toBeGreaterThan(190);
  expect(recent.ms(60_000)).toBeUndefined();
});

test('beyond all buckets', () => {
  const recent = new RecentLatency(0.5);
  for (let at = 0; at < 60; at++) recent.observe(1e9, 0);
  expect(recent.ms(300)).toBeGreaterThan(100_000);
  for (let at = 0; at < 100; at++) recent.observe(0, 300);
  expect(recent.ms(600)).toBeCloseTo(0.1);
});
