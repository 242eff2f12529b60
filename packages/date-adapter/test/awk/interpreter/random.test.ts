// rand: fractions, evenly spread, the same for the same seed.
import { expect, test } from 'vitest';
import { Random } from '../../../src/awk/interpreter/random.ts';

test('the same seed gives the same numbers, another others', () => {
  const [one, two, three] = [new Random(), new Random(), new Random()];
  one.seed(7);
  two.seed(7);
  three.seed(8);
  const first = one.next();
  expect(two.next()).toBe(first);
  expect(three.next()).not.toBe(first);
});

test('seed tells the one before', () => {
  const random = new Random();
  expect(random.seed(5)).toBe(1);
  expect(random.seed(0.5)).toBe(5);
  expect(random.seed(9)).toBe(0.5);
});

test('numbers are fractions, spread evenly', () => {
  const random = new Random();
  const counts = Array.from({ length: 10 }, () => 0);
  for (let drawn = 0; drawn < 20_000; drawn++) counts[Math.floor(random.next() * 10)]! += 1;
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(250);
});
