// Ranges of the heap as strings, numbers and truths. Hot: short strings that come again and again (months, status
// codes, names) are made once; digits are read where they stand.
import { leadingNumber, looksNumeric } from '../numbers.ts';
import { NumericText } from '../interpreter/values.ts';
import { ADVANCED, READS_AS_ASCII, READS_AS_OTHER, READS_AS_UTF8 } from './kernel.ts';
import type { Machine } from './machine.ts';
import type { RecordReader } from './record-reader.ts';
import { mayBeNumeric, type Scalar } from './value.ts';

/** Strings up to this length are kept, in a table of this size, newest wins. */
const KEPT_LENGTH = 24;
const KEPT_MASK = 4095;
const NEWLINE = 10;
const kept: string[] = Array.from({ length: KEPT_MASK + 1 }, () => '');

/** The bytes as a byte string. */
export function rangeText(machine: Machine, at: number, end: number): string {
  const length = end - at;
  if (length === 0) return '';
  if (length > KEPT_LENGTH) return machine.strings.latin1Slice(at, end);
  const { bytes } = machine;
  let hash = length;
  for (let place = at; place < end; place++) hash = (Math.imul(hash, 31) + bytes[place]!) | 0;
  const slot = (hash ^ (hash >>> 12)) & KEPT_MASK;
  const known = kept[slot]!;
  if (known.length === length) {
    let place = 0;
    while (place < length && known.charCodeAt(place) === bytes[at + place]) place++;
    if (place === length) return known;
  }
  const made = machine.strings.latin1Slice(at, end);
  kept[slot] = made;
  return made;
}

/** Powers of ten that are exact, so that digits with a point need one division (correctly rounded). */
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/** The number a range begins with. */
export function rangeNumber(machine: Machine, at: number, end: number): number {
  const length = end - at;
  if (length === 0) return 0;
  if (length < 16) {
    const { bytes } = machine;
    let value = 0;
    let place = at;
    let point = 0;
    for (; place < end; place++) {
      const digit = bytes[place]! - 48;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (digit === -2 && point === 0) point = place + 1;
      else break;
    }
    if (place === end && length > (point === 0 ? 0 : 1))
      return point === 0 ? value : value / POWERS[end - point]!;
  }
  return leadingNumber(rangeText(machine, at, end));
}

/** Input with these bytes: a number or numeric string when it looks like one, else a string. */
export function rangeValue(machine: Machine, at: number, end: number): Scalar {
  if (at === end) return '';
  const { bytes } = machine;
  const first = bytes[at]!;
  if (!mayBeNumeric(first)) return rangeText(machine, at, end);
  if (end - at < 16 && !machine.boxed) {
    let place = first === 45 ? at + 1 : at;
    if (bytes[place] !== 48 && place < end) {
      let value = 0;
      for (; place < end; place++) {
        const digit = bytes[place]! - 48;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
      if (place === end) return first === 45 ? -value : value;
    } else if (end - at === 1 && first === 48) return 0;
  }
  const text = rangeText(machine, at, end);
  return looksNumeric(text) ? new NumericText(text) : text;
}

/** Whether input with these bytes is true: a number but 0, or any other text but "". */
export function rangeTruth(machine: Machine, at: number, end: number): boolean {
  if (at === end) return false;
  const first = machine.bytes[at]!;
  if (!mayBeNumeric(first) || (first >= 49 && first <= 57)) return true;
  const value = rangeValue(machine, at, end);
  if (typeof value === 'number') return value !== 0;
  return typeof value === 'string' || (value !== undefined && value.number !== 0);
}

export function rangeEquals(
  machine: Machine,
  at: number,
  end: number,
  other: number,
  length: number,
): boolean {
  if (end - at !== length) return false;
  const { bytes } = machine;
  for (let place = 0; place < length; place++) if (bytes[at + place] !== bytes[other + place]) return false;
  return true;
}

/** Where the character behind the one at `at` begins; beyond the end when there is none. */
export function nextCharacter(machine: Machine, at: number, end: number): number {
  if (!machine.utf8 || at >= end) return at + 1;
  const { bytes } = machine;
  const lead = bytes[at]!;
  if (lead < 0xc2 || lead > 0xf4) return at + 1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > end) return at + 1;
  const second = bytes[at + 1]!;
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return at + 1;
  for (let next = at + 2; next < at + length; next++) if ((bytes[next]! & 0xc0) !== 0x80) return at + 1;
  return at + length;
}

/** What a range is, as kernel.reading says it; of main input's buffer one look serves many records. */
export function readingOf(machine: Machine, at: number, end: number): number {
  if (!machine.utf8) return READS_AS_ASCII;
  const { reader, looked } = machine;
  if (reader !== undefined) {
    if (reader.filling !== looked.filling) look(machine, reader);
    if (at >= looked.from && end <= looked.to) return looked.reading;
  }
  return machine.kernel.reading(at, end);
}

/** At whole lines from the record on; where something is wrong in them, each range is looked at by itself. */
function look({ kernel, looked }: Machine, { filling, s, filledEnd }: RecordReader): void {
  looked.filling = filling;
  looked.from = s;
  looked.to = kernel.findLast(s, filledEnd, NEWLINE) + 1;
  if (looked.to > 0) looked.reading = kernel.reading(s, looked.to);
  if (looked.reading === READS_AS_OTHER) looked.to = 0;
}

/** Characters in a range; bytes that are no UTF-8 count one each. */
export function rangeLength(machine: Machine, at: number, end: number): number {
  const reading = readingOf(machine, at, end);
  if (reading === READS_AS_ASCII) return end - at;
  if (reading === READS_AS_UTF8) {
    machine.kernel.advance(at, end, end - at);
    return machine.ints[ADVANCED]!;
  }
  let count = 0;
  for (let place = at; place < end; place = nextCharacter(machine, place, end)) count++;
  return count;
}

/** Where the character behind the first `count` ones begins, or the end. */
export function advance(machine: Machine, at: number, end: number, count: number): number {
  const reading = readingOf(machine, at, end);
  // There are no more characters than bytes.
  const most = Math.min(count, end - at);
  if (reading === READS_AS_ASCII) return at + most;
  if (reading === READS_AS_UTF8) return machine.kernel.advance(at, end, most);
  let place = at;
  for (let left = most; left > 0 && place < end; left--) place = nextCharacter(machine, place, end);
  return place;
}

/** Writes a byte string. There must be room. @returns where it ends */
export function writeText(machine: Machine, at: number, text: string): number {
  const { length } = text;
  if (length > 24) {
    machine.strings.latin1Write(text, at, length);
    return at + length;
  }
  const { bytes } = machine;
  for (let unit = 0; unit < length; unit++) bytes[at + unit] = text.charCodeAt(unit);
  return at + length;
}

/** A byte string as a range that lasts as long as the record; leaves rs and re. */
export function stage(machine: Machine, text: string): void {
  const at = machine.room(text.length);
  machine.rs = at;
  machine.re = writeText(machine, at, text);
  machine.take(machine.re);
}
