import { expect, test } from 'vitest';
import { DistinctCount } from '../../src/series/distinct-count.ts';

test.each([0, 1, 64])('%i members are counted exactly', (members) => {
  const count = new DistinctCount();
  for (let round = 0; round < 3; round++) for (let i = 0; i < members; i++) count.add(`user${i}`);
  expect(count.estimate).toBe(members);
});

// Four standard errors of 2.3 %.
test.each([100, 1000, 5000, 20_000, 200_000])('%i members within 9.2 %%', (members) => {
  const count = new DistinctCount();
  for (let i = 0; i < members; i++) count.add(`user${i}`);
  expect(Math.abs(count.estimate - members) / members).toBeLessThan(0.092);
});
