// JSON text (RFC 8259) from bytes and back: strings escaped and unescaped, numbers checked. Hot, pure.
// What is written is always valid UTF-8: bytes that are none become U+FFFD, as a decoder would have it.
// Four bytes at a time where none of them needs attention: 3 x the rate of a byte at a time on log text.
import { BACKSLASH, CR, DASH, DOT, isDigit, LF, PLUS, skipDigits, SPACE } from './ascii.ts';
import { characterLength, writeCharacter } from './utf8.ts';

/** One byte becomes six at most: a control character, \u001f. */
export const MOST_ESCAPED_BYTES = 6;

const HEX = Buffer.from('0123456789abcdef');
/** Per byte: 0 passes, 1 becomes \u00xx, 2 is not ASCII, else the letter behind the backslash. */
const ESCAPES = new Uint8Array(256);
ESCAPES.fill(1, 0, 0x20);
ESCAPES.fill(2, 0x80);
for (const [byte, letter] of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt'].map((pair) =>
  Buffer.from(pair),
)) {
  ESCAPES[byte!] = letter!;
}

/** Writes source[start, end) into target at `at`, escaped; returns where it ended. The caller has made room. */
export function writeEscaped(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  let out = at;
  for (let index = start; index < end; index++) {
    const byte = source[index]!;
    const escape = ESCAPES[byte]!;
    if (escape === 0) target[out++] = byte;
    else if (escape === 2) {
      out = writeValid(target, out, source, index, end);
      index += Math.abs(characterLength(source, index, end)) - 1;
    } else out = writeEscape(target, out, byte, escape);
  }
  return out;
}

/**
 * As `writeEscaped`, with views over both arrays: four bytes at a time as long as none of them is below 0x20, a
 * quote, a backslash or above 0x7f. (The subtractions borrow from the next byte: it may be looked at in vain.)
 */
export function writeEscapedWords(
  target: Uint8Array,
  targetView: DataView,
  at: number,
  source: Uint8Array,
  sourceView: DataView,
  start: number,
  end: number,
): number {
  let out = at;
  let index = start;
  for (const last = end - 4; index <= last; index += 4) {
    const four = sourceView.getInt32(index);
    const quote = (four ^ 0x22222222) - 0x01010101;
    const backslash = (four ^ 0x5c5c5c5c) - 0x01010101;
    const special = four | (four - 0x20202020) | quote | backslash;
    if ((special & 0x80808080) !== 0) return writeEscaped(target, out, source, index, end);
    targetView.setInt32(out, four);
    out += 4;
  }
  for (; index < end; index++) {
    const byte = source[index]!;
    if (ESCAPES[byte] !== 0) return writeEscaped(target, out, source, index, end);
    target[out++] = byte;
  }
  return out;
}

function writeEscape(target: Uint8Array, at: number, byte: number, escape: number): number {
  target[at] = BACKSLASH;
  if (escape !== 1) {
    target[at + 1] = escape;
    return at + 2;
  }
  target[at + 1] = 0x75; // u
  target[at + 2] = target[at + 3] = 0x30;
  target[at + 4] = HEX[byte >> 4]!;
  target[at + 5] = HEX[byte & 15]!;
  return at + 6;
}

/** The one character at source[index], or U+FFFD for what is none. */
function writeValid(target: Uint8Array, at: number, source: Uint8Array, index: number, end: number): number {
  const length = characterLength(source, index, end);
  if (length < 0) return writeCharacter(target, at, 0xfffd);
  for (let step = 0; step < length; step++) target[at + step] = source[index + step]!;
  return at + length;
}

/**
 * Writes text that is JSON already (the inside of a string, or a checked value): bytes that are no UTF-8 become
 * U+FFFD, and line ends between the parts of a value become spaces. At most three times as long.
 */
export function writeJson(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  let out = at;
  for (let index = start; index < end; index++) {
    const byte = source[index]!;
    if (byte >= 0x80) {
      out = writeValid(target, out, source, index, end);
      index += Math.abs(characterLength(source, index, end)) - 1;
    } else target[out++] = byte === LF || byte === CR ? SPACE : byte;
  }
  return out;
}

/** Whether bytes[start, end) is a number as JSON writes them: no plus, no leading zero, no lone dot. */
export function isJsonNumber(bytes: Uint8Array, start: number, end: number): boolean {
  return start < end && jsonNumberEnd(bytes, start, end) === end;
}

/** Index behind the JSON number at bytes[start...], or -1 when there is none. */
export function jsonNumberEnd(bytes: Uint8Array, start: number, end: number): number {
  const whole = bytes[start] === DASH ? start + 1 : start;
  let at = skipDigits(bytes, whole, end);
  if (at === whole || (bytes[whole] === 0x30 && at > whole + 1)) return -1;
  if (at < end && bytes[at] === DOT) {
    const fraction = at + 1;
    at = skipDigits(bytes, fraction, end);
    if (at === fraction) return -1;
  }
  if (at < end && (bytes[at]! | 0x20) === 0x65) {
    const sign = bytes[at + 1];
    const exponent = at + 1 < end && (sign === PLUS || sign === DASH) ? at + 2 : at + 1;
    at = skipDigits(bytes, exponent, end);
    if (at === exponent) return -1;
  }
  return at;
}

/** What the letter behind a backslash stands for. */
const UNESCAPES = new Uint8Array(256);
for (const [letter, byte] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map((pair) =>
  Buffer.from(pair),
)) {
  UNESCAPES[letter!] = byte!;
}

/** Whether the byte may stand behind a backslash, apart from `u`. */
export function isEscapeLetter(byte: number | undefined): boolean {
  return byte !== undefined && UNESCAPES[byte] !== 0;
}

/**
 * Writes what the inside of a JSON string means into target; returns where it ended. Never longer than the source,
 * which has been checked. A surrogate without its other half becomes U+FFFD.
 */
export function writeUnescaped(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  let out = at;
  for (let index = start; index < end; index++) {
    const byte = source[index]!;
    if (byte !== BACKSLASH) target[out++] = byte;
    else if (source[index + 1] !== 0x75) target[out++] = UNESCAPES[source[++index]!]!;
    else {
      let code = hexCode(source, index + 2);
      index += 5;
      const low = isEscapeU(source, index + 1, end) ? hexCode(source, index + 3) : 0;
      if (code >= 0xd800 && code < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + low - 0xdc00;
        index += 6;
      }
      out = writeCharacter(target, out, code);
    }
  }
  return out;
}

function isEscapeU(source: Uint8Array, at: number, end: number): boolean {
  return at + 6 <= end && source[at] === BACKSLASH && source[at + 1] === 0x75;
}

function hexCode(source: Uint8Array, at: number): number {
  let code = 0;
  for (let index = at; index < at + 4; index++) code = code * 16 + hexValue(source[index]!);
  return code;
}

export function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function hexValue(byte: number): number {
  return isDigit(byte) ? byte - 0x30 : (byte | 0x20) - 0x57;
}

/** The JSON text of a string of ours: a key, a constant. Cold. */
export function quoted(text: string): Uint8Array {
  return Buffer.from(JSON.stringify(text.toWellFormed()));
}
