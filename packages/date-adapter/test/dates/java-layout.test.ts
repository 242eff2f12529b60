import { describe, expect, test } from 'vitest';
import { LayoutError } from '../../src/dates/layout-error.ts';
import { readJava } from '../../src/dates/java-layout.ts';
import { convertText } from './convert-text.ts';

const table: { name: string; layout: string; in: string; out: string }[] = [
  {
    name: 'the seed',
    layout: "dd/MM/yyyy'T'HH:mm:ss",
    in: '01/12/2022T16:25:21 x',
    out: '2022-12-01T16:25:21Z x',
  },
  {
    name: 'a T without quotes',
    layout: 'dd/MM/yyyyTHH:mm:ss',
    in: '01/12/2022T16:25:21',
    out: '2022-12-01T16:25:21Z',
  },
  {
    name: 'SSSXXX',
    layout: "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    in: '2024-02-29T16:05:09.123+01:00',
    out: '2024-02-29T16:05:09.123+01:00',
  },
  {
    name: 'log4j with a comma',
    layout: 'yyyy-MM-dd HH:mm:ss,SSS',
    in: '2024-02-29 16:05:09,123',
    out: '2024-02-29T16:05:09.123Z',
  },
  {
    name: 'a colon before the fraction',
    layout: 'yyyy-MM-dd HH:mm:ss:SSS',
    in: '2024-02-29 16:05:09:123',
    out: '2024-02-29T16:05:09.123Z',
  },
  { name: 'glued', layout: 'yyyyMMddHHmmssSSS', in: '20240229160509123', out: '2024-02-29T16:05:09.123Z' },
  {
    name: 'quotes in quotes',
    layout: "yyyy 'o''clock' HH",
    in: "2024 o'clock 16",
    out: '2024-01-01T16:00:00Z',
  },
  { name: 'two quotes', layout: "yyyy''HH", in: "2024'16", out: '2024-01-01T16:00:00Z' },
  {
    name: 'optional, there',
    layout: 'yyyy-MM-dd[ HH:mm[:ss]]',
    in: '2024-02-29 16:05:09',
    out: '2024-02-29T16:05:09Z',
  },
  {
    name: 'optional, half',
    layout: 'yyyy-MM-dd[ HH:mm[:ss]]',
    in: '2024-02-29 16:05 x',
    out: '2024-02-29T16:05:00Z x',
  },
  {
    name: 'optional, missing',
    layout: 'yyyy-MM-dd[ HH:mm[:ss]]',
    in: '2024-02-29 foo',
    out: '2024-02-29T00:00:00Z foo',
  },
  { name: 'MMM', layout: 'dd MMM yyyy', in: '29 feb 2024', out: '2024-02-29T00:00:00Z' },
  {
    name: 'MMMM EEEE',
    layout: 'EEEE, d MMMM yyyy',
    in: 'Thursday, 9 February 2024',
    out: '2024-02-09T00:00:00Z',
  },
  {
    name: 'a blank for a zero',
    layout: 'MMM d HH:mm:ss yyyy',
    in: 'Feb  9 16:05:09 2024',
    out: '2024-02-09T16:05:09Z',
  },
  { name: 'hh a', layout: 'yyyy-MM-dd hh:mm a', in: '2024-02-29 12:05 PM', out: '2024-02-29T12:05:00Z' },
  { name: 'KK a', layout: 'yyyy-MM-dd KK:mm a', in: '2024-02-29 00:05 PM', out: '2024-02-29T12:05:00Z' },
  { name: 'kk', layout: 'yyyy-MM-dd kk:mm', in: '2024-02-29 24:05', out: '2024-02-29T00:05:00Z' },
  { name: 'D', layout: 'yyyy-DDD', in: '2024-060', out: '2024-02-29T00:00:00Z' },
  { name: 'yy', layout: 'yyMMdd', in: '240229', out: '2024-02-29T00:00:00Z' },
  { name: 'uuuu', layout: 'uuuu-MM-dd', in: '2024-02-29', out: '2024-02-29T00:00:00Z' },
  { name: 'a week date', layout: "YYYY-'W'ww-e", in: '2024-W09-4', out: '2024-02-29T00:00:00Z' },
  {
    name: 'Z and VV',
    layout: 'yyyy-MM-dd HH:mm VV',
    in: '2024-07-29 16:05 Europe/Berlin',
    out: '2024-07-29T16:05:00+02:00',
  },
  { name: 'z', layout: 'yyyy-MM-dd HH:mm z', in: '2024-07-29 16:05 CEST', out: '2024-07-29T16:05:00+02:00' },
  { name: 'O', layout: 'yyyy-MM-dd HH:mm O', in: '2024-07-29 16:05 GMT+8', out: '2024-07-29T16:05:00+08:00' },
];

describe('reads', () => {
  test.each(table)('$name', ({ layout, in: line, out }) => {
    expect(convertText({ from: [layout] }, line)).toStrictEqual({ converted: true, text: out, message: '' });
  });
});

const written: { layout: string; out: string }[] = [
  { layout: 'yyyy yy y uuuu', out: '2024 24 2024 2024' },
  { layout: 'M MM MMM MMMM', out: '2 02 Feb February' },
  { layout: 'd dd D DDD', out: '3 03 34 034' },
  { layout: 'E EEEE e', out: 'Sat Saturday 6' },
  { layout: 'H HH h hh K kk a', out: '16 16 4 04 4 16 PM' },
  { layout: 'mm ss S SSS SSSSSS', out: '05 06 7 789 789012' },
  {
    layout: 'X XX XXX x xx xxx Z ZZ ZZZZ O',
    out: '+01 +0100 +01:00 +01 +0100 +01:00 +0100 +01:00 GMT+01:00 GMT+1',
  },
  { layout: 'z VV', out: 'CET Europe/Berlin' },
  { layout: "'at' HH[ mm]", out: 'at 16 05' },
];

test.each(written)('writes $layout', ({ layout, out }) => {
  expect(convertText({ to: layout, toZone: 'Europe/Berlin' }, '2024-02-03T15:05:06.789012Z').text).toBe(out);
});

const refused: { layout: string; at: number; what: string }[] = [
  { layout: 'YYYY-MM-DD HH:mm', at: 0, what: 'write yyyy-MM-dd HH:mm' },
  { layout: 'yyyy-MM-DD', at: 8, what: 'write yyyy-MM-dd' },
  { layout: 'D MMM YYYY', at: 6, what: 'write d MMM yyyy' },
  { layout: 'YYYY-MM-DD[T]HH:mm:ss.SSSZ', at: 0, what: "write yyyy-MM-dd'T'HH:mm:ss.SSSxxx" },
  { layout: 'dddd, MMMM D, YYYY h:mm A', at: 14, what: 'write EEEE, MMMM d, yyyy h:mm a' },
  { layout: "yyyy-MM-dd'T", at: 10, what: 'never closed' },
  { layout: 'yyyy[-MM', at: 4, what: 'never closed' },
  { layout: 'yyyy]', at: 4, what: "without a '['" },
  { layout: 'yyyy QQ', at: 5, what: 'quarters' },
  { layout: 'yyyy nnn', at: 5, what: 'write S' },
  { layout: 'yyyy rr', at: 5, what: "text is written in quotes: 'rr'" },
];

test.each(refused)('$layout is refused at $at', ({ layout, at, what }) => {
  expect(() => readJava(layout)).toThrow(LayoutError);
  expect(() => readJava(layout)).toThrow(expect.objectContaining({ offset: at }));
  expect(() => readJava(layout)).toThrow(what);
});
