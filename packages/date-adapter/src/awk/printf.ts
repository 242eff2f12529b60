// printf of awk: pieces of a format and values become text. Pure; for both engines. POSIX awk "Output Statements";
// lengths count characters of the text model.
// As gawk where POSIX is silent: integers of any size for %d, %g for %x beyond 64 bits, %c of a number is a code
// point, unknown conversions pass as they are, `%2$s` picks an argument, too few arguments are an error.
// Not as gawk: infinities fill their width, as C has them. Their plus sign is gawk's, but not with --posix.
import { exponentDigits, fixedDigits, hexadecimalFloat } from './decimal-digits.ts';
import { type Conversion, parseFormat, type Piece, type Star } from './printf-format.ts';

/** The values of one printf. Asked only for what a conversion needs. */
export interface PrintfValues {
  readonly count: number;
  /** As a number: for %d and the like, for `*`. */
  number(index: number): number;
  /** As a string: for %s and for %c of what is not a number. */
  text(index: number): string;
  /** Whether %c means a code point: a number, or input that looks like one. */
  isNumber(index: number): boolean;
}

/** A format that cannot be filled. The engine adds the place in the program. */
export class PrintfError extends Error {}

/** One conversion with its stars filled in. */
type Settled = Omit<Conversion, 'width' | 'precision' | 'argument'> & {
  readonly width: number;
  /** Undefined: none given. */
  readonly precision: number | undefined;
};

/**
 * Fills a format. @param utf8 whether %c of a number is a code point (else a byte)
 * @param signsInfinity whether infinity is +inf without a flag
 * @throws PrintfError when there are too few values
 */
export function fillFormat(
  pieces: readonly Piece[],
  values: PrintfValues,
  utf8: boolean,
  signsInfinity = false,
): string {
  let out = '';
  let next = 0;
  let isNumbered = false;
  const take = (argument: number | undefined): number => {
    isNumbered ||= argument !== undefined;
    if (isNumbered && (argument === undefined || next > 0))
      throw new PrintfError('%n$ for all conversions of the format, or for none');
    const index = argument ?? next++;
    if (index >= values.count || index < 0) throw new PrintfError('not enough arguments for the format');
    return index;
  };
  for (const piece of pieces) {
    if (typeof piece === 'string') out += piece;
    else {
      const settled = settle(piece, (star) => Math.trunc(values.number(take(star.argument))));
      out += convert(settled, values, take(piece.argument), utf8, signsInfinity);
    }
  }
  return out;
}

function settle(conversion: Conversion, read: (star: Star) => number): Settled {
  const width = typeof conversion.width === 'object' ? read(conversion.width) : (conversion.width ?? 0);
  const precision =
    typeof conversion.precision === 'object' ? read(conversion.precision) : conversion.precision;
  return {
    ...conversion,
    left: conversion.left || width < 0,
    width: Math.abs(width),
    precision: precision === undefined || precision < 0 ? undefined : precision,
  };
}

function convert(
  conversion: Settled,
  values: PrintfValues,
  index: number,
  utf8: boolean,
  signsInfinity: boolean,
): string {
  switch (conversion.letter) {
    case 's':
      return padText(cutCharacters(values.text(index), conversion.precision), conversion);
    case 'c': {
      const character = values.isNumber(index)
        ? characterOf(values.number(index), utf8)
        : cutCharacters(values.text(index), 1) || '\0'; // as C has the empty string
      return padText(character, conversion);
    }
    default: {
      const value = values.number(index);
      const isSigned = signsInfinity && value === Infinity;
      return formatValue(isSigned ? { ...conversion, plus: true } : conversion, value);
    }
  }
}

/** One number by a format such as CONVFMT. Pieces are kept: programs have few such formats. */
export function formatNumber(format: string, value: number): string {
  let pieces = numberFormats.get(format);
  if (pieces === undefined) {
    pieces = parseFormat(format);
    if (numberFormats.size > 100) numberFormats.clear();
    numberFormats.set(format, pieces);
  }
  return fillFormat(
    pieces,
    { count: 1, number: () => value, text: () => String(value), isNumber: () => true },
    true,
  );
}

const numberFormats = new Map<string, Piece[]>();

// ---- characters

function padText(text: string, { left, width }: Settled): string {
  const missing = width - countCharacters(text);
  if (missing <= 0) return text;
  return left ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function cutCharacters(text: string, count: number | undefined): string {
  if (count === undefined || count >= text.length) return text;
  let end = 0;
  for (const character of text) {
    if (count-- <= 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** A code point that exists, else the byte of its lowest 8 bits, as gawk does. */
function characterOf(value: number, utf8: boolean): string {
  const code = Number.isFinite(value) ? Math.trunc(value) : 0;
  const isCharacter = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  if (utf8 && isCharacter) return String.fromCodePoint(code);
  const byte = ((code % 256) + 256) % 256;
  return String.fromCharCode(utf8 && byte >= 0x80 ? 0xdc00 + byte : byte);
}

// ---- numbers

function formatValue(conversion: Settled, value: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(conversion, value);
  switch (conversion.letter) {
    case 'd':
    case 'i':
      return formatInteger(conversion, value);
    case 'o':
    case 'u':
    case 'x':
    case 'X':
      return formatUnsigned(conversion, Math.trunc(value));
    default:
      return formatReal(conversion, value);
  }
}

function formatNonFinite(conversion: Settled, value: number): string {
  const word = Number.isNaN(value) ? 'nan' : 'inf';
  const sign = Number.isNaN(value) || value < 0 ? '-' : positiveSign(conversion);
  const isUpper = 'EFGA'.includes(conversion.letter);
  return padText(sign + (isUpper ? word.toUpperCase() : word), conversion);
}

function positiveSign({ plus, space }: Settled): string {
  if (plus) return '+';
  return space ? ' ' : '';
}

function formatInteger(conversion: Settled, value: number): string {
  const whole = Math.trunc(value);
  const sign = whole < 0 ? '-' : positiveSign(conversion);
  return padInteger(conversion, sign, BigInt(Math.abs(whole)).toString());
}

/** As printf of C: with a precision the zero flag means nothing, and a zero of precision 0 has no digits. */
function padInteger(conversion: Settled, sign: string, digits: string): string {
  const { precision, zero, left } = conversion;
  if (precision === undefined)
    return zero && !left ? padZero(sign, digits, conversion) : padText(sign + digits, conversion);
  const shown = precision === 0 && digits === '0' ? '' : digits.padStart(precision, '0');
  return padText(sign + shown, conversion);
}

function padZero(sign: string, digits: string, { width }: Settled): string {
  return sign + digits.padStart(width - sign.length, '0');
}

const BASES: Readonly<Record<string, number>> = { o: 8, u: 10, x: 16, X: 16 };

/** Negative numbers as 64 bits of two's complement; what 64 bits cannot hold as %g. */
function formatUnsigned(conversion: Settled, value: number): string {
  if (value >= 2 ** 64 || value < -(2 ** 63)) return formatReal({ ...conversion, letter: 'g' }, value);
  const digits = BigInt.asUintN(64, BigInt(value)).toString(BASES[conversion.letter] ?? 10);
  if (conversion.letter === 'o') {
    // `%#.0o` of zero is the zero that # asks for.
    const { alternate, precision } = conversion;
    const settled =
      alternate && precision === 0 && value === 0 ? { ...conversion, precision: 1 } : conversion;
    return padInteger(settled, '', alternateOctal(conversion, digits));
  }
  const prefix = conversion.alternate && value !== 0 && conversion.letter !== 'u' ? '0x' : '';
  const text = padInteger(conversion, prefix, digits);
  return conversion.letter === 'X' ? text.toUpperCase() : text;
}

function alternateOctal({ alternate, precision = 0 }: Settled, digits: string): string {
  return alternate && digits.length >= precision && !digits.startsWith('0') ? `0${digits}` : digits;
}

function formatReal(conversion: Settled, value: number): string {
  const isNegative = value < 0 || Object.is(value, -0);
  const sign = isNegative ? '-' : positiveSign(conversion);
  const lower = realDigits(conversion, Math.abs(value));
  const digits = 'EGA'.includes(conversion.letter) ? lower.toUpperCase() : lower;
  if (conversion.zero && !conversion.left) {
    const prefix = /^0x/i.exec(digits)?.[0] ?? '';
    return padZero(sign + prefix, digits.slice(prefix.length), conversion);
  }
  return padText(sign + digits, conversion);
}

function realDigits({ letter, precision = 6, precision: given, alternate }: Settled, value: number): string {
  switch (letter.toLowerCase()) {
    case 'e':
      return exponentForm(exponentDigits(value, precision), alternate);
    case 'f': {
      const text = fixedDigits(value, precision);
      return alternate && precision === 0 ? `${text}.` : text;
    }
    case 'a':
      return hexadecimalFloat(value, given, alternate);
    default:
      return generalForm(value, precision === 0 ? 1 : precision, alternate);
  }
}

function exponentForm({ digits, exponent }: { digits: string; exponent: number }, point: boolean): string {
  const fraction = digits.length > 1 || point ? `.${digits.slice(1)}` : '';
  return `${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** C's %g: `precision` significant digits; an exponent below -4 or from `precision` on is written as one. */
function generalForm(value: number, precision: number, alternate: boolean): string {
  const { digits: all, exponent } = exponentDigits(value, precision - 1);
  const digits = alternate ? all : all.replace(/0+$/, '') || '0';
  if (exponent < -4 || exponent >= precision) return exponentForm({ digits, exponent }, alternate);
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction !== '' || alternate ? `${whole}.${fraction}` : whole;
}
