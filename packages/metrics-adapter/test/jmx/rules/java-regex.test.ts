import { describe, expect, test } from 'vitest';
import { translateJavaRegex } from '../../../src/jmx/rules/java-regex.ts';

/** Texts that the Java pattern matches whole, and some that it does not, as the JDK's documentation has it. */
const ROWS = [
  {
    name: 'plain',
    pattern: 'kafka.server<type=(.+), name=(.+)><>Count',
    yes: ['kafka.server<type=a, name=b><>Count'],
    no: ['kafka.server<type=a><>Count'],
  },
  { name: 'quoted', pattern: '\\Qa.b(c\\E+', yes: ['a.b(c', 'a.b(cc'], no: ['axb(c'] },
  { name: 'quoted to the end', pattern: 'x\\Q[a', yes: ['x[a'], no: ['xa'] },
  { name: 'posix class', pattern: '\\p{Alpha}+\\P{Digit}', yes: ['ab-'], no: ['ab1', '1-'] },
  { name: 'posix in a class', pattern: '[\\p{Upper}_]+', yes: ['A_B'], no: ['a'] },
  { name: 'flag at the beginning', pattern: '(?i)abc|d', yes: ['ABC', 'D'], no: ['x'] },
  { name: 'flag in a group', pattern: 'a(?i:b)c', yes: ['aBc'], no: ['ABc'] },
  { name: 'flag to the end of a group', pattern: '(?:a(?i)b)c', yes: ['aBc'], no: ['aBC'] },
  { name: 'dot takes no line end', pattern: 'a.b', yes: ['a b'], no: ['a\nb', 'a\u0085b', 'a\u2028b'] },
  { name: 'dotall', pattern: '(?s)a.b', yes: ['a\nb'], no: ['ab'] },
  { name: 'white space is ASCII', pattern: '\\s', yes: [' ', '\t'], no: ['\u00a0'] },
  { name: 'horizontal', pattern: '\\h+', yes: ['\u00a0 \t'], no: ['\n'] },
  { name: 'line break', pattern: 'a\\Rb', yes: ['a\r\nb', 'a\nb'], no: ['ab'] },
  { name: 'anchors', pattern: '\\Aab\\z', yes: ['ab'], no: ['xab'] },
  { name: 'named group and reference', pattern: '(?<x>.)\\k<x>', yes: ['aa'], no: ['ab'] },
  { name: 'hexadecimal and octal', pattern: '\\x{41}\\x42\\0103\\u0044', yes: ['ABCD'], no: ['ABC'] },
  { name: 'lookaround', pattern: 'a(?<=a)b(?!c).', yes: ['abd'], no: ['abc'] },
  { name: 'lazy', pattern: 'a+?b??', yes: ['aab', 'a'], no: ['b'] },
  { name: 'bracket first in a class', pattern: '[]a]+', yes: [']a'], no: ['b'] },
];

describe('matches the same', () => {
  test.each(ROWS)('$name', ({ pattern, yes, no }) => {
    const regex = new RegExp(`^(?:${translateJavaRegex(pattern)})$`);
    expect([...yes, ...no].filter((text) => regex.test(text))).toEqual(yes);
  });
});

const REFUSED = [
  { name: 'possessive', in: 'a*+b', out: 'possessive quantifier, which has no equal here at character 2' },
  { name: 'possessive count', in: 'a{2}+', out: 'possessive' },
  { name: 'atomic', in: 'x(?>a|b)', out: 'atomic group, which has no equal here at character 2' },
  {
    name: 'intersection',
    in: '[a-z&&[^b]]',
    out: 'intersection of classes, which has no equal here at character 5',
  },
  { name: 'union', in: '[a[b]]', out: 'class within a class' },
  { name: 'property', in: '\\p{IsGreek}', out: '\\p{IsGreek}' },
  { name: 'flag x', in: '(?x)a b', out: 'the flag x' },
  { name: 'flag before alternatives', in: 'a(?i)b|c', out: 'write (?i:...)' },
  { name: 'end of the last match', in: '\\Ga', out: '\\G' },
  { name: 'open group', in: '(a', out: 'not closed' },
  { name: 'open class', in: 'a[b', out: 'not closed at character 2' },
  { name: 'stray )', in: 'a)', out: 'a ) without a (' },
  { name: 'nothing to repeat', in: '*a', out: 'Nothing to repeat' },
];

describe('refuses with the position', () => {
  test.each(REFUSED)('$name', ({ in: pattern, out }) => {
    expect(() => translateJavaRegex(pattern)).toThrow(out);
  });
});
