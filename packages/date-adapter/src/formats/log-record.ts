// One parsed line: its fields as byte ranges, in their order. Parsers fill it, outputs read it. Hot, pure.
// A record is used again for each line: nothing is allocated for a field but when there are more than ever before.
// A value is a range of the line itself, of `scratch` (what had to be unescaped or put together), or of a constant.
// Invariant: between `begin` and the next `begin` all ranges stay valid, also when `scratch` has grown meanwhile.
import { viewOf } from '../byte-output.ts';
import { type FieldName, HOST, LEVEL, MESSAGE, TIME } from './field-names.ts';
import { writeUnescaped } from './json-text.ts';

/** Bytes that mean themselves. */
export const STRING = 0;
/** Bytes that are a number where they are written as JSON has it, and else a string. */
export const NUMBER = 1;
/** `true` or `false`. */
export const BOOLEAN = 2;
/** A whole JSON value, checked. */
export const JSON_VALUE = 3;
/** The inside of a JSON string that has escapes, checked. */
export const JSON_STRING = 4;

export type FieldKind = 0 | 1 | 2 | 3 | 4;

/** One of the kinds, as it is kept in a record. */
export function fieldKind(kind: number): FieldKind {
  return kind === NUMBER || kind === BOOLEAN || kind === JSON_VALUE || kind === JSON_STRING ? kind : STRING;
}

const FIRST_FIELDS = 32;

export class LogRecord {
  line: Uint8Array = Buffer.alloc(0);
  /** Over the same bytes as `line`. */
  view = viewOf(this.line);
  start = 0;
  end = 0;
  count = 0;
  readonly names: FieldName[] = [];
  readonly sources: Uint8Array[] = [];
  starts = new Int32Array(FIRST_FIELDS);
  ends = new Int32Array(FIRST_FIELDS);
  kinds = new Uint8Array(FIRST_FIELDS);
  /** Which field is the time stamp, the level, the message, the host; -1 where there is none. */
  time = -1;
  level = -1;
  message = -1;
  host = -1;
  /** After a failure: the index into the line, and what had to be there, as a noun phrase. */
  failedAt = 0;
  expected = '';
  scratch: Uint8Array = Buffer.alloc(1024);
  scratchLength = 0;

  begin(line: Uint8Array, start: number, end: number): void {
    if (line !== this.line) {
      this.line = line;
      this.view = viewOf(line);
    }
    this.start = start;
    this.end = end;
    this.count = 0;
    this.time = this.level = this.message = this.host = -1;
    this.scratchLength = 0;
  }

  /** A field whose value is line[start, end). */
  add(name: FieldName, kind: FieldKind, start: number, end: number): void {
    this.addFrom(name, kind, this.line, start, end);
  }

  /** A field whose value is source[start, end); the source must not change before the next `begin`. */
  addFrom(name: FieldName, kind: FieldKind, source: Uint8Array, start: number, end: number): void {
    const index = this.count++;
    if (index === this.starts.length) this.#grow();
    this.names[index] = name;
    this.sources[index] = source;
    this.starts[index] = start;
    this.ends[index] = end;
    this.kinds[index] = kind;
  }

  /** As `addFrom`, for formats whose writer chose the names: the first of several with one role has it. */
  addNamed(name: FieldName, kind: FieldKind, source: Uint8Array, start: number, end: number): void {
    const { role } = name;
    if (role === TIME && this.time === -1) this.time = this.count;
    else if (role === LEVEL && this.level === -1) this.level = this.count;
    else if (role === MESSAGE && this.message === -1) this.message = this.count;
    else if (role === HOST && this.host === -1) this.host = this.count;
    this.addFrom(name, kind, source, start, end);
  }

  /** Says why the line is not what the parser takes; returns false, for `return record.fail(...)`. */
  fail(at: number, expected: string): false {
    this.failedAt = at;
    this.expected = expected;
    return false;
  }

  /** Makes room for `more` bytes behind `scratchLength`. Ranges in the array of before stay what they are. */
  reserveScratch(more: number): void {
    const needed = this.scratchLength + more;
    if (needed <= this.scratch.length) return;
    const grown = Buffer.alloc(Math.max(needed, this.scratch.length * 2));
    grown.set(this.scratch.subarray(0, this.scratchLength));
    this.scratch = grown;
  }

  /** Gives a field of kind JSON_STRING the bytes that it means. */
  unescape(index: number): void {
    if (this.kinds[index] !== JSON_STRING) return;
    const [start, end] = [this.starts[index]!, this.ends[index]!];
    this.reserveScratch(end - start);
    const from = this.scratchLength;
    this.scratchLength = writeUnescaped(this.scratch, from, this.sources[index]!, start, end);
    this.sources[index] = this.scratch;
    this.starts[index] = from;
    this.ends[index] = this.scratchLength;
    this.kinds[index] = STRING;
  }

  #grow(): void {
    const length = this.starts.length * 2;
    this.starts = resized(this.starts, new Int32Array(length));
    this.ends = resized(this.ends, new Int32Array(length));
    this.kinds = resized(this.kinds, new Uint8Array(length));
  }
}

function resized<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
