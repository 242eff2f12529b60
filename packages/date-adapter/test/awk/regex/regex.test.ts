// The table of spans, in every way a caller can ask.
import { describe, expect, test } from 'vitest';
import {
  compileRegex,
  escapeLiteral,
  type Regex,
  RegexError,
  type RegexOptions,
} from '../../../src/awk/regex/regex.ts';
import { spanTable } from './span-table.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function spanIn(regex: Regex, bytes: Uint8Array, start = 0, end = bytes.length, from = start): string {
  if (!regex.search(bytes, start, end, from)) return 'none';
  return `${regex.matchStart - start}-${regex.matchEnd - start}`;
}

function spanOf(pattern: string, text: string, options: RegexOptions = {}): string {
  return spanIn(compileRegex(pattern, options), encode(text));
}

function allSpans(regex: Regex, bytes: Uint8Array): string[] {
  const spans: string[] = [];
  for (let from = 0; from <= bytes.length && regex.search(bytes, 0, bytes.length, from);) {
    spans.push(`${regex.matchStart}-${regex.matchEnd}`);
    from = regex.matchEnd > regex.matchStart ? regex.matchEnd : regex.matchEnd + 1;
  }
  return spans;
}

function goesOn(pattern: string, text: string, expected: string[]): void {
  test(`/${pattern}/ in <${text}>`, () =>
    expect(allSpans(compileRegex(pattern), encode(text))).toEqual(expected));
}

function ignoring(pattern: string, text: string, expected: string, options: RegexOptions = {}): void {
  test(`/${pattern}/ in <${text}>`, () => {
    expect(spanOf(pattern, text, { ...options, ignoreCase: true })).toBe(expected);
  });
}

function posix(pattern: string, text: string, expected: string): void {
  test(`/${pattern}/ in <${text}>`, () => expect(spanOf(pattern, text, { posix: true })).toBe(expected));
}

const rows = spanTable();

describe('the table of spans', () => {
  test('is read', () => expect(rows.length).toBeGreaterThan(300));

  test.each(rows)('$topic: /$pattern/ in <$text>', ({ pattern, text, span, isAscii }) => {
    const modes: RegexOptions[] = isAscii ? [{ utf8: true }, { utf8: false }] : [{ utf8: true }];
    for (const mode of modes) {
      const regex = compileRegex(pattern, mode);
      const bytes = encode(text);
      expect(spanIn(regex, bytes)).toBe(span);
      expect(regex.test(bytes, 0, bytes.length)).toBe(span !== 'none');
      // What stands around the record is none of its business.
      const within = encode(`a_${text}a_`);
      expect(spanIn(regex, within, 2, 2 + bytes.length)).toBe(span);
      expect(regex.test(within, 2, 2 + bytes.length)).toBe(span !== 'none');
      // A table for two states at a time: forgetting everything changes nothing.
      expect(spanOf(pattern, text, { ...mode, tableSize: 1 })).toBe(span);
    }
  });
});

describe('a search that goes on', () => {
  goesOn('^a', 'aaa', ['0-1']);
  goesOn('^a*', 'aab', ['0-2']);
  goesOn('^', 'aaa', ['0-0']);
  goesOn('(^|b)a', 'aabaa', ['0-1', '2-4']);
  goesOn('a*', 'baac', ['0-0', '1-3', '3-3', '4-4']);
  goesOn('$', 'ab', ['2-2']);
  goesOn('x*', 'ab', ['0-0', '1-1', '2-2']);
  goesOn('[0-9]+', 'a1b22c333', ['1-2', '3-5', '6-9']);
  goesOn('a|ab', 'aab', ['0-1', '1-3']);
  goesOn('\\<.', 'ab cd', ['0-1', '3-4']);
  goesOn('\\yb', 'ab b', ['3-4']);
  goesOn('\\y', 'ab c', ['0-0', '2-2', '3-3', '4-4']);
  goesOn('\\B', 'abc', ['1-1', '2-2']);
  goesOn('é', 'éaé', ['0-2', '3-5']);
  goesOn('\\<é', 'éé é', ['0-2', '5-7']);
  goesOn('ana', 'banana', ['1-4']);
  goesOn(',', 'a,,b', ['1-2', '2-3']);

  test('^ holds at the start of the record, wherever the search begins', () => {
    const regex = compileRegex('^b|c');
    const bytes = encode('xbbc');
    expect(spanIn(regex, bytes, 1, 4, 1)).toBe('0-1');
    expect(spanIn(regex, bytes, 1, 4, 2)).toBe('2-3');
    expect(spanIn(regex, bytes, 0, 4, 1)).toBe('3-4');
  });

  test('a search from the end finds only what is empty', () => {
    expect(spanIn(compileRegex('a*'), encode('aa'), 0, 2, 2)).toBe('2-2');
    expect(spanIn(compileRegex('a'), encode('aa'), 0, 2, 2)).toBe('none');
    expect(spanIn(compileRegex('[a-z]+'), encode('aa'), 0, 2, 2)).toBe('none');
  });
});

describe('letters in upper and lower case', () => {
  ignoring('abc', 'xABcd', '1-4');
  ignoring('ABC', 'xabCd', '1-4');
  ignoring('[a-c]+', 'xAbCd', '1-4');
  ignoring('[^a-c]+', 'AxB', '1-2');
  ignoring('[[:upper:]]+', '1aB2', '1-3');
  ignoring('[[:lower:]]+', '1aB2', '1-3');
  ignoring('é', 'É', '0-2');
  ignoring('[à-é]+', 'xÇÉy', '1-5');
  ignoring('ΣΑΣ', 'σας', 'none');
  ignoring('λόγος', 'ΛΌΓΟς', '0-10');
  ignoring('я', 'Я', '0-2');
  ignoring('ß', 'SS', 'none');
  ignoring('abc', 'ABC', '0-3', { utf8: false });
  ignoring('a1_', 'A1_', '0-3');
  ignoring('[@-C]+', '`@aBc', '1-5');
});

describe('without the operators of gawk', () => {
  posix('\\yb', 'a yb', '2-4');
  posix('\\<a\\>', '<a>', '0-3');
  posix('\\w+', 'aww', '1-3');
  posix('\\s', ' s', '1-2');
  posix('\\x41', 'Ax41', '1-4');
  posix('\\101', 'A', '0-1');
  posix("\\`a\\'", "`a'", '0-3');
  posix('a{2}', 'aa', '0-2');
});

describe('records that are lines', () => {
  const bytes = encode('one two\nthree\n\nfour five');
  const ends = (pattern: string): number[] => {
    const regex = compileRegex(pattern, { lines: true });
    const found: number[] = [];
    for (let from = 0; from < bytes.length;) {
      const end = regex.findEnd(bytes, 0, bytes.length, from);
      if (end === -1) break;
      found.push(bytes.subarray(0, end).filter((byte) => byte === 10).length);
      from = bytes.indexOf(10, end) + 1 || bytes.length;
    }
    return found;
  };
  test.each([
    ['^t', [1]],
    ['^f', [3]],
    ['e$', [1, 3]],
    ['^$', [2]],
    ['o[^x]*t', [0]],
    ['^[^ ]*$', [1, 2]],
    ['o.*t', [0]],
    ['o.*f', [3]],
    ['e.*f', []],
    ['\\<f', [3]],
    ['four', [3]],
    ['[a-z]', [0, 1, 3]],
    ['e(\\y|$)', [0, 1, 3]],
  ])('/%s/ is found in lines %j', (pattern, lines) => expect(ends(pattern)).toEqual(lines));
});

describe('refusals', () => {
  test.each([
    ['(', 0],
    ['a(b', 1],
    ['((a)', 0],
    ['[a', 0],
    ['x[', 1],
    ['[]', 0],
    ['[^]', 0],
    ['ab[[:foo:]]', 3],
    ['a[z-a]', 2],
    ['[[.space.]]', 1],
    ['[[=space=]]', 1],
    ['a{2,1}', 1],
    ['a{32768}', 1],
    ['a{1,40000}', 1],
  ])('/%s/ at %i', (pattern, offset) => {
    const attempt = (): unknown => compileRegex(pattern);
    expect(attempt).toThrow(RegexError);
    expect(attempt).toThrow(expect.objectContaining({ offset }));
  });

  test('what would take too much memory', () => {
    expect(() => compileRegex('((a{1000}){1000}){10}')).toThrow(/too big/);
    expect(() => compileRegex(`${'('.repeat(5000)}a${')'.repeat(5000)}`)).toThrow(/nested too deeply/);
  });

  test('what is big but not too big is taken', () => {
    expect(spanOf('(a{100}){10}', 'a'.repeat(1001))).toBe('0-1000');
    expect(spanOf('^(a{1000}){30}', 'a'.repeat(30_001))).toBe('0-30000');
    expect(spanOf(`${'('.repeat(900)}a${')'.repeat(900)}`, 'xa')).toBe('1-2');
  });
});

describe('an expression for a text', () => {
  test.each(['a.b*c', '[x]', '\\', '/"^$|(){}+?', '', 'é€', 'a-b'])('<%s>', (text) => {
    const regex = compileRegex(`x${escapeLiteral(text)}y`);
    const bytes = encode(`zx${text}y`);
    expect(spanIn(regex, bytes)).toBe(`1-${bytes.length}`);
    expect(regex.test(encode(`x${text.replaceAll(/./gu, 'q')}qy`), 0, bytes.length)).toBe(false);
  });
});
