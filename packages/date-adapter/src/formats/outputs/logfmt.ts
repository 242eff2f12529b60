// logfmt: `key=value key="two words"`, as Go's encoders write it. Hot, pure.
// A value is quoted when it is empty or has a blank, `=`, a quote, a control character or bytes that are no UTF-8; the
// escapes are those of JSON. Keys cannot be quoted: what is not allowed in them becomes `_`.
import { ByteOutput, Constant, copyBytes } from '../../byte-output.ts';
import { MOST_ESCAPED_BYTES, writeEscaped } from '../json-text.ts';
import { JSON_STRING, type LogRecord } from '../log-record.ts';
import { characterLength } from '../utf8.ts';
import { type FieldOptions, FieldPlan } from './field-options.ts';
import type { RecordOutput, StampConverter } from './record-output.ts';

const QUOTE = 0x22;

export type LogfmtOptions = FieldOptions & {
  /** Converts the field that is the record's time; without one, or when it says no, that is written as it was. */
  readonly stamp?: StampConverter | undefined;
};

export class LogfmtOutput implements RecordOutput {
  readonly #plan: FieldPlan;
  readonly #stamp: StampConverter | undefined;
  readonly #converted = new ByteOutput(64);
  readonly #raw: Constant | undefined;
  readonly #constants: Constant;

  constructor(options: LogfmtOptions = {}) {
    this.#plan = new FieldPlan(options, logfmtKey);
    this.#stamp = options.stamp;
    this.#raw = options.keepRaw === undefined ? undefined : logfmtKey(options.keepRaw);
    const constants = new ByteOutput(256);
    for (const [name, value] of Object.entries(options.add ?? {})) {
      const bytes = Buffer.from(String(value));
      appendPair(constants, logfmtKey(name), bytes, 0, bytes.length);
    }
    this.#constants = new Constant(constants.bytes.subarray(0, constants.length));
  }

  write(record: LogRecord, out: ByteOutput): boolean {
    const from = out.length;
    for (let index = 0; index < record.count; index++) {
      const { key } = this.#plan.of(record.names[index]!);
      if (key !== undefined) this.#field(record, index, key, out);
    }
    if (this.#raw !== undefined) appendPair(out, this.#raw, record.line, record.start, record.end);
    out.constant(this.#constants);
    dropFirstByte(out, from);
    return true;
  }

  #field(record: LogRecord, index: number, key: Constant, out: ByteOutput): void {
    if (record.kinds[index] === JSON_STRING) record.unescape(index);
    const source = record.sources[index]!;
    const start = record.starts[index]!;
    const end = record.ends[index]!;
    if (index === record.time && this.#stamp !== undefined) {
      const converted = this.#converted;
      converted.clear();
      if (this.#stamp(source, start, end, converted)) {
        return appendPair(out, key, converted.bytes, 0, converted.length);
      }
    }
    appendPair(out, key, source, start, end);
  }
}

/** ` name=`, with `_` for what a key cannot hold. */
export function logfmtKey(name: string): Constant {
  // oxlint-disable-next-line no-control-regex
  const allowed = name.toWellFormed().replaceAll(/[\u0000-\u0020="\u007f]/g, '_');
  return new Constant(` ${allowed === '' ? '_' : allowed}=`);
}

/** Appends the key and source[start, end), quoted where it has to be. */
export function appendPair(
  out: ByteOutput,
  key: Constant,
  source: Uint8Array,
  start: number,
  end: number,
): void {
  out.constant(key);
  out.reserve(MOST_ESCAPED_BYTES * (end - start) + 2);
  const { bytes } = out;
  if (!needsQuotes(source, start, end)) {
    out.length = copyBytes(bytes, out.length, source, start, end);
    return;
  }
  bytes[out.length++] = QUOTE;
  out.length = writeEscaped(bytes, out.length, source, start, end);
  bytes[out.length++] = QUOTE;
}

function needsQuotes(source: Uint8Array, start: number, end: number): boolean {
  if (start === end) return true;
  for (let at = start; at < end; at++) {
    const byte = source[at]!;
    if (byte <= 0x20 || byte === QUOTE || byte === 0x3d || byte === 0x7f) return true;
    if (byte < 0x80) continue;
    const length = characterLength(source, at, end);
    if (length < 0) return true;
    at += length - 1;
  }
  return false;
}

/** Each pair comes with a space before it; the first does without. */
function dropFirstByte(out: ByteOutput, from: number): void {
  if (out.length === from) return;
  out.bytes.copyWithin(from, from + 1, out.length);
  out.length--;
}
