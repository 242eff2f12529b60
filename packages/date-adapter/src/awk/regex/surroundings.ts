// What stands around a place in a record, for assertions: asked where a run begins, and where a match depends on what
// follows. Allocates nothing.

import {
  BEFORE_OTHER,
  BEFORE_START,
  BEFORE_WORD,
  NEXT_ANY,
  NEXT_END,
  NEXT_WORD,
  type Threads,
} from './threads.ts';
import { codePointAt, completes, NOTHING, startOfPrevious } from './utf8-sequence.ts';

const NEWLINE = 0x0a;

/** What a run that begins at `at` has before it. */
export function before(threads: Threads, bytes: Uint8Array, start: number, at: number): number {
  const { program, mode } = threads;
  if (at === start || (mode.lines && bytes[at - 1] === NEWLINE))
    return program.asksStart ? BEFORE_START : BEFORE_OTHER;
  if (!program.asksWord) return BEFORE_OTHER;
  const previous = mode.utf8 ? codePointAt(bytes, startOfPrevious(bytes, start, at), at) : bytes[at - 1]!;
  return mode.word.has(previous) ? BEFORE_WORD : BEFORE_OTHER;
}

/** Whether a match that asks for this may end at `at`. */
export function mayEndAt(
  threads: Threads,
  bytes: Uint8Array,
  at: number,
  end: number,
  next: number,
  need: number,
): boolean {
  if (need !== NOTHING && completes(need, bytes, at, end)) return false;
  if (next === NEXT_ANY) return true;
  const { mode } = threads;
  if (next === NEXT_END) return at === end || (mode.lines && bytes[at] === NEWLINE);
  const point = at === end ? -1 : mode.utf8 ? codePointAt(bytes, at, end) : bytes[at]!;
  return (point !== -1 && mode.word.has(point)) === (next === NEXT_WORD);
}
