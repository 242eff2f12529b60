// printf against C: what gawk 5.2 prints where it follows C, and the places where awk is itself.
import { describe, expect, test } from 'vitest';
import { parseFormat } from '../../src/awk/printf-format.ts';
import { fillFormat, formatNumber, PrintfError } from '../../src/awk/printf.ts';
import { leadingNumber, numberText } from '../../src/awk/numbers.ts';

type Value = number | string;

function printf(format: string, args: readonly Value[], utf8 = true): string {
  return fillFormat(
    parseFormat(format),
    {
      count: args.length,
      number: (index) => (typeof args[index] === 'number' ? args[index] : leadingNumber(args[index] ?? '')),
      text: (index) =>
        typeof args[index] === 'number' ? numberText(args[index], '%.6g') : (args[index] ?? ''),
      isNumber: (index) => typeof args[index] === 'number',
    },
    utf8,
  );
}

type Case = { name: string; in: readonly [string, ...Value[]]; out: string };

const table: Case[] = [
  { name: 'text only', in: ['abc'], out: 'abc' },
  { name: 'a percent sign', in: ['100%%'], out: '100%' },
  { name: 'a percent sign with width takes nothing', in: ['%5%|%d', 3], out: '%|3' },
  { name: 'a percent sign at the end', in: ['abc%'], out: 'abc%' },
  { name: 'an unknown letter passes', in: ['%k|%5k|%d', 3], out: '%k|%5k|3' },
  { name: 'length modifiers mean nothing', in: ['%ld %hd %lld', 1, 2, 3], out: '1 2 3' },
  { name: '%d truncates', in: ['%d %d', 3.9, -3.9], out: '3 -3' },
  { name: '%i is %d', in: ['%i', '42abc'], out: '42' },
  { name: '%d beyond 2^53', in: ['%d', 2 ** 53 + 2], out: '9007199254740994' },
  { name: '%d beyond 2^63', in: ['%d', 2 ** 70], out: '1180591620717411303424' },
  { name: '%d of negative zero', in: ['%d', -0.2], out: '0' },
  { name: '%d flags', in: ['%5d|%-5d|%05d|%+d|% d', 3, 3, -3, 3, 3], out: '    3|3    |-0003|+3| 3' },
  {
    name: '%d with precision ignores zeros',
    in: ['%08.3d|%-8.3d|%.0d|', 5, 5, 0],
    out: '     005|005     ||',
  },
  { name: '%x %X %o %u', in: ['%x %X %o %u', 255, 255, 8, 7.9], out: 'ff FF 10 7' },
  { name: '# for other bases', in: ['%#x %#X %#o %#x', 255, 255, 8, 0], out: '0xff 0XFF 010 0' },
  { name: '# and zeros', in: ['%#05x|%#-8x|%#.5o', 9, 10, 12], out: '0x009|0xa     |00014' },
  { name: '%x of negative numbers', in: ['%x %u', -255, -1], out: 'ffffffffffffff01 18446744073709551615' },
  { name: '%x beyond 64 bits', in: ['%x|%20u', 2 ** 64, 2 ** 64], out: '1.84467e+19|         1.84467e+19' },
  { name: '%f', in: ['%f %.2f %.0f %#.0f', 1.5, 2.675, 2.5, 1], out: '1.500000 2.67 2 1.' },
  { name: '%f exact beyond 20 digits', in: ['%.30f', 0.1], out: '0.100000000000000005551115123126' },
  { name: '%f of large numbers', in: ['%.1f', 1e22], out: '10000000000000000000000.0' },
  { name: '%e', in: ['%e %.0e %.3E', 12345.678, 25, 0.00012345], out: '1.234568e+04 2e+01 1.234E-04' },
  { name: '%g', in: ['%g %g %g %g', 100000, 1e6, 0.0001, 0.00001], out: '100000 1e+06 0.0001 1e-05' },
  { name: '%#g keeps zeros', in: ['%#g %#.3g', 1, 1], out: '1.00000 1.00' },
  { name: '%g of negative zero', in: ['%g %f', -0, -0], out: '-0 -0.000000' },
  { name: '%G', in: ['%G', 1e-10], out: '1E-10' },
  { name: '%a', in: ['%a %A %.1a %a', 1.5, 1.5, 1.97, 0], out: '0x1.8p+0 0X1.8P+0 0x2.0p+0 0x0p+0' },
  { name: '%010.3f', in: ['%010.3f|%-10.3f|%+.1f', -3.14159, 3.14159, 2], out: '-00003.142|3.142     |+2.0' },
  {
    name: 'inf and nan',
    in: ['%f %d %x %5.1f|', Infinity, -Infinity, Infinity, Number.NaN],
    out: 'inf -inf inf  -nan|',
  },
  { name: 'inf has no zeros', in: ['%010d|%+F', Infinity, Infinity], out: '       inf|+INF' },
  {
    name: '%s',
    in: ['%s|%5s|%-5s|%.2s|%5.1s|%.s|', 'a', 'b', 'c', 'def', 'ghi', 'jkl'],
    out: 'a|    b|c    |de|    g||',
  },
  { name: '%s of a number', in: ['%s %s', 3, 0.1 + 0.2], out: '3 0.3' },
  { name: '%s counts characters', in: ['%5s|%.2s|%-4s|', 'é', 'éàü', '😀'], out: '    é|éà|😀   |' },
  { name: '%s zero flag', in: ['%05s', 'a'], out: '    a' },
  { name: '%c', in: ['%c%c%c|%3c|%-3c|', 65, 'BCD', 256 + 65, 'x', 'y'], out: 'ABŁ|  x|y  |' },
  { name: '%c of nothing is NUL', in: ['[%c]', ''], out: '[\0]' },
  { name: '%c of a character of two units', in: ['%c', '😀x'], out: '😀' },
  { name: '%c beyond Unicode is a byte', in: ['%c', 0x110000 + 0x41], out: 'A' },
  { name: '%c of a negative number is a byte', in: ['%c', -1], out: '\udcff' },
  { name: 'stars', in: ['%*d|%-*d|%.*f', 5, 42, 5, 42, 2, 3.14159], out: '   42|42   |3.14' },
  { name: 'negative stars', in: ['%*d|%.*d|', -5, 3, -2, 4], out: '3    |4|' },
  { name: 'arguments by place', in: ['%2$s %1$s', 'a', 'b'], out: 'b a' },
  { name: 'more values than conversions', in: ['%d', 1, 2, 3], out: '1' },
  { name: 'NUL and newline pass', in: ['a\0%s\n', 'b\0c'], out: 'a\0b\0c\n' },
];

describe('printf', () => {
  test.each(table)('$name', ({ in: args, out }) => expect(printf(args[0], args.slice(1))).toBe(out));

  test('bytes: %c of a number is a byte', () => {
    expect(printf('%c%c', [228, 256 + 65], false)).toBe('\u00e4A');
  });

  test.each(['%d', '%s %s', '%*d', '%3$s'])('too few values for %s', (format) => {
    expect(() => printf(format, format === '%s %s' ? ['a'] : [])).toThrow(PrintfError);
  });
});

test('a number format of several conversions is refused', () => {
  expect(() => formatNumber('%d %d', 1.5)).toThrow(PrintfError);
});
