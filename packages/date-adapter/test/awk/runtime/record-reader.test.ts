// Records of the compiled program's reader against the interpreter's, wherever chunks end; and what only this reader
// can do: pass over records that somebody else has found, and give its buffer away.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { RecordReader as Model, type RecordSeparator } from '../../../src/awk/interpreter/record-reader.ts';
import { compileRegex } from '../../../src/awk/regex/regex.ts';
import { Heap } from '../../../src/awk/runtime/heap.ts';
import { RecordReader } from '../../../src/awk/runtime/record-reader.ts';
import { MemoryWorld } from '../interpreter/memory-world.ts';

const separators: Record<string, RecordSeparator> = {
  lines: { kind: 'literal', bytes: Buffer.from('\n') },
  'a separator of several bytes': { kind: 'literal', bytes: Buffer.from('é') },
  paragraphs: { kind: 'paragraph' },
  'a regex': { kind: 'regex', regex: compileRegex('a+|\n') },
  'a regex with a beginning': { kind: 'regex', regex: compileRegex('^a|b\n') },
  'a regex of nothing': { kind: 'regex', regex: compileRegex('b*') },
  CSV: { kind: 'csv' },
};

type Input = { readonly text: Uint8Array; readonly chunkBytes: number; readonly inPlace: boolean };

function open({ text, chunkBytes, inPlace }: Input, separator: RecordSeparator, size = 64 * 1024) {
  const heap = new Heap();
  let filling = 0;
  let waits = 0;
  const ground = { heap, separator, newFilling: () => ++filling, keepRecord: () => {} };
  const source = new MemoryWorld({ stdin: text, chunkBytes, inPlace }).stdin;
  const reader = new RecordReader(ground, source, () => waits++, size, 16);
  const shown = (at: number, end: number): string =>
    Buffer.from(heap.bytes.subarray(at, end)).toString('latin1');
  return { reader, ground, heap, text: shown, waits: () => waits };
}

function records(input: Input, separator: RecordSeparator, size?: number): string[] {
  const { reader, text } = open(input, separator, size);
  const out: string[] = [];
  while (reader.next()) out.push(`${text(reader.s, reader.e)}<${text(reader.e, reader.terminatorEnd)}>`);
  reader.close();
  return out;
}

function modelRecords(text: Uint8Array, separator: RecordSeparator): string[] {
  const reader = new Model(new MemoryWorld({ stdin: text }).stdin, () => {});
  const out: string[] = [];
  for (let found = reader.read(separator); found !== undefined; found = reader.read(separator)) {
    const [record, end] = [found.record, found.terminator].map((bytes) =>
      Buffer.from(bytes).toString('latin1'),
    );
    out.push(`${record}<${end}>`);
  }
  return out;
}

const PIECES = ['a', 'b', '\n', '\n\n', 'é', 'è', '"', '\r\n', 'x'.repeat(40), '\xff'];

describe.each(Object.entries(separators))('%s', (_, separator) => {
  test('random texts', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const dice = new SeededRandom(seed);
      const pieces = Array.from({ length: dice.integer(0, 60) }, () => dice.pick(PIECES));
      const text = Buffer.from(pieces.join(''));
      const wanted = modelRecords(text, separator);
      for (const chunkBytes of [1, dice.integer(2, 50), Infinity]) {
        const found = records({ text, chunkBytes, inPlace: seed % 2 === 0 }, separator, 128);
        expect(found, `seed ${seed}, chunks of ${chunkBytes}`).toEqual(wanted);
      }
    }
  });
});

const LINES = separators['lines']!;

test.each([true, false])('records longer than the buffer, in place: %s', (inPlace) => {
  const long = 'x'.repeat(300_000);
  const text = Buffer.from(`${long}\n${long}`);
  expect(records({ text, chunkBytes: 1000, inPlace }, LINES)).toEqual([`${long}<\n>`, `${long}<>`]);
});

test('says before it waits', () => {
  const { reader, waits } = open({ text: Buffer.from('a\nb\n'), chunkBytes: 4, inPlace: false }, LINES);
  reader.next();
  reader.next();
  expect(waits()).toBe(1);
});

test('passes over the records before a place', () => {
  const { reader, text } = open(
    { text: Buffer.from('a\nb\nc\nd\n'), chunkBytes: Infinity, inPlace: false },
    LINES,
  );
  reader.next();
  const hit = reader.position + 'b\nc'.length;
  expect(reader.skipBefore(hit, 10)).toBe(1);
  expect(reader.skipBefore(hit, 10)).toBe(0);
  reader.next();
  expect(text(reader.s, reader.e)).toBe('c');
  expect(reader.skipBefore(reader.filledEnd, 10)).toBe(1);
  expect(reader.next()).toBe(false);
});

test('takes a record that was found elsewhere', () => {
  const { reader, text } = open(
    { text: Buffer.from('a\nb\nc\nd\n'), chunkBytes: Infinity, inPlace: false },
    LINES,
  );
  reader.next();
  const start = reader.position + 2;
  reader.takeAt(start, start + 1);
  expect([text(reader.s, reader.e), text(reader.e, reader.terminatorEnd)]).toEqual(['c', '\n']);
  reader.next();
  expect(text(reader.s, reader.e)).toBe('d');
});

test('another separator from the next record on', () => {
  const { reader, ground, text } = open(
    { text: Buffer.from('a\nb;c\nd;'), chunkBytes: 3, inPlace: true },
    LINES,
  );
  reader.next();
  ground.separator = { kind: 'literal', bytes: Buffer.from(';') };
  reader.restart();
  const found: string[] = [];
  while (reader.next()) found.push(text(reader.s, reader.e));
  expect(found).toEqual(['b', 'c\nd']);
});

test('gives its buffer away', () => {
  const { reader, heap, text } = open({ text: Buffer.from('abc\n'), chunkBytes: 9, inPlace: false }, LINES);
  reader.next();
  const { address, size } = reader.giveRegion();
  reader.close();
  expect(heap.allocate(size)).not.toBe(address);
  expect(text(reader.s, reader.e)).toBe('abc');
});
