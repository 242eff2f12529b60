// What is tried again, and after how long.
import { expect, test } from 'vitest';
import { backoffMs, parseRetryOn, retryAfterMs } from '../../src/policy/retry.ts';

const range = (attempts: number): number[] =>
  [() => 0, () => 0.999].map((dice) => Math.round(backoffMs(attempts, dice)));

test('words and statuses; gateway-error is three of them', () => {
  const parsed = parseRetryOn(['reset', 'gateway-error', '429']);
  expect(parsed).toEqual({
    connectFailure: false,
    reset: true,
    timeout: false,
    statuses: new Set([502, 503, 504, 429]),
  });
  for (const wrong of ['5xx', '200', '600', 'resets', '']) expect(parseRetryOn(['reset', wrong])).toBe(wrong);
});

test('the first retry is at once, then twice as long each time up to a second, half of it at random', () => {
  expect(range(1)).toEqual([0, 0]);
  expect(range(2)).toEqual([50, 100]);
  expect(range(3)).toEqual([100, 200]);
  expect(range(10)).toEqual([500, 1000]);
});

test.each([
  { in: '0', out: 0 },
  { in: '5', out: 5000 },
  { in: '6', out: undefined },
  { in: '-1', out: undefined },
  { in: '1.5', out: undefined },
  { in: '99999999999', out: undefined },
  { in: 'Wed, 21 Oct 2026 07:28:00 GMT', out: undefined },
])('Retry-After: $in', ({ in: text, out }) => {
  expect(retryAfterMs(text)).toBe(out);
});
