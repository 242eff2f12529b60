import { expect, test } from 'vitest';
import { hash, SeededRandom } from '../src/seeded-random.ts';

const rolls = (random: SeededRandom): number[] => Array.from({ length: 100 }, () => random.integer(1, 1000));

test('the same seed rolls the same dice, another seed others', () => {
  expect(rolls(new SeededRandom(7))).toEqual(rolls(new SeededRandom(7)));
  expect(rolls(new SeededRandom(7))).not.toEqual(rolls(new SeededRandom(8)));
});

test('a branch does not depend on how often its parent rolled', () => {
  const parent = new SeededRandom(7);
  const early = rolls(parent.branch('writer'));
  rolls(parent);
  expect(rolls(parent.branch('writer'))).toEqual(early);
  expect(rolls(parent.branch('reader'))).not.toEqual(early);
});

test('integers reach both ends, and no further', () => {
  const random = new SeededRandom(1);
  const seen = new Set(Array.from({ length: 500 }, () => random.integer(-1, 2)));
  expect([...seen].toSorted((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
});

test('weights are kept: never for 0, mostly for the heavy one', () => {
  const random = new SeededRandom(3);
  const weights = [
    ['never', 0],
    ['seldom', 1],
    ['often', 9],
  ] as const;
  const picked = Array.from({ length: 2000 }, () => random.weighted(weights));
  const count = (choice: string): number => picked.filter((one) => one === choice).length;
  expect(count('never')).toBe(0);
  expect(count('often')).toBeGreaterThan(1700);
  expect(count('seldom')).toBeGreaterThan(100);
});

test('text is printable ASCII of the length asked for', () => {
  expect(new SeededRandom(5).text(300)).toMatch(/^[ -~]{300}$/);
});

test('bits are spread evenly enough to pick test inputs', () => {
  const random = new SeededRandom(11);
  const buckets = Array.from({ length: 16 }, () => 0);
  for (let i = 0; i < 16_000; i++) buckets[Math.floor(random.fraction() * 16)]! += 1;
  for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('nothing to pick from is an error', () => {
  expect(() => new SeededRandom(1).pick([])).toThrow(RangeError);
});

test('hash changes with each character', () => {
  expect(new Set(['', 'a', 'b', 'ab', 'ba', 'aa'].map(hash)).size).toBe(6);
});
