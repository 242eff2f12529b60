// A Java value as plain JSON data, for people and their tools: numbers and texts as they are, records and tables by their
// names, lists, maps and arrays element by element, anything else by its class and fields. For --dump. Pure.
// Invariant: never deeper or longer than the limits, whatever refers to itself.

import { JavaTime } from '../jser/java-time.ts';
import { ClassDesc, JavaArray, JavaClass, JavaEnum, JavaObject, type JavaValue } from '../jser/java-value.ts';
import { elementsOf, entriesOf } from './collections.ts';
import { compositeData, tabularData } from './open-data.ts';

export type PlainValue =
  | null
  | boolean
  | number
  | string
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };

const MAX_DEPTH = 8;
const MAX_ELEMENTS = 1000;

/** Numbers that JSON does not have (NaN, infinities, beyond 2^53) are texts; what is too deep is '...'. */
export function plainValue(value: JavaValue, depth = 0): PlainValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return String(value);
  if (depth > MAX_DEPTH) return '...';
  if (Buffer.isBuffer(value)) return [...value.subarray(0, MAX_ELEMENTS)];
  if (value instanceof JavaEnum) return value.constant;
  if (value instanceof JavaClass) return value.desc.name;
  if (value instanceof ClassDesc) return value.name;
  if (value instanceof JavaTime) return timeText(value);
  if (value instanceof JavaArray) return list(value.values, depth);
  return objectValue(value, depth);
}

const list = (values: readonly JavaValue[], depth: number): PlainValue[] =>
  values.slice(0, MAX_ELEMENTS).map((one) => plainValue(one, depth + 1));

const record = (entries: Iterable<readonly [string, JavaValue]>, depth: number): PlainValue =>
  Object.fromEntries(
    [...entries].slice(0, MAX_ELEMENTS).map(([name, value]) => [name, plainValue(value, depth + 1)]),
  );

const timeText = ({ seconds, parts }: JavaTime): PlainValue =>
  seconds ?? Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, plainValue(part)]));

function objectValue(value: JavaObject, depth: number): PlainValue {
  const { desc } = value;
  if (desc.boxes !== '') return plainValue(value.fields[0] ?? null, depth);
  if (desc.is('java.util.Date')) return dateText(value);
  const [text] = value.annotation();
  if (desc.is('javax.management.ObjectName') && typeof text === 'string') return text;
  const composite = compositeData(value);
  if (composite !== undefined) return record(composite, depth);
  const table = tabularData(value);
  if (table !== undefined) return table.rows.slice(0, MAX_ELEMENTS).map((row) => record(row, depth + 1));
  return collection(value, depth) ?? fields(value, depth);
}

function dateText(value: JavaObject): PlainValue {
  const [written] = value.annotation('java.util.Date');
  if (!Buffer.isBuffer(written) || written.length !== 8) return value.desc.name;
  const ms = Number(written.readBigInt64BE(0));
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`; // the most that Date takes
}

function collection(value: JavaObject, depth: number): PlainValue | undefined {
  const { name } = value.desc;
  if (!name.startsWith('java.util.')) return undefined;
  if (/Map|Hashtable|Properties/.test(name)) {
    const entries = entriesOf(value);
    return record(
      entries.map(([key, member]): [string, JavaValue] => {
        const text = plainValue(key, depth + 1);
        return [typeof text === 'string' ? text : JSON.stringify(text), member];
      }),
      depth,
    );
  }
  return /List|Set|Deque|Queue|Vector|Stack|Collections/.test(name)
    ? list(elementsOf(value), depth)
    : undefined;
}

function fields(value: JavaObject, depth: number): PlainValue {
  const own = value.desc.chain
    .flatMap((desc) => desc.fields)
    .map(({ name }): [string, JavaValue] => [name, value.field(name) ?? null]);
  return own.length === 0 ? value.desc.name : { class: value.desc.name, fields: record(own, depth) };
}
