import { expect, test } from 'vitest';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { JavaObject } from '../../src/jser/java-value.ts';
import { ObjectReader } from '../../src/jser/object-reader.ts';
import { INCOMPLETE, MISMATCH, Shape, ShapePool } from '../../src/jser/shape.ts';
import { bytesOf, recorded, twoLongs } from './streams.ts';

/** The shape of the first object in these bytes, and that object. */
function learn(bytes: Buffer): { shape: Shape; reader: ObjectReader } {
  const reader = new ObjectReader();
  reader.begin(bytes, 0, bytes.length);
  expect(reader.read()).toBe(true);
  return { shape: new Shape(bytes.subarray(0, reader.at), reader.slots), reader };
}

const box = (value: bigint): Buffer =>
  Buffer.concat([twoLongs.subarray(0, twoLongs.indexOf(bytesOf.long(5n))), bytesOf.long(value)]);

test('other numbers fit, and come out', () => {
  const { shape } = learn(box(5n));
  const numbers = new Float64Array(1);
  for (const value of [0n, -1n, 2n ** 40n, -(2n ** 63n)]) {
    expect(shape.match(box(value), 0, shape.length, numbers)).toBe(shape.length);
    expect(numbers[0]).toBe(Number(value));
  }
});

test('a long of which every digit counts fits as far as a number holds it', () => {
  const numbers = new Float64Array(1);
  for (const { value, fits } of [
    { value: 2n ** 53n - 1n, fits: true },
    { value: -(2n ** 53n) + 1n, fits: true },
    { value: 2n ** 53n, fits: false },
    { value: 2n ** 63n - 1n, fits: false },
    { value: -(2n ** 63n), fits: false },
  ]) {
    const { shape } = learn(box(5n));
    shape.requireExact([0]);
    expect(shape.match(box(value), 0, shape.length, numbers), `${value}`).toBe(
      fits ? shape.length : MISMATCH,
    );
    expect(shape.same(learn(box(5n)).shape)).toBe(false);
  }
});

test('any other byte is a mismatch, fewer bytes are incomplete', () => {
  const bytes = box(5n);
  const { shape } = learn(bytes);
  const numbers = new Float64Array(1);
  for (let at = 0; at < bytes.length; at++) {
    expect(shape.match(bytes, 0, at, numbers), `cut at ${at}`).toBe(INCOMPLETE);
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const inSlot = at >= bytes.length - 8;
    expect(shape.match(changed, 0, bytes.length, numbers), `changed at ${at}`).toBe(
      inSlot ? bytes.length : MISMATCH,
    );
  }
});

test('what fits is what the reader would have read', () => {
  const seed = freshSeed();
  const random = new SeededRandom(seed);
  const { shape, reader } = learn(recorded());
  const numbers = new Float64Array(shape.slotCount);
  let fitted = 0;
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(recorded());
    const place = random.chance(0.7)
      ? (reader.slots.positions[random.integer(0, shape.slotCount - 1)] ?? 0)
      : random.integer(0, bytes.length - 1);
    bytes[place] = random.bits() & 0xff;
    if (shape.match(bytes, 0, bytes.length, numbers) !== shape.length) continue;
    fitted++;
    const { reader: again } = learn(bytes);
    expect(again.at).toBe(shape.length);
    expect(again.slots.positions, `seed ${seed} round ${round}`).toEqual(reader.slots.positions);
    expect(boxes(again)).toEqual([...numbers]);
  }
  expect(fitted).toBeGreaterThan(500);
});

/** Numbers of all boxes in the value, by slot. */
function boxes(reader: ObjectReader): number[] {
  const found: number[] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof JavaObject && value.slot >= 0) {
      const [held] = value.fields;
      const [written] = value.annotation();
      found[value.slot] = Buffer.isBuffer(written) ? Number(written.readBigInt64BE(0)) : Number(held);
    }
    for (const one of Object.values(value)) visit(one);
  };
  visit(reader.value);
  return found;
}

test('equal shapes are one in the pool, and go when nobody uses them', () => {
  const pool = new ShapePool();
  const first = pool.intern(learn(box(5n)).shape);
  expect(pool.intern(learn(box(6n)).shape)).toBe(first);
  expect(pool.size).toBe(1);
  pool.keep(new Set());
  expect(pool.size).toBe(0);
});
