// Reads the zone of a stamp: `Z`, `+01:00`, `+0100`, `+01`, `-00:00`, `CET`, `GMT+8`, `Europe/Berlin`. Hot, pure.
// One reader for every layout: what the layout says (%z, XXX, MST) is how a zone is written, any form is read.
// Names are looked up in a small list of bytes seen before; only a name not seen yet makes a string.

import { OFFSET, type Stamp, UNSET } from './stamp.ts';
import { type Abbreviations, abbreviationKey, MAX_ABBREVIATION_LETTERS } from './zone-abbreviations.ts';
import { type Zone, zoneOf } from './zone.ts';
import type { ZoneData } from './zone-data.ts';

/** Names of zones kept, known or not: a stream of garbage must not fill the memory. */
const MAX_NAMES = 64;
const MAX_NAME_BYTES = 40;

interface SeenName {
  readonly bytes: Uint8Array;
  readonly zone: Zone | undefined;
}

export class ZoneReader {
  /** After a failure: the letters that were no zone, as a range of the bytes read. */
  #unknownFrom = 0;
  #unknownTo = 0;
  readonly #abbreviations: Abbreviations;
  readonly #data: ZoneData;
  #seen: SeenName[] = [];

  constructor(abbreviations: Abbreviations, data: ZoneData) {
    this.#abbreviations = abbreviations;
    this.#data = data;
  }

  /** Reads into stamp.fields[OFFSET] or stamp.zone. @returns where the zone ends, or -1 */
  read(bytes: Uint8Array, at: number, end: number, stamp: Stamp): number {
    this.#unknownTo = this.#unknownFrom;
    stamp.zone = undefined;
    if (at >= end) return -1;
    const first = bytes[at]!;
    if (first === 0x2b || first === 0x2d) return this.#offset(bytes, at, end, stamp);
    if (first === 0x5a && (at + 1 >= end || !isNameByte(bytes[at + 1]!))) {
      stamp.fields[OFFSET] = 0;
      return at + 1;
    }
    return this.#named(bytes, at, end, stamp);
  }

  /** `+h`, `+hh`, `+hhmm`, `+hh:mm`, `+hhmmss`, `+hh:mm:ss` */
  #offset(bytes: Uint8Array, at: number, end: number, stamp: Stamp): number {
    let digits = 0;
    let index = at + 1;
    let value = 0;
    let colons = 0;
    for (; index < end && digits < 6; index++) {
      const digit = bytes[index]! - 0x30;
      if (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        digits++;
      } else if (bytes[index] === 0x3a && digits === 2 * colons + 2 && isDigitAt(bytes, index + 1, end))
        colons++;
      else break;
    }
    if (digits === 0 || digits === 3 || digits === 5) return -1;
    const pairs = digits === 1 ? value * 10_000 : value * 10 ** (6 - digits);
    const hours = Math.floor(pairs / 10_000);
    const minutes = Math.floor(pairs / 100) % 100;
    if (hours > 23 || minutes > 59 || pairs % 100 > 59) return -1;
    const seconds = hours * 3600 + minutes * 60 + (pairs % 100);
    stamp.fields[OFFSET] = bytes[at] === 0x2d ? -seconds : seconds;
    return index;
  }

  /** After a failure to read from these bytes: what more can be said than that no zone is here. */
  reason(bytes: Uint8Array): string | undefined {
    if (this.#unknownTo === this.#unknownFrom) return undefined;
    const name = String.fromCharCode(...bytes.subarray(this.#unknownFrom, this.#unknownTo));
    const countries =
      name.length <= MAX_ABBREVIATION_LETTERS
        ? this.#abbreviations.ambiguous.get(abbreviationKey(name))
        : undefined;
    if (countries === undefined) return `no zone is known as ${name}`;
    return `${name} is several zones (${countries}): say which one by abbreviations`;
  }

  #named(bytes: Uint8Array, at: number, end: number, stamp: Stamp): number {
    let index = at;
    let key = 0;
    let letters = true;
    const limit = Math.min(end, at + MAX_NAME_BYTES);
    for (; index < limit && isNameByte(bytes[index]!); index++) {
      if (!isLetter(bytes[index]!)) letters = false;
      if (index - at < MAX_ABBREVIATION_LETTERS) key = key * 32 + (bytes[index]! & 31);
    }
    if (index === at) return -1;
    if (letters && index - at <= MAX_ABBREVIATION_LETTERS) {
      const offset = this.#abbreviations.offsets.get(key);
      if (offset !== undefined) return this.#abbreviated(bytes, index, end, stamp, offset, key);
    }
    return this.#zoneNamed(bytes, at, index, end, stamp);
  }

  /** `GMT+8`: an offset behind the letters of UTC counts from there. */
  #abbreviated(
    bytes: Uint8Array,
    at: number,
    end: number,
    stamp: Stamp,
    offset: number,
    key: number,
  ): number {
    stamp.fields[OFFSET] = offset;
    const universal = offset === 0 && (key === UTC_KEY || key === GMT_KEY);
    if (!universal || at >= end || (bytes[at] !== 0x2b && bytes[at] !== 0x2d)) return at;
    const behind = this.#offset(bytes, at, end, stamp);
    if (behind === -1) stamp.fields[OFFSET] = 0;
    return behind === -1 ? at : behind;
  }

  /** `Europe/Berlin`, `Etc/GMT+5`; signs belong to a name behind its slash only. */
  #zoneNamed(bytes: Uint8Array, at: number, lettersEnd: number, end: number, stamp: Stamp): number {
    let index = lettersEnd;
    while (index < end && index - at < MAX_NAME_BYTES && isIdByte(bytes[index]!)) index++;
    const zone = hasSlash(bytes, at, index) ? this.#lookUp(bytes, at, index) : undefined;
    if (zone === undefined) {
      this.#unknownFrom = at;
      this.#unknownTo = index;
      return -1;
    }
    stamp.fields[OFFSET] = UNSET;
    stamp.zone = zone;
    return index;
  }

  #lookUp(bytes: Uint8Array, at: number, end: number): Zone | undefined {
    for (const seen of this.#seen) {
      if (seen.bytes.length === end - at && equals(seen.bytes, bytes, at)) return seen.zone;
    }
    const id = String.fromCharCode(...bytes.subarray(at, end));
    if (this.#seen.length >= MAX_NAMES) this.#seen = [];
    const zone = this.#data.offsets(id) === undefined ? undefined : zoneOf(id, this.#data);
    this.#seen.push({ bytes: bytes.slice(at, end), zone });
    return zone;
  }
}

const UTC_KEY = abbreviationKey('UTC');
const GMT_KEY = abbreviationKey('GMT');

/** Names of zones without one (EST5EDT, Japan) are no log's business. */
function hasSlash(bytes: Uint8Array, at: number, end: number): boolean {
  for (let index = at; index < end; index++) if (bytes[index] === 0x2f) return true;
  return false;
}

function equals(known: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < known.length; index++) if (known[index] !== bytes[at + index]) return false;
  return true;
}

function isDigitAt(bytes: Uint8Array, at: number, end: number): boolean {
  return at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39;
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

function isNameByte(byte: number): boolean {
  return isLetter(byte) || byte === 0x5f || byte === 0x2f;
}

function isIdByte(byte: number): boolean {
  return isNameByte(byte) || (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d;
}
