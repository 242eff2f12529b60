// For the tests of the date engine: one line through one rule, as text; and the same line in every hostile place.

import { ByteOutput } from '../../src/byte-output.ts';
import type { DateConverter } from '../../src/dates/converter.ts';
import { compileDateRule, type DateRule } from '../../src/dates/date-rule.ts';

/** 2026-11-21T12:00:00Z */
export const NOW = Date.UTC(2026, 10, 21, 12) / 1000;

export interface Conversion {
  converted: boolean;
  text: string;
  /** Why a line was passed. */
  message: string;
}

/** @param now seconds since 1970 */
export function converterOf(rule: Partial<DateRule>, now = NOW): DateConverter {
  return compileDateRule({ from: ['auto'], to: 'rfc3339', ...rule }, { now: () => now });
}

export function convertText(rule: Partial<DateRule>, line: string, now = NOW): Conversion {
  return convertWith(converterOf(rule, now), line);
}

/**
 * Converts with other bytes around the line, twice: what is outside must not matter, nor what was read before.
 * @throws Error when it did
 */
export function convertWith(converter: DateConverter, line: string): Conversion {
  const bytes = new TextEncoder().encode(line);
  const runs = ['', '0123456789', 'Z+01:00 PM', '.999', ' '].map((around) => {
    const outside = new TextEncoder().encode(around);
    const all = new Uint8Array(outside.length * 2 + bytes.length);
    all.set(outside);
    all.set(bytes, outside.length);
    all.set(outside, outside.length + bytes.length);
    const out = new ByteOutput();
    const end = outside.length + bytes.length;
    const converted = converter.convertLine(all, outside.length, end, out);
    const message = converted ? '' : converter.failureOf(all, outside.length, end).message;
    return { converted, text: new TextDecoder().decode(out.bytes.subarray(0, out.length)), message };
  });
  const [first] = runs;
  if (first === undefined) throw new Error('no run');
  const different = runs.find(({ text, message }) => text !== first.text || message !== first.message);
  if (different === undefined) return first;
  throw new Error(
    `${line}: ${first.text} ${first.message}, elsewhere ${different.text} ${different.message}`,
  );
}
