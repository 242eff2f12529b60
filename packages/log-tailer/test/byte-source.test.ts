import fs from 'node:fs';
import { gzipSync } from 'node:zlib';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ByteSource, GzipSource, PlainSource } from '../src/byte-source.ts';
import { compressedHead } from '../src/compressed-head.ts';

const lines = Buffer.from(Array.from({ length: 20_000 }, (_, n) => `line ${n} ${n * n}\n`).join(''));

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory('source');
});
afterEach(() => directory.remove());

function stored(name: string, bytes: Buffer): number {
  fs.writeFileSync(directory.file(name), bytes);
  return fs.openSync(directory.file(name), 'r');
}

async function bytesAt(source: ByteSource, position: number, length: number): Promise<Buffer> {
  const target = Buffer.alloc(length + 20, 0xee);
  const got = await source.read(target, 10, length, position);
  expect(target.subarray(10 + got).every((byte) => byte === 0xee)).toBe(true);
  return target.subarray(10, 10 + got);
}

/** For files that must not turn out damaged. */
const whole = (error: unknown): void => {
  throw error;
};

describe.each([
  { name: 'plain', open: () => new PlainSource(stored('plain', lines), false) },
  { name: 'plain, through the pool', open: () => new PlainSource(stored('plain', lines), true) },
  { name: 'gzip', open: () => new GzipSource(stored('zipped', gzipSync(lines)), whole) },
  {
    name: 'gzip of several members',
    open: () =>
      new GzipSource(
        stored(
          'zipped',
          Buffer.concat([gzipSync(lines.subarray(0, 70_000)), gzipSync(lines.subarray(70_000))]),
        ),
        whole,
      ),
  },
])('$name', ({ open }) => {
  test('bytes at any place, forward with overlaps as the reader asks, and back', async () => {
    const source = open();
    const random = new SeededRandom(51);
    let at = 0;
    while (at < lines.length) {
      const length = random.integer(1, 60_000);
      expect((await bytesAt(source, at, length)).equals(lines.subarray(at, at + length))).toBe(true);
      at += random.integer(0, length);
    }
    expect((await bytesAt(source, lines.length, 10)).length).toBe(0);
    expect((await bytesAt(source, 5, 7)).toString()).toBe(lines.subarray(5, 12).toString());
    expect(source.size()).toBe(lines.length);
    source.close();
    expect(source.fd).toBe(-1);
    source.close();
  });
});

test('the size of a gzip file is known once it was read, or from an earlier life', async () => {
  const source = new GzipSource(stored('a.gz', gzipSync(lines)), whole);
  expect(source.size()).toBe(Infinity);
  await bytesAt(source, 0, lines.length + 1);
  expect(source.size()).toBe(lines.length);
  source.close();
  const known = new GzipSource(stored('b.gz', gzipSync(lines)), whole, 42);
  expect(known.size()).toBe(42);
  known.close();
});

test.each([
  { name: 'cut off', bytes: gzipSync(lines).subarray(0, 20_000), begins: true },
  { name: 'no gzip file', bytes: Buffer.from('plain text\n'), begins: false },
  { name: 'empty', bytes: Buffer.alloc(0), begins: false },
  { name: 'damaged', bytes: gzipSync(lines).fill(0xff, 15_000, 15_100), begins: true },
])('a gzip file that is $name ends where its bytes do, and nothing else does', async ({ bytes, begins }) => {
  const damages: unknown[] = [];
  const source = new GzipSource(stored('bad.gz', bytes), (error) => damages.push(error));
  const got: Buffer[] = [];
  for (let at = 0; source.size() > at; at += got.at(-1)!.length) {
    got.push(await bytesAt(source, at, 4096));
    if (got.at(-1)!.length === 0) break;
  }
  const all = Buffer.concat(got);
  expect(all.length > 0).toBe(begins);
  expect(all.equals(lines.subarray(0, all.length))).toBe(true);
  expect(damages).toHaveLength(1);
  source.close();
});

const openDescriptors = (): number => fs.readdirSync('/proc/self/fd').length;

describe('compressedHead', () => {
  test.each([
    { name: 'a whole one', bytes: gzipSync(lines), length: 1024, head: lines.subarray(0, 1024) },
    { name: 'a small one', bytes: gzipSync('ab'), length: 1024, head: Buffer.from('ab') },
    {
      name: 'still being written',
      bytes: gzipSync(lines).subarray(0, 9000),
      length: 1024,
      head: lines.subarray(0, 1024),
    },
    { name: 'no gzip file', bytes: Buffer.from('plain'), length: 1024, head: Buffer.alloc(0) },
    { name: 'empty', bytes: Buffer.alloc(0), length: 1024, head: Buffer.alloc(0) },
  ])('$name', ({ bytes, length, head }) => {
    fs.closeSync(stored('x.gz', bytes));
    expect(compressedHead(directory.file('x.gz'), length).equals(head)).toBe(true);
  });

  test('a directory, or nothing: no head, and no descriptor left open', () => {
    const before = openDescriptors();
    for (let round = 0; round < 20; round++) expect(compressedHead(directory.path, 10)).toHaveLength(0);
    expect(compressedHead(directory.file('none'), 10)).toHaveLength(0);
    expect(openDescriptors()).toBeLessThan(before + 10);
  });
});
