// Elastic Common Schema: one JSON object with ECS names, dotted, as Elastic's own logging libraries write them.
// Hot, pure. Fields without an ECS name pass under their own: they may be ECS already (JSON lines), or a team's own.
// Elasticsearch refuses a record whose `@timestamp` is none. So that is written only when the stamp was converted;
// one that was not is kept as the label `timestamp`.
import { type ByteOutput, Constant } from '../../byte-output.ts';
import { JSON_STRING, type LogRecord, STRING } from '../log-record.ts';
import type { FieldOptions } from './field-options.ts';
import { appendMember, closeObject, JsonFields, jsonConstants, jsonKey } from './json-fields.ts';
import type { RecordOutput, StampConverter } from './record-output.ts';
import { StampField } from './stamp-field.ts';

/** Names of a parser's fields -> names of ECS. */
export type EcsNames = Readonly<Record<string, string>>;

const ECS_VERSION = '8.11';

const TIMESTAMP = jsonKey('@timestamp');
const STAMP_AS_WRITTEN = jsonKey('labels.timestamp');
const LOG_LEVEL = jsonKey('log.level');
const MESSAGE = jsonKey('message');
const HOST = jsonKey('host.name');

/** ECS has what was written, which may be a host's name, beside the address, which Elasticsearch checks. */
const ADDRESSES = { 'source.address': 'source.ip', 'server.address': 'server.ip' };

export type EcsOptions = FieldOptions & {
  readonly names: EcsNames;
  /** Writes RFC 3339. */
  readonly stamp?: StampConverter | undefined;
  /** `event.dataset`: `nginx.access`. */
  readonly dataset?: string | undefined;
};

export class EcsOutput implements RecordOutput {
  readonly #fields: JsonFields;
  readonly #time: StampField;
  readonly #constants: Constant;

  constructor(options: EcsOptions) {
    const { names, dataset, stamp, rename, ...rest } = options;
    this.#time = new StampField(stamp, TIMESTAMP, STRING, STAMP_AS_WRITTEN);
    this.#fields = new JsonFields({ ...rest, rename: { ...names, ...rename }, addresses: ADDRESSES });
    const constants = {
      'ecs.version': ECS_VERSION,
      ...(dataset === undefined ? {} : { 'event.dataset': dataset }),
    };
    this.#constants = jsonConstants(constants);
  }

  write(record: LogRecord, out: ByteOutput): boolean {
    const from = out.length;
    const { time, level, message, host } = record;
    if (time !== -1) this.#time.append(record, out);
    appendField(record, level, LOG_LEVEL, out);
    if (message === -1)
      appendMember(out, MESSAGE, STRING, record.line, record.start, record.end, record.view);
    else appendField(record, message, MESSAGE, out);
    appendField(record, host, HOST, out);
    this.#fields.write(record, out, time, level, message, host);
    out.constant(this.#constants);
    closeObject(out, from);
    return true;
  }
}

/** The field as a string under an ECS name; nothing for -1. */
function appendField(record: LogRecord, index: number, key: Constant, out: ByteOutput): void {
  if (index === -1) return;
  const kind = record.kinds[index] === JSON_STRING ? JSON_STRING : STRING;
  appendMember(out, key, kind, record.sources[index]!, record.starts[index]!, record.ends[index]!);
}
