// One line of one format into one of another: parser and output put together. Hot, pure.
// Invariant: a line that cannot be converted adds nothing to the output, and the converter says why: the caller passes
// it on as it was.
import { CR, LF } from './ascii.ts';
import type { ByteOutput } from '../byte-output.ts';
import type { FieldName, FieldNames } from './field-names.ts';
import type { LineParser } from './line-parser.ts';
import { LogRecord, STRING } from './log-record.ts';
import type { RecordOutput } from './outputs/record-output.ts';

export class LineConverter {
  readonly record = new LogRecord();
  readonly #parser: LineParser;
  readonly #output: RecordOutput;
  readonly #stackTrace: FieldName;

  /** @param names those that the parser was made with */
  constructor(parser: LineParser, output: RecordOutput, names: FieldNames) {
    this.#parser = parser;
    this.#output = output;
    this.#stackTrace = names.intern('stack_trace');
  }

  /** Appends line[start, end) (without terminator) converted, and a line end; false when it cannot be. */
  convert(line: Uint8Array, start: number, end: number, out: ByteOutput): boolean {
    return this.convertLines(line, start, end, end, out);
  }

  /** As `convert`, for a record of several lines, of which the first ends at `firstEnd`: the rest is its message's. */
  convertLines(line: Uint8Array, start: number, firstEnd: number, end: number, out: ByteOutput): boolean {
    const { record } = this;
    const contentEnd = firstEnd > start && line[firstEnd - 1] === CR ? firstEnd - 1 : firstEnd;
    if (!this.#parser.parse(line, start, contentEnd, record)) return false;
    if (end > firstEnd) this.#append(contentEnd, firstEnd, end);
    const before = out.length;
    if (!this.#output.write(record, out)) {
      out.length = before;
      return false;
    }
    out.byte(LF);
    return true;
  }

  /** Why the last line could not be converted, for people. The column counts bytes from 1. */
  reason(): string {
    const { failedAt, start, expected } = this.record;
    return `column ${failedAt - start + 1}: expected ${expected}`;
  }

  /** A message at the end of the first line goes on in the others; else they are a field of their own. */
  #append(contentEnd: number, firstEnd: number, end: number): void {
    const { record } = this;
    const { message, line } = record;
    record.end = end;
    if (message !== -1 && record.sources[message] === line && record.ends[message] === contentEnd) {
      record.ends[message] = end;
    } else record.add(this.#stackTrace, STRING, Math.min(firstEnd + 1, end), end);
  }
}
