// Counts and times by class, and the histogram made of them.
import { expect, test } from 'vitest';
import { Traffic } from '../../src/upstream/traffic.ts';

test('reads, writes and others apart, in seconds, buckets cumulative', () => {
  const traffic = new Traffic();
  for (const took of [0.1, 0.1, 3, 20_000]) traffic.answered(0, took);
  traffic.answered(7, 0.2);
  traffic.answered(-1, 0);
  traffic.failed(7);
  const { buckets, sum, count } = traffic.histogram('read');
  expect([sum, count]).toEqual([20.0032, 4]);
  const by = new Map(buckets);
  expect([by.get(0.0001), by.get(0.0025), by.get(0.005), by.get(10)]).toEqual([2, 2, 3, 3]);
  expect(traffic.histogram('write')).toMatchObject({ count: 1, sum: 0.0002 });
  expect(traffic.histogram('other')).toMatchObject({ count: 1, sum: 0 });
  expect([traffic.errors('read'), traffic.errors('write')]).toEqual([0, 1]);
});
