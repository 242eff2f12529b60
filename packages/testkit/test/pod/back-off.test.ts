import { expect, test } from 'vitest';
import { RestartBackOff } from '../../src/pod/back-off.ts';

const MINUTE_MS = 60_000;

test('at once, then 10 s, doubling up to 5 minutes', () => {
  const backOff = new RestartBackOff();
  const waits = Array.from({ length: 9 }, () => backOff.next(0) / 1000);
  expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);
});

test('begins anew after a life of 10 minutes, not before', () => {
  const backOff = new RestartBackOff();
  const lives = [0, 0, 0, 10 * MINUTE_MS - 1, 10 * MINUTE_MS, 0];
  expect(lives.map((lived) => backOff.next(lived) / 1000)).toEqual([0, 10, 20, 40, 0, 10]);
});

test('the first wait can be another', () => {
  const backOff = new RestartBackOff(3);
  expect([0, 0, 0, 0].map((lived) => backOff.next(lived))).toEqual([0, 3, 6, 12]);
});
