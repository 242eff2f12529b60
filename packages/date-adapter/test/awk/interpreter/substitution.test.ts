// Replacements and what they replace: POSIX's table of backslashes, gawk's for gensub.
import { describe, expect, test } from 'vitest';
import { textCodec } from '../../../src/awk/interpreter/bytes.ts';
import { Regexes } from '../../../src/awk/interpreter/regexes.ts';
import {
  readGensubReplacement,
  readReplacement,
  substitute,
} from '../../../src/awk/interpreter/substitution.ts';

const regexes = new Regexes(textCodec(true), false);

function gsub(text: string, source: string, replacement: string, which = 0): string {
  return substitute(regexes, regexes.compile(source), text, readReplacement(replacement), which).text;
}

const table: { name: string; in: readonly [string, string, string]; out: string }[] = [
  { name: '& is the match', in: ['abc', 'b', '[&]'], out: 'a[b]c' },
  { name: 'an escaped &', in: ['abc', 'b', String.raw`\&`], out: 'a&c' },
  { name: 'two backslashes and &', in: ['abc', 'b', String.raw`\\&`], out: String.raw`a\bc` },
  { name: 'three backslashes and &', in: ['abc', 'b', String.raw`\\\&`], out: String.raw`a\&c` },
  { name: 'four backslashes and &', in: ['abc', 'b', String.raw`\\\\&`], out: String.raw`a\\bc` },
  { name: 'other backslashes stay', in: ['abc', 'b', String.raw`\.x\\y\ `], out: String.raw`a\.x\\y\ c` },
  { name: 'a backslash at the end', in: ['abc', 'b', 'q\\'], out: 'aq\\c' },
  { name: 'nothing matches everywhere', in: ['abc', 'x*', '-'], out: '-a-b-c-' },
  { name: 'no match of nothing after a match', in: ['hello', 'l*', 'X'], out: 'XhXeXoX' },
  { name: 'the beginning once', in: ['aaa', '^a', 'x'], out: 'xaa' },
  { name: 'the end', in: ['abc', '$', '!'], out: 'abc!' },
  { name: 'the longest', in: ['abcd', 'ab|abcd', 'x'], out: 'x' },
  { name: 'between characters', in: ['é😀', 'x*', '-'], out: '-é-😀-' },
  { name: 'an empty text', in: ['', 'x*', '-'], out: '-' },
  { name: 'bytes that are no characters', in: ['a\udcffb', 'b', '[&]'], out: 'a\udcff[b]' },
];

test.each(table)('$name', ({ in: [text, source, replacement], out }) => {
  expect(gsub(text, source, replacement)).toBe(out);
});

test('with --posix two backslashes are one wherever they are', () => {
  const parts = readReplacement(String.raw`\\x\\\\y\q\&\\&`, true);
  expect(substitute(regexes, regexes.compile('b'), 'abc', parts, 0).text).toBe(String.raw`a\x\\y\q&\bc`);
});

test('the first only', () => expect(gsub('aaa', 'a', 'b', 1)).toBe('baa'));
test('the second only', () => expect(gsub('aaa', 'a', 'b', 2)).toBe('aba'));
test('one that is not there', () => expect(gsub('aaa', 'a', 'b', 4)).toBe('aaa'));

function gensub(text: string, source: string, replacement: string): string {
  return substitute(regexes, regexes.compile(source), text, readGensubReplacement(replacement), 0).text;
}

describe('gensub', () => {
  test.each([
    ['groups', 'abaa', '(a)(b)?', String.raw`<\2\1>`, '<ba><a><a>'],
    ['the whole', 'ab', 'b', String.raw`[\0&]`, 'a[bb]'],
    ['escapes', 'ab', 'b', String.raw`\\&\&\q\\1`, String.raw`a\b&q\1`],
    ['a group that took no part', 'b', '(a)|b', String.raw`<\1>`, '<>'],
    ['a group beyond', 'b', 'b', String.raw`<\7>`, '<>'],
    ['groups among characters', 'éa😀b', '(😀)(b)', String.raw`\2\1`, 'éab😀'],
  ])('%s', (_, text, source, replacement, out) => {
    expect(gensub(text, source, replacement)).toBe(out);
  });
});
