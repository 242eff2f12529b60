// What an output format is: a record in, bytes out. For the converter.
import type { ByteOutput } from '../../byte-output.ts';
import type { LogRecord } from '../log-record.ts';

export interface RecordOutput {
  /**
   * Appends the record, without a line end behind it. False, with nothing appended, when the format needs what the
   * record does not have: then record.failedAt and record.expected say what.
   */
  write(record: LogRecord, out: ByteOutput): boolean;
}

/**
 * Converts the time stamp bytes[start, end) and appends the result; false, with nothing appended, when it is none.
 * Outputs that need a certain form (RFC 3339, seconds since 1970) are given a converter that writes it.
 */
export type StampConverter = (bytes: Uint8Array, start: number, end: number, out: ByteOutput) => boolean;
