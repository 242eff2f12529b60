// Strings as numbers and numbers as strings: tables checked against gawk, mawk and onetrue-awk.
import { describe, expect, test } from 'vitest';
import { integerText, leadingNumber, looksNumeric, numberText, strtonum } from '../../src/awk/numbers.ts';

describe('leadingNumber', () => {
  const table: { name: string; in: string; out: number }[] = [
    { name: 'an integer', in: '12', out: 12 },
    { name: 'blanks around', in: ' \t\n12 \n', out: 12 },
    { name: 'text behind', in: '12abc', out: 12 },
    { name: 'nothing', in: '', out: 0 },
    { name: 'no number', in: 'abc', out: 0 },
    { name: 'a sign alone', in: '-', out: 0 },
    { name: 'a sign apart', in: '+ 1', out: 0 },
    { name: 'two signs', in: '--1', out: 0 },
    { name: 'a point alone', in: '.', out: 0 },
    { name: 'a point in front', in: '.5.', out: 0.5 },
    { name: 'a point behind', in: '5.', out: 5 },
    { name: 'an exponent', in: '1e3x', out: 1000 },
    { name: 'an exponent without digits', in: '1e', out: 1 },
    { name: 'an exponent with a sign alone', in: '1e+', out: 1 },
    { name: 'hexadecimal is not decimal', in: '0x1A', out: 0 },
    { name: 'a leading zero is not octal', in: '011', out: 11 },
    { name: 'inf without sign is a word', in: 'inf', out: 0 },
    { name: 'infinity is a word', in: '+infinity', out: 0 },
    { name: 'inf with a sign', in: '+inf', out: Infinity },
    { name: 'inf in capitals', in: '-INF', out: -Infinity },
    { name: 'nan with a sign', in: '-nan', out: Number.NaN },
    { name: 'nan with text behind', in: '+nano', out: 0 },
    { name: 'beyond a double', in: '1e400', out: Infinity },
    { name: 'an Arabic digit is no digit', in: '\u0663', out: 0 },
    { name: 'a no-break space is no blank', in: '\u00a05', out: 0 },
  ];
  test.each(table)('$name', ({ in: text, out }) => expect(leadingNumber(text)).toBe(out));
});

test.each([
  ['12', true],
  [' +1.5e-3 \n', true],
  ['.5', true],
  ['5.', true],
  ['+inf', true],
  ['-nan', true],
  ['', false],
  [' ', false],
  ['.', false],
  ['1e', false],
  ['0x11', false],
  ['nan', false],
  ['12a', false],
  ['1 2', false],
  ['1\u00a0', false],
])('looksNumeric(%j) is %j', (text, out) => expect(looksNumeric(text)).toBe(out));

describe('numberText', () => {
  const table: { name: string; in: number; out: string; format?: string }[] = [
    { name: 'an integer has no point', in: 17, out: '17' },
    { name: 'whatever the format', in: 1e6, out: '1000000', format: '%.2f' },
    { name: 'negative zero', in: -0, out: '0' },
    { name: '2^53', in: 2 ** 53, out: '9007199254740992' },
    { name: 'large integers keep all digits', in: 1e30, out: '1000000000000000019884624838656' },
    { name: 'six digits', in: 3.14159265, out: '3.14159' },
    { name: 'an exponent', in: 1234567.89, out: '1.23457e+06' },
    { name: 'small', in: 0.000001, out: '1e-06' },
    { name: 'just not small', in: 0.0001, out: '0.0001' },
    { name: 'a tie goes to even', in: 0.5, out: '0', format: '%.0f' },
    { name: 'CONVFMT as a program sets it', in: 3.7, out: '3', format: '%d' },
    { name: 'inf', in: Infinity, out: '+inf' },
    { name: '-inf', in: -Infinity, out: '-inf' },
    { name: 'nan', in: Number.NaN, out: '-nan' },
  ];
  test.each(table)('$name', ({ in: value, out, format = '%.6g' }) =>
    expect(numberText(value, format)).toBe(out),
  );
});

test('integerText has all digits', () => {
  expect(integerText(1e300)).toMatch(/^10{15,}\d+$|^1\d{300}$/);
  expect(integerText(-(2 ** 70))).toBe('-1180591620717411303424');
});

test.each([
  ['0x1A', 26],
  ['-0xff', -0],
  [' 0x10', 0],
  ['011', 9],
  ['019', 19],
  ['0.5', 0.5],
  ['0', 0],
  ['12abc', 12],
  ['abc', 0],
  ['', 0],
])('strtonum(%j) is %j', (text, out) => expect(strtonum(text)).toBe(out));
