// The framer of replies against replies made at random: it ends where the one who wrote them knows that they end, and
// whatever comes, valid or not, the way in which the bytes are cut makes no difference, and it always gets on.
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { expect, test } from 'vitest';
import { replyEnds } from './reply-ends.ts';

const PATIENCE = { timeout: 60_000 };

/** Bytes that look like protocol, more often than chance would have it. */
const payload = (random: SeededRandom): string =>
  random.chance(0.3)
    ? random.pick(['\r\n', '$5\r\n', '-ERR\r\n', '*2\r\n', '>1\r\n'])
    : random.text(random.integer(0, 40));

const line = (random: SeededRandom): string => random.text(random.integer(0, 20));
const block = (type: string, text: string): string => `${type}${Buffer.byteLength(text)}\r\n${text}\r\n`;

const scalars: readonly ((random: SeededRandom) => string)[] = [
  (random) => `+${line(random)}\r\n`,
  (random) => `-ERR ${line(random)}\r\n`,
  (random) => `:${random.integer(-9, 9) * 1e9}\r\n`,
  (random) => block('$', payload(random)),
  () => '$-1\r\n',
  () => '*-1\r\n',
  () => '_\r\n',
  (random) => `#${random.pick(['t', 'f'])}\r\n`,
  (random) => `,${random.pick(['1.5', 'inf', '-inf', 'nan', '1e-300'])}\r\n`,
  (random) => `(${random.pick(['', '-'])}${'9'.repeat(random.integer(1, 60))}\r\n`,
  (random) => block('=', `txt:${payload(random)}`),
  (random) => block('!', `ERR ${payload(random)}`),
];

/** A value of RESP2 or RESP3, attributes before any part of it. */
function value(random: SeededRandom, depth: number): string {
  const attribute = random.chance(0.05) ? `|1\r\n${value(random, depth + 1)}${value(random, depth + 1)}` : '';
  if (depth > 5 || random.chance(0.6)) return attribute + random.pick(scalars)(random);
  const count = random.integer(0, 4);
  const type = random.pick(['*', '*', '~', '>', '%']);
  const parts = Array.from({ length: type === '%' ? 2 * count : count }, () => value(random, depth + 1));
  return `${attribute}${type}${count}\r\n${parts.join('')}`;
}

test('random replies of RESP2 and RESP3 end where they end, at every cut', PATIENCE, () => {
  const random = new SeededRandom(freshSeed());
  for (let round = 0; round < 150; round++) {
    const replies = Array.from({ length: random.integer(1, 6) }, () => Buffer.from(value(random, 0)));
    let at = 0;
    const ends = replies.map((reply) => (at += reply.length));
    for (const { name, chunks } of splits(Buffer.concat(replies), random))
      expect([random.seed, name, replyEnds(chunks)]).toEqual([
        random.seed,
        name,
        { ends, broken: false, between: true },
      ]);
  }
});

test('damaged replies and garbage: never stuck, and the same however they are cut', PATIENCE, () => {
  const random = new SeededRandom(freshSeed());
  for (let round = 0; round < 150; round++) {
    const bytes = Buffer.from(
      random.chance(0.7) ? value(random, 0) + value(random, 0) : random.text(random.integer(1, 80)),
    );
    for (let damage = random.integer(1, 3); damage > 0; damage--)
      bytes[random.integer(0, bytes.length - 1)] = random.bits() & 255;
    const whole = replyEnds([bytes]);
    for (const { name, chunks } of splits(bytes, random))
      expect([random.seed, name, replyEnds(chunks)]).toEqual([random.seed, name, whole]);
  }
});

test.each(['$?\r\n;4\r\nabcd\r\n;0\r\n', '*?\r\n:1\r\n.\r\n'])(
  'streamed types, which no Redis sends, are refused: %j',
  (text) => {
    expect(replyEnds([Buffer.from(text)])).toMatchObject({ ends: [], broken: true });
  },
);

test.each([
  { name: 'an array of a billion', in: '*1000000000\r\n' },
  { name: 'a payload of an exabyte', in: '$1000000000000000000\r\nx' },
  { name: 'a number of a million digits', in: `*${'9'.repeat(1_000_000)}\r\n` },
  { name: 'a line without an end', in: `+${'x'.repeat(1_000_000)}` },
])('$name is waited for, and costs nothing', ({ in: text }) => {
  const bytes = Buffer.from(text);
  const before = process.memoryUsage().arrayBuffers;
  expect(replyEnds([bytes])).toMatchObject({ ends: [], between: false });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024);
});
