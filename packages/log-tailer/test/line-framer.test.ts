// Each table also runs with the file growing in every way it could be cut: where records end must not depend on it.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { describe, expect, test } from 'vitest';
import { ByteFramer, EventFramer, type Framer, Utf16Framer } from '../src/line-framer.ts';
import { batchesOf, bytesOf } from './batches.ts';

const lf = new ByteFramer(0x0a);
const nul = new ByteFramer(0);
const le = new Utf16Framer('le');
const be = new Utf16Framer('be');
const utf16le = (text: string): Buffer => Buffer.from(text, 'utf16le');
const utf16be = (text: string): Buffer => utf16le(text).swap16();
const events = (patterns: { start?: RegExp; end?: RegExp }): Framer => new EventFramer(lf, patterns);
const dated = { start: /^\d{4}-/ };
const closed = { end: /;$/ };

/** `out`: the complete records; what is behind them is not complete. */
const table: { name: string; framer: Framer; in: Buffer | string; out: (Buffer | string)[] }[] = [
  { name: 'two lines and a beginning', framer: lf, in: 'a\nbc\nd', out: ['a\n', 'bc\n'] },
  { name: 'empty lines', framer: lf, in: '\n\n\n', out: ['\n', '\n', '\n'] },
  { name: 'no line', framer: lf, in: 'abc', out: [] },
  { name: 'CR LF belongs to LF', framer: lf, in: 'a\r\nb\rc\n', out: ['a\r\n', 'b\rc\n'] },
  { name: 'NUL-terminated', framer: nul, in: 'a\nb\0c\0', out: ['a\nb\0', 'c\0'] },
  { name: 'UTF-16LE', framer: le, in: utf16le('ab\nü\n€'), out: [utf16le('ab\n'), utf16le('ü\n')] },
  { name: 'UTF-16BE', framer: be, in: utf16be('ab\nü\n€'), out: [utf16be('ab\n'), utf16be('ü\n')] },
  // U+0A00 behind U+xx00 and the like: the bytes of a newline, across two characters.
  {
    name: 'LE newline straddling',
    framer: le,
    in: utf16le('\u0a41\u4100\n'),
    out: [utf16le('\u0a41\u4100\n')],
  },
  {
    name: 'LE newline straddling at once',
    framer: le,
    in: Buffer.from('410a00420a00', 'hex'),
    out: [Buffer.from('410a00420a00', 'hex')],
  },
  {
    name: 'BE newline straddling',
    framer: be,
    in: Buffer.from('41000a420a41000a', 'hex'),
    out: [Buffer.from('41000a420a41000a', 'hex')],
  },
  { name: 'UTF-16 surrogates', framer: le, in: utf16le('😀\n😀'), out: [utf16le('😀\n')] },
  {
    name: 'events by their start: the last one is open',
    framer: events(dated),
    in: '2026-1 a\n  at b\n2026-2 c\n2026-3 d\n',
    out: ['2026-1 a\n  at b\n', '2026-2 c\n'],
  },
  {
    name: 'lines before the first start are an event',
    framer: events(dated),
    in: 'x\ny\n2026-1 a\n',
    out: ['x\ny\n'],
  },
  {
    name: 'events by their end',
    framer: events(closed),
    in: 'select\n1;\nend;\nopen\n',
    out: ['select\n1;\n', 'end;\n'],
  },
  {
    name: 'events by both',
    framer: events({ ...dated, ...closed }),
    in: '2026-1 a\nb;\nc\n2026-2 d;\n2026-3 e\n',
    out: ['2026-1 a\nb;\n', 'c\n', '2026-2 d;\n'],
  },
  {
    name: 'events of UTF-16 lines',
    framer: new EventFramer(le, { start: /^Ü/ }, 'utf-16le'),
    in: utf16le('Ü1\n at\nÜ2\n'),
    out: [utf16le('Ü1\n at\n')],
  },
];

function records(framer: Framer, bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; ;) {
    const end = framer.firstEnd(bytes, at, bytes.length);
    if (end === -1) return found;
    found.push(bytes.subarray(at, end));
    at = end;
  }
}

/** Of a batch: what is behind the last end is a record too, for its end was seen when the next one began. */
function recordsOf(framer: Framer, bytes: Buffer): Buffer[] {
  const found = records(framer, bytes);
  const rest = bytes.subarray(Buffer.concat(found).length);
  return rest.length > 0 ? [...found, rest] : found;
}

const asHex = (all: readonly (Buffer | string)[]): string[] =>
  all.map((each) => bytesOf(each).toString('hex'));

describe.each(table)('$name', ({ framer, in: input, out }) => {
  const bytes = bytesOf(input);

  test('firstEnd finds the records one by one', () => {
    expect(asHex(records(framer, bytes))).toEqual(asHex(out));
  });

  test('lastEnd is behind the last of them', () => {
    expect(framer.lastEnd(bytes, 0, bytes.length)).toBe(
      Buffer.concat(out.map((each) => bytesOf(each))).length,
    );
  });

  test('however the file grows, the same records', () => {
    const completeBytes = Buffer.concat(out.map((each) => bytesOf(each))).length;
    for (const { name, chunks } of splits(bytes, new SeededRandom(1))) {
      const complete = batchesOf(chunks, framer).filter((batch) => batch.end <= completeBytes);
      const found = complete.flatMap((batch) => recordsOf(framer, batch.bytes));
      expect([name, ...asHex(found)]).toEqual([name, ...asHex(out)]);
    }
  });

  test('what lies around in the buffer does not count', () => {
    const newline =
      framer.width === 1
        ? Buffer.from([framer.newlineByte])
        : Buffer.from(framer === be ? '000a' : '0a00', 'hex');
    const junk = Buffer.concat([newline, newline, newline, newline]);
    const buffer = Buffer.concat([junk, bytes, junk]);
    const [from, to] = [junk.length, junk.length + bytes.length];
    expect(framer.lastEnd(buffer, from, to) - from).toBe(framer.lastEnd(bytes, 0, bytes.length));
    const first = framer.firstEnd(buffer, from, to);
    expect(first === -1 ? -1 : first - from).toBe(framer.firstEnd(bytes, 0, bytes.length));
  });
});

test.each([
  { name: 'nothing yet', framer: lf, to: 0 },
  { name: 'no byte of UTF-16', framer: le, to: 0 },
  { name: 'half a character of UTF-16LE', framer: le, to: 1 },
  { name: 'half a character of UTF-16BE', framer: be, to: 1 },
])('$name at the start of a used buffer is no record', ({ framer, to }) => {
  const used = Buffer.from('00610062000a000a', 'hex');
  const usedLe = Buffer.from('610062000a000a00', 'hex');
  for (const buffer of [used, usedLe]) {
    expect(framer.lastEnd(buffer, 0, to)).toBe(0);
    expect(framer.firstEnd(buffer, 0, to)).toBe(-1);
  }
});

test('a pattern sees the first KiB of a line, so that a bad one costs no more', () => {
  const framer = events({ start: /late$/ });
  const long = `${'x'.repeat(2000)}late\n`;
  expect(records(framer, Buffer.from(`a\n${long}`))).toEqual([]);
  expect(records(framer, Buffer.from('a\nlate\n')).map(String)).toEqual(['a\n']);
});

test('for events cut short, the lines underneath', () => {
  expect(events(dated).lines).toBe(lf);
  expect(lf.lines).toBe(lf);
  expect(le.lines).toBe(le);
});
