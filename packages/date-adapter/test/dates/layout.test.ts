import { describe, expect, test } from 'vitest';
import { layoutLanguage, readLayout } from '../../src/dates/layout.ts';
import { LayoutError } from '../../src/dates/layout-error.ts';

const languages: { in: string; out: string }[] = [
  { in: '%Y-%m-%d', out: 'strptime' },
  { in: '2006-01-02', out: 'go' },
  { in: '02/Jan/2006:15:04:05 -0700', out: 'go' },
  { in: 'Jan _2 15:04:05', out: 'go' },
  { in: '3:04PM', out: 'go' },
  { in: '20060102150405', out: 'go' },
  { in: "dd/MM/yyyy'T'HH:mm:ss", out: 'java' },
  { in: 'HH:mm', out: 'java' },
  { in: 'rfc3339', out: 'named' },
  { in: 'RFC3339', out: 'named' },
  { in: 'UNIX_MS', out: 'named' },
  { in: 'unix-ms', out: 'named' },
  { in: 'ISO8601', out: 'named' },
  { in: 'auto', out: 'named' },
];

test.each(languages)('$in is $out', ({ in: text, out }) => {
  expect(layoutLanguage(text)).toBe(out);
  expect(readLayout(text).language).toBe(out);
});

test('a language that is given is not guessed', () => {
  expect(() => readLayout('2006', 'java')).toThrow('nothing of a date in this java layout');
});

describe('refused', () => {
  const refused: { in: string; what: string }[] = [
    { in: 'rfc3399', what: 'no layout has this name; there are rfc3339' },
    { in: '', what: 'nothing of a date' },
    { in: '---', what: 'nothing of a date' },
    { in: 'hello', what: 'no layout has this name' },
    { in: '100%%', what: 'nothing of a date' },
  ];
  test.each(refused)('$in', ({ in: text, what }) => {
    expect(() => readLayout(text)).toThrow(LayoutError);
    expect(() => readLayout(text)).toThrow(what);
  });
});

test('an error shows the layout with a caret under the place', () => {
  expect(() => readLayout('%Y-%m-%i')).toThrow('%i has no meaning in a date\n  %Y-%m-%i\n        ^');
});
