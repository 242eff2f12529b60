// Commands taken apart by slot, and replies put together again.
import { describe, expect, test } from 'vitest';
import { cursorOf, readCursor, withCursor, writeCursor } from '../../src/cluster/scan-cursor.ts';
import { mergeReplies, mergeValues, splitBySlot } from '../../src/cluster/split.ts';
import { framed } from '../framing.ts';

const show = (bytes: Buffer): string => bytes.toString('latin1').replaceAll('\r\n', ' ').trim();
const words = (bytes: Buffer): string =>
  show(bytes)
    .replace(/^\*\d+ /, '')
    .replaceAll(/\$\d+ /g, '');

describe('split', () => {
  test.each([
    { name: 'one part for each slot', in: 'MGET a b', step: 1, out: ['MGET a', 'MGET b'] },
    { name: 'keys of one slot together', in: 'DEL {x}1 b {x}2', step: 1, out: ['DEL {x}1 {x}2', 'DEL b'] },
    {
      name: 'with their values',
      in: 'MSET a 1 {b}1 2 {b}2 3',
      step: 2,
      out: ['MSET a 1', 'MSET {b}1 2 {b}2 3'],
    },
    { name: 'the same key twice', in: 'MGET a a', step: 1, out: ['MGET a a'] },
  ])('$name', ({ in: text, step, out }) => {
    expect(splitBySlot(framed(...text.split(' ')), step).map(({ bytes }) => words(bytes))).toEqual(out);
  });

  test('every key is in one part, at its place', () => {
    const all = Array.from({ length: 500 }, (_, i) => `k${i}`);
    const parts = splitBySlot(framed('MGET', ...all), 1);
    const found = parts.flatMap(({ keys, bytes }) => {
      const [, ...named] = words(bytes).split(' ');
      return keys.map((at, i) => [at, named[i]] as const);
    });
    expect(found.toSorted(([a], [b]) => a - b)).toEqual(all.map((key, i) => [i, key]));
  });
});

test.each([
  { name: 'numbers', in: [':1', ':2', ':0'], merge: 'sum', out: ':3' },
  { name: 'numbers at their places', in: ['*2 $1 c :1', '*2 $1 c :4'], merge: 'sum', out: '*2 $1 c :5' },
  {
    name: 'there when everywhere',
    in: ['*2 :1 :0', '*2 :1 :1', '*2 :1 :1'],
    merge: 'least',
    out: '*2 :1 :0',
  },
  { name: 'all agree', in: ['+OK', '+OK'], merge: 'agree', out: '+OK' },
  { name: 'lists', in: ['*1 $1 a', '*0', '*2 $1 b $1 c'], merge: 'concat', out: '*3 $1 a $1 b $1 c' },
  { name: 'one error is the answer', in: [':1', '-ERR no', ':1'], merge: 'sum', out: '-ERR no' },
  { name: 'but for any', in: ['-NOTBUSY none', '+OK'], merge: 'any', out: '+OK' },
  { name: 'and if all fail', in: ['-NOTBUSY none', '-NOTBUSY none'], merge: 'any', out: '-NOTBUSY none' },
] as const)('merge $merge: $name', ({ in: replies, merge, out }) => {
  const bytes = replies.map((reply) => Buffer.from(`${reply.replaceAll(' ', '\r\n')}\r\n`));
  const spaced = replies.map((reply) => (reply.startsWith('-') ? Buffer.from(`${reply}\r\n`) : undefined));
  expect(
    show(
      mergeReplies(
        bytes.map((each, i) => spaced[i] ?? each),
        merge,
      ),
    ),
  ).toBe(out);
});

test('values go to the places of their keys, whatever they hold', () => {
  const merged = mergeValues([
    { keys: [0, 3], reply: Buffer.from('*2\r\n$4\r\n\r\n:1\r\n$-1\r\n') },
    { keys: [2, 1], reply: Buffer.from('*2\r\n$1\r\nc\r\n_\r\n') },
  ]);
  expect(merged.toString()).toBe('*4\r\n$4\r\n\r\n:1\r\n_\r\n$1\r\nc\r\n$-1\r\n');
});

describe('the cursor of SCAN', () => {
  test.each([
    { shard: 1, cursor: '0' },
    { shard: 3, cursor: '1' },
    { shard: 1023, cursor: '9007199254740992' },
  ])('$cursor of shard $shard comes back as it was, and is never 0', (at) => {
    expect(writeCursor(at)).not.toBe('0');
    expect(readCursor(writeCursor(at), 9)).toEqual(at);
  });

  test('0 begins with the first shard', () => expect(readCursor('0', 4)).toEqual({ shard: 4, cursor: '0' }));
  test.each(['', '-1', 'x', '1x', '18446744073709551616', '999999999999999999999'])('%s is none', (text) =>
    expect(readCursor(text, 1)).toBeUndefined(),
  );

  test('is exchanged in the reply', () => {
    const reply = Buffer.from('*2\r\n$2\r\n17\r\n*1\r\n$1\r\nk\r\n');
    expect(cursorOf(reply).cursor).toBe('17');
    expect(withCursor(reply, '12345').toString()).toBe('*2\r\n$5\r\n12345\r\n*1\r\n$1\r\nk\r\n');
  });
});
