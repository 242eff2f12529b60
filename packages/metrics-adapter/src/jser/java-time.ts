// java.time values: the one common family of classes that writes itself without any framing (java.time.Ser is
// Externalizable), so that a reader must know its layout to find its end. Layouts: java.base/java/time/Ser.java and
// the readExternal methods it calls. Invariant: never reads beyond `end`; too few bytes are told from bad ones.

import { decodeModifiedUtf } from './modified-utf.ts';
import { StreamCorruptedError } from './stream-errors.ts';

/** A value of java.time: its class, and its parts by the names the class has for them. */
export class JavaTime {
  readonly type: string;
  readonly parts: Readonly<Record<string, number | bigint | string>>;

  constructor(type: string, parts: Record<string, number | bigint | string>) {
    this.type = type;
    this.parts = parts;
  }

  /** Seconds of a Duration, or since the epoch of an Instant; undefined for the others. */
  get seconds(): number | undefined {
    const { seconds, nanos } = this.parts;
    if (seconds === undefined || nanos === undefined) return undefined;
    return Number(seconds) + Number(nanos) / 1e9;
  }
}

/** Thrown by the cursor when the bytes at hand end inside the value; caught in readJavaTime only. */
const short = Symbol('more bytes needed');

class Cursor {
  readonly bytes: Buffer;
  readonly end: number;
  at: number;

  constructor(bytes: Buffer, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  take(width: number): number {
    if (this.at + width > this.end) throw short;
    this.at += width;
    return this.at - width;
  }

  byte(): number {
    return this.bytes.readInt8(this.take(1));
  }

  int(): number {
    return this.bytes.readInt32BE(this.take(4));
  }

  long(): bigint {
    return this.bytes.readBigInt64BE(this.take(8));
  }

  utf(): string {
    const length = this.bytes.readUInt16BE(this.take(2));
    const from = this.take(length);
    return decodeModifiedUtf(this.bytes, from, from + length);
  }
}

type Parts = Record<string, number | bigint | string>;

/** By the type byte of java.time.Ser. */
const LAYOUTS: readonly (readonly [type: string, read: (from: Cursor) => Parts])[] = [
  ['', () => ({})],
  ['Duration', secondsAndNanos],
  ['Instant', secondsAndNanos],
  ['LocalDate', date],
  ['LocalTime', time],
  ['LocalDateTime', dateTime],
  ['ZonedDateTime', (from) => ({ ...dateTime(from), ...offset(from), zone: zone(from) })],
  ['ZoneRegion', (from) => ({ zone: from.utf() })],
  ['ZoneOffset', offset],
  ['OffsetTime', (from) => ({ ...time(from), ...offset(from) })],
  ['OffsetDateTime', (from) => ({ ...dateTime(from), ...offset(from) })],
  ['Year', (from) => ({ year: from.int() })],
  ['YearMonth', (from) => ({ year: from.int(), month: from.byte() })],
  ['MonthDay', (from) => ({ month: from.byte(), day: from.byte() })],
  ['Period', (from) => ({ years: from.int(), months: from.int(), days: from.int() })],
];

function secondsAndNanos(from: Cursor): Parts {
  return { seconds: from.long(), nanos: from.int() };
}

function date(from: Cursor): Parts {
  return { year: from.int(), month: from.byte(), day: from.byte() };
}

/** Trailing zero parts are left out; the last one written is then the complement. */
function time(from: Cursor): Parts {
  const parts = { hour: from.byte(), minute: 0, second: 0, nano: 0 };
  if (parts.hour < 0) return { ...parts, hour: ~parts.hour };
  parts.minute = from.byte();
  if (parts.minute < 0) return { ...parts, minute: ~parts.minute };
  parts.second = from.byte();
  if (parts.second < 0) return { ...parts, second: ~parts.second };
  return { ...parts, nano: from.int() };
}

function dateTime(from: Cursor): Parts {
  return { ...date(from), ...time(from) };
}

/** In quarters of an hour where that is exact. */
function offset(from: Cursor): Parts {
  const quarters = from.byte();
  return { offsetSeconds: quarters === 127 ? from.int() : quarters * 900 };
}

/** A ZoneId, which is either a region or an offset, with the type byte of its own. */
function zone(from: Cursor): string {
  const type = from.byte();
  if (type === 7) return from.utf();
  if (type === 8) return String(offset(from)['offsetSeconds']);
  throw new StreamCorruptedError(`java.time.Ser: ${type} is no type of zone`);
}

/**
 * The value at `at`, and where it ends; undefined when the bytes end before it does.
 * @throws StreamCorruptedError for a type that java.time does not have.
 */
export function readJavaTime(
  bytes: Buffer,
  at: number,
  end: number,
): { value: JavaTime; end: number } | undefined {
  const cursor = new Cursor(bytes, at, end);
  try {
    const type = cursor.byte();
    const layout = type > 0 ? LAYOUTS[type] : undefined;
    if (layout === undefined) throw new StreamCorruptedError(`java.time.Ser: unknown type ${type}`);
    const [name, read] = layout;
    return { value: new JavaTime(`java.time.${name}`, read(cursor)), end: cursor.at };
  } catch (error) {
    if (error === short) return undefined;
    throw error;
  }
}
