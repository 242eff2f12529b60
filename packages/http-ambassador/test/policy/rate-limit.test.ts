// Requests over a made-up clock: bursts, the steady rate, keys for themselves, and no more keys than are kept.
import { expect, test } from 'vitest';
import { RateLimit } from '../../src/policy/rate-limit.ts';

test('a burst, then one each interval; the wait that is told is enough', () => {
  const limit = new RateLimit(10, 3);
  const taken = (nowMs: number): number => limit.take('a', nowMs);
  expect([taken(0), taken(0), taken(0), taken(0)]).toEqual([0, 0, 0, 100]);
  expect([taken(99), taken(100), taken(100)]).toEqual([1, 0, 100]);
  expect([taken(10_000), taken(10_000), taken(10_000), taken(10_000)]).toEqual([0, 0, 0, 100]);
});

test.each([
  { perSecond: 1000, burst: 1, ms: 2000, allowed: 2000 },
  { perSecond: 7, burst: 7, ms: 10_000, allowed: 77 },
  { perSecond: 0.1, burst: 1, ms: 30_000, allowed: 3 },
])(
  '$perSecond a second, burst $burst: $allowed of many within $ms ms',
  ({ perSecond, burst, ms, allowed }) => {
    const limit = new RateLimit(perSecond, burst);
    let taken = 0;
    for (let nowMs = 0; nowMs < ms; nowMs += 0.5) if (limit.take('a', nowMs) === 0) taken++;
    expect(Math.abs(taken - allowed)).toBeLessThanOrEqual(1);
  },
);

test('keys are for themselves, and the one used longest ago is forgotten', () => {
  const limit = new RateLimit(1, 1, 2);
  expect([limit.take('a', 0), limit.take('b', 0), limit.take('a', 500)]).toEqual([0, 0, 500]);
  limit.take('c', 600);
  expect(limit.size).toBe(2);
  expect([limit.take('b', 600), limit.take('c', 600)]).toEqual([400, 1000]);
  expect(limit.take('a', 600)).toBe(0);
});
