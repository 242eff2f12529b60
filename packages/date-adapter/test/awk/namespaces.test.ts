// What names mean in a namespace: gawk's manual, "Namespaces".
import { expect, test } from 'vitest';
import { isNamespace, qualify } from '../../src/awk/namespaces.ts';

test.each([
  { name: 'no namespace', in: 'x', out: 'x' },
  { name: 'the usual one', in: 'x', namespace: 'awk', out: 'x' },
  { name: 'a plain name', in: 'x', namespace: 'a', out: 'a::x' },
  { name: 'capitals', in: 'FS', namespace: 'a', out: 'FS' },
  { name: 'not all capitals', in: 'F_S', namespace: 'a', out: 'a::F_S' },
  { name: 'a word', in: 'while', namespace: 'a', out: 'while' },
  { name: 'a word in its place', in: 'switch', namespace: 'a', out: 'switch' },
  { name: 'a function of awk', in: 'length', namespace: 'a', out: 'length' },
  { name: 'a function of gawk may be a name', in: 'systime', namespace: 'a', out: 'a::systime' },
  { name: 'qualified', in: 'b::x', namespace: 'a', out: 'b::x' },
  { name: 'qualified as plain', in: 'awk::x', namespace: 'a', out: 'x' },
  { name: 'a word as namespace', in: 'if::x', out: undefined },
  { name: 'a function of awk in a namespace', in: 'a::match', out: undefined },
])('$name', ({ in: written, namespace, out }) => expect(qualify(written, namespace)).toBe(out));

test.each([
  { in: 'a_1', out: true },
  { in: '', out: false },
  { in: '1a', out: false },
  { in: 'a::b', out: false },
  { in: 'for', out: false },
  { in: 'split', out: false },
])('$in names a namespace: $out', ({ in: word, out }) => expect(isNamespace(word)).toBe(out));
