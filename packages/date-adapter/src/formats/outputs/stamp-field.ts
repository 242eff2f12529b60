// The time of a record where the output wants it in a certain form: converted under one name, or, when it cannot be
// converted, as it was written under another. Hot, pure. For ECS and GELF.
import { ByteOutput, type Constant } from '../../byte-output.ts';
import { type FieldKind, type LogRecord, STRING } from '../log-record.ts';
import { appendMember } from './json-fields.ts';
import type { StampConverter } from './record-output.ts';

export class StampField {
  readonly #stamp: StampConverter | undefined;
  readonly #key: Constant;
  readonly #kind: FieldKind;
  readonly #keyAsWritten: Constant;
  readonly #converted = new ByteOutput(64);

  /** @param kind of the converted stamp: STRING or NUMBER */
  constructor(stamp: StampConverter | undefined, key: Constant, kind: FieldKind, keyAsWritten: Constant) {
    this.#stamp = stamp;
    this.#key = key;
    this.#kind = kind;
    this.#keyAsWritten = keyAsWritten;
  }

  /** Appends the record's time, which it must have. */
  append(record: LogRecord, out: ByteOutput): void {
    record.unescape(record.time);
    const source = record.sources[record.time]!;
    const start = record.starts[record.time]!;
    const end = record.ends[record.time]!;
    const converted = this.#converted;
    converted.clear();
    if (this.#stamp !== undefined && this.#stamp(source, start, end, converted)) {
      appendMember(out, this.#key, this.#kind, converted.bytes, 0, converted.length);
    } else appendMember(out, this.#keyAsWritten, STRING, source, start, end);
  }
}
