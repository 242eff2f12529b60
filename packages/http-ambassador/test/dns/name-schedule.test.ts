import { expect, test } from 'vitest';
import type { Answer } from '../../src/dns/answer.ts';
import { NameSchedule } from '../../src/dns/name-schedule.ts';

const bounds = { minMs: 1000, maxMs: 30_000, holdGoneMs: 20_000 };
const answer = (ttlMs: number, host = '10.0.0.1'): Answer => ({
  found: [{ host, port: 80, priority: 0, weight: 1 }],
  ttlMs,
});

/** When it is due again, to the millisecond. */
function dueAt(schedule: NameSchedule, fromMs: number): number {
  let at = fromMs;
  while (!schedule.isDue(at)) at++;
  return at;
}

test.each([
  { name: 'the TTL', ttlMs: 5000, random: 0, waitMs: 5000 },
  { name: 'up to a tenth later', ttlMs: 5000, random: 0.5, waitMs: 5250 },
  { name: 'not sooner than the least', ttlMs: 0, random: 0, waitMs: 1000 },
  { name: 'not later than the most', ttlMs: 86_400_000, random: 0, waitMs: 30_000 },
  { name: 'without a TTL, the most', ttlMs: Infinity, random: 0, waitMs: 30_000 },
])('$name', ({ ttlMs, random, waitMs }) => {
  const schedule = new NameSchedule(bounds, () => random);
  expect(schedule.isDue(0)).toBe(true);
  schedule.answered(answer(ttlMs), 100);
  expect(dueAt(schedule, 100) - 100).toBe(waitMs);
});

test('failures keep what is known for ever, and are tried again at growing distances', () => {
  const schedule = new NameSchedule(bounds, () => 0);
  schedule.answered(answer(1000), 0);
  const waits: number[] = [];
  let nowMs = 1000;
  for (let at = 0; at < 6; at++) {
    schedule.failed(nowMs);
    const next = dueAt(schedule, nowMs);
    waits.push(next - nowMs);
    nowMs = next;
  }
  expect(waits).toEqual([1000, 2000, 4000, 5000, 5000, 5000]);
  schedule.failed(86_400_000);
  expect(schedule.addresses).toHaveLength(1);
  schedule.answered(answer(1000, '10.0.0.2'), nowMs);
  expect(schedule.addresses).toEqual(answer(0, '10.0.0.2').found);
  schedule.failed(nowMs);
  expect(dueAt(schedule, nowMs) - nowMs).toBe(1000);
});

test('a name that is gone keeps its addresses for a while; one good answer in between begins anew', () => {
  const schedule = new NameSchedule(bounds, () => 0);
  schedule.answered(answer(1000), 0);
  schedule.gone(1000);
  schedule.gone(15_000);
  schedule.answered(answer(1000), 16_000);
  schedule.gone(20_000);
  schedule.failed(30_000);
  expect(schedule.addresses).toHaveLength(1);
  schedule.gone(39_500);
  // Asked again just when the time is over, not after the whole wait.
  expect(dueAt(schedule, 39_500)).toBe(40_000);
  schedule.gone(40_000);
  expect(schedule.addresses).toEqual([]);
  expect(dueAt(schedule, 40_000)).toBeGreaterThanOrEqual(41_000);
});

test('in a hurry it is due sooner, never more often than the least wait', () => {
  const schedule = new NameSchedule(bounds, () => 0);
  schedule.answered(answer(20_000), 0);
  schedule.hurry();
  expect(dueAt(schedule, 0)).toBe(1000);
  schedule.answered(answer(20_000), 1000);
  expect(dueAt(schedule, 1000)).toBe(21_000);
});
