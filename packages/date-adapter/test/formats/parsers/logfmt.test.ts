import { expect, it } from 'vitest';
import type { FieldNames } from '../../../src/formats/field-names.ts';
import { LogfmtParser } from '../../../src/formats/parsers/logfmt.ts';
import { hardened, fieldsOf, outcomeOf } from '../parsed-line.ts';

const make = (names: FieldNames): LogfmtParser => new LogfmtParser(names);

const LINES = [
  { in: 'at=info method=GET status=200', out: { at: 'info', method: 'GET', status: 200 } },
  { in: 'msg="two words" n=1.5e3', out: { msg: 'two words', n: 1500 } },
  { in: 'msg="a \\"quoted\\" \\\\ \\n \\u00e9" x=1', out: { msg: 'a "quoted" \\ \n é', x: 1 } },
  { in: 'debug a=1 done', out: { debug: true, a: 1, done: true } },
  { in: '  a=1 \t b=  c=""', out: { a: 1, b: '', c: '' } },
  { in: 'url=http://x/?a=b&c=d path=C:\\x', out: { url: 'http://x/?a=b&c=d', path: 'C:\\x' } },
  { in: 'go="\\x00 stays"', out: { go: '\\x00 stays' } },
  { in: 'n=007 v=1.2.3 t=true', out: { n: '007', v: '1.2.3', t: 'true' } },
  { in: 'ключ="значение" a="ü"', out: { ключ: 'значение', a: 'ü' } },
];

it.each(LINES)('$in', ({ in: line, out }) => {
  expect(fieldsOf(make, line)).toEqual(out);
});

it.each([
  { in: '', failedAt: 0, expected: 'key=value' },
  { in: 'Server started on port', failedAt: 0, expected: 'key=value' },
  { in: 'a=1 =2', failedAt: 4, expected: 'a key' },
  { in: 'a=1 b"c"', failedAt: 5, expected: 'a key' },
  { in: 'a="open', failedAt: 7, expected: 'a closing double quote' },
  { in: 'a="b"c', failedAt: 5, expected: 'a space behind the quoted value' },
])('refuses $in', ({ in: line, failedAt, expected }) => {
  expect(outcomeOf(make, line)).toEqual({ failedAt, expected });
});

it('takes hostile input', () => {
  expect(
    hardened(
      make,
      LINES.map((row) => row.in),
    ),
  ).toBeGreaterThan(0);
});
