// Strings as numbers and numbers as strings, as awk sees them. Pure; for both engines.
// POSIX: only decimal numbers count in data, whatever strtod of the machine takes (gawk and onetrue-awk agree):
// "0x1A" is 0, "inf" and "nan" are words; only with a sign, as "+inf" or "-nan", are they values.
// Numbers that are integers print as integers whatever CONVFMT and OFMT say (POSIX), all digits of them (gawk).
import { formatNumber } from './printf.ts';

const DECIMAL = /^[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/;
const NUMERIC =
  /^[ \t\n\v\f\r]*(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-](?:inf|nan))[ \t\n\v\f\r]*$/i;
const SIGNED_WORD = /^[ \t\n\v\f\r]*([+-])(inf|nan)[ \t\n\v\f\r]*$/i;

/** The number a string begins with; 0 when it begins with none. */
export function leadingNumber(text: string): number {
  const decimal = DECIMAL.exec(text);
  if (decimal !== null) return Number(decimal[1]);
  const word = SIGNED_WORD.exec(text);
  if (word === null) return 0;
  if (word[2]!.toLowerCase() === 'nan') return Number.NaN;
  return word[1] === '-' ? -Infinity : Infinity;
}

/** Whether input with this text is a number as well (POSIX "numeric string"): one number, blanks around it. */
export function looksNumeric(text: string): boolean {
  return NUMERIC.test(text);
}

const SAFE_INTEGER = 1e15;

/**
 * A number as a string. @param format CONVFMT, or OFMT for print
 * @throws PrintfError for a format that wants more than one value
 */
export function numberText(value: number, format: string): string {
  if (Number.isInteger(value)) return integerText(value);
  if (!Number.isFinite(value)) return nonFiniteText(value);
  return formatNumber(format, value);
}

/** All digits of an integer, however large; never an exponent. */
export function integerText(value: number): string {
  if (value < SAFE_INTEGER && value > -SAFE_INTEGER) return value === 0 ? '0' : String(value);
  return BigInt(value).toString();
}

/** With a sign, so that it reads back (gawk, onetrue-awk); every NaN is the `-nan` of log(-1): its sign is hidden. */
function nonFiniteText(value: number): string {
  if (Number.isNaN(value)) return '-nan';
  return value > 0 ? '+inf' : '-inf';
}

const HEXADECIMAL = /^0[xX]([0-9a-fA-F]+)/;
const OCTAL = /^0([0-7]*)(?![0-9.eE])/;

/**
 * gawk's strtonum: also 0x hexadecimal and 0 octal (an 8, a 9, a point or an exponent make it decimal). A sign or
 * blanks before make it decimal, too.
 */
export function strtonum(text: string): number {
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal !== null) return digitsValue(hexadecimal[1]!, 16);
  const octal = OCTAL.exec(text);
  return octal === null ? leadingNumber(text) : digitsValue(octal[1]!, 8);
}

function digitsValue(digits: string, base: number): number {
  let value = 0;
  for (const digit of digits) value = value * base + Number.parseInt(digit, base);
  return value;
}
