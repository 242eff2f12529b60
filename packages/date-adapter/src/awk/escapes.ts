// Escape sequences of string constants (POSIX awk, "Lexical Conventions", table of escape sequences; gawk manual,
// "Escape Sequences"). For the lexer, and for values given as `-v name=text` or as operands, which POSIX reads the
// same way. An escape that is no escape stands for its character, as gawk, original-awk and busybox have it
// (mawk keeps the backslash).
import { textCodec } from './interpreter/bytes.ts';

const PLAIN: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\n', ''], // a line goes on
  ['\r\n', ''],
]);

/** At a backslash. The groups: octal byte, hexadecimal byte, code point, any other character. */
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,8})|(\r\n|[^]))/gu;

/** @param body what stands between the quotes @returns the text it means, in the text model */
export function resolveEscapes(body: string, options: { posix: boolean }): string {
  let madeBytes = false;
  const text = body.replace(ESCAPE, (_, octal?: string, hex?: string, point?: string, other = '') => {
    if (point !== undefined) return options.posix ? `u${point}` : character(Number.parseInt(point, 16));
    if (octal === undefined && hex === undefined) return PLAIN.get(other) ?? other;
    const byte = octal === undefined ? Number.parseInt(hex ?? '0', 16) : Number.parseInt(octal, 8) & 0xff;
    madeBytes ||= byte > 0x7f;
    return String.fromCharCode(byte > 0x7f ? 0xdc00 + byte : byte);
  });
  return madeBytes ? joinBytes(text) : text;
}

/** What is no character is a question mark, as in gawk. */
function character(point: number): string {
  return point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? '?' : String.fromCodePoint(point);
}

/** Bytes that were written one by one, as "\303\251", may be a character together. */
function joinBytes(text: string): string {
  const codec = textCodec(true);
  return codec.decode(codec.encode(text));
}
