// The framer of replies: where each ends, whatever its type and however the bytes are cut.
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { describe, expect, test } from 'vitest';
import { ReplyFramer } from '../../src/resp/reply-framer.ts';
import { replyEnds } from './reply-ends.ts';

const replies: { name: string; in: string }[] = [
  { name: 'status', in: '+OK\r\n' },
  { name: 'error', in: '-ERR no\r\n' },
  { name: 'integer', in: ':-42\r\n' },
  { name: 'bulk', in: '$5\r\nhe\r\no\r\n' },
  { name: 'empty bulk', in: '$0\r\n\r\n' },
  { name: 'null bulk', in: '$-1\r\n' },
  { name: 'null array', in: '*-1\r\n' },
  { name: 'empty array', in: '*0\r\n' },
  { name: 'array', in: '*3\r\n:1\r\n$-1\r\n+x\r\n' },
  { name: 'nested arrays', in: '*2\r\n*2\r\n*0\r\n*1\r\n:1\r\n*1\r\n*1\r\n$1\r\na\r\n' },
  { name: 'null', in: '_\r\n' },
  { name: 'boolean', in: '#t\r\n' },
  { name: 'double', in: ',1.5e3\r\n' },
  { name: 'big number', in: '(3492890328409238509324850943850943825024385\r\n' },
  { name: 'verbatim', in: '=7\r\ntxt:a\nb\r\n' },
  { name: 'blob error', in: '!5\r\nERR x\r\n' },
  { name: 'map', in: '%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n_\r\n' },
  { name: 'set', in: '~2\r\n:1\r\n:2\r\n' },
  { name: 'push', in: '>2\r\n+message\r\n$1\r\nx\r\n' },
  { name: 'attribute before a value', in: '|1\r\n+ttl\r\n:3\r\n$1\r\nv\r\n' },
  { name: 'attribute inside an array', in: '*2\r\n|1\r\n+a\r\n%1\r\n+b\r\n:1\r\n:1\r\n:2\r\n' },
  { name: 'deep', in: `${'*1\r\n'.repeat(2000)}:1\r\n` },
];

describe.each(replies)('$name', ({ in: input }) => {
  const seed = freshSeed();
  test(`ends where it ends, between others, however it is cut (seed ${seed})`, () => {
    const [whole, neighbour] = [Buffer.from(input), Buffer.from('$2\r\nab\r\n')];
    const bytes = Buffer.concat([neighbour, whole, neighbour]);
    const expected = [8, 8 + whole.length, 16 + whole.length];
    for (const { name, chunks } of splits(bytes, new SeededRandom(seed)))
      expect([name, replyEnds(chunks)]).toEqual([name, { ends: expected, broken: false, between: true }]);
  });

  test('is not complete one byte earlier', () => {
    expect(replyEnds([Buffer.from(input).subarray(0, -1)]).between).toBe(false);
  });
});

test.each(['HTTP/1.1 400\r\n', '$x\r\n', '*1 \r\n', '*1\r\n?\r\n'])('%j is no reply', (input) => {
  expect(replyEnds([Buffer.from(input)]).broken).toBe(true);
});

test('a payload of 300 MB is only counted', () => {
  const piece = Buffer.alloc(1024 * 1024, '\r');
  const framer = new ReplyFramer();
  framer.next(Buffer.from(`$${300 * piece.length}\r\n`), 0, 12);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 300; i++) expect(framer.next(piece, 0, piece.length)).toBe(piece.length);
  expect(framer.between).toBe(false);
  expect(framer.next(Buffer.from('\r\n+OK'), 0, 5)).toBe(2);
  expect(framer.between).toBe(true);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
});
