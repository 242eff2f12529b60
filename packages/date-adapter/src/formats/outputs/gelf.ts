// GELF 1.1 (Graylog): version, host, short_message, full_message, timestamp, level, and all else as `_name`. Hot, pure.
// Values are strings or numbers only, names are of letters, digits, `_`, `.` and `-`, and `_id` is not allowed: it
// becomes `_id_`. A stamp that was not converted is kept as `_timestamp`, and Graylog takes the time of arrival.
import { LF } from '../ascii.ts';
import { type ByteOutput, Constant } from '../../byte-output.ts';
import { quoted } from '../json-text.ts';
import { type LogRecord, NUMBER, STRING } from '../log-record.ts';
import { severityOf } from '../severity.ts';
import type { FieldOptions } from './field-options.ts';
import { appendMember, closeObject, JsonFields, jsonKey } from './json-fields.ts';
import type { RecordOutput, StampConverter } from './record-output.ts';
import { StampField } from './stamp-field.ts';

const SHORT_MESSAGE = jsonKey('short_message');
const FULL_MESSAGE = jsonKey('full_message');
const TIMESTAMP = jsonKey('timestamp');
const STAMP_AS_WRITTEN = jsonKey('_timestamp');
const LEVEL = jsonKey('level');
const LEVEL_AS_WRITTEN = jsonKey('_level');
const HOST = jsonKey('host');
const DIGITS = Buffer.from('01234567');
const NO_MESSAGE = Buffer.from('-');

export type GelfOptions = FieldOptions & {
  /** `host` of records that name none. */
  readonly host: string;
  /** Writes seconds since 1970, with a fraction. */
  readonly stamp?: StampConverter | undefined;
};

export class GelfOutput implements RecordOutput {
  readonly #fields: JsonFields;
  readonly #time: StampField;
  readonly #version = new Constant(',"version":"1.1"');
  readonly #host: Constant;

  constructor(options: GelfOptions) {
    const { host, stamp, add = {}, ...rest } = options;
    this.#time = new StampField(stamp, TIMESTAMP, NUMBER, STAMP_AS_WRITTEN);
    this.#host = new Constant(Buffer.concat([HOST.bytes, quoted(host)]));
    const scalars = Object.entries(add).map(([name, value]) => [
      name,
      typeof value === 'boolean' ? String(value) : value,
    ]);
    const fields = { ...rest, add: Object.fromEntries(scalars), onlyScalars: true };
    this.#fields = new JsonFields(fields, (name) => jsonKey(gelfName(name)));
  }

  write(record: LogRecord, out: ByteOutput): boolean {
    const from = out.length;
    const { time, level, message, host } = record;
    out.constant(this.#version);
    if (host === -1) out.constant(this.#host);
    else appendText(record, host, HOST, out);
    this.#message(record, out);
    if (time !== -1) this.#time.append(record, out);
    if (level !== -1) appendLevel(record, out);
    this.#fields.write(record, out, time, level, message, host);
    closeObject(out, from);
    return true;
  }

  /** The first line; and all of them, when there are more. */
  #message(record: LogRecord, out: ByteOutput): void {
    const { message } = record;
    if (message !== -1) record.unescape(message);
    const source = message === -1 ? record.line : record.sources[message]!;
    const start = message === -1 ? record.start : record.starts[message]!;
    const end = message === -1 ? record.end : record.ends[message]!;
    let lineEnd = start;
    while (lineEnd < end && source[lineEnd] !== LF) lineEnd++;
    if (lineEnd === start) appendMember(out, SHORT_MESSAGE, STRING, NO_MESSAGE, 0, 1);
    else appendMember(out, SHORT_MESSAGE, STRING, source, start, lineEnd);
    if (lineEnd < end) appendMember(out, FULL_MESSAGE, STRING, source, start, end);
  }
}

/** The level as syslog's number, and the word as it was, when it was one. */
function appendLevel(record: LogRecord, out: ByteOutput): void {
  const { level } = record;
  record.unescape(level);
  const source = record.sources[level]!;
  const start = record.starts[level]!;
  const end = record.ends[level]!;
  const severity = severityOf(source, start, end);
  if (severity !== -1) appendMember(out, LEVEL, NUMBER, DIGITS, severity, severity + 1);
  appendMember(out, LEVEL_AS_WRITTEN, STRING, source, start, end);
}

function appendText(record: LogRecord, index: number, key: Constant, out: ByteOutput): void {
  record.unescape(index);
  appendMember(out, key, STRING, record.sources[index]!, record.starts[index]!, record.ends[index]!);
}

function gelfName(name: string): string {
  const allowed = name.replaceAll(/[^\w.-]/g, '_');
  return allowed === 'id' ? '_id_' : `_${allowed}`;
}
