// The fields of a record as members of a JSON object, for every output that is JSON. Hot, pure.
// Each member is written with the comma before it: whoever writes the object replaces the first one by its brace.
import { ByteOutput, Constant, copyConstant } from '../../byte-output.ts';
import { isIpAddress } from '../ip-address.ts';
import {
  isJsonNumber,
  MOST_ESCAPED_BYTES,
  quoted,
  writeEscaped,
  writeEscapedWords,
  writeJson,
} from '../json-text.ts';
import {
  BOOLEAN,
  type FieldKind,
  fieldKind,
  JSON_STRING,
  JSON_VALUE,
  type LogRecord,
  NUMBER,
  STRING,
} from '../log-record.ts';
import { type FieldOptions, FieldPlan, kindAs } from './field-options.ts';
import type { StampConverter } from './record-output.ts';

const COMMA = 0x2c;
const QUOTE = 0x22;

/** `,"name":` */
export function jsonKey(name: string): Constant {
  return new Constant(Buffer.concat([Buffer.from(','), quoted(name), Buffer.from(':')]));
}

/** The constant members at the end of each record, ready to be copied. */
export function jsonConstants(add: FieldOptions['add'] = {}, key = jsonKey): Constant {
  const members = Object.entries(add).map(([name, value]) => [
    key(name).bytes,
    typeof value === 'string' ? quoted(value) : Buffer.from(JSON.stringify(value)),
  ]);
  return new Constant(Buffer.concat(members.flat()));
}

export type JsonFieldsOptions = FieldOptions & {
  /** Converts the field that is the record's time; without one, or when it says no, that is written as it was. */
  readonly stamp?: StampConverter | undefined;
  /** The converted stamp is written as a number. */
  readonly stampIsNumber?: boolean | undefined;
  /** Booleans and nested values are written as strings. */
  readonly onlyScalars?: boolean | undefined;
  /** Name in the output -> the name under which its value stands once more, when it is an IP address. */
  readonly addresses?: Readonly<Record<string, string>> | undefined;
};

export class JsonFields {
  readonly #plan: FieldPlan;
  readonly #stamp: StampConverter | undefined;
  readonly #stampKind: FieldKind;
  readonly #converted = new ByteOutput(64);
  readonly #onlyScalars: boolean;
  readonly #raw: Constant | undefined;
  readonly #constants: Constant;

  /** @param key as that of FieldPlan; by default, the name as it is */
  constructor(options: JsonFieldsOptions, key: (name: string) => Constant = jsonKey) {
    const addresses = new Map(Object.entries(options.addresses ?? {}));
    this.#plan = new FieldPlan(options, key, (name) => {
      const other = addresses.get(name);
      return other === undefined ? undefined : key(other);
    });
    this.#stamp = options.stamp;
    this.#stampKind = options.stampIsNumber === true ? NUMBER : STRING;
    this.#onlyScalars = options.onlyScalars === true;
    this.#raw = options.keepRaw === undefined ? undefined : key(options.keepRaw);
    this.#constants = jsonConstants(options.add, key);
  }

  /** Appends all members, each with its comma. `skipped`: indexes of fields that the output writes itself, or -1. */
  write(
    record: LogRecord,
    out: ByteOutput,
    skipped1 = -1,
    skipped2 = -1,
    skipped3 = -1,
    skipped4 = -1,
  ): void {
    const { count, line, view, names, sources, starts, ends, kinds } = record;
    for (let index = 0; index < count; index++) {
      if (index === skipped1 || index === skipped2 || index === skipped3 || index === skipped4) continue;
      const { key, type, addressKey } = this.#plan.of(names[index]!);
      if (key === undefined) continue;
      if (type !== undefined) record.unescape(index);
      const source = sources[index]!;
      if (index === record.time && this.#stamp !== undefined && this.#time(record, out, key)) continue;
      const start = starts[index]!;
      const end = ends[index]!;
      let kind = kindAs(type, fieldKind(kinds[index]!), source, start, end);
      if (this.#onlyScalars && (kind === BOOLEAN || kind === JSON_VALUE)) kind = STRING;
      appendMember(out, key, kind, source, start, end, source === line ? view : undefined);
      if (addressKey !== undefined && isIpAddress(source, start, end)) {
        appendMember(out, addressKey, STRING, source, start, end);
      }
    }
    if (this.#raw !== undefined) appendMember(out, this.#raw, STRING, line, record.start, record.end, view);
    out.constant(this.#constants);
  }

  #time(record: LogRecord, out: ByteOutput, key: Constant): boolean {
    const converted = this.#converted;
    converted.clear();
    record.unescape(record.time);
    const source = record.sources[record.time]!;
    const ok = this.#stamp!(source, record.starts[record.time]!, record.ends[record.time]!, converted);
    if (ok) appendMember(out, key, this.#stampKind, converted.bytes, 0, converted.length);
    return ok;
  }
}

/** Appends key and value; a NUMBER that JSON would write otherwise is a string. `view` is over the source. */
export function appendMember(
  out: ByteOutput,
  key: Constant,
  kind: FieldKind,
  source: Uint8Array,
  start: number,
  end: number,
  view?: DataView,
): void {
  out.reserve(key.length + MOST_ESCAPED_BYTES * (end - start) + 2);
  const { bytes } = out;
  let at = copyConstant(out.view, out.length, key);
  if (kind === NUMBER && isJsonNumber(source, start, end)) {
    for (let index = start; index < end; index++) bytes[at++] = source[index]!;
  } else if (kind === STRING || kind === NUMBER) {
    bytes[at++] = QUOTE;
    if (view === undefined) at = writeEscaped(bytes, at, source, start, end);
    else at = writeEscapedWords(bytes, out.view, at, source, view, start, end);
    bytes[at++] = QUOTE;
  } else if (kind === JSON_STRING) {
    bytes[at++] = QUOTE;
    at = writeJson(bytes, at, source, start, end);
    bytes[at++] = QUOTE;
  } else at = writeJson(bytes, at, source, start, end);
  out.length = at;
}

/** Makes an object of the members behind `from`: the first comma becomes the opening brace. */
export function closeObject(out: ByteOutput, from: number): void {
  out.reserve(2);
  const { bytes } = out;
  if (out.length === from) bytes[out.length++] = COMMA;
  bytes[from] = 0x7b;
  bytes[out.length++] = 0x7d;
}
