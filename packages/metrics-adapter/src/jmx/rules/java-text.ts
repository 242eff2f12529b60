// Numbers as Java prints them: patterns are matched against `attribute: value`, and the value is Java's text.

/** Double.toString */
export function javaDouble(value: number): string {
  return javaDecimal(value, String(value), value.toExponential());
}

/** Float.toString: the shortest decimal that is this float and no other. */
export function javaFloat(value: number): string {
  if (!Number.isFinite(value)) return javaDouble(value);
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toExponential(digits - 1);
    if (Math.fround(Number(text)) === value)
      return javaDecimal(value, String(Number(text)), Number(text).toExponential());
  }
  return javaDouble(value);
}

function javaDecimal(value: number, plain: string, exponential: string): string {
  if (!Number.isFinite(value)) return plain;
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) return plain.includes('.') ? plain : `${plain}.0`;
  const [mantissa = '', exponent = ''] = exponential.split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`;
}

/** The text of a primitive of this type code, as read from a slot. */
export function javaText(code: string, value: number): string {
  if (code === 'D') return javaDouble(value);
  if (code === 'F') return javaFloat(value);
  if (code === 'Z') return value === 0 ? 'false' : 'true';
  if (code === 'C') return String.fromCharCode(value);
  return Math.abs(value) < 1e21 ? BigInt(Math.trunc(value)).toString() : String(value);
}
