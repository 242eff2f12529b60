import { expect, test } from 'vitest';
import { Histogram, schemaOf } from '../../src/series/histogram.ts';

const make = (bounds: number[], nativeFactor = 0, nativeMaxBuckets = 0): Histogram =>
  new Histogram({
    bounds: Float64Array.from(bounds),
    les: bounds.map(String),
    nativeFactor,
    nativeMaxBuckets,
  });

test('a bound belongs to its bucket', () => {
  const histogram = make([1, 2]);
  for (const value of [-1, 1, 1.5, 2, 3, Infinity, NaN]) histogram.observe(value, 1);
  expect([...histogram.counts]).toEqual([2, 2, 3]);
});

test.each([
  [1.1, 3],
  [2, 0],
  [1.00001, 8],
  [65_536, -4],
  [1e6, -4],
])('factor %d is schema %d', (factor, schema) => expect(schemaOf(factor)).toBe(schema));

test('native buckets: (base^(i-1), base^i]', () => {
  const { native } = seen([1, 2, 2.001, 4, 0.5, -4, 0, 1e-300], 2);
  expect(Object.fromEntries(native?.positive ?? [])).toEqual({ '-1': 1, '0': 1, '1': 1, '2': 2 });
  expect([native?.negative.get(2), native?.zeros]).toEqual([1, 2]);
});

function seen(values: number[], factor: number, max = 0): Histogram {
  const histogram = make([], factor, max);
  for (const value of values) histogram.observe(value, 1);
  return histogram;
}

test('every power of the base is in its own bucket', () => {
  for (let index = -200; index <= 200; index++) {
    const { native } = seen([2 ** (index / 8)], 1.1);
    expect([...(native?.positive.keys() ?? [])]).toEqual([index]);
  }
});

test('too many buckets halve the resolution', () => {
  const values = Array.from({ length: 1000 }, (_, i) => 1.01 ** i);
  const { native } = seen(values, 1.1, 20);
  expect(native?.positive.size).toBeLessThanOrEqual(20);
  expect([...(native?.positive.values() ?? [])].reduce((sum, count) => sum + count, 0)).toBe(1000);
});
