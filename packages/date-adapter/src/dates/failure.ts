// Why a line has no stamp that could be read: at which byte, what was expected, what is there. For `test` and for the
// first reports of a run; found by reading the line once more, so that reading itself keeps no record. Pure.

import { wordsOf } from './element-words.ts';
import { OUT_OF_RANGE, RUNS_ON, type StampReader, TOO_SHORT } from './stamp-reader.ts';
import type { FinderRow } from './stamp-place.ts';
import type { StampSource } from './stamp-source.ts';

export interface Failure {
  /** Byte of the line, from 0, at which reading stopped. */
  readonly at: number;
  readonly expected: string;
  /** What is there instead, printable and short. */
  readonly found: string;
  /** The layout that came furthest; empty where no stamp was looked for. */
  readonly layout: string;
  /** All of it as one sentence. */
  readonly message: string;
}

const SHOWN_BYTES = 16;

/** @returns the failure of the layout and place that came furthest into the line */
export function findFailure(
  source: StampSource,
  finders: readonly FinderRow[],
  bytes: Uint8Array,
  start: number,
  end: number,
): Failure {
  let furthest: Failure | undefined;
  for (const { find } of finders) {
    const at = find(bytes, start, end);
    if (at < start || at > end) continue;
    for (const { reader, layout } of source.readings) {
      const failure = failureAt(source, reader, layout.text, bytes, { start, at, end });
      if (furthest === undefined || failure.at > furthest.at) furthest = failure;
    }
  }
  return furthest ?? sentence(0, 'the place of a stamp', shown(bytes, start, end), '');
}

function failureAt(
  source: StampSource,
  reader: StampReader,
  layout: string,
  bytes: Uint8Array,
  range: { start: number; at: number; end: number },
): Failure {
  const { start, at, end } = range;
  if (reader.read(bytes, at, end) !== -1) {
    source.resolver.resolve(reader.stamp);
    return sentence(
      at - start,
      `a date that exists: ${source.resolver.failure}`,
      shown(bytes, at, end),
      layout,
    );
  }
  const found = shown(bytes, reader.failedAt, end);
  return sentence(reader.failedAt - start, expectedBy(source, reader, bytes), found, layout);
}

function expectedBy(source: StampSource, reader: StampReader, bytes: Uint8Array): string {
  const element = reader.failedElement;
  const words = element === undefined ? 'a stamp' : wordsOf(element);
  if (reader.failedWhy === RUNS_ON) return 'the end of the number';
  if (reader.failedWhy === OUT_OF_RANGE || reader.failedWhy === TOO_SHORT || element?.kind !== 'zone')
    return words;
  const reason = source.zones.reason(bytes);
  return reason === undefined ? words : `${words}; ${reason}`;
}

function shown(bytes: Uint8Array, from: number, end: number): string {
  if (from >= end) return 'the end';
  const text = [...bytes.subarray(from, Math.min(end, from + SHOWN_BYTES))].map(printable).join('');
  return `"${text}${end - from > SHOWN_BYTES ? '...' : ''}"`;
}

function printable(byte: number): string {
  if (byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

function sentence(at: number, expected: string, found: string, layout: string): Failure {
  const by = layout === '' ? '' : ` (layout ${layout})`;
  return {
    at,
    expected,
    found,
    layout,
    message: `byte ${at + 1}: expected ${expected}, found ${found}${by}`,
  };
}
