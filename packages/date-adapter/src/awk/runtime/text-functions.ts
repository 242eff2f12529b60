// length, substr, index, match, split and case of the compiled program, on ranges and on byte strings. Hot: where a
// text is ASCII (the kernel looks), characters are bytes. POSIX awk, "String Functions".
import type { AwkArray } from './awk-array.ts';
import { characterCount, characterSlice, charactersBefore, isAscii, isBoundary } from './byte-text.ts';
import type { FieldSplitter } from './field-splitter.ts';
import type { Machine } from './machine.ts';
import type { Pattern } from './pattern.ts';
import { advance, rangeLength, rangeValue, stage } from './ranges.ts';

export function textLength(machine: Machine, text: string): number {
  return machine.utf8 ? characterCount(text) : text.length;
}

/**
 * Characters [rs, re) that substr means, from 0: places are truncated, one before the first is the first, and
 * nothing is taken off the length (all awks).
 */
function span(machine: Machine, start: number, length: number): void {
  machine.rs = Math.max(Math.trunc(Number.isNaN(start) ? 1 : start), 1) - 1;
  const count = Math.trunc(length);
  machine.re = count > 0 ? machine.rs + count : machine.rs;
}

/** substr of a range; leaves the result in rs and re. @param length Infinity for the rest */
export function substrRange(machine: Machine, at: number, end: number, start: number, length: number): void {
  span(machine, start, length);
  const { rs, re } = machine;
  machine.rs = advance(machine, at, end, rs);
  machine.re = re > rs ? advance(machine, machine.rs, end, re - rs) : machine.rs;
}

export function substrText(machine: Machine, text: string, start: number, length: number): string {
  span(machine, start, length);
  if (!machine.utf8 || isAscii(text)) return text.slice(machine.rs, machine.re);
  return characterSlice(text, machine.rs, machine.re);
}

/** index of a constant in a range. @param literal address, @param length at least 1 */
export function indexRange(
  machine: Machine,
  at: number,
  end: number,
  literal: number,
  length: number,
): number {
  const found = machine.kernel.find(at, end, literal, length);
  return found === -1 ? 0 : rangeLength(machine, at, found) + 1;
}

export function indexText(machine: Machine, text: string, wanted: string): number {
  let at = text.indexOf(wanted);
  // A byte that is no character is not found inside one.
  while (machine.utf8 && at !== -1 && !(isBoundary(text, at) && isBoundary(text, at + wanted.length))) {
    at = text.indexOf(wanted, at + 1);
  }
  if (at === -1) return 0;
  return machine.utf8 ? charactersBefore(text, at) + 1 : at + 1;
}

/** match: leaves RLENGTH in rs. @returns RSTART */
export function matchRange(machine: Machine, pattern: Pattern, at: number, end: number): number {
  if (!pattern.search(machine, at, end, at)) {
    machine.rs = -1;
    return 0;
  }
  machine.rs = rangeLength(machine, pattern.matchStart, pattern.matchEnd);
  return rangeLength(machine, at, pattern.matchStart) + 1;
}

export function matchText(machine: Machine, text: string, pattern: Pattern): number {
  const mark = machine.mark();
  stage(machine, text);
  const start = matchRange(machine, pattern, machine.rs, machine.re);
  machine.reset(mark);
  return start;
}

/** Whether a string matches. */
export function testText(machine: Machine, text: string, pattern: Pattern): boolean {
  const mark = machine.mark();
  stage(machine, text);
  const found = pattern.test(machine, machine.rs, machine.re);
  machine.reset(mark);
  return found;
}

/**
 * split of a range: the pieces become the elements 1, 2, ... of the array. The fields of the record stay.
 * @param at, end within machine.bytes
 */
export function splitRange(
  machine: Machine,
  at: number,
  end: number,
  array: AwkArray,
  splitter: FieldSplitter,
): number {
  machine.swapLists();
  const found = splitter.split(machine, at, end, Infinity);
  if (splitter.elsewhere) storePieces(machine, array, found);
  else array.setPieces(machine.bytes, at, end, machine.ints, machine.pairs, found, machine.boxed);
  machine.swapLists();
  return found;
}

function storePieces(machine: Machine, array: AwkArray, found: number): void {
  array.clear();
  for (let piece = 0; piece < found; piece++) {
    const pair = machine.pairs + piece * 2;
    const value = rangeValue(machine, machine.ints[pair]!, machine.ints[pair + 1]!);
    array.set(array.entryInteger(piece + 1), value);
  }
}

export function splitText(machine: Machine, text: string, array: AwkArray, splitter: FieldSplitter): number {
  const mark = machine.mark();
  stage(machine, text);
  const found = splitRange(machine, machine.rs, machine.re, array, splitter);
  machine.reset(mark);
  return found;
}
