// Finds the end of a JSON value (RFC 8259) and checks it on the way, without building it. Hot, pure, not recursive:
// the open brackets of hostile input are bits of a stack of fixed depth.
// Invariant: says yes to exactly what JSON.parse takes (bytes that are no UTF-8 in strings apart), up to that depth.
import {
  BACKSLASH,
  COLON,
  COMMA,
  CR,
  isDigit,
  DASH,
  LEFT_BRACE,
  LEFT_BRACKET,
  LF,
  QUOTE,
  RIGHT_BRACE,
  RIGHT_BRACKET,
  SPACE,
  startsWith,
  TAB,
} from './ascii.ts';
import { isEscapeLetter, isHexDigit, jsonNumberEnd } from './json-text.ts';

/** Deeper nesting is nobody's log line. */
const DEEPEST = 512;

const WORDS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

export class JsonScanner {
  /** After -1: where, and what had to be there. */
  failedAt = 0;
  expected = '';
  /** Whether the string last scanned has escapes. */
  hasEscapes = false;
  /** Where the inside of the key last scanned ends. */
  keyEnd = 0;
  /** Brackets still open, where #afterValue stopped. */
  #depth = 0;
  readonly #isObject = new Uint8Array(DEEPEST);

  /** Index behind the value at bytes[start...] (no space before it), or -1. */
  value(bytes: Uint8Array, start: number, end: number): number {
    let depth = 0;
    let at = start;
    for (;;) {
      const byte = at < end ? bytes[at]! : 0;
      if (byte === LEFT_BRACE || byte === LEFT_BRACKET) {
        if (depth === DEEPEST) return this.#fail(at, 'less deeply nested JSON');
        this.#isObject[depth++] = byte === LEFT_BRACE ? 1 : 0;
        at = skipSpace(bytes, at + 1, end);
        if (at < end && bytes[at] === (byte === LEFT_BRACE ? RIGHT_BRACE : RIGHT_BRACKET)) {
          depth--;
          at++;
        } else {
          if (byte === LEFT_BRACE) at = this.key(bytes, at, end);
          if (at === -1) return -1;
          continue;
        }
      } else {
        at = this.scalar(bytes, at, end);
        if (at === -1) return -1;
      }
      at = this.#afterValue(bytes, at, end, depth);
      if (at === -1) return -1;
      if (this.#depth === 0) return at;
      depth = this.#depth;
    }
  }

  /** Behind a value: closes what closes; the index of the next value, or behind the last when #depth is 0. */
  #afterValue(bytes: Uint8Array, start: number, end: number, depth: number): number {
    let at = start;
    this.#depth = depth;
    while (this.#depth > 0) {
      at = skipSpace(bytes, at, end);
      const isObject = this.#isObject[this.#depth - 1] === 1;
      const byte = at < end ? bytes[at] : 0;
      if (byte === COMMA) {
        at = skipSpace(bytes, at + 1, end);
        return isObject ? this.key(bytes, at, end) : at;
      }
      if (byte !== (isObject ? RIGHT_BRACE : RIGHT_BRACKET)) {
        return this.#fail(at, isObject ? 'a comma or }' : 'a comma or ]');
      }
      at++;
      this.#depth--;
    }
    return at;
  }

  /** Index of the value behind `"key" :` at bytes[start...], or -1. */
  key(bytes: Uint8Array, start: number, end: number): number {
    if (start >= end || bytes[start] !== QUOTE) return this.#fail(start, 'a key in double quotes');
    const behind = this.string(bytes, start + 1, end);
    if (behind === -1) return -1;
    this.keyEnd = behind - 1;
    const at = skipSpace(bytes, behind, end);
    if (at >= end || bytes[at] !== COLON) return this.#fail(at, 'a colon');
    return skipSpace(bytes, at + 1, end);
  }

  /** Index behind a string, number or word, or -1. */
  scalar(bytes: Uint8Array, start: number, end: number): number {
    const byte = start < end ? bytes[start]! : 0;
    if (byte === QUOTE) return this.string(bytes, start + 1, end);
    if (byte === DASH || isDigit(byte)) {
      const at = jsonNumberEnd(bytes, start, end);
      return at === -1 ? this.#fail(start, 'a number as JSON has it') : at;
    }
    for (const word of WORDS) if (startsWith(bytes, start, end, word)) return start + word.length;
    return this.#fail(start, 'a JSON value');
  }

  /** Index behind the closing quote of the string whose inside begins at `start`, or -1. */
  string(bytes: Uint8Array, start: number, end: number): number {
    this.hasEscapes = false;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) return at + 1;
      if (byte < SPACE) return this.#fail(at, 'no control character inside a string');
      if (byte !== BACKSLASH) continue;
      this.hasEscapes = true;
      const behind = this.#escape(bytes, at + 1, end);
      if (behind === -1) return this.#fail(at, 'an escape that JSON has');
      at = behind - 1;
    }
    return this.#fail(end, 'a closing double quote');
  }

  #escape(bytes: Uint8Array, at: number, end: number): number {
    if (at >= end) return -1;
    if (bytes[at] !== 0x75) return isEscapeLetter(bytes[at]) ? at + 1 : -1;
    if (at + 5 > end) return -1;
    for (let digit = at + 1; digit < at + 5; digit++) if (!isHexDigit(bytes[digit])) return -1;
    return at + 5;
  }

  #fail(at: number, expected: string): -1 {
    this.failedAt = at;
    this.expected = expected;
    return -1;
  }
}

/** What JSON calls whitespace. */
export function skipSpace(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = bytes[at];
    if (byte !== SPACE && byte !== TAB && byte !== LF && byte !== CR) return at;
    at++;
  }
  return at;
}
