import { SeededRandom, freshSeed } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { expect, test } from 'vitest';
import { FrameJoiner, isFramed } from '../../src/statsd/framed-stream.ts';
import { Workbench } from './workbench.ts';

const frame = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};

const STREAM = Buffer.concat([frame('a:1|c\nb:2|g'), frame(''), frame('c:'.padEnd(90, '1')), frame('a:2|c')]);

test.each([...splits(STREAM, new SeededRandom(freshSeed()))])(
  'packets are found in whatever pieces: $name',
  ({ chunks }) => {
    const bench = new Workbench();
    const joiner = new FrameJoiner(bench.ingest, 64);
    for (const chunk of chunks) joiner.push(chunk);
    joiner.push(frame('a:100|c').subarray(0, 8));
    joiner.end();
    expect([bench.series(), joiner.longLines]).toEqual([['a 3', 'b 2'], 1]);
  },
);

test.each([
  { name: 'too little to tell', in: 'a:1', out: undefined },
  { name: 'a short line', in: 'a\n', out: false },
  { name: 'a line', in: 'a:1|c', out: false },
  { name: 'a length', in: frame('a:1|c'), out: true },
])('$name', ({ in: start, out }) => expect(isFramed(Buffer.from(start))).toBe(out));
