// Values of attributes, from JSON back to what RMI would have brought. Pure; for the bean.
// Flat: Jolokia was told to stop at the attribute (maxDepth=1) and printed it with toString, so that a long has all
// its digits, a double its NaN, and no getter of an object that is no open data was called in the application.
// Deep: records and tables, with the types that their flat text told, or with guesses where it tells none.

import { JavaTime } from '../jser/java-time.ts';
import { JavaObject, type JavaValue } from '../jser/java-value.ts';
import {
  javaArray,
  javaBigDecimal,
  javaBigInteger,
  javaBox,
  javaComposite,
  javaDate,
  javaTable,
  opaque,
} from './java-objects.ts';
import { isText, type JsonNode, type JsonText } from './json-reader.ts';
import type { SlotClaims, SlotKind } from './json-shape.ts';
import type { CompositeType, OpenType } from './open-type.ts';

const CODES: Readonly<Record<string, string>> = {
  long: 'J',
  int: 'I',
  short: 'S',
  byte: 'B',
  double: 'D',
  float: 'F',
  boolean: 'Z',
  char: 'C',
  'java.lang.Long': 'J',
  'java.lang.Integer': 'I',
  'java.lang.Short': 'S',
  'java.lang.Byte': 'B',
  'java.lang.Double': 'D',
  'java.lang.Float': 'F',
  'java.lang.Boolean': 'Z',
  'java.lang.Character': 'C',
  'java.util.concurrent.atomic.AtomicLong': 'J',
  'java.util.concurrent.atomic.AtomicInteger': 'I',
};

const INTEGER = /^-?\d{1,19}$/;
const DECIMAL = /^(?:-?\d+\.\d+(?:[eE][+-]?\d+)?|NaN|-?Infinity)$/;
/** Object.toString: the address changes each time. */
const IDENTITY = /^[\w.$[;/]+@([0-9a-f]+)$/;
/** A collection as it prints itself. */
const COLLECTION = /^(?:\[.*\]|\{.*\})$/s;
/** Of Jolokia 1; Jolokia 2 has an object with `.error`. */
const FAILED = /^ERROR: .*\(class [\w.$]+\)$/s;
/** Declared types of the platform whose values may be anything, numbers and texts as well. */
const ANY =
  /^(?:|java\.lang\.(?:Object|Number|Comparable|CharSequence)|java\.io\.Serializable|java\.util\.concurrent\.TimeUnit)$/;

/** Whether the getter failed, and this is what `ignoreErrors` puts in place of a value. */
export const isFailure = (node: JsonNode): boolean =>
  isText(node) ? FAILED.test(node.text) : node instanceof Map && node.has('.error');

/** An attribute of this declared type, printed; undefined when it is not of this type. */
export function flatValue(type: string, node: JsonNode, claims: SlotClaims): JavaValue | undefined {
  if (node === null) return null;
  if (!isText(node)) return opaque(type, '');
  const { text } = node;
  const code = CODES[type];
  if (code !== undefined) return primitive(code, node, claims);
  if (type === 'java.lang.String') return text;
  const known = PRINTED[type]?.(text);
  if (known !== undefined) return known;
  const { at, end } = node;
  if (/^javax?\./.test(type) && !ANY.test(type)) {
    claims.claim({ at, end, kind: 'anything' });
    return opaque(type, text);
  }
  const [, address] = IDENTITY.exec(text) ?? [];
  if (address !== undefined) claims.claim({ at: end - address.length, end, kind: 'address' });
  const object = address !== undefined || COLLECTION.test(text);
  return loose(node, claims) ?? (object ? opaque(type, text) : text);
}

const PRINTED: Readonly<Record<string, (text: string) => JavaValue | undefined>> = {
  'java.math.BigInteger': (text) => (/^-?\d+$/.test(text) ? javaBigInteger(BigInt(text)) : undefined),
  'java.math.BigDecimal': bigDecimal,
  'java.time.Duration': duration,
  'java.time.Instant': instant,
};

/** A number or truth value by its looks alone. */
function loose(node: JsonText, claims: SlotClaims): JavaValue | undefined {
  const { text } = node;
  if (INTEGER.test(text)) return primitive('J', node, claims);
  if (DECIMAL.test(text)) return primitive('D', node, claims);
  return text === 'true' || text === 'false' ? primitive('Z', node, claims) : undefined;
}

/** undefined: the text is none of this type, as when the getter failed. */
function primitive(code: string, node: JsonText, claims: SlotClaims): JavaValue | undefined {
  const { text, at, end } = node;
  const claim = (kind: SlotKind): number => claims.claim({ at, end, kind });
  if (code === 'C') return javaBox('C', text, -1);
  if (code === 'Z')
    return /^(?:true|false)$/.test(text) ? javaBox('Z', text === 'true', claim('boolean')) : undefined;
  if (INTEGER.test(text)) {
    const number = Number(text);
    // Beyond 2^53 there is no slot: a rule that sees the text has to see all digits of it.
    if (!Number.isSafeInteger(number)) return javaBox(code, code === 'J' ? BigInt(text) : number, -1);
    return javaBox(code, number, claim('integer'));
  }
  if (code !== 'D' && code !== 'F') return undefined;
  if (!DECIMAL.test(text)) return undefined;
  const float = code === 'F';
  return javaBox(code, float ? Math.fround(Number(text)) : Number(text), claim(float ? 'float' : 'decimal'));
}

/** A Date, read by its path `time`. */
export function dateValue(node: JsonNode, claims: SlotClaims): JavaValue | undefined {
  if (node === null) return null;
  if (!isText(node) || !INTEGER.test(node.text) || !Number.isSafeInteger(Number(node.text))) return undefined;
  return javaDate(Number(node.text), claims.claim({ at: node.at, end: node.end, kind: 'integer' }));
}

function bigDecimal(text: string): JavaValue | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === '') return undefined;
  return javaBigDecimal(BigInt(`${sign}${whole}${fraction}`), fraction.length - Number(exponent));
}

/** `PT-1.5S`: hours, minutes and seconds, each with a sign of its own. */
function duration(text: string): JavaValue | undefined {
  const [all, hours = '0', minutes = '0', seconds = '0'] =
    /^PT(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+(?:\.\d+)?)S)?$/.exec(text) ?? [];
  if (all === undefined) return undefined;
  return time('java.time.Duration', BigInt(hours) * 3600n + BigInt(minutes) * 60n, seconds);
}

/** `2020-09-13T12:26:40.000000005Z` */
function instant(text: string): JavaValue | undefined {
  const [, upToSeconds = '', fraction = '0'] =
    /^([+-]?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text) ?? [];
  const milliseconds = Date.parse(`${upToSeconds}Z`);
  if (Number.isNaN(milliseconds)) return undefined;
  return time('java.time.Instant', BigInt(milliseconds / 1000), `0.${fraction}`);
}

/** Java's form: nanoseconds from 0 on, added to whole seconds. */
function time(type: string, whole: bigint, seconds: string): JavaTime {
  const [integer = '0', fraction = ''] = seconds.split('.');
  const nanos = BigInt(fraction.padEnd(9, '0')) * (seconds.startsWith('-') ? -1n : 1n);
  const borrowed = nanos < 0n ? 1n : 0n;
  const parts = {
    seconds: whole + BigInt(integer) - borrowed,
    nanos: Number(nanos + borrowed * 1_000_000_000n),
  };
  return new JavaTime(type, parts);
}

/** Open data, opened; `type` undefined: nothing is known of it. */
export function deepValue(type: OpenType | undefined, node: JsonNode, claims: SlotClaims): JavaValue {
  if (type?.kind === 'simple') return simpleMember(type.name, node, claims);
  if (node === null) return null;
  if (Array.isArray(node)) return javaArray(node.map((one) => deepValue(undefined, one, claims)));
  if (isText(node)) return (node.quoted ? undefined : loose(node, claims)) ?? node.text;
  if (type?.kind === 'table') return table(type.index, type.row, node, claims);
  if (type?.kind === 'composite') return composite(type, node, claims);
  return guessed(node, claims);
}

/** What is null and cannot be is a NaN or infinite: JSON has none, and Jolokia 1 writes null for them. */
function simpleMember(name: string, node: JsonNode, claims: SlotClaims): JavaValue {
  const code = CODES[name];
  if (node === null) return code === 'D' || code === 'F' ? javaBox(code, Number.NaN, -1) : null;
  if (isText(node) && code !== undefined) return primitive(code, node, claims) ?? null;
  if (isText(node)) return PRINTED[name]?.(node.text) ?? node.text;
  const big = node instanceof Map ? node.get('bigint') : undefined; // BigInteger, in Jolokia 1
  if (isText(big)) return PRINTED['java.math.BigInteger']?.(big.text) ?? null;
  return opaque(name, '');
}

function composite(
  type: CompositeType | undefined,
  node: ReadonlyMap<string, JsonNode>,
  claims: SlotClaims,
): JavaObject {
  return javaComposite(
    [...node].map(([name, member]) => [name, deepValue(type?.items.get(name), member, claims)] as const),
  );
}

/**
 * Rows by their index values, one level for each; a table of keys and values is a plain map; where an index is no
 * simple value Jolokia says so and lists the rows.
 */
function table(
  index: readonly string[],
  row: CompositeType,
  node: ReadonlyMap<string, JsonNode>,
  claims: SlotClaims,
): JavaObject {
  const columns = [...row.items.keys()];
  const listed = node.get('values');
  const rows: JavaObject[] = [];
  if (Array.isArray(listed) && Array.isArray(node.get('indexNames'))) {
    for (const one of listed) if (one instanceof Map) rows.push(composite(row, one, claims));
  } else if (index.length === 1 && index[0] === 'key' && columns.length === 2 && row.items.has('value')) {
    for (const [key, value] of node)
      rows.push(keyedRow(key, deepValue(row.items.get('value'), value, claims)));
  } else rowsBelow(index.length, node, (one) => rows.push(composite(row, one, claims)));
  return javaTable(index, columns, rows);
}

function rowsBelow(
  levels: number,
  node: ReadonlyMap<string, JsonNode>,
  row: (row: ReadonlyMap<string, JsonNode>) => void,
): void {
  if (levels === 0) return row(node);
  for (const one of node.values()) if (one instanceof Map) rowsBelow(levels - 1, one, row);
}

const keyedRow = (key: string, value: JavaValue): JavaObject =>
  javaComposite([
    ['key', key],
    ['value', value],
  ]);

/** Names of a record's members, as getters give them; keys of a map look otherwise more often than not. */
const PROPERTY = /^[a-z]\w*$/;

/** The JDK's own LastGcInfo tells no types: maps in it are told by their keys, and by rows that are alike. */
function guessed(node: ReadonlyMap<string, JsonNode>, claims: SlotClaims): JavaObject {
  const [first, ...others] = node.values();
  const columns = first instanceof Map ? [...first.keys()].join('\0') : undefined;
  const alike =
    columns !== undefined &&
    others.every((one) => one instanceof Map && [...one.keys()].join('\0') === columns);
  if (!alike || [...node.keys()].every((key) => PROPERTY.test(key)))
    return composite(undefined, node, claims);
  const rows = [...node].map(([key, value]) => keyedRow(key, deepValue(undefined, value, claims)));
  return javaTable(['key'], ['key', 'value'], rows);
}
