import { expect, test } from 'vitest';
import { parseGoDuration } from '../../src/statsd/go-duration.ts';
import { escapeName } from '../../src/series/metric-name.ts';
import { compileTemplate } from '../../src/statsd/template.ts';

const CAPTURES = ['all', 'one', 'two'];

test.each([
  { in: '$1-${2}', glob: 'one-two', regex: 'one-two' },
  { in: '$1_x', glob: '', regex: '' },
  { in: '${1}_x', glob: 'one_x', regex: 'one_x' },
  { in: '$0', glob: '', regex: 'all' },
  { in: '$9', glob: '', regex: '' },
  { in: 'a$$b', glob: 'a', regex: 'a$b' },
  { in: '${name}', glob: '', regex: 'group' },
  { in: 'plain', glob: 'plain', regex: 'plain' },
])('$in', ({ in: text, glob, regex }) => {
  expect(compileTemplate(text, 'glob')(CAPTURES)).toBe(glob);
  expect(compileTemplate(text, 'regex')(CAPTURES, { name: 'group' })).toBe(regex);
});

test.each([
  ['a.b', 'a_b'],
  ['a--b', 'a_b'],
  ['a.-.b', 'a___b'],
  ['0a', '_0a'],
  ['😱', '_'],
  ['ok_1', 'ok_1'],
])('name %s', (name, escaped) => expect(escapeName(name)).toBe(escaped));

test.each([
  ['1m20s', 80_000],
  ['1.5h', 5_400_000],
  ['0', 0],
  ['250ms', 250],
  ['5', undefined],
  ['-1s', undefined],
  ['', undefined],
])('duration %s', (text, ms) => expect(parseGoDuration(text)).toBe(ms));
