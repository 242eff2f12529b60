// Puts the lines of a stack trace, and other lines that go on, together with the line before them. Hot, pure.
// A record is complete when the next one begins, or when the caller says that nothing comes (`flush`). It is bounded
// in lines and bytes: the line that would be too much begins a record of its own. No byte is lost.
import { COLON, DOT, isBlank, isDigit, isLetter, LF, startsWith } from './ascii.ts';
import { ByteOutput } from '../byte-output.ts';
import type { LineJoiner, RecordSink } from './line-joiner.ts';

/** Whether line[start, end) begins a record. */
export type BeginsRecord = (line: Uint8Array, start: number, end: number) => boolean;

export type StackTraceOptions = {
  readonly begins: BeginsRecord;
  readonly maxLines?: number;
  readonly maxBytes?: number;
};

const DOLLAR = 0x24;
const UNDERSCORE = 0x5f;

/** A deep Java trace with a few causes has some hundred lines. */
const MOST_LINES = 1000;
const MOST_BYTES = 256 * 1024;

export class StackTraces implements LineJoiner {
  readonly #begins: BeginsRecord;
  readonly #maxLines: number;
  readonly #maxBytes: number;
  readonly #deliver: RecordSink;
  readonly #held = new ByteOutput(4096);
  #lines = 0;
  #firstEnd = 0;

  constructor(options: StackTraceOptions, deliver: RecordSink) {
    this.#begins = options.begins;
    this.#maxLines = options.maxLines ?? MOST_LINES;
    this.#maxBytes = options.maxBytes ?? MOST_BYTES;
    this.#deliver = deliver;
  }

  get holds(): boolean {
    return this.#lines > 0;
  }

  push(line: Uint8Array, start: number, end: number): void {
    const held = this.#held;
    const isFull = this.#lines >= this.#maxLines || held.length + 1 + end - start > this.#maxBytes;
    if (this.#lines > 0 && !isFull && !this.#begins(line, start, end)) {
      held.byte(LF);
      held.range(line, start, end);
      this.#lines++;
      return;
    }
    this.flush();
    held.range(line, start, end);
    this.#firstEnd = held.length;
    this.#lines = 1;
  }

  flush(): void {
    if (this.#lines === 0) return;
    const { length } = this.#held;
    this.#lines = 0;
    this.#held.clear();
    this.#deliver(this.#held.bytes, 0, this.#firstEnd, length);
  }
}

const CONTINUATIONS = [
  'Caused by:',
  'Suppressed:',
  'at ',
  '... ',
  'Traceback (most recent call last)',
  'goroutine ',
].map((head) => Buffer.from(head));
const FAULTS = ['Exception', 'Error', 'Throwable'].map((word) => Buffer.from(word));

/**
 * By looks: a line that is empty, indented, or as the lines of a stack trace of Java, Python or Go, goes on. Among them
 * the one that names the exception: `java.io.IOException: disk full`, `ValueError: 42`.
 */
export function beginsByLooks(line: Uint8Array, start: number, end: number): boolean {
  if (start === end || isBlank(line[start])) return false;
  for (const head of CONTINUATIONS) if (startsWith(line, start, end, head)) return false;
  return !namesFault(line, start, end);
}

/** A dotted name that ends with one of the words, and then a colon or nothing. */
function namesFault(line: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && isNameByte(line[at]!)) at++;
  if (at === start || (at < end && line[at] !== COLON)) return false;
  for (const word of FAULTS) {
    if (at - start >= word.length && startsWith(line, at - word.length, at, word)) return true;
  }
  return false;
}

function isNameByte(byte: number): boolean {
  return isLetter(byte) || isDigit(byte) || byte === DOT || byte === UNDERSCORE || byte === DOLLAR;
}
