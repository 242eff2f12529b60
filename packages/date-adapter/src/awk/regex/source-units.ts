// The source of a regular expression as the parser reads it: code points (or bytes in byte mode), each with its place
// in the source. Octal and hexadecimal escapes are replaced first, since two of them may spell one character in UTF-8.
// They stand for their characters, never for operators: `\052` is a star (mawk, onetrue-awk, goawk, gawk in its
// traditional mode; gawk else takes it as if `*` had been written).

import { codePointAt, lengthAt } from './utf8-sequence.ts';

/** One unit is a code point, or a byte in byte mode; units[i] was written at origins[i] of the source. */
export type SourceUnits = { readonly units: readonly number[]; readonly origins: readonly number[] };

type Spelled = { bytes: number[]; origins: number[] };

/** @param hexEscapes whether `\xhh` is an escape (not in POSIX awk) */
export function sourceUnits(
  source: Uint8Array | string,
  options: { utf8: boolean; hexEscapes: boolean },
): SourceUnits {
  const spelled = withoutNumericEscapes(
    typeof source === 'string' ? bytesOfText(source, options.utf8) : bytesAsGiven(source),
    options.hexEscapes,
  );
  if (!options.utf8) return { units: spelled.bytes, origins: spelled.origins };
  const bytes = Uint8Array.from(spelled.bytes);
  const units: number[] = [];
  const origins: number[] = [];
  for (let at = 0; at < bytes.length; at += lengthAt(bytes, at, bytes.length)) {
    units.push(codePointAt(bytes, at, bytes.length));
    origins.push(spelled.origins[at]!);
  }
  return { units, origins };
}

function bytesAsGiven(source: Uint8Array): Spelled {
  return { bytes: Array.from(source), origins: Array.from(source, (_, at) => at) };
}

/** A string holds characters, and U+DC80..U+DCFF for bytes that are none; in byte mode U+0080..U+00FF are bytes. */
function bytesOfText(text: string, utf8: boolean): Spelled {
  const spelled: Spelled = { bytes: [], origins: [] };
  const encoder = new TextEncoder();
  let at = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    const bytes =
      point >= 0xdc80 && point <= 0xdcff
        ? [point - 0xdc00]
        : utf8 || point > 0xff
          ? encoder.encode(character)
          : [point];
    for (const byte of bytes) {
      spelled.bytes.push(byte);
      spelled.origins.push(at);
    }
    at += character.length;
  }
  return spelled;
}

function withoutNumericEscapes(from: Spelled, hexEscapes: boolean): Spelled {
  const to: Spelled = { bytes: [], origins: [] };
  for (let at = 0; at < from.bytes.length;) {
    const escape = from.bytes[at] === BACKSLASH ? numericEscape(from.bytes, at + 1, hexEscapes) : undefined;
    const taken = escape === undefined ? (from.bytes[at] === BACKSLASH ? 2 : 1) : escape.length + 1;
    const bytes = escape === undefined ? from.bytes.slice(at, at + taken) : spelledAlone(escape.byte);
    bytes.forEach((byte, index) => {
      to.bytes.push(byte);
      to.origins.push(from.origins[at + (escape === undefined ? index : 0)]!);
    });
    at += taken;
  }
  return to;
}

const BACKSLASH = 0x5c;
/** What would be an operator if it were written as it is. */
const OPERATORS: ReadonlySet<number> = new Set(Array.from('.[]()*+?{}|^$\\-', (one) => one.charCodeAt(0)));

/** The byte as a character that stands for itself. */
function spelledAlone(byte: number): number[] {
  return OPERATORS.has(byte) ? [BACKSLASH, byte] : [byte];
}

/** `ddd` with one to three octal digits, or `xhh` with one or two hexadecimal ones. */
function numericEscape(
  bytes: readonly number[],
  at: number,
  hexEscapes: boolean,
): { byte: number; length: number } | undefined {
  const text = String.fromCharCode(...bytes.slice(at, at + 3));
  const octal = /^[0-7]{1,3}/.exec(text)?.[0];
  if (octal !== undefined) return { byte: Number.parseInt(octal, 8) & 0xff, length: octal.length };
  const hex = hexEscapes ? /^x([\dA-Fa-f]{1,2})/.exec(text)?.[1] : undefined;
  return hex === undefined ? undefined : { byte: Number.parseInt(hex, 16), length: hex.length + 1 };
}
