// Dirty marks: a key is clean at a replica exactly when everything written to it before is known to be applied there.
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { DirtyMarks } from '../../src/consistency/dirty-marks.ts';

const hash = (key: string): number => DirtyMarks.hash(Buffer.from(key), 0, key.length);

test('a key never written is clean for every replica that passed a fence', () => {
  expect(new DirtyMarks().epochOf(hash('a'))).toBe(0);
});

test('an epoch settles when it is closed and all its writes are acknowledged', () => {
  const marks = new DirtyMarks();
  marks.mark(hash('a'));
  const epoch = marks.sent();
  expect(marks.settle()).toBeLessThan(epoch);
  marks.close();
  expect(marks.settle()).toBeLessThan(epoch);
  marks.acknowledged(epoch);
  expect(marks.settle()).toBe(epoch);
  expect(marks.epochOf(hash('a'))).toBe(epoch);
});

test('a slow write keeps later epochs unsettled, as offsets are compared in their order', () => {
  const marks = new DirtyMarks();
  marks.mark(1);
  const slow = marks.sent();
  marks.close();
  marks.mark(2);
  marks.acknowledged(marks.sent());
  marks.close();
  expect(marks.settle()).toBeLessThan(slow);
  marks.acknowledged(slow);
  expect(marks.settle()).toBe(marks.open - 1);
});

test('a write with unknown keys is in the way of every key, and of reads of everything', () => {
  const marks = new DirtyMarks();
  marks.markAll();
  expect([marks.epochOf(hash('any')), marks.epochOfAll]).toEqual([marks.open, marks.open]);
});

test('with nothing written no epoch is used up', () => {
  const marks = new DirtyMarks();
  for (let i = 0; i < 10; i++) marks.close();
  expect(marks.open).toBe(1);
});

test('a replica that lags behind a random history is never called clean too early', () => {
  const random = new SeededRandom(freshSeed());
  const marks = new DirtyMarks();
  const underWay: { epoch: number; key: number }[] = [];
  const executed = new Map<number, number>();
  const fences: { epoch: number; offset: number }[] = [];
  const reads: boolean[] = [];
  let [offset, applied, clean] = [0, 0, 0];
  for (let step = 0; step < 50_000; step++) {
    const dice = random.fraction();
    if (dice < 0.15) {
      const key = random.integer(0, 30);
      marks.mark(key);
      underWay.push({ epoch: marks.sent(), key });
    } else if (dice < 0.6 && underWay.length > 0) {
      const [write] = underWay.splice(random.integer(0, underWay.length - 1), 1);
      executed.set(write!.key, ++offset);
      marks.acknowledged(write!.epoch);
    } else if (dice < 0.7) {
      marks.close();
      fences.push({ epoch: marks.settle(), offset });
    } else if (dice < 0.85) applied = Math.min(offset, applied + random.integer(0, 5));
    else {
      for (const fence of fences) if (fence.offset <= applied) clean = Math.max(clean, fence.epoch);
      const key = random.integer(0, 30);
      if (clean >= marks.epochOf(key)) reads.push((executed.get(key) ?? 0) <= applied);
    }
  }
  expect(reads.length).toBeGreaterThan(100);
  expect([random.seed, reads.indexOf(false)]).toEqual([random.seed, -1]);
});
