// Choices with given dice: turns go round, the less loaded of two wins, ejected ones are passed over while others are.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { pickEndpoint } from '../src/balancer.ts';
import { judge, RetryBudget } from '../src/outlier.ts';

const endpoint = (name: string, active = 0, ejectedUntilMs = 0) => ({ name, active, ejectedUntilMs });

const suspect = () => ({ failuresInRow: 0, ejections: 0, ejectedUntilMs: 0 });

test('round robin takes turns and passes over the ejected and the one to avoid', () => {
  const all = [endpoint('a'), endpoint('b', 0, 100), endpoint('c')];
  const names = (nowMs: number, avoid?: (typeof all)[number]): string[] =>
    [0, 1, 2, 3].map((turn) => pickEndpoint(all, 'round-robin', nowMs, turn, () => 0, avoid)?.name ?? '');
  expect(names(50)).toEqual(['a', 'c', 'a', 'c']);
  expect(names(150)).toEqual(['a', 'b', 'c', 'a']);
  expect(names(50, all[0])).toEqual(['c', 'c', 'c', 'c']);
});

test('when all are ejected, all are in the turn; without endpoints there is none', () => {
  const all = [endpoint('a', 0, 100), endpoint('b', 0, 100)];
  expect(pickEndpoint(all, 'round-robin', 0, 1, () => 0)?.name).toBe('b');
  expect(pickEndpoint([], 'round-robin', 0, 1, () => 0)).toBeUndefined();
});

test('least request never takes the busiest of three, and spreads among equals', () => {
  const random = new SeededRandom(1);
  const all = [endpoint('a', 5), endpoint('b', 1), endpoint('c', 1)];
  const counts = new Map<string, number>();
  for (let turn = 0; turn < 3000; turn++) {
    const name = pickEndpoint(all, 'least-request', 0, turn, () => random.fraction())?.name ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect(counts.get('a')).toBeUndefined();
  expect(counts.get('b')).toBeGreaterThan(1200);
  expect(counts.get('c')).toBeGreaterThan(1200);
});

test('failures in a row eject, longer each time, but never more than the share', () => {
  const rule = { failures: 2, ejectMs: 100, mostEjected: 0.5 };
  const [one, other] = [suspect(), suspect()];
  const all = [one, other];
  expect(judge(one, false, all, rule, 0)).toBe(false);
  expect(judge(one, true, all, rule, 0)).toBe(false);
  expect(judge(one, false, all, rule, 0)).toBe(false);
  expect(judge(one, false, all, rule, 0)).toBe(true);
  expect(one.ejectedUntilMs).toBe(100);
  judge(other, false, all, rule, 50);
  expect(judge(other, false, all, rule, 50)).toBe(false);
  judge(one, false, all, rule, 200);
  expect(judge(one, false, all, rule, 200)).toBe(true);
  expect(one.ejectedUntilMs).toBe(400);
  expect(judge(suspect(), false, [suspect()], { ...rule, failures: 0 }, 0)).toBe(false);
});

test('the budget allows a share of the traffic and a trickle', () => {
  const budget = new RetryBudget(0.2, 10, 0);
  let allowed = 0;
  while (budget.withdraw(0)) allowed++;
  expect(allowed).toBe(120);
  for (let at = 0; at < 11; at++) budget.deposit();
  expect([budget.withdraw(0), budget.withdraw(0), budget.withdraw(0)]).toEqual([true, true, false]);
  expect([budget.withdraw(100), budget.withdraw(100)]).toEqual([true, false]);
});
