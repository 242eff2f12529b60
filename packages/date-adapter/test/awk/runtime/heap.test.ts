// Regions do not overlap, come back when given back, and keep their bytes when the memory grows.
import { expect, test } from 'vitest';
import { Heap, SLACK } from '../../../src/awk/runtime/heap.ts';

test('regions are apart by the slack', () => {
  const heap = new Heap();
  const regions = [10, 64, 100, 5000].map((size) => ({ at: heap.allocate(size), size }));
  regions.reduce((before, next) => {
    expect(next.at).toBeGreaterThanOrEqual(before.at + before.size + SLACK);
    return next;
  });
  expect(regions.every(({ at }) => at % 64 === 0)).toBe(true);
});

test('what is given back is used again', () => {
  const heap = new Heap();
  const first = heap.allocate(1000);
  heap.release(first, 1000);
  expect(heap.allocate(1024)).toBe(first);
});

test('growing keeps the bytes and says so', () => {
  const heap = new Heap();
  let grown = 0;
  heap.onGrown(() => grown++);
  const at = heap.allocate(16);
  heap.bytes.set([1, 2, 3], at);
  const large = heap.allocate(20_000_000);
  expect(grown).toBe(1);
  expect([...heap.bytes.subarray(at, at + 3)]).toEqual([1, 2, 3]);
  expect(heap.bytes.length).toBeGreaterThan(large + 20_000_000);
  expect(heap.ints.buffer).toBe(heap.bytes.buffer);
  const larger = heap.enlarge(at, 16, 5000, 3);
  expect([...heap.bytes.subarray(larger, larger + 3)]).toEqual([1, 2, 3]);
});

test('beyond two gigabytes', () => {
  const heap = new Heap();
  expect(() => heap.allocate(2 ** 31)).toThrow('too long');
});
