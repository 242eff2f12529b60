// The framer of commands: whatever the way the bytes are cut, the same commands come out, as the same bytes.
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { describe, expect, test } from 'vitest';
import { encodeCommand } from '../../src/resp/inline-command.ts';
import { BROKEN, COMMAND, type FramerLimits, MORE, RequestFramer } from '../../src/resp/request-framer.ts';

type Framed = { commands: string[][]; bytes: string; error?: string };

function frame(chunks: readonly Buffer[], limits?: FramerLimits): Framed {
  const framer = new RequestFramer(limits);
  const commands: string[][] = [];
  let bytes = '';
  for (const chunk of chunks) {
    // As they lie in a slab, with the bytes of others on both sides.
    framer.feed(Buffer.concat([Buffer.from('*1\r\n'), chunk, Buffer.from('\r\n')]), 4, 4 + chunk.length);
    for (let step = framer.next(); step !== MORE; step = framer.next()) {
      if (step === BROKEN) return { commands, bytes, error: framer.error };
      const { data, args } = framer;
      commands.push(
        Array.from({ length: framer.argc }, (_, i) => data.toString('latin1', args[2 * i], args[2 * i + 1])),
      );
      bytes += data.toString('latin1', framer.start, framer.end);
    }
    framer.rest();
  }
  return { commands, bytes };
}

const GET = '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n';
const broken = (what: string): string => `Protocol error: ${what}`;

const rows: { name: string; in: string; out: string[][]; error?: string; limits?: FramerLimits }[] = [
  { name: 'one command', in: GET, out: [['GET', 'k']] },
  {
    name: 'a pipeline',
    in: GET + GET + GET,
    out: [
      ['GET', 'k'],
      ['GET', 'k'],
      ['GET', 'k'],
    ],
  },
  { name: 'an empty argument', in: '*2\r\n$3\r\nGET\r\n$0\r\n\r\n', out: [['GET', '']] },
  {
    name: 'CRLF inside an argument',
    in: '*2\r\n$3\r\nGET\r\n$6\r\n\r\n$1\r\n\r\n',
    out: [['GET', '\r\n$1\r\n']],
  },
  { name: 'empty arrays are nothing', in: `*0\r\n*-1\r\n*-10\r\n${GET}`, out: [['GET', 'k']] },
  {
    name: 'inline commands',
    in: `PING\r\n\r\n  SET  a "b c\\x41\\n"\n${GET}`,
    out: [['PING'], ['SET', 'a', 'b cA\n'], ['GET', 'k']],
  },
  { name: 'inline quotes', in: "SET 'it\\'s' \"\"\r\n", out: [['SET', "it's", '']] },
  { name: 'inline, unbalanced', in: 'SET "a\r\n', out: [], error: broken('unbalanced quotes in request') },
  {
    name: 'inline, glued quotes',
    in: 'SET "a"b\r\n',
    out: [],
    error: broken('unbalanced quotes in request'),
  },
  {
    name: 'no dollar',
    in: `${GET}*1\r\n:3\r\n`,
    out: [['GET', 'k']],
    error: broken("expected '$', got ':'"),
  },
  { name: 'no number of arguments', in: '*x\r\n', out: [], error: broken('invalid multibulk length') },
  {
    name: 'too many arguments',
    in: '*3\r\n',
    out: [],
    limits: { maxArguments: 2 },
    error: broken('invalid multibulk length'),
  },
  { name: 'a huge number', in: '*99999999999\r\n', out: [], error: broken('invalid multibulk length') },
  { name: 'leading zeros', in: '*1\r\n$04\r\nPING\r\n', out: [], error: broken('invalid bulk length') },
  { name: 'a negative length', in: '*1\r\n$-1\r\n', out: [], error: broken('invalid bulk length') },
  { name: 'minus nothing', in: '*-\r\n', out: [], error: broken('invalid multibulk length') },
  {
    name: 'a length with a space',
    in: '*1\r\n$4 \r\nPING\r\n',
    out: [],
    error: broken('invalid bulk length'),
  },
  {
    name: 'a long argument',
    in: '*1\r\n$9\r\n',
    out: [],
    limits: { maxBulkBytes: 8 },
    error: broken('invalid bulk length'),
  },
  {
    name: 'an argument without its CRLF',
    in: '*1\r\n$4\r\nPINGxx',
    out: [],
    error: broken('invalid bulk length'),
  },
  {
    name: 'a header without CR',
    in: '*1\n$4\r\nPING\r\n',
    out: [],
    error: broken('invalid multibulk length'),
  },
  {
    name: 'many arguments',
    in: encodeCommand(Array.from({ length: 200 }, (_, i) => `a${i}`)).bytes.toString(),
    out: [Array.from({ length: 200 }, (_, i) => `a${i}`)],
  },
];

describe.each(rows)('$name', ({ in: input, out, error, limits }) => {
  const seed = freshSeed();
  test(`however it is cut (seed ${seed})`, () => {
    for (const { name, chunks } of splits(Buffer.from(input, 'latin1'), new SeededRandom(seed))) {
      const framed = frame(chunks, limits);
      expect([name, framed.commands, framed.error]).toEqual([name, out, error]);
    }
  });
});

test('commands in array form pass byte by byte as they came', () => {
  expect(frame([Buffer.from(GET + GET)]).bytes).toBe(GET + GET);
});

test('endless lines are refused', () => {
  for (const [head, what] of [
    ['', 'too big inline request'],
    ['*1\r\n$', 'invalid bulk length'],
  ] as const) {
    expect(frame([Buffer.from(head), Buffer.alloc(70_000, '1')]).error).toBe(broken(what));
  }
});

test('a large value is copied a bounded number of times and costs no memory before it comes', () => {
  const framer = new RequestFramer();
  const size = 64 * 1024 * 1024;
  framer.feed(Buffer.from(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${size}\r\n`));
  expect(framer.next()).toBe(MORE);
  const before = process.memoryUsage().arrayBuffers;
  const piece = Buffer.alloc(64 * 1024, 'v');
  framer.feed(piece);
  expect(framer.next()).toBe(MORE);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  for (let sent = piece.length; sent < size; sent += piece.length) {
    framer.feed(piece);
    expect(framer.next()).toBe(MORE);
  }
  framer.feed(Buffer.from('\r\n'));
  expect(framer.next()).toBe(COMMAND);
  expect(framer.args[5]! - framer.args[4]!).toBe(size);
});

test('a command that is held back keeps its arguments while more comes behind it', () => {
  const held = new RequestFramer();
  held.feed(Buffer.from(`${GET}${GET}*2\r\n$3\r\nG`));
  held.next();
  held.next();
  held.feed(Buffer.from('ET\r\n$1\r\nk\r\n'));
  const { data, args, argc } = held;
  expect([
    argc,
    data.toString('latin1', args[0], args[1]),
    data.toString('latin1', args[2], args[3]),
  ]).toEqual([2, 'GET', 'k']);
  expect(held.next()).toBe(COMMAND);
});

test('random commands, random cuts: nothing is lost and nothing invented', () => {
  const random = new SeededRandom(freshSeed());
  for (let round = 0; round < 200; round++) {
    const commands = Array.from({ length: random.integer(1, 20) }, () =>
      Array.from({ length: random.integer(1, 8) }, () =>
        random.text(random.integer(0, random.chance(0.05) ? 40_000 : 30)),
      ),
    );
    const bytes = Buffer.concat(commands.map((words) => encodeCommand(words).bytes));
    const [split] = [...splits(bytes, random)].slice(random.integer(-8, -1));
    expect([random.seed, frame(split!.chunks).commands]).toEqual([random.seed, commands]);
  }
}, 60_000);

test('garbage never throws and never goes on for ever', () => {
  const random = new SeededRandom(freshSeed());
  const pieces = [
    '*',
    '$',
    '1',
    '2',
    '\r\n',
    '\r',
    '\n',
    '-1',
    'GET',
    '0',
    '"',
    "'",
    '\\',
    '\0',
    'x'.repeat(50),
    GET,
  ];
  for (let round = 0; round < 5000; round++) {
    const text = Array.from({ length: random.integer(1, 30) }, () => random.pick(pieces)).join('');
    const whole = frame([Buffer.from(text)]);
    const cut = frame(Array.from(text, (letter) => Buffer.from(letter)));
    expect([random.seed, text, cut]).toEqual([random.seed, text, whole]);
  }
});

test('a command with another name has the same arguments, and what follows it is unharmed', () => {
  const framer = new RequestFramer();
  const bytes = Buffer.from('*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\n*\r\nPING\r\n');
  framer.feed(bytes, 0, bytes.length);
  expect(framer.next()).toBe(COMMAND);
  framer.rename(Buffer.from('b840fc01'));
  expect(framer.data.toString('latin1', framer.start, framer.end)).toBe(
    '*3\r\n$8\r\nb840fc01\r\n$3\r\nGET\r\n$1\r\n*\r\n',
  );
  const words = Array.from({ length: framer.argc }, (_, i) =>
    framer.data.toString('latin1', framer.args[2 * i], framer.args[2 * i + 1]),
  );
  expect(words).toEqual(['b840fc01', 'GET', '*']);
  expect(framer.next()).toBe(COMMAND);
  expect(framer.data.toString('latin1', framer.start, framer.end)).toContain('PING');
});
