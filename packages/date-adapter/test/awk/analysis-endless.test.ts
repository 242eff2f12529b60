import { describe, expect, test } from 'vitest';
import { mayRunForever } from '../../src/awk/analysis-endless.ts';
import { parseProgram } from '../../src/awk/parser.ts';

const mayRun = (text: string): boolean =>
  mayRunForever(parseProgram([{ name: 'test', text }], { posix: false }));

describe('ends for certain', () => {
  test.each([
    '{ print $1 }',
    '{ for (i = 1; i <= NF; i++) s += $i }',
    '{ for (i = NF; i > 0; i--) print $i }',
    '{ for (i = 0; 10 >= i; i += 2) a[i] = i }',
    '{ for (k in a) for (j = 1; j < length($1); j++) n++ }',
    'END { n = split($0, a); for (i = 1; i <= n; i++) print a[i] }',
  ])('%s', (text) => expect(mayRun(text)).toBe(false));
});

describe('may not end', () => {
  test.each([
    '{ while (x) x-- }',
    '{ do x++; while (x < 3) }',
    '{ for (;;) break }',
    '{ for (i = 1; i <= NF; i--) n++ }',
    '{ for (i = 1; i <= NF; i++) i = 0 }',
    '{ for (i = 1; i <= NF; i++) NF++ }',
    '{ for (i = 1; i <= NF; i++) $i = "a b" }',
    '{ for (i = 1; i <= NF; i++) $0 = $0 " x" }',
    '{ for (i = 1; i <= NF; i++) sub(/a/, "b c") }',
    '{ for (i = 1; i <= n; i++) n++ }',
    '{ for (i = 1; i <= length(a); i++) a[i + 1] }  END { for (i = 1; i <= length(a); i++) a[i] = 1 }',
    '{ for (i = 1; i <= n; i++) split($0, b); for (i = 1; i <= length(b); i++) split("a b", b) }',
    '{ for (i = 0; i < 10; i += x) n++ }',
    '{ for (i = 0; i != 10; i++) n++ }',
    '{ for (i = 0; i < 1e9; i++) n++ }',
    'function f() { i = 0 } { for (i = 1; i <= NF; i++) f() }',
  ])('%s', (text) => expect(mayRun(text)).toBe(true));
});
