// What a parser of one log format is: bytes of one line in, fields out. For the converter, and for parsers inside
// parsers. Parsers are pure and keep nothing between lines; what is wrong with a line they say in the record.
import type { LogRecord } from './log-record.ts';

export interface LineParser {
  /**
   * Reads line[start, end), which has no terminator, into the record (begun anew). False when it is not such a line:
   * then record.failedAt and record.expected say where and why, and its fields mean nothing.
   */
  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean;
}
