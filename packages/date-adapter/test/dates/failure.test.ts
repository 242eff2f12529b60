import { expect, test } from 'vitest';
import { convertText } from './convert-text.ts';

const table: { name: string; from: string[]; in: string; out: string }[] = [
  {
    name: 'a byte',
    from: ['yyyy-MM-dd'],
    in: '2024/01/02',
    out: 'byte 5: expected "-", found "/01/02" (layout yyyy-MM-dd)',
  },
  {
    name: 'a digit',
    from: ['yyyy-MM-dd'],
    in: '2024-0x-02',
    out: 'byte 7: expected month (1 to 12), found "x-02" (layout yyyy-MM-dd)',
  },
  {
    name: 'the end',
    from: ['yyyy-MM-dd'],
    in: '2024-01',
    out: 'byte 8: expected "-", found the end (layout yyyy-MM-dd)',
  },
  {
    name: 'the end in a number',
    from: ['yyyy-MM-dd'],
    in: '202',
    out: 'byte 4: expected year (4 digits), found the end (layout yyyy-MM-dd)',
  },
  {
    name: 'a number too long',
    from: ['HH:mm'],
    in: '12:345',
    out: 'byte 6: expected the end of the number, found "5" (layout HH:mm)',
  },
  {
    name: 'a name',
    from: ['dd MMM'],
    in: '01 Jab',
    out: 'byte 4: expected name of a month, found "Jab" (layout dd MMM)',
  },
  {
    name: 'a blank',
    from: ['dd MMM'],
    in: '01-Jan',
    out: 'byte 3: expected a blank, found "-Jan" (layout dd MMM)',
  },
  {
    name: 'not text',
    from: ['dd'],
    in: '\u0007"\\é',
    out: 'byte 1: expected day of the month (1 to 31), found "\\x07\\x22\\x5c\\xc3\\xa9" (layout dd)',
  },
  {
    name: 'much of it',
    from: ['dd'],
    in: 'x'.repeat(99),
    out: `byte 1: expected day of the month (1 to 31), found "${'x'.repeat(16)}..." (layout dd)`,
  },
  {
    name: 'nothing',
    from: ['dd'],
    in: '',
    out: 'byte 1: expected day of the month (1 to 31), found the end (layout dd)',
  },
  {
    name: 'the layout that came furthest',
    from: ['HH', 'yyyy-MM', 'yyyy/MM'],
    in: '2024-x',
    out: 'byte 6: expected month (1 to 12), found "x" (layout yyyy-MM)',
  },
  {
    name: 'nothing to look at',
    from: ['httpd'],
    in: 'no bracket',
    out: 'byte 1: expected the place of a stamp, found "no bracket"',
  },
];

test.each(table)('$name', ({ from, in: line, out }) => {
  expect(convertText({ from }, line)).toStrictEqual({ converted: false, text: line, message: out });
});
