import { expect, test } from 'vitest';
import { backoff } from '@podmate/base/backoff';

const five = (options: Parameters<typeof backoff>[0]): number[] => {
  const delay = backoff(options);
  return Array.from({ length: 5 }, () => delay.next());
};

test.for([
  { name: 'doubles up to the cap', jitter: 0, random: 0.9, out: [100, 200, 400, 500, 500] },
  { name: 'half of each at most is random', jitter: 0.5, random: 0.5, out: [75, 150, 300, 375, 375] },
  { name: 'all of each is random at jitter 1', jitter: 1, random: 0.75, out: [25, 50, 100, 125, 125] },
])('$name', ({ jitter, random, out }) => {
  expect(five({ initialMs: 100, maxMs: 500, jitter, random: () => random })).toEqual(out);
});

test('never waits longer than the cap, nor less than half of the delay', () => {
  for (const waitMs of five({ initialMs: 900, maxMs: 500 })) {
    expect(waitMs).toBeGreaterThan(249);
    expect(waitMs).toBeLessThanOrEqual(500);
  }
});

test('begins again after a success', () => {
  const delay = backoff({ initialMs: 10, maxMs: 1000, jitter: 0 });
  delay.next();
  delay.next();
  delay.reset();
  expect(delay.next()).toBe(10);
});
