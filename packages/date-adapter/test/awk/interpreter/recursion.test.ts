// Which programs can call themselves.
import { expect, test } from 'vitest';
import { isRecursive } from '../../../src/awk/interpreter/recursion.ts';
import { parseProgram } from '../../../src/awk/parser.ts';

test.each([
  ['no functions', 'BEGIN { print 1 }', false],
  ['a chain', 'function f(x) { return g(x) } function g(x) { return x } BEGIN { f(1) }', false],
  ['itself', 'function f(x) { return x ? f(x - 1) : 0 } BEGIN { f(1) }', true],
  ['two in turn', 'function f(x) { g(x) } function g(x) { if (x) f(x - 1) } BEGIN { f(1) }', true],
  [
    'two callers of one',
    'function f() { h() } function g() { h() } function h() {} BEGIN { f(); g() }',
    false,
  ],
  ['by name', 'function f(n) { @n(n) } BEGIN { f("f") }', true],
  ['by name from a rule', 'function f(n) { return 1 } BEGIN { n = "f"; @n(1) }', false],
])('%s', (_, text, out) => {
  expect(isRecursive(parseProgram([{ name: 'test', text }], { posix: false }))).toBe(out);
});
