import { describe, expect, test } from 'vitest';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { JavaObject } from '../../src/jser/java-value.ts';
import type { Shape } from '../../src/jser/shape.ts';
import { ReplyParser } from '../../src/jrmp/reply-parser.ts';
import { methodHash } from '../../src/jrmp/method-hash.ts';
import { bytesOf, longDesc } from '../jser/streams.ts';

const { hex, long, utf, int } = bytesOf;
const HELLO = Buffer.concat([hex('4e'), utf('10.0.0.1'), int(4711)]);
const reply = (type: string, ...value: readonly Buffer[]): Buffer =>
  Buffer.concat([hex(`51aced0005770f${type}`), Buffer.alloc(14, 7), ...value]);
const boxed = (value: bigint): Buffer => reply('01', hex('73'), longDesc, long(value));

/** Everything that the parser says, in order; shapes learned are used for what follows. */
function parse(chunks: readonly Buffer[], expected = 100, returnsNothing = false): unknown[] {
  const said: unknown[] = [];
  let shapes: Shape[] = [];
  let left = expected;
  const parser = new ReplyParser({
    expect: () => (left-- > 0 ? { shapes, learn: true, returnsNothing } : undefined),
    hello: (host, port) => said.push(['hello', host, port]),
    fits: (_shape, numbers) => said.push(['fits', numbers[0]]),
    value(value, uid, shape) {
      if (shape !== undefined) shapes = [shape];
      said.push([
        value instanceof JavaObject
          ? value.fields[0]
          : Buffer.isBuffer(value)
            ? value.toString('hex')
            : value,
        uid.length,
      ]);
    },
    exception: (value) => said.push(['exception', value instanceof JavaObject ? value.desc.name : value]),
  });
  for (const chunk of chunks) {
    const lent = Buffer.from(chunk);
    parser.feed(lent);
    lent.fill(0xee); // as a socket does that fills the same memory again
  }
  return said;
}

test('replies, however the bytes come', () => {
  const failure = reply('02', hex('73'), bytesOf.classDesc('java.lang.RuntimeException', 2));
  const bare = Buffer.concat([hex('51aced0005771001'), Buffer.alloc(14, 7), hex('01')]);
  const bytes = Buffer.concat([
    HELLO,
    boxed(5n),
    boxed(6n),
    hex('53'),
    failure,
    boxed(7n),
    bare,
    reply('01', hex('70')),
  ]);
  const expected = [
    ['hello', '10.0.0.1', 4711],
    [5, 14],
    ['fits', 6],
    ['exception', 'java.lang.RuntimeException'],
    ['fits', 7],
    ['01', 14],
    [null, 14],
  ];
  for (const { name, chunks } of splits(bytes, new SeededRandom(1)))
    expect({ name, said: parse(chunks) }).toEqual({ name, said: expected });
});

test('a method that returns nothing is answered by a head alone, or by an exception', () => {
  const failure = reply('02', hex('73'), bytesOf.classDesc('java.io.IOException', 2));
  const bytes = Buffer.concat([HELLO, reply('01'), failure, reply('01')]);
  const said = [
    ['hello', '10.0.0.1', 4711],
    [null, 14],
    ['exception', 'java.io.IOException'],
    [null, 14],
  ];
  for (const { name, chunks } of splits(bytes, new SeededRandom(1)))
    expect({ name, said: parse(chunks, 100, true) }).toEqual({ name, said });
});

const BAD = [
  { name: 'not RMI', in: Buffer.from('HTTP/1.1 400 Bad Request'), out: 'no RMI server: it answers 0x48' },
  { name: 'protocol refused', in: hex('4f'), out: 'refuses' },
  { name: 'no reply', in: Buffer.concat([HELLO, hex('50aced0005770f')]), out: 'no reply' },
  { name: 'type of reply', in: Buffer.concat([HELLO, reply('03', hex('70'))]), out: 'a reply of type 3' },
];

describe('refuses', () => {
  test.each(BAD)('$name', ({ in: bytes, out }) => expect(() => parse([bytes])).toThrow(out));

  test('a reply that nobody asked for', () => {
    expect(() => parse([HELLO, boxed(1n), boxed(2n)], 1)).toThrow('not made');
  });
});

test.each([
  ['close()V', -4742752445160157748n],
  ['getMBeanCount(Ljavax/security/auth/Subject;)Ljava/lang/Integer;', -2042362057335820635n],
  [
    'getAttributes(Ljavax/management/ObjectName;[Ljava/lang/String;Ljavax/security/auth/Subject;)Ljavax/management/AttributeList;',
    6285293806596348999n,
  ],
])('hash of %s', (signature, hash) => expect(methodHash(signature)).toBe(hash));
