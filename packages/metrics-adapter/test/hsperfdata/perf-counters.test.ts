import { expect, test } from 'vitest';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { perfCounters } from '../../src/hsperfdata/perf-counters.ts';

type Entry = {
  name: string;
  type: 'J' | 'B';
  unit: number;
  variability: number;
  data: Buffer;
  vector: number;
};

/** A file as the JVM makes it, in either byte order. */
function file(entries: readonly Entry[], little: boolean): Buffer {
  const int = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (little) bytes.writeInt32LE(value);
    else bytes.writeInt32BE(value);
    return bytes;
  };
  const made = entries.map(({ name, type, unit, variability, data, vector }) => {
    const text = Buffer.from(`${name}\0`);
    const codes = Buffer.from([type.charCodeAt(0), 0, unit, variability]);
    const length = 20 + text.length + data.length;
    return Buffer.concat([int(length), int(20), int(vector), codes, int(20 + text.length), text, data]);
  });
  const head = Buffer.concat([
    Buffer.from('cafec0c0', 'hex'),
    Buffer.of(little ? 1 : 0, 2, 0, 1),
    Buffer.alloc(16),
    int(32),
    int(made.length),
  ]);
  return Buffer.concat([head, ...made]);
}

const long = (value: bigint, little: boolean): Buffer => {
  const bytes = Buffer.alloc(8);
  if (little) bytes.writeBigInt64LE(value);
  else bytes.writeBigInt64BE(value);
  return bytes;
};

const entries = (little: boolean): Entry[] => [
  { name: 'sun.gc.time', type: 'J', unit: 3, variability: 2, data: long(42n, little), vector: 0 },
  { name: 'java.version', type: 'B', unit: 5, variability: 1, data: Buffer.from('17\0\0'), vector: 4 },
];

test.each([true, false])('counters, little-endian %s', (little) => {
  expect(perfCounters(file(entries(little), little))).toEqual([
    { name: 'sun.gc.time', value: 42, unit: 'ticks', monotonic: true },
    { name: 'java.version', value: '17', unit: 'string', monotonic: false },
  ]);
});

test('what is no such file', () => {
  expect(() => perfCounters(Buffer.alloc(100))).toThrow('not a hsperfdata file');
  const making = file([], true);
  making[7] = 0;
  expect(() => perfCounters(making)).toThrow('still making');
});

test('mutated bytes are counters or a PerfDataError', () => {
  const seed = freshSeed();
  const random = new SeededRandom(seed);
  const outcomes = new Set<string>();
  for (let round = 0; round < 5000; round++) {
    const bytes = file(entries(true), true).subarray(0, random.integer(33, 200));
    for (let flips = random.integer(1, 4); flips > 0; flips--)
      bytes[random.integer(4, bytes.length - 1)] = random.bits() & 0xff;
    try {
      perfCounters(bytes);
      outcomes.add('read');
    } catch (error) {
      outcomes.add(error instanceof Error ? error.name : 'no error');
    }
  }
  expect({ seed, outcomes: [...outcomes].toSorted() }).toEqual({ seed, outcomes: ['PerfDataError', 'read'] });
});
