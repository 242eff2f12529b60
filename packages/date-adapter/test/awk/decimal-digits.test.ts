// Exact digits: ties to even, and the slow way against JavaScript's own where that is right.
import { expect, test } from 'vitest';
import { exponentDigits, fixedDigits, hexadecimalFloat } from '../../src/awk/decimal-digits.ts';

test.each([
  [0.5, 0, '0'],
  [1.5, 0, '2'],
  [2.5, 0, '2'],
  [0.125, 2, '0.12'],
  [0.375, 2, '0.38'],
  [1.005, 2, '1.00'],
  [1e21, 1, '1000000000000000000000.0'],
  [5e-324, 3, '0.000'],
  [0, 2, '0.00'],
])('%d with %d digits is %s', (value, digits, out) => expect(fixedDigits(value, digits)).toBe(out));

test('more digits than toFixed has', () => {
  expect(fixedDigits(0.1, 120)).toBe(
    `0.1000000000000000055511151231257827021181583404541015625${'0'.repeat(65)}`,
  );
  expect(fixedDigits(5e-324, 1074).slice(-3)).toBe('625');
});

test.each([
  [25, 0, '2', 1],
  [35, 0, '4', 1],
  [12.5, 1, '12', 1],
  [9.5, 0, '1', 1],
  [0, 2, '000', 0],
  [99999.5, 4, '10000', 5],
  [5e-324, 0, '5', -324],
  [1.7976931348623157e308, 3, '1798', 308],
])('%d with %d digits behind the point is %s e%d', (value, digits, text, exponent) => {
  expect(exponentDigits(value, digits)).toEqual({ digits: text, exponent });
});

test('more digits than toExponential has', () => {
  const { digits, exponent } = exponentDigits(0.1, 110);
  expect(exponent).toBe(-1);
  expect(digits).toBe(`1000000000000000055511151231257827021181583404541015625${'0'.repeat(56)}`);
  expect(exponentDigits(0.999, 105)).toMatchObject({ exponent: -1 });
});

test.each([
  [1, undefined, '0x1p+0'],
  [0.1, undefined, '0x1.999999999999ap-4'],
  [10, undefined, '0x1.4p+3'],
  [1.5, 0, '0x2p+0'],
  [1.5, 3, '0x1.800p+0'],
  [0, 2, '0x0.00p+0'],
])('%d with %s hexadecimal digits is %s', (value, digits, out) => {
  expect(hexadecimalFloat(value, digits, false)).toBe(out);
});
