// The single values inside an attribute: composites and tables are walked, arrays and objects give nothing.
// The way through them (path, extra key properties) is the one jmx_exporter takes, so that its rules fit.

import { JavaArray, JavaEnum, JavaObject, type JavaValue } from '../../jser/java-value.ts';
import { JavaTime } from '../../jser/java-time.ts';
import { compositeData, openTypeDescription, tabularData } from '../open-data.ts';
import { javaText } from './java-text.ts';

export type Leaf = {
  readonly properties: ReadonlyMap<string, string>;
  /** Attributes above this one: of composites and tables. */
  readonly path: readonly string[];
  readonly name: string;
  /** As Java prints it. */
  readonly text: string;
  /** undefined for what is only text. */
  readonly number: number | undefined;
  /** Where a reply of the same form has the number; -1: nowhere, it is part of the form. */
  readonly slot: number;
  /** Type code of the slot. */
  readonly code: string;
  /** A point in time, whose slot is milliseconds and whose number is seconds. */
  readonly date: boolean;
  /** Of the attribute, or of the composite or table that it is a member of. */
  readonly description?: string;
};

type Place = Pick<Leaf, 'properties' | 'path' | 'name' | 'description'>;

/** Tables within tables; beyond this a value is nonsense. */
const MAX_DEPTH = 16;
/** Values within one attribute. A composite that holds itself twice has 2^16 of them 16 levels down. */
const MAX_VISITS = 100_000;

type Walk = {
  readonly leaf: (leaf: Leaf) => void;
  /** Visits left; none: the rest of the attribute is not looked at. */
  left: number;
};

/** False when there are more values than anybody could want, and some were left out. */
export function leavesOf(place: Place, value: JavaValue, leaf: (leaf: Leaf) => void): boolean {
  const walk: Walk = { leaf, left: MAX_VISITS };
  visit(walk, place, value, 0);
  return walk.left > 0;
}

function visit(walk: Walk, place: Place, value: JavaValue, depth: number): void {
  if (depth > MAX_DEPTH || walk.left <= 0) return;
  walk.left--;
  const single = singleValue(value);
  if (single !== undefined) return walk.leaf({ ...place, ...single });
  const composite = compositeData(value);
  if (composite !== undefined) {
    const path = [...place.path, place.name];
    const description = openTypeDescription(value);
    walk.left -= composite.size;
    for (const [name, member] of composite)
      visit(walk, { ...place, path, name, description }, member, depth + 1);
    return;
  }
  const optional =
    value instanceof JavaObject && value.desc.is('java.util.Optional') ? value.field('value') : undefined;
  if (optional !== undefined && optional !== null) return visit(walk, place, optional, depth + 1);
  tableLeaves(walk, place, value, depth);
}

/** Each row gets its index columns as key properties; a column called value does not show in the name. */
function tableLeaves(walk: Walk, place: Place, value: JavaValue, depth: number): void {
  const table = tabularData(value);
  if (table === undefined) return;
  const description = openTypeDescription(value);
  const columns = table.columns.filter((name) => !table.indexNames.includes(name)).toSorted();
  walk.left -= table.rows.length * columns.length;
  for (const row of table.rows) {
    if (walk.left <= 0) return;
    const properties = new Map(place.properties);
    for (const index of table.indexNames) addIndex(properties, index, row.get(index) ?? null);
    for (const column of columns) {
      const member = row.get(column) ?? null;
      if (column.toLowerCase() === 'value')
        visit(walk, { ...place, properties, description }, member, depth + 1);
      else
        visit(
          walk,
          { properties, path: [...place.path, place.name], name: column, description },
          member,
          depth + 1,
        );
    }
  }
}

function addIndex(properties: Map<string, string>, index: string, value: JavaValue): void {
  let key = index;
  while (properties.has(key)) key += '_';
  const composite = compositeData(value);
  if (composite !== undefined) {
    for (const [name, member] of composite) properties.set(`${key}_${name}`, singleValue(member)?.text ?? '');
    return;
  }
  const text = singleValue(value)?.text;
  if (text !== undefined) properties.set(key, text);
}

/** Boxes by the primitive type that a description names for them. */
const PRIMITIVES: Readonly<Record<string, string>> = {
  long: 'java.lang.Long',
  int: 'java.lang.Integer',
  short: 'java.lang.Short',
  byte: 'java.lang.Byte',
  double: 'java.lang.Double',
  float: 'java.lang.Float',
  boolean: 'java.lang.Boolean',
};

/** What a value is whose class is the one that was declared, so that later ones are the same; undefined: who knows. */
export function kindOfSingle(value: JavaValue, declared: string): 'number' | 'text' | undefined {
  if (typeof value === 'string') return declared === 'java.lang.String' ? 'text' : undefined;
  if (value instanceof JavaEnum) return declared === value.desc.name ? 'text' : undefined;
  if (!(value instanceof JavaObject) || value.slot < 0) return undefined;
  const { name } = value.desc;
  return name === (PRIMITIVES[declared] ?? declared) && name.startsWith('java.lang.') ? 'number' : undefined;
}

type Single = Pick<Leaf, 'text' | 'number' | 'slot' | 'code' | 'date'>;

function singleValue(value: JavaValue): Single | undefined {
  if (typeof value === 'string') return fixed(value);
  if (value instanceof JavaEnum) return fixed(value.constant);
  if (value instanceof JavaTime)
    return value.seconds === undefined ? undefined : fixed(String(value.seconds));
  if (!(value instanceof JavaObject)) return undefined;
  const { boxes } = value.desc;
  if (boxes !== '') return box(boxes, value.fields[0] ?? null, value.slot);
  if (value.desc.is('java.util.Date')) return date(value);
  return bigNumber(value);
}

const fixed = (text: string, number?: number): Single => ({ text, number, slot: -1, code: '', date: false });

function box(code: string, held: JavaValue, slot: number): Single {
  if (typeof held === 'string') return fixed(held); // a character
  if (typeof held === 'boolean') return { text: String(held), number: held ? 1 : 0, slot, code, date: false };
  if (typeof held === 'bigint') return { text: String(held), number: Number(held), slot, code, date: false };
  const number = typeof held === 'number' ? held : Number.NaN;
  return { text: javaText(code, number), number, slot, code, date: false };
}

function date(value: JavaObject): Single | undefined {
  const [written] = value.annotation('java.util.Date');
  if (!Buffer.isBuffer(written) || written.length !== 8) return undefined;
  const seconds = Number(written.readBigInt64BE(0)) / 1000;
  return { text: javaText('D', seconds), number: seconds, slot: value.slot, code: 'D', date: true };
}

/** BigInteger: sign and magnitude; BigDecimal: one of those and a scale. */
function bigNumber(value: JavaObject): Single | undefined {
  if (value.desc.name === 'java.math.BigInteger') {
    const integer = bigInteger(value);
    return integer === undefined ? undefined : fixed(String(integer), Number(integer));
  }
  const unscaled = value.field('intVal');
  const scale = value.field('scale');
  if (
    value.desc.name !== 'java.math.BigDecimal' ||
    !(unscaled instanceof JavaObject) ||
    typeof scale !== 'number'
  )
    return undefined;
  const integer = bigInteger(unscaled);
  if (integer === undefined) return undefined;
  const number = Number(`${integer}e${-scale}`);
  return fixed(String(number), number);
}

/** More than a double can hold; printing a number of millions of digits takes seconds. */
const MAX_INTEGER_BYTES = 1024;

function bigInteger(value: JavaObject): bigint | undefined {
  const magnitude = value.field('magnitude');
  const signum = value.field('signum');
  if (!(magnitude instanceof JavaArray) || magnitude.values.length > MAX_INTEGER_BYTES) return undefined;
  const bytes = magnitude.values.map((byte) => (Number(byte) & 0xff).toString(16).padStart(2, '0'));
  const absolute = bytes.length === 0 ? 0n : BigInt(`0x${bytes.join('')}`);
  return signum === -1 ? -absolute : absolute;
}
