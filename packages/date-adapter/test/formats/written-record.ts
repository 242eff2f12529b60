// For the tests of outputs: a line of some format, written in another.
import { ByteOutput } from '../../src/byte-output.ts';
import { FieldNames } from '../../src/formats/field-names.ts';
import { inputFormat } from '../../src/formats/input-formats.ts';
import { LogRecord } from '../../src/formats/log-record.ts';
import type { RecordOutput, StampConverter } from '../../src/formats/outputs/record-output.ts';

/** @throws Error when the line is not of that format, or cannot be written */
export function written(input: string, line: string | Uint8Array, output: RecordOutput): string {
  const bytes = Buffer.from(line);
  const record = new LogRecord();
  const out = new ByteOutput(16);
  const { parser } = inputFormat(input, new FieldNames());
  const isDone = parser.parse(bytes, 0, bytes.length, record) && output.write(record, out);
  if (!isDone) throw new Error(`at ${record.failedAt} expected ${record.expected}`);
  return out.toString();
}

export function writtenJson(input: string, line: string | Uint8Array, output: RecordOutput): unknown {
  return JSON.parse(written(input, line, output));
}

/** Knows one stamp, and writes it as it is told. */
export function stampFor(known: string, result: string): StampConverter {
  return (bytes, start, end, out) => {
    if (Buffer.from(bytes.subarray(start, end)).toString() !== known) return false;
    const converted = Buffer.from(result);
    out.range(converted, 0, converted.length);
    return true;
  };
}
