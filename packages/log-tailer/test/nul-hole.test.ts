import fs from 'node:fs';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { holeEnd, nulRun } from '../src/nul-hole.ts';

const MiB = 1024 * 1024;

test.each([
  { name: 'data', bytes: 'abc', from: 0, afterTruncation: false, run: 0 },
  { name: 'a short run is data', bytes: `${'\0'.repeat(511)}a`, from: 0, afterTruncation: false, run: 0 },
  { name: 'a long run is a hole', bytes: `${'\0'.repeat(512)}a`, from: 0, afterTruncation: false, run: 512 },
  {
    name: 'after a truncation a short run is one too',
    bytes: '\0\0a',
    from: 0,
    afterTruncation: true,
    run: 2,
  },
  { name: 'from the middle', bytes: `a${'\0'.repeat(600)}b`, from: 1, afterTruncation: false, run: 600 },
  { name: 'to the end', bytes: '\0'.repeat(700), from: 0, afterTruncation: false, run: 700 },
  { name: 'nothing', bytes: '', from: 0, afterTruncation: true, run: 0 },
])('nulRun: $name', ({ bytes, from, afterTruncation, run }) => {
  const buffer = Buffer.from(bytes);
  expect(nulRun(buffer, from, buffer.length, afterTruncation)).toBe(run);
});

/** As the reader comes again and again until it has data or the end. */
function skipped(fd: number, from: number): { end: number; looks: number } {
  const { size } = fs.fstatSync(fd);
  let at = from;
  for (let looks = 1; ; looks++) {
    const next = holeEnd(fd, at, size);
    expect(next).toBeGreaterThan(at);
    expect(next).toBeLessThanOrEqual(size);
    at = next;
    const here = Buffer.alloc(1);
    if (at === size || (fs.readSync(fd, here, 0, 1, at) === 1 && here[0] !== 0)) {
      fs.closeSync(fd);
      return { end: at, looks };
    }
  }
}

describe('holeEnd', () => {
  let directory: TemporaryDirectory;
  beforeEach(async () => {
    directory = await temporaryDirectory('hole');
  });
  afterEach(() => directory.remove());

  /** A file of NULs with data at some places; sparse unless `dense`. */
  function file(size: number, data: Record<number, string>, dense = false): number {
    const fd = fs.openSync(directory.file('hole'), 'w+');
    if (dense) fs.writeSync(fd, Buffer.alloc(size));
    fs.ftruncateSync(fd, size);
    for (const [offset, text] of Object.entries(data)) fs.writeSync(fd, text, Number(offset));
    return fd;
  }

  test.each([
    { name: 'a small hole', size: 5000, data: { 4321: 'line\n' }, end: 4321, looks: 1 },
    {
      name: 'a large one, found by bisection',
      size: 4096 * MiB,
      data: { [4096 * MiB - 7]: 'line 1\n' },
      end: 4096 * MiB - 7,
      looks: 1,
    },
    {
      name: 'data at the edge of a page',
      size: 512 * MiB + 4096,
      data: { [512 * MiB]: 'x'.repeat(4096) },
      end: 512 * MiB,
      looks: 1,
    },
    {
      name: 'data on both sides of another hole: the nearer',
      size: 8 * MiB,
      data: { [3 * MiB + 5]: 'a\n', [8 * MiB - 2]: 'b\n' },
      end: 3 * MiB + 5,
      looks: 4,
    },
    {
      name: 'no data at all, not a whole page at the end',
      size: 10_000_001,
      data: {},
      end: 10_000_001,
      looks: 1,
    },
    { name: 'no data at all, many gigabytes', size: 6000 * MiB + 1, data: {}, end: 6000 * MiB + 1, looks: 1 },
  ])('$name', ({ size, data, end, looks }) => {
    const found = skipped(file(size, data), 0);
    expect(found.end).toBe(end);
    expect(found.looks).toBeLessThanOrEqual(looks);
  });

  test('NULs that were written are skipped as well, piece by piece', () => {
    const end = 3 * MiB + 100;
    expect(skipped(file(4 * MiB, { [end]: 'x' }, true), 600).end).toBe(end);
  });
});
