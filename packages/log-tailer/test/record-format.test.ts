// Decoding, CR, long lines: each row also with the file growing in every way it could be cut, and with the record
// handed out in pieces, as one longer than the read buffer is. The output must be the same.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { describe, expect, test } from 'vitest';
import { FollowStats } from '../src/follow-stats.ts';
import { EventFramer, type Framer, Utf16Framer } from '../src/line-framer.ts';
import { HeadWriter, JsonWriter, RawWriter } from '../src/line-format.ts';
import { jsonHead, prefixHead } from '../src/line-head.ts';
import { type LongLines, RecordFormat, type RecordOptions } from '../src/record-format.ts';
import { batchesOf, batchOf, bytesOf, encoded, LF, piecesOf } from './batches.ts';

const le = new Utf16Framer('le');
const be = new Utf16Framer('be');
const utf16le = (text: string): Buffer => Buffer.from(text, 'utf16le');
const utf16be = (text: string): Buffer => utf16le(text).swap16();
const json = { writer: new JsonWriter(jsonHead('m')), mustBeUtf8: true };
const prefix = { writer: new HeadWriter(prefixHead('{basename}: ')) };
const messages = (...lines: string[]): string =>
  lines.map((m) => `${JSON.stringify({ file: '/var/log/app.log', m })}\n`).join('');

function formatWith(more: Partial<RecordOptions> = {}): RecordFormat {
  return new RecordFormat({
    framer: LF,
    writer: new RawWriter(),
    stripCr: false,
    maxLineBytes: 0,
    longLines: 'stream',
    encoding: undefined,
    mustBeUtf8: false,
    stats: new FollowStats(),
    ...more,
  });
}

type Row = { name: string; how: Partial<RecordOptions>; in: Buffer | string; out: string; pieces?: false };
const limit = (longLines: LongLines, maxLineBytes: number): Partial<RecordOptions> => ({
  longLines,
  maxLineBytes,
});

const table: Row[] = [
  { name: 'prefix', how: prefix, in: 'a\n\nb', out: 'app.log: a\napp.log: \napp.log: b\n' },
  { name: 'json', how: json, in: 'a\n"\\\t\u0001\u007f😀\n', out: messages('a', '"\\\t\u0001\u007f😀') },
  { name: 'json keeps CR', how: json, in: 'a\r\nb\rc\n', out: messages('a\r', 'b\rc') },
  {
    name: 'json without CR',
    how: { ...json, stripCr: true },
    in: 'a\r\nb\rc\n\r\n',
    out: messages('a', 'b\rc', ''),
  },
  {
    name: 'json of what is no UTF-8',
    how: json,
    in: Buffer.from('61ff62c30ae2820a78e282ac0a', 'hex'),
    out: messages('a\ufffdb\ufffd', '\ufffd', 'x€'),
  },
  { name: 'raw without CR', how: { stripCr: true }, in: 'a\r\nb\r\r\nc\r', out: 'a\nb\r\nc\r\n' },
  {
    name: 'UTF-16LE with BOM',
    how: { framer: le, encoding: 'utf-16le' },
    in: utf16le('\ufeffgrün\n😀€\n'),
    out: 'grün\n😀€\n',
  },
  {
    name: 'UTF-16BE with BOM',
    how: { framer: be, encoding: 'utf-16be' },
    in: utf16be('\ufeffgrün\n😀€\n'),
    out: 'grün\n😀€\n',
  },
  {
    name: 'UTF-16LE without CR',
    how: { framer: le, encoding: 'utf-16le', stripCr: true },
    in: utf16le('a\r\nb\n\r\n'),
    out: 'a\nb\n\n',
  },
  {
    name: 'UTF-16BE without CR',
    how: { framer: be, encoding: 'utf-16be', stripCr: true },
    in: utf16be('a\r\nb\n\r\n'),
    out: 'a\nb\n\n',
  },
  // Malayalam is at U+0Dxx, Gurmukhi at U+0Axx: a byte as of CR and LF in each letter.
  {
    name: 'Malayalam is no CR',
    how: { framer: le, encoding: 'utf-16le', stripCr: true },
    in: utf16le('മലയാ\nഅ\n'),
    out: 'മലയാ\nഅ\n',
  },
  {
    name: 'Malayalam BE is no CR',
    how: { framer: be, encoding: 'utf-16be', stripCr: true },
    in: utf16be('മലയാ\nഅ\n'),
    out: 'മലയാ\nഅ\n',
  },
  {
    name: 'Gurmukhi at the end is no newline',
    how: { framer: le, encoding: 'utf-16le' },
    in: utf16le('\u0a05\n\u0a05'),
    out: '\u0a05\n\u0a05\n',
  },
  {
    name: 'Gurmukhi BE at the end is no newline',
    how: { framer: be, encoding: 'utf-16be' },
    in: utf16be('x\n\u0a00'),
    out: 'x\n\u0a00\n',
  },
  {
    name: 'half a character at the end of UTF-16',
    how: { framer: le, encoding: 'utf-16le' },
    in: Buffer.from('61000a0062', 'hex'),
    out: 'a\n\ufffd\n',
  },
  {
    name: 'a lone surrogate',
    how: { framer: le, encoding: 'utf-16le' },
    in: Buffer.from('3dd80a0061000a00', 'hex'),
    out: '\ufffd\na\n',
  },
  {
    name: 'latin1',
    how: { encoding: 'windows-1252' },
    in: Buffer.from('gr\xfcn \x80\n', 'latin1'),
    out: 'grün €\n',
  },
  // U+8868 is 95 5C in Shift_JIS: a backslash for who does not know; and 0A is never part of a character.
  {
    name: 'Shift_JIS',
    how: { ...json, encoding: 'shift_jis' },
    in: Buffer.from('955c8ea60a83650a', 'hex'),
    out: messages('表示', 'テ'),
  },
  {
    name: 'UTF-8 with BOM, declared',
    how: { encoding: 'utf-8' },
    in: '\ufeffa\n\ufeffb\n',
    out: 'a\n\ufeffb\n',
    pieces: false,
  },
  {
    name: 'split',
    how: limit('split', 4),
    in: 'abcdefghij\nabcd\nabcde\n\n',
    out: 'abcd\nefgh\nij\nabcd\nabcd\ne\n\n',
  },
  {
    name: 'split between characters',
    how: limit('split', 4),
    in: 'ab€cd€\n',
    out: 'ab\n€c\nd€\n',
    pieces: false,
  },
  {
    name: 'split with a limit below a character',
    how: limit('split', 1),
    in: 'a€\n',
    out: 'a\n\xe2\n\x82\n\xac\n',
  },
  { name: 'split json', how: { ...json, ...limit('split', 4) }, in: 'abcdef\n', out: messages('abcd', 'ef') },
  {
    name: 'split prefix',
    how: { ...prefix, ...limit('split', 4) },
    in: 'abcdef\n',
    out: 'app.log: abcd\napp.log: ef\n',
  },
  {
    name: 'split Shift_JIS: a character cut goes to the next line whole',
    how: { encoding: 'shift_jis', ...limit('split', 3) },
    in: Buffer.from('955c8ea6836541420a43440a', 'hex'),
    out: '表\n示テ\nAB\nCD\n',
  },
  {
    name: 'split UTF-16: a pair stays one',
    how: { framer: le, encoding: 'utf-16le', ...limit('split', 4) },
    in: utf16le('a😀b\nc\n'),
    out: 'a\n😀b\nc\n',
  },
  {
    name: 'truncate',
    how: limit('truncate', 4),
    in: 'abcdefghij\nabcd\nx\nabcde',
    out: 'abcd\nabcd\nx\nabcd\n',
  },
  {
    name: 'truncate json between characters',
    how: { ...json, ...limit('truncate', 4) },
    in: 'ab€\nc\n',
    out: messages('ab', 'c'),
  },
  {
    name: 'truncate Shift_JIS: half a character is dropped',
    how: { encoding: 'shift_jis', ...limit('truncate', 3) },
    in: Buffer.from('955c8ea60a43440a', 'hex'),
    out: '表\nCD\n',
  },
  {
    name: 'skip',
    how: limit('skip', 4),
    in: 'abcdefghij\nabcd\n\nabcde\nxyz\n',
    out: 'abcd\n\nxyz\n',
    pieces: false,
  },
  {
    name: 'skip json',
    how: { ...json, ...limit('skip', 4) },
    in: 'abcdefghij\nabcd\n',
    out: messages('abcd'),
    pieces: false,
  },
  {
    name: 'the limit is without CR',
    how: { ...limit('skip', 4), stripCr: true },
    in: 'abcd\r\nabcde\r\n',
    out: 'abcd\n',
    pieces: false,
  },
  { name: 'stream knows no limit', how: limit('stream', 4), in: 'abcdefghij\n', out: 'abcdefghij\n' },
];

const expected = ({ name, out }: Row): string =>
  Buffer.from(out, name.includes('below a character') ? 'latin1' : 'utf8').toString('latin1');

describe.each(table)('$name', (row) => {
  test('however the file grows', () => {
    for (const { name, chunks } of splits(bytesOf(row.in), new SeededRandom(2))) {
      const out = encoded(formatWith(row.how), batchesOf(chunks, row.how.framer ?? LF));
      expect([name, out.toString('latin1')]).toEqual([name, expected(row)]);
    }
  });
});

// Each record alone, cut everywhere; but the reader cuts no UTF-8 character, and no BOM, so those rows stay out.
test.each(table.filter((row) => row.pieces !== false))('in pieces: $name', (row) => {
  const framer = row.how.framer ?? LF;
  const [whole] = batchesOf([bytesOf(row.in)], framer);
  const first = whole!.bytes.subarray(0, Math.max(0, framer.firstEnd(whole!.bytes, 0, whole!.bytes.length)));
  const wanted = encoded(formatWith(row.how), [batchOf(first)]).toString('latin1');
  for (const { name, chunks } of splits(first, new SeededRandom(3))) {
    const aligned = chunks.every((chunk) => chunk.length % framer.width === 0);
    if (!aligned || stripsCrApart(row, chunks)) continue;
    const format = formatWith(row.how);
    const out = encoded(format, piecesOf(chunks)).toString('latin1');
    expect([name, out, format.open]).toEqual([name, wanted, false]);
  }
});

/** The cut between CR and LF, both of one record longer than the buffer: the CR stays. */
function stripsCrApart({ how }: Row, chunks: readonly Buffer[]): boolean {
  return how.stripCr === true && chunks.at(-1)!.length <= 2;
}

test('events keep their inner newlines', () => {
  const framer = new EventFramer(LF, { start: /^\S/ });
  const input = 'a\n\tat x\n\tat y\nb\r\n';
  for (const { name, chunks } of splits(input, new SeededRandom(4))) {
    const batches = batchesOf(chunks, framer);
    const asJson = encoded(formatWith({ ...json, framer, stripCr: true }), batches).toString();
    expect([name, asJson]).toEqual([name, messages('a\n\tat x\n\tat y', 'b')]);
    const prefixed = encoded(formatWith({ ...prefix, framer }), batches).toString();
    expect([name, prefixed]).toEqual([name, 'app.log: a\n\tat x\n\tat y\napp.log: b\r\n']);
  }
});

test('a record under way is closed when its file was truncated, and leaves nothing in the decoder', () => {
  const format = formatWith({ ...json });
  const [begun] = piecesOf([Buffer.from('61e282', 'hex'), Buffer.from('ac0a', 'hex')]);
  const out = encoded(format, [begun!]).toString();
  expect(format.open).toBe(true);
  const rest = encoded(
    { ...stand(format), encode: (batch, output) => (format.close(output), format.encode(batch, output)) },
    [batchOf('b\xff\n')],
  );
  expect(out + rest.toString()).toBe(messages('a', 'bÿ'));
  expect(format.lines).toBe(2);
});

const stand = (format: RecordFormat) => ({ open: format.open, lines: format.lines, close: () => {} });

test('once decoded, a long record is decoded to its end', () => {
  // A lone lead byte before the cut, plain ASCII behind it.
  const pieces = piecesOf([Buffer.from('61e2', 'hex'), Buffer.from('62630a', 'hex')]);
  expect(encoded(formatWith(json), [...pieces, batchOf('d\n')]).toString()).toBe(messages('a\ufffdbc', 'd'));
});

test.each([
  { longLines: 'split' as const, in: 'abcdefghij\nab\n', actions: { split: 2 }, lines: 4 },
  { longLines: 'truncate' as const, in: 'abcdefghij\nab\n', actions: { truncate: 1 }, lines: 2 },
  { longLines: 'skip' as const, in: 'abcdefghij\nab\n', actions: { skip: 1 }, lines: 1 },
])('$longLines is counted', ({ longLines, in: input, actions, lines }) => {
  const stats = new FollowStats();
  const format = formatWith({ ...limit(longLines, 4), stats });
  encoded(format, [batchOf(input)]);
  expect(stats.longLines).toMatchObject(actions);
  expect(format.lines).toBe(lines);
});

test('what is longer than a buffer is skipped whole', () => {
  const stats = new FollowStats();
  const format = formatWith({ ...limit('skip', 8), stats });
  const pieces = piecesOf([Buffer.from('aaaaaaaaaaaa'), Buffer.from('bbbb'), Buffer.from('cc\n')]);
  expect(encoded(format, [...pieces, batchOf('next\n')]).toString()).toBe('next\n');
  expect(stats.longLines.skip).toBe(1);
});

function allFramers(): Framer[] {
  return [LF, le, be, new EventFramer(LF, { end: /;$/ })];
}

test('any bytes in any encoding: no crash, and JSON comes out', () => {
  const random = new SeededRandom(5);
  for (let round = 0; round < 300; round++) {
    const framer = random.pick(allFramers());
    const bytes = Buffer.from(
      Array.from({ length: random.integer(1, 80) }, () =>
        random.pick([0, 0x0a, 0x0d, 0x22, 0x5c, 0xc3, 0xe2, 0x82, 0xd8, 0x3d, 0x41]),
      ),
    );
    const encoding =
      framer === le
        ? 'utf-16le'
        : framer === be
          ? 'utf-16be'
          : random.pick([undefined, 'shift_jis', 'utf-8']);
    const longLines = random.pick(['split', 'truncate', 'skip', 'stream'] as const);
    const how = {
      ...json,
      framer,
      encoding,
      longLines,
      maxLineBytes: random.integer(0, 9),
      stripCr: random.chance(0.5),
    };
    for (const { chunks } of [...splits(bytes, random)].slice(0, 4)) {
      const out = encoded(formatWith(how), batchesOf(chunks, framer)).toString();
      for (const line of out.split('\n').slice(0, -1))
        expect(() => JSON.parse(line), `${round} ${line}`).not.toThrow();
    }
  }
});
