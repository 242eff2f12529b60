// Java's objects, made as the object reader would have made them of a stream, so that rules, dumps and open data see
// no difference between a target read by RMI and one read by Jolokia. Pure; for json-values.ts.

import { ClassDesc, type FieldDesc, JavaArray, JavaObject, type JavaValue } from '../jser/java-value.ts';
import { SC_SERIALIZABLE, SC_WRITE_METHOD } from '../jser/stream-constants.ts';

function described(name: string, fields: readonly (readonly [code: string, name: string])[]): ClassDesc {
  const desc = new ClassDesc(name, 0n, SC_SERIALIZABLE);
  desc.fields.push(...fields.map(([code, field]): FieldDesc => ({ code, name: field, type: code })));
  desc.finish(null);
  return desc;
}

const BOXES: Readonly<Record<string, ClassDesc>> = Object.fromEntries(
  Object.entries({
    B: 'Byte',
    C: 'Character',
    D: 'Double',
    F: 'Float',
    I: 'Integer',
    J: 'Long',
    S: 'Short',
    Z: 'Boolean',
  }).map(([code, name]) => [code, described(`java.lang.${name}`, [[code, 'value']])]),
);
const ARRAY = described('[Ljava.lang.Object;', []);
const MAP = described('java.util.TreeMap', []);
const COMPOSITE = described('javax.management.openmbean.CompositeDataSupport', [['L', 'contents']]);
const TABLE = described('javax.management.openmbean.TabularDataSupport', [
  ['L', 'dataMap'],
  ['L', 'tabularType'],
]);
const TABLE_TYPE = described('javax.management.openmbean.TabularType', [
  ['[', 'indexNames'],
  ['L', 'rowType'],
]);
const ROW_TYPE = described('javax.management.openmbean.CompositeType', [['L', 'nameToType']]);
const DATE = new ClassDesc('java.util.Date', 0n, SC_SERIALIZABLE | SC_WRITE_METHOD);
DATE.finish(null);
const BIG_INTEGER = described('java.math.BigInteger', [
  ['I', 'signum'],
  ['[', 'magnitude'],
]);
const BIG_DECIMAL = described('java.math.BigDecimal', [
  ['I', 'scale'],
  ['L', 'intVal'],
]);

function made(desc: ClassDesc, ...fields: JavaValue[]): JavaObject {
  const object = new JavaObject(desc);
  object.fields.push(...fields);
  return object;
}

/** The box of a primitive of this type code, with its slot. */
export function javaBox(code: string, value: number | bigint | boolean | string, slot: number): JavaObject {
  const box = made(BOXES[code] ?? ARRAY, value);
  box.slot = slot;
  return box;
}

export function javaArray(values: readonly JavaValue[]): JavaArray {
  const array = new JavaArray(ARRAY);
  array.values.push(...values);
  return array;
}

export function javaMap(entries: Iterable<readonly [JavaValue, JavaValue]>): JavaObject {
  const map = new JavaObject(MAP);
  map.annotations = [{ desc: MAP, contents: [...entries].flat() }];
  return map;
}

/** CompositeData; its members come sorted by name, as in Java's TreeMap. */
export function javaComposite(members: Iterable<readonly [string, JavaValue]>): JavaObject {
  return made(COMPOSITE, javaMap([...members].toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** TabularData of rows that are composites. */
export function javaTable(
  indexNames: readonly string[],
  columns: readonly string[],
  rows: readonly JavaObject[],
): JavaObject {
  const rowType = made(ROW_TYPE, javaMap(columns.map((name) => [name, null] as const)));
  return made(
    TABLE,
    javaMap(rows.map((row) => [null, row] as const)),
    made(TABLE_TYPE, javaArray(indexNames), rowType),
  );
}

/** `slot`: of the milliseconds. */
export function javaDate(milliseconds: number, slot: number): JavaObject {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(milliseconds));
  const date = new JavaObject(DATE);
  date.annotations = [{ desc: DATE, contents: [bytes] }];
  date.slot = slot;
  return date;
}

export function javaBigInteger(value: bigint): JavaObject {
  const hex = (value < 0n ? -value : value).toString(16);
  const bytes = value === 0n ? [] : [...Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')];
  return made(BIG_INTEGER, value < 0n ? -1 : Number(value > 0n), javaArray(bytes));
}

export function javaBigDecimal(unscaled: bigint, scale: number): JavaObject {
  return made(BIG_DECIMAL, scale, javaBigInteger(unscaled));
}

/** An object of which only the declared class and what it prints are known: no class that anything opens. */
export function opaque(className: string, text: string): JavaObject {
  const name = className === '' ? 'java.lang.Object' : className;
  return made(described(`${name}, printed`, [['L', 'text']]), text);
}
