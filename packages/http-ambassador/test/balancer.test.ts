// Choices with given dice: turns go round by weight, the less loaded or faster of two wins, keys stay where they were
// when endpoints come and go, and the ejected and unhealthy are passed over while there are others.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { type Balance, Balancer } from '../src/balancer.ts';
import { judge, RetryBudget } from '../src/outlier.ts';
import { hash32 } from '../src/policy/hash-ring.ts';
import { PeakEwma } from '../src/policy/peak-ewma.ts';

const endpoint = (
  name: string,
  differs: { active?: number; ejectedUntilMs?: number; isUnhealthy?: boolean; weight?: number } = {},
) => ({
  name,
  active: 0,
  ejectedUntilMs: 0,
  isUnhealthy: false,
  weight: 1,
  latency: new PeakEwma(),
  ...differs,
});
type Fake = ReturnType<typeof endpoint>;

function balancer(balance: Balance, endpoints: readonly Fake[], seed = 1): Balancer<Fake> {
  const random = new SeededRandom(seed);
  const made = new Balancer<Fake>(balance, () => random.fraction());
  made.use(endpoints);
  return made;
}

/** How many of so many picks each gets. */
function share(picks: number, pick: (at: number) => Fake | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let at = 0; at < picks; at++) {
    const name = pick(at)?.name ?? 'none';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe('round robin', () => {
  test('takes turns and passes over the ejected, the unhealthy and the one to avoid', () => {
    const all = [
      endpoint('a'),
      endpoint('b', { ejectedUntilMs: 100 }),
      endpoint('c'),
      endpoint('d', { isUnhealthy: true }),
    ];
    const names = (nowMs: number, avoid?: Fake): string[] => {
      const turns = balancer('round-robin', all);
      return [0, 1, 2, 3].map(() => turns.pick(nowMs, avoid)?.name ?? '');
    };
    expect(names(50)).toEqual(['a', 'c', 'a', 'c']);
    expect(names(150)).toEqual(['a', 'b', 'c', 'a']);
    expect(names(50, all[0])).toEqual(['c', 'c', 'c', 'c']);
  });

  test('when none is sound all are in the turn but the one to avoid; without endpoints there is none', () => {
    const all = [endpoint('a', { ejectedUntilMs: 100 }), endpoint('b', { isUnhealthy: true })];
    const turns = balancer('round-robin', all);
    expect([turns.pick(0)?.name, turns.pick(0)?.name]).toEqual(['a', 'b']);
    expect(turns.pick(0, all[0])?.name).toBe('b');
    expect(balancer('round-robin', []).pick(0)).toBeUndefined();
    expect(balancer('round-robin', [all[0]!]).pick(0, all[0])?.name).toBe('a');
  });

  test('weights: exact over a round, and mixed', () => {
    const turns = balancer('round-robin', [endpoint('a', { weight: 3 }), endpoint('b'), endpoint('c')]);
    const names = Array.from({ length: 10 }, () => turns.pick(0)?.name);
    expect(names.join('')).toBe('abacaabaca');
  });
});

describe('power of two', () => {
  test('least request never takes the busiest of three, and spreads among equals', () => {
    const two = balancer('least-request', [
      endpoint('a', { active: 5 }),
      endpoint('b', { active: 1 }),
      endpoint('c', { active: 1 }),
    ]);
    const counts = share(3000, () => two.pick(0));
    expect(counts['a']).toBeUndefined();
    expect(counts['b']).toBeGreaterThan(1200);
    expect(counts['c']).toBeGreaterThan(1200);
  });

  test('weights: an idle endpoint of weight 3 gets more, one of weight 3 with six requests less', () => {
    const idle = balancer('least-request', [endpoint('a', { weight: 3 }), endpoint('b')]);
    expect(share(100, () => idle.pick(0))).toEqual({ a: 100 });
    const busy = balancer('least-request', [endpoint('a', { weight: 3, active: 6 }), endpoint('b')]);
    expect(share(100, () => busy.pick(0))).toEqual({ b: 100 });
  });

  test('peak EWMA takes the faster one, unless it has far more to do', () => {
    const [fast, slow] = [endpoint('fast'), endpoint('slow')];
    fast.latency.observe(10, 0);
    slow.latency.observe(100, 0);
    const two = balancer('peak-ewma', [fast, slow]);
    expect(share(50, () => two.pick(0))).toEqual({ fast: 50 });
    fast.active = 20;
    expect(share(50, () => two.pick(0))).toEqual({ slow: 50 });
  });
});

describe('peak EWMA', () => {
  test('jumps to a peak at once, comes down slowly, and forgets when nothing is heard', () => {
    const latency = new PeakEwma();
    latency.observe(10, 0);
    latency.observe(500, 1000);
    expect(latency.load(0, 1000)).toBe(500);
    latency.observe(10, 2000);
    expect(latency.load(0, 2000)).toBeGreaterThan(400);
    expect(latency.load(3, 2000)).toBeCloseTo(4 * latency.load(0, 2000));
    expect(latency.load(0, 62_000)).toBeLessThan(5);
  });

  test('one that never answered gets one request, not all', () => {
    const [fresh, known] = [new PeakEwma(), new PeakEwma()];
    known.observe(20, 0);
    expect(fresh.load(0, 0)).toBeLessThan(known.load(0, 0));
    expect(fresh.load(1, 0)).toBeGreaterThan(known.load(10, 0));
  });
});

const members = (count: number): Fake[] =>
  Array.from({ length: count }, (_, at) => endpoint(`10.0.0.${at}:80`));

describe('ring hash', () => {
  const keys = Array.from({ length: 10_000 }, (_, at) => hash32(`user-${at}`));
  const owners = (ring: Balancer<Fake>, avoid?: Fake): (string | undefined)[] =>
    keys.map((key) => ring.pick(0, avoid, key)?.name);

  test('spreads evenly, and only the keys of one that leaves move', () => {
    const all = members(10);
    const before = owners(balancer('ring-hash', all));
    const counts = Object.values(share(keys.length, (at) => all.find(({ name }) => name === before[at])));
    expect(Math.min(...counts)).toBeGreaterThan(700);
    expect(Math.max(...counts)).toBeLessThan(1300);
    const after = owners(balancer('ring-hash', all.toSpliced(4, 1).toReversed()));
    const moved = keys.filter((_, at) => before[at] !== after[at]).length;
    expect(moved).toBe(before.filter((name) => name === '10.0.0.4:80').length);
  });

  test('one that is out hands its keys to others and gets the same ones back', () => {
    const all = members(5);
    const ring = balancer('ring-hash', all);
    const before = owners(ring);
    const out = all[2]!;
    out.isUnhealthy = true;
    const during = owners(ring);
    expect(during).not.toContain(out.name);
    expect(keys.filter((_, at) => before[at] !== during[at] && before[at] !== out.name)).toEqual([]);
    out.isUnhealthy = false;
    expect(owners(ring)).toEqual(before);
    expect(owners(ring, out)).toEqual(during);
  });

  test('when none is sound keys stay where they belong; weights are shares; no key is least request', () => {
    const all = members(4);
    const before = owners(balancer('ring-hash', all));
    for (const each of all) each.ejectedUntilMs = 1;
    expect(owners(balancer('ring-hash', all))).toEqual(before);
    const [light, heavy] = [endpoint('light'), endpoint('heavy', { weight: 3 })];
    const ring = balancer('ring-hash', [light, heavy]);
    const counts = share(keys.length, (at) => ring.pick(0, undefined, keys[at]));
    expect(counts['heavy']! / counts['light']!).toBeGreaterThan(2.4);
    expect(counts['heavy']! / counts['light']!).toBeLessThan(3.8);
    light.active = 3;
    expect(ring.pick(0)?.name).toBe('heavy');
  });

  test('a thousand endpoints still fit', () => {
    expect(new Set(owners(balancer('ring-hash', members(1000)))).size).toBeGreaterThan(950);
  });
});

const suspect = () => ({ failuresInRow: 0, ejections: 0, ejectedUntilMs: 0 });

test('failures in a row eject, longer each time, but never more than the share; a good while makes up for it', () => {
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
  judge(one, true, all, rule, 150);
  judge(one, false, all, rule, 200);
  expect(judge(one, false, all, rule, 200)).toBe(true);
  expect(one.ejectedUntilMs).toBe(400);
  judge(one, true, all, rule, 600);
  judge(one, false, all, rule, 700);
  expect(judge(one, false, all, rule, 700)).toBe(true);
  expect(one.ejectedUntilMs).toBe(800);
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
