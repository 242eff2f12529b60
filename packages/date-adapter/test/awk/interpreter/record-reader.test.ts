// Records: the same whatever the chunks, and RT says what ended each.
import { describe, expect, test } from 'vitest';
import { type RecordSeparator, RecordReader } from '../../../src/awk/interpreter/record-reader.ts';
import { compileRegex } from '../../../src/awk/regex/regex.ts';
import { MemoryWorld } from './memory-world.ts';

const literal = (text: string): RecordSeparator => ({ kind: 'literal', bytes: Buffer.from(text) });
const regex = (source: string): RecordSeparator => ({ kind: 'regex', regex: compileRegex(source) });
const PARAGRAPH: RecordSeparator = { kind: 'paragraph' };
const CSV: RecordSeparator = { kind: 'csv' };

/** `record<terminator>` of each. */
function records(text: string, separator: RecordSeparator, chunkBytes: number): string[] {
  const reader = new RecordReader(new MemoryWorld({ stdin: text, chunkBytes }).stdin, () => {});
  const out: string[] = [];
  for (let found = reader.read(separator); found !== undefined; found = reader.read(separator)) {
    out.push(`${Buffer.from(found.record).toString()}<${Buffer.from(found.terminator).toString()}>`);
  }
  return out;
}

const table: { name: string; in: string; separator: RecordSeparator; out: string[] }[] = [
  { name: 'lines', in: 'a\n\nb\n', separator: literal('\n'), out: ['a<\n>', '<\n>', 'b<\n>'] },
  { name: 'no newline at the end', in: 'a\nb', separator: literal('\n'), out: ['a<\n>', 'b<>'] },
  { name: 'nothing', in: '', separator: literal('\n'), out: [] },
  {
    name: 'a separator of several bytes',
    in: 'aéb\u00e8cé',
    separator: literal('é'),
    out: ['a<é>', 'b\u00e8c<é>'],
  },
  { name: 'a separator that almost begins', in: 'a\u00e8', separator: literal('é'), out: ['a\u00e8<>'] },
  { name: 'paragraphs', in: '\n\na\nb\n\n\n\nc\n', separator: PARAGRAPH, out: ['a\nb<\n\n\n\n>', 'c<\n>'] },
  {
    name: 'paragraphs without newline at the end',
    in: 'a\n\nb',
    separator: PARAGRAPH,
    out: ['a<\n\n>', 'b<>'],
  },
  { name: 'only newlines', in: '\n\n\n', separator: PARAGRAPH, out: [] },
  { name: 'a paragraph that ends in newlines', in: 'a\n\n\n', separator: PARAGRAPH, out: ['a<\n\n\n>'] },
  { name: 'a regex', in: 'a12b3c', separator: regex('[0-9]+'), out: ['a<12>', 'b<3>', 'c<>'] },
  { name: 'a regex that may go on', in: 'aXXX', separator: regex('X+'), out: ['a<XXX>'] },
  { name: 'a regex of nothing ends nothing', in: 'abxxc', separator: regex('x*'), out: ['ab<xx>', 'c<>'] },
  { name: 'alternatives', in: 'a--b-c', separator: regex('-|--'), out: ['a<-->', 'b<->', 'c<>'] },
  {
    name: 'the beginning of the file only',
    in: 'aab\nac',
    separator: regex('^a|\n'),
    out: ['<a>', 'ab<\n>', 'ac<>'],
  },
  { name: 'CSV', in: 'a,"b\nc"\r\n"d""\n"\n', separator: CSV, out: ['a,"b\nc"<\r\n>', '"d""\n"<\n>'] },
  { name: 'CSV with an open quote', in: 'a,"b\nc', separator: CSV, out: ['a,"b\nc<>'] },
];

describe.each(table)('$name', ({ in: text, separator, out }) => {
  test.each([1, 2, 3, 5, Infinity])('in chunks of %d bytes', (size) => {
    expect(records(text, separator, size)).toEqual(out);
  });
});

test('the separator may change between records', () => {
  const reader = new RecordReader(new MemoryWorld({ stdin: 'a\nb;c\n\nd', chunkBytes: 2 }).stdin, () => {});
  const texts = [literal('\n'), literal(';'), PARAGRAPH, PARAGRAPH].map((separator) =>
    Buffer.from(reader.read(separator)?.record ?? '').toString(),
  );
  expect(texts).toEqual(['a', 'b', 'c', 'd']);
});

test('records longer than any buffer', () => {
  const long = 'x'.repeat(300_000);
  expect(records(`${long}\n${long}`, literal('\n'), 1000)).toEqual([`${long}<\n>`, `${long}<>`]);
});

test('says before it waits', () => {
  let waits = 0;
  const reader = new RecordReader(new MemoryWorld({ stdin: 'a\nb\n', chunkBytes: 4 }).stdin, () => waits++);
  reader.read(literal('\n'));
  reader.read(literal('\n'));
  expect(waits).toBe(1);
  reader.read(literal('\n'));
  expect(waits).toBe(2);
});
