import { expect, test } from 'vitest';
import { compileGoRegex } from '../../src/statsd/go-regex.ts';

const rows: { name: string; in: string; match?: string[]; differ?: string[] }[] = [
  { name: 'named group', in: '(?P<a>x+)y', match: ['xxy'], differ: ['y'] },
  { name: 'inline flag', in: '(?i)ab[c-d]', match: ['ABC', 'abD'], differ: ['abe'] },
  { name: 'flag of a group', in: '(?i:a)b', match: ['Ab', 'ab'], differ: ['aB'] },
  { name: 'flag ends with its group', in: '((?i)a)b', match: ['Ab'], differ: ['AB'] },
  { name: 'anchors', in: '\\Aab\\z', match: ['ab'], differ: ['ab\n', 'xab'] },
  { name: 'posix class', in: '^[[:alpha:]_]+$', match: ['aB_'], differ: ['a1'] },
  { name: 'quoted', in: '^\\Qa.b\\E$', match: ['a.b'], differ: ['axb'] },
  { name: 'brace alone', in: '^a{b$', match: ['a{b'] },
  { name: 'dash escaped', in: '^a\\-b$', match: ['a-b'] },
  { name: 'bracket first in a class', in: '^[]a]$', match: [']', 'a'] },
  { name: 'dot and newline', in: '^a.b$', match: ['axb'], differ: ['a\nb'] },
];

test.each(rows)('$name', ({ in: source, match = [], differ = [] }) => {
  const regex = compileGoRegex(source);
  expect(match.filter((text) => !regex.test(text))).toEqual([]);
  expect(differ.filter((text) => regex.test(text))).toEqual([]);
});

test.each(['(?=a)', '(?<!a)', 'a\\1', '[', '*a', '(?U)a', '\\pL', 'a\\'])('refuses %s', (source) =>
  expect(() => compileGoRegex(source)).toThrow(/./),
);

test.each(['^(a+)+$', '^(a|aa)+$', '(?i)^(a+)+$', '([a-z]+)*\\d'])('is linear: %s', (source) => {
  const regex = compileGoRegex(source);
  const before = process.cpuUsage();
  regex.test(`${'a'.repeat(40)}!`);
  const { user } = process.cpuUsage(before);
  expect(user / 1e3).toBeLessThan(500); // Backtracking would take 2^40 steps, hours.
});
