// Records that are no text: NUL bytes, bytes that are no UTF-8, a record of a megabyte.
import { describe, expect, test } from 'vitest';
import { compileRegex, type RegexOptions } from '../../../src/awk/regex/regex.ts';

function spanOf(pattern: string | Uint8Array, bytes: readonly number[], options: RegexOptions = {}): string {
  const regex = compileRegex(pattern, options);
  const record = Uint8Array.from(bytes);
  return regex.search(record, 0, record.length, 0) ? `${regex.matchStart}-${regex.matchEnd}` : 'none';
}

const A = 0x61;
const B = 0x62;

describe('bytes that are no characters', () => {
  test.each<[string, string, number[], string]>([
    ['a stray continuation byte is a character', 'a.b', [A, 0x80, B], '0-3'],
    ['so is the beginning of a sequence that does not go on', 'a.b', [A, 0xc3, B], '0-3'],
    ['so is each byte of one that breaks off', 'a..b', [A, 0xe2, 0x82, B], '0-4'],
    ['which are not one character', 'a.b', [A, 0xe2, 0x82, B], 'none'],
    ['three of four', '^...$', [0xf0, 0x9f, 0x98], '0-3'],
    ['four of four', '^.$', [0xf0, 0x9f, 0x98, 0x80], '0-4'],
    ['at the end of the record', 'a.$', [A, 0xc3], '0-2'],
    ['bytes that no sequence has', '^..$', [0xff, 0xc0], '0-2'],
    ['overlong', '^..$', [0xc0, 0x80], '0-2'],
    ['overlong in three', '^...$', [0xe0, 0x80, 0x80], '0-3'],
    ['a surrogate', '^...$', [0xed, 0xa0, 0x80], '0-3'],
    ['beyond Unicode', '^....$', [0xf4, 0x90, 0x80, 0x80], '0-4'],
    ['members of a negated set', '[^a]+', [A, 0x80, 0xe2, 0x82, A], '1-4'],
    ['no letters', '[[:alpha:]]+', [0x80, A, 0xff], '1-2'],
    ['no parts of words', '\\ya\\y', [0xc3, A, 0xff], '1-2'],
    ['a lead byte before a whole character', '^..$', [0xc3, 0xc3, 0xa9], '0-3'],
    ['spelled in the expression', '\\303', [A, 0xc3, B], '1-2'],
    ['which is not a part of a character', '\\303', [0xc3, 0xa9], 'none'],
    ['a character spelled by its bytes', '\\303\\251', [A, 0xc3, 0xa9], '1-3'],
    ['in brackets', '[\\303\\251]', [A, 0xc3, 0xa9], '1-3'],
    ['in a string, as the interpreter has it', '\udcff', [A, 0xff], '1-2'],
    ['a search steps over the first byte of nothing', 'b', [0xe2, 0x82, B], '2-3'],
  ])('%s: /%s/', (_, pattern, bytes, span) => {
    expect(spanOf(pattern, bytes)).toBe(span);
    expect(spanOf(pattern, bytes, { tableSize: 1 })).toBe(span);
  });

  test('an expression may hold them as bytes', () => {
    expect(spanOf(Uint8Array.of(A, 0xff), [B, A, 0xff])).toBe('1-3');
    expect(spanOf(Uint8Array.of(0xc3, 0xa9), [0xc3, 0xa9])).toBe('0-2');
  });

  test('in byte mode every byte is a character', () => {
    const options = { utf8: false };
    expect(spanOf('^.$', [0xc3, 0xa9], options)).toBe('none');
    expect(spanOf('^..$', [0xc3, 0xa9], options)).toBe('0-2');
    expect(spanOf('[\\300-\\377]+', [A, 0xc3, 0xff, A], options)).toBe('1-3');
    expect(spanOf('\u00e9', [0xe9], options)).toBe('0-1');
    expect(spanOf('[[:alpha:]]', [0xe9], options)).toBe('none');
    expect(spanOf('\\w', [0xe9], options)).toBe('none');
  });
});

describe('NUL bytes', () => {
  test.each<[string, number[], string]>([
    ['.', [0], '0-1'],
    ['a.b', [A, 0, B], '0-3'],
    ['\\000', [A, 0, B], '1-2'],
    ['[^a]', [A, 0, B], '1-2'],
    ['b', [0, 0, B], '2-3'],
    ['^a$', [A, 0], 'none'],
    ['[[:cntrl:]]+', [A, 0, 1, B], '1-3'],
  ])('/%s/', (pattern, bytes, span) => expect(spanOf(pattern, bytes)).toBe(span));
});

describe('a record of a megabyte', () => {
  const size = 1 << 20;
  const record = new Uint8Array(size).fill(A);
  record[size - 1] = B;

  test.each([
    ['b', size - 1, size],
    ['a*b', 0, size],
    ['a+$', -1, -1],
    ['ab', size - 2, size],
    ['[^a]', size - 1, size],
    ['a{3}b$', size - 4, size],
    ['(a|aa)+b', 0, size],
    ['^a', 0, 1],
    ['x', -1, -1],
    ['\\<a+b\\>', 0, size],
  ])('/%s/', (pattern, begin, end) => {
    const regex = compileRegex(pattern);
    expect(regex.search(record, 0, size, 0)).toBe(begin !== -1);
    expect(begin === -1 || (regex.matchStart === begin && regex.matchEnd === end)).toBe(true);
    expect(regex.test(record, 0, size)).toBe(begin !== -1);
  });

  test('groups of a long match', () => {
    const regex = compileRegex('(a*)(a)(b)');
    regex.search(record, 0, size, 0);
    const out = new Int32Array(8);
    expect(regex.captures(record, 0, size, out)).toBe(true);
    expect([...out]).toEqual([0, size, 0, size - 2, size - 2, size - 1, size - 1, size]);
  });
});
