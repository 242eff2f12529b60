// What becomes of each field on its way out: renamed, dropped, retyped; what is added to each record. Looked up by
// the number of the field's name, so that a record costs no hashing. Hot, pure.
import type { Constant } from '../../byte-output.ts';
import type { FieldName } from '../field-names.ts';
import { BOOLEAN, type FieldKind, JSON_STRING, JSON_VALUE, NUMBER, STRING } from '../log-record.ts';
import { isJsonNumber } from '../json-text.ts';
import { JsonScanner } from '../json-scanner.ts';

export type FieldType = 'string' | 'number' | 'boolean' | 'json';

export type FieldOptions = {
  /** Name in the log -> name in the output. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Names in the log. */
  readonly drop?: readonly string[];
  /** Names in the log -> type; a value that cannot be of its type stays a string. */
  readonly types?: Readonly<Record<string, FieldType>>;
  /** Names in the output -> value, at the end of each record; a field of the log with that name gives way. */
  readonly add?: Readonly<Record<string, string | number | boolean>>;
  /** Name in the output of a field with the whole line as it was read. */
  readonly keepRaw?: string;
};

export type OutputField = {
  readonly name: FieldName;
  /** What stands before the value, as the output writes it; undefined drops the field. */
  readonly key: Constant | undefined;
  readonly type: FieldType | undefined;
  /** Before a copy of the value, where that is the address of a machine. */
  readonly addressKey: Constant | undefined;
};

export class FieldPlan {
  readonly #options: FieldOptions;
  readonly #key: (name: string) => Constant | undefined;
  readonly #addressKey: (name: string) => Constant | undefined;
  readonly #fields: (OutputField | undefined)[] = [];
  readonly #dropped: ReadonlySet<string>;

  /**
   * @param key the bytes before a value for a field's name in the output, or undefined to leave it out
   * @param addressKey as `key`, for fields whose value is also written under another name when it is an IP address
   */
  constructor(
    options: FieldOptions,
    key: (name: string) => Constant | undefined,
    addressKey: (name: string) => Constant | undefined = () => undefined,
  ) {
    this.#options = options;
    this.#key = key;
    this.#addressKey = addressKey;
    this.#dropped = new Set(options.drop);
  }

  of(name: FieldName): OutputField {
    const { id } = name;
    if (id < 0) return this.#make(name);
    const known = this.#fields[id];
    // Numbers are of one table of names: another parser's record may have another table.
    if (known !== undefined && known.name === name) return known;
    return (this.#fields[id] = this.#make(name));
  }

  #make(name: FieldName): OutputField {
    const { rename = {}, types = {}, add = {}, keepRaw } = this.#options;
    const called = own(rename, name.text) ?? name.text;
    const gone = this.#dropped.has(name.text) || Object.hasOwn(add, called) || called === keepRaw;
    const type = own(types, name.text);
    if (gone) return { name, key: undefined, type, addressKey: undefined };
    return { name, key: this.#key(called), type, addressKey: this.#addressKey(called) };
  }
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

const scanner = new JsonScanner();
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/** The kind that a value has in the output: what `type` asks for, where the bytes can be that. */
export function kindAs(
  type: FieldType | undefined,
  kind: FieldKind,
  source: Uint8Array,
  start: number,
  end: number,
): FieldKind {
  if (type === undefined) return kind;
  if (type === 'string') return kind === JSON_STRING ? kind : STRING;
  if (kind === JSON_STRING) return kind;
  if (type === 'number') return isJsonNumber(source, start, end) ? NUMBER : kind;
  if (type === 'boolean')
    return isWord(source, start, end, TRUE) || isWord(source, start, end, FALSE) ? BOOLEAN : kind;
  return start < end && scanner.value(source, start, end) === end ? JSON_VALUE : kind;
}

function isWord(source: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start !== word.length) return false;
  for (let index = 0; index < word.length; index++) if (source[start + index] !== word[index]) return false;
  return true;
}
