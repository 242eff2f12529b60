// The digits of a double as C prints them (%e, %f, %g, %a): exact, ties to even, any precision. Pure.
// JavaScript's toFixed and toExponential are exact too, but round ties up and stop at 100 digits: they do the
// work where neither matters, and big integers do the rest.

/** Digits after the point up to which toFixed and toExponential go. */
const NATIVE_DIGITS = 100;

/** `%.{digits}f` of a finite number >= 0. */
export function fixedDigits(value: number, digits: number): string {
  if (digits <= NATIVE_DIGITS && value < 1e21 && !isFixedTie(value, digits)) return value.toFixed(digits);
  const scaled = scaledInteger(value, digits)
    .toString()
    .padStart(digits + 1, '0');
  return digits === 0 ? scaled : `${scaled.slice(0, -digits)}.${scaled.slice(-digits)}`;
}

/** Halfway between two results: an odd multiple of 2^-(digits + 1). */
function isFixedTie(value: number, digits: number): boolean {
  return (value * 2 ** (digits + 1)) % 2 === 1;
}

/** `%.{digits}e` of a finite number >= 0: the digits without point, and the exponent. */
export function exponentDigits(value: number, digits: number): { digits: string; exponent: number } {
  if (digits < NATIVE_DIGITS && !isExponentTie(value, digits))
    return splitExponent(value.toExponential(digits));
  const exponent = value === 0 ? 0 : Number(value.toExponential(0).split('e')[1]);
  let text = scaledInteger(value, digits - exponent).toString();
  // The exponent of a number that rounds up to the next power of ten is one too large for its exact digits.
  if (value !== 0 && text.length < digits + 1) {
    return normalized(scaledInteger(value, digits - exponent + 1).toString(), digits, exponent - 1);
  }
  text = value === 0 ? '0'.repeat(digits + 1) : text;
  return normalized(text, digits, exponent);
}

function normalized(text: string, digits: number, exponent: number): { digits: string; exponent: number } {
  return text.length > digits + 1
    ? { digits: text.slice(0, digits + 1), exponent: exponent + 1 }
    : { digits: text, exponent };
}

/** Whether the digits beyond are exactly a five: a double that is so is one in few, hence the cheap look first. */
function isExponentTie(value: number, digits: number): boolean {
  const next = value.toExponential(digits + 1);
  if (next[next.indexOf('e') - 1] !== '5') return false;
  const all = value.toExponential(NATIVE_DIGITS);
  return /^0*$/.test(all.slice(digits + 3, all.indexOf('e')));
}

function splitExponent(text: string): { digits: string; exponent: number } {
  const at = text.indexOf('e');
  return { digits: text.slice(0, at).replace('.', ''), exponent: Number(text.slice(at + 1)) };
}

/** value * 10^power as an integer, ties to even. */
function scaledInteger(value: number, power: number): bigint {
  const { mantissa, exponent } = binaryParts(value);
  let numerator = mantissa;
  let denominator = 1n;
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

const double = new DataView(new ArrayBuffer(8));

/** A finite number >= 0 as mantissa * 2^exponent, the mantissa of 53 bits (fewer below the normal range). */
function binaryParts(value: number): { mantissa: bigint; exponent: number } {
  double.setFloat64(0, value);
  const bits = double.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

/** `%.{digits}a` of a finite number >= 0; without `digits` as many as it takes. `point` forces the point. */
export function hexadecimalFloat(value: number, digits: number | undefined, point: boolean): string {
  const { mantissa, exponent } = binaryParts(value);
  if (mantissa === 0n) return hexadecimalText('0', ''.padEnd(digits ?? 0, '0'), 0, point);
  const shortened =
    digits !== undefined && digits < 13 ? roundedBits(mantissa, BigInt(13 - digits) * 4n) : mantissa;
  const text = shortened.toString(16).padStart(14, '0');
  const kept =
    digits === undefined ? text.slice(-13).replace(/0+$/, '') : text.slice(-13).padEnd(digits, '0');
  const fraction = digits === undefined ? kept : kept.slice(0, digits);
  return hexadecimalText(text.slice(0, -13), fraction, exponent + 52, point);
}

function hexadecimalText(lead: string, fraction: string, exponent: number, point: boolean): string {
  const dot = fraction !== '' || point ? '.' : '';
  return `0x${lead}${dot}${fraction}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

/** The value with its lowest `bits` rounded away (left zero), ties to even. */
function roundedBits(value: bigint, bits: bigint): bigint {
  const unit = 1n << bits;
  const rest = value % unit;
  const base = value - rest;
  const up = rest * 2n > unit || (rest * 2n === unit && (base >> bits) % 2n === 1n);
  return up ? base + unit : base;
}
