import { describe, expect, it } from 'vitest';
import { FieldNames } from '../../src/formats/field-names.ts';
import { LogRecord } from '../../src/formats/log-record.ts';
import { LogPatternParser } from '../../src/formats/parsers/log-pattern.ts';
import { type BeginsRecord, beginsByLooks, StackTraces } from '../../src/formats/stack-traces.ts';

type Delivered = { readonly first: string; readonly all: string };

function joined(
  lines: readonly string[],
  begins: BeginsRecord,
  bounds: { maxLines?: number; maxBytes?: number } = {},
): Delivered[] {
  const delivered: Delivered[] = [];
  const joiner = new StackTraces({ begins, ...bounds }, (bytes, start, firstEnd, end) => {
    const text = (to: number): string => Buffer.from(bytes.subarray(start, to)).toString();
    delivered.push({ first: text(firstEnd), all: text(end) });
  });
  for (const line of lines) {
    const bytes = Buffer.from(`x${line}x`);
    joiner.push(bytes, 1, bytes.length - 1);
    bytes.fill(0); // the reader's buffer is used again
  }
  joiner.flush();
  joiner.flush();
  return delivered;
}

const TRACE = [
  'java.lang.IllegalStateException: no',
  '\tat a.B.c(B.java:1)',
  '\t... 12 more',
  'Caused by: java.io.IOException: x',
  '    at d.E.f(E.java:2)',
  '',
];

describe('by looks', () => {
  it('puts a trace behind its line', () => {
    expect(joined([...TRACE, 'next', 'last'], beginsByLooks)).toEqual([
      { first: TRACE[0], all: TRACE.join('\n') },
      { first: 'next', all: 'next' },
      { first: 'last', all: 'last' },
    ]);
  });

  it('begins with whatever comes first', () => {
    expect(joined(['  indented', 'a'], beginsByLooks)).toEqual([
      { first: '  indented', all: '  indented' },
      { first: 'a', all: 'a' },
    ]);
  });
});

it('by parser: what is no record goes on', () => {
  const parser = new LogPatternParser(new FieldNames(), '%d %p - %m');
  const record = new LogRecord();
  const begins: BeginsRecord = (line, start, end) => parser.parse(line, start, end, record);
  const head = '2023-01-01 00:00:00,001 ERROR - failed';
  expect(joined([head, ...TRACE, head, 'SELECT *', 'FROM x'], begins)).toEqual([
    { first: head, all: [head, ...TRACE].join('\n') },
    { first: head, all: `${head}\nSELECT *\nFROM x` },
  ]);
});

describe('bounds', () => {
  it.each([{ bounds: { maxLines: 2 } }, { bounds: { maxBytes: 7 } }])(
    '$bounds cut, and lose nothing',
    ({ bounds }) => {
      const lines = ['abc', ' de', ' fg', ' hi', 'j'];
      const delivered = joined(lines, beginsByLooks, bounds);
      expect(delivered.map(({ all }) => all)).toEqual(['abc\n de', ' fg\n hi', 'j']);
    },
  );

  it('lets a single line be longer', () => {
    expect(joined(['abcdef', ' g'], beginsByLooks, { maxBytes: 3 }).map(({ all }) => all)).toEqual([
      'abcdef',
      ' g',
    ]);
  });
});
