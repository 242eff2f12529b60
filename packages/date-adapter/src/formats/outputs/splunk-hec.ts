// Splunk's HTTP event collector: {"time":...,"host":...,"source":...,"sourcetype":...,"index":...,"event":{...}}.
// Hot, pure. The event is the record's fields; its time and host stand outside of it. A stamp that was not converted
// stays in the event, and Splunk takes the time of arrival.
import { ByteOutput, Constant } from '../../byte-output.ts';
import { quoted } from '../json-text.ts';
import { type LogRecord, NUMBER, STRING } from '../log-record.ts';
import type { FieldOptions } from './field-options.ts';
import { appendMember, closeObject, JsonFields, jsonKey } from './json-fields.ts';
import type { RecordOutput, StampConverter } from './record-output.ts';

const TIME = jsonKey('time');
const HOST = jsonKey('host');
const EVENT = new Constant(',"event":');

export type SplunkHecOptions = FieldOptions & {
  /** `host` of records that name none. */
  readonly host?: string | undefined;
  readonly source?: string | undefined;
  readonly sourcetype?: string | undefined;
  readonly index?: string | undefined;
  /** Writes seconds since 1970, with a fraction. */
  readonly stamp?: StampConverter | undefined;
};

export class SplunkHecOutput implements RecordOutput {
  readonly #fields: JsonFields;
  readonly #stamp: StampConverter | undefined;
  readonly #converted = new ByteOutput(64);
  readonly #host: Constant;
  readonly #about: Constant;

  constructor(options: SplunkHecOptions) {
    const { host, source, sourcetype, index, stamp, ...rest } = options;
    this.#stamp = stamp;
    this.#fields = new JsonFields(rest);
    this.#host = members({ host });
    this.#about = members({ source, sourcetype, index });
  }

  write(record: LogRecord, out: ByteOutput): boolean {
    const from = out.length;
    const isConverted = record.time !== -1 && this.#time(record, out);
    const { host } = record;
    if (host === -1) out.constant(this.#host);
    else {
      record.unescape(host);
      appendMember(out, HOST, STRING, record.sources[host]!, record.starts[host]!, record.ends[host]!);
    }
    out.constant(this.#about);
    out.constant(EVENT);
    const event = out.length;
    this.#fields.write(record, out, isConverted ? record.time : -1, host);
    closeObject(out, event);
    closeObject(out, from);
    return true;
  }

  #time(record: LogRecord, out: ByteOutput): boolean {
    if (this.#stamp === undefined) return false;
    const { time } = record;
    record.unescape(time);
    const converted = this.#converted;
    converted.clear();
    if (!this.#stamp(record.sources[time]!, record.starts[time]!, record.ends[time]!, converted))
      return false;
    appendMember(out, TIME, NUMBER, converted.bytes, 0, converted.length);
    return true;
  }
}

function members(values: Readonly<Record<string, string | undefined>>): Constant {
  const present = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [jsonKey(name).bytes, quoted(value)],
  );
  return new Constant(Buffer.concat(present));
}
