// What a stamp program can begin with: the bytes of its fixed columns. It decides which layouts are tried at a byte, and
// whether two of them could ever read the same bytes. Pure.

import type { NameTrie } from './name-trie.ts';
import {
  BYTE,
  DIGITS,
  EPOCH,
  fixedWidth,
  NAME,
  NEED,
  NO_BYTE,
  NUMBER,
  ONE_OF,
  TAI64N,
  TWO,
} from './stamp-codes.ts';
import type { StampProgram } from './stamp-program.ts';

const BLANK_BYTES = ' \t\r\n';
const DIGIT_BYTES = '0123456789';

type Step = readonly number[];

interface Parts {
  readonly sets: readonly Uint8Array[];
  readonly tries: readonly NameTrie[];
}

/** @param plain the instructions as they were made. @param steps the same, as they are run */
export function beginnings(
  plain: readonly Step[],
  steps: readonly Step[],
  sets: readonly Uint8Array[],
  tries: readonly NameTrie[],
): Pick<StampProgram, 'firstBytes' | 'columns'> {
  const parts = { sets, tries };
  return { firstBytes: possible(plain[0] ?? [], parts), columns: columnsOf(steps, parts) };
}

function columnsOf(steps: readonly Step[], parts: Parts): Uint8Array[] {
  const columns: Uint8Array[] = [];
  for (const step of steps) {
    if (step[0] === NEED) continue;
    const width = fixedWidth(step);
    if (width === 0) return columns;
    const digits = step[5] === NO_BYTE || step[0] === BYTE || step[0] === ONE_OF ? width : width - 1;
    for (let index = 0; index < digits; index++) columns.push(possible(step, parts));
    if (digits < width) columns.push(bytesOf(String.fromCharCode(step[5] ?? 0)));
  }
  return columns;
}

/** Bytes that can stand where a fixed instruction is, or at the beginning of any other. */
function possible([code, first = 0]: Step, { sets, tries }: Parts): Uint8Array {
  if (code === BYTE) return bytesOf(String.fromCharCode(first));
  if (code === ONE_OF) return sets[first] ?? new Uint8Array(256);
  if (code === NAME) return tries[first]!.firstBytes();
  if (code === NUMBER || code === EPOCH) return bytesOf(`${DIGIT_BYTES}${BLANK_BYTES}-`);
  if (code === TAI64N) return bytesOf('@');
  if (code === TWO || code === DIGITS) return bytesOf(DIGIT_BYTES);
  return new Uint8Array(256).fill(1);
}

function bytesOf(text: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const character of text) set[character.charCodeAt(0)] = 1;
  return set;
}

/** Whether no bytes can begin with a stamp of both: a fixed column that nothing fits for both. */
export function disjoint(first: StampProgram, second: StampProgram): boolean {
  const shared = Math.min(first.columns.length, second.columns.length);
  for (let index = 0; index < shared; index++) {
    if (!overlap(first.columns[index]!, second.columns[index]!)) return true;
  }
  return !overlap(first.firstBytes, second.firstBytes);
}

function overlap(first: Uint8Array, second: Uint8Array): boolean {
  for (let byte = 0; byte < first.length; byte++) if (first[byte] === 1 && second[byte] === 1) return true;
  return false;
}
