// Strings of the compiled program: each character is one byte (0 to 255), so that concatenation, comparison and
// output need no thought about encodings. What counts characters (length, substr, index, toupper, printf) looks
// first whether there is any byte from 0x80 up; only then a string is read as UTF-8. Pure.
// Where UTF-8 is read, a byte that is not part of a valid sequence counts as one character.
import { textCodec } from '../interpreter/bytes.ts';
import { mapCase as mapCharacters } from '../interpreter/characters.ts';

/** What a Buffer can do besides what its types say: byte strings out of and into memory. */
export interface ByteStrings {
  latin1Slice(start?: number, end?: number): string;
  latin1Write(text: string, at: number, length: number): number;
}

/** Bytes as byte strings, without a copy of the memory. */
export function byteStrings(
  memory: ArrayBufferLike,
  offset = 0,
  length = memory.byteLength - offset,
): ByteStrings {
  const buffer: unknown = Buffer.from(memory, offset, length);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return buffer as ByteStrings;
}

/** A copy of these bytes as a byte string. */
export function byteString(bytes: Uint8Array): string {
  return byteStrings(bytes.buffer, bytes.byteOffset, bytes.length).latin1Slice();
}

const HIGH = /[\x80-\xff]/;
const codec = textCodec(false);

/** Whether every character is below 0x80: then bytes and characters are the same. */
export function isAscii(text: string): boolean {
  return !HIGH.test(text);
}

/** Bytes of a text of the package's text model (constants of the program, names from outside). */
export function fromModel(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(text) ? text : codec.fromModel(text);
}

/** The text model's text for these bytes. */
export function toModel(text: string): string {
  return HIGH.test(text) ? codec.toModel(text) : text;
}

/** Bytes of the sequence at `at`; 1 also where it is not valid. */
export function characterBytes(text: string, at: number): number {
  const lead = text.charCodeAt(at);
  if (lead < 0xc2 || lead > 0xf4) return 1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > text.length) return 1;
  const second = text.charCodeAt(at + 1);
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 1;
  for (let next = at + 2; next < at + length; next++) {
    if ((text.charCodeAt(next) & 0xc0) !== 0x80) return 1;
  }
  return length;
}

/**
 * Where characters begin, for the string asked about last: a program that walks through a long string one
 * character at a time must not start over for each.
 */
let indexed = '';
let starts: number[] = [0];

function characterStarts(text: string): readonly number[] {
  if (indexed === text) return starts;
  indexed = text;
  starts = [];
  for (let at = 0; at < text.length; at += characterBytes(text, at)) starts.push(at);
  starts.push(text.length);
  return starts;
}

export function characterCount(text: string): number {
  return HIGH.test(text) ? characterStarts(text).length - 1 : text.length;
}

/** Characters [from, to) from 0; both within the string. */
export function characterSlice(text: string, from: number, to: number): string {
  if (!HIGH.test(text)) return text.slice(from, to);
  const places = characterStarts(text);
  return text.slice(places[Math.min(from, places.length - 1)], places[Math.min(to, places.length - 1)]);
}

/** How many characters begin before the byte at `at`. */
export function charactersBefore(text: string, at: number): number {
  if (!HIGH.test(text)) return at;
  const places = characterStarts(text);
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a character begins (or the text ends) at this byte. */
export function isBoundary(text: string, at: number): boolean {
  const byte = text.charCodeAt(at);
  // Only bytes 0x80 to 0xBF can be inside a character.
  if (!(byte >= 0x80 && byte < 0xc0)) return true;
  return characterStarts(text)[charactersBefore(text, at)] === at;
}

export function mapCase(text: string, upper: boolean): string {
  if (!HIGH.test(text)) return upper ? text.toUpperCase() : text.toLowerCase();
  return fromModel(mapCharacters(toModel(text), upper));
}
