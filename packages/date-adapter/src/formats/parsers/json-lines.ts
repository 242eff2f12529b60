// JSON lines: one object per line, its members as fields in their order. Hot, pure.
// Strings without escapes are plain ranges; those with escapes, and nested values, stay JSON text: an output that
// writes JSON copies them. Anything but one valid object is unparsable.
import { LEFT_BRACE, QUOTE, RIGHT_BRACE, COMMA } from '../ascii.ts';
import type { FieldName, FieldNames } from '../field-names.ts';
import { JsonScanner, skipSpace } from '../json-scanner.ts';
import { writeUnescaped } from '../json-text.ts';
import type { LineParser } from '../line-parser.ts';
import {
  BOOLEAN,
  type FieldKind,
  JSON_STRING,
  JSON_VALUE,
  type LogRecord,
  NUMBER,
  STRING,
} from '../log-record.ts';

export class JsonLinesParser implements LineParser {
  readonly #names: FieldNames;
  readonly #scanner = new JsonScanner();

  constructor(names: FieldNames) {
    this.#names = names;
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    record.begin(line, start, end);
    let at = skipSpace(line, start, end);
    if (at >= end || line[at] !== LEFT_BRACE) return record.fail(at, 'a JSON object');
    at = skipSpace(line, at + 1, end);
    if (at < end && line[at] === RIGHT_BRACE) at++;
    else at = this.#members(line, at, end, record);
    if (at === -1) return false;
    at = skipSpace(line, at, end);
    return at === end || record.fail(at, 'nothing behind the JSON object');
  }

  /** Index behind the closing brace, or -1. */
  #members(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    let at = start;
    for (;;) {
      at = this.#member(line, at, end, record);
      if (at === -1) {
        record.fail(this.#scanner.failedAt, this.#scanner.expected);
        return -1;
      }
      at = skipSpace(line, at, end);
      const byte = at < end ? line[at] : 0;
      if (byte === RIGHT_BRACE) return at + 1;
      if (byte !== COMMA) {
        record.fail(at, 'a comma or }');
        return -1;
      }
      at = skipSpace(line, at + 1, end);
    }
  }

  #member(line: Uint8Array, keyStart: number, end: number, record: LogRecord): number {
    const scanner = this.#scanner;
    scanner.hasEscapes = false;
    const start = scanner.key(line, keyStart, end);
    if (start === -1) return -1;
    const name = this.#name(line, keyStart + 1, scanner.keyEnd, scanner.hasEscapes, record);
    const behind = scanner.value(line, start, end);
    if (behind === -1) return -1;
    const first = line[start];
    if (first !== QUOTE) record.addNamed(name, unquotedKind(first!), line, start, behind);
    else record.addNamed(name, scanner.hasEscapes ? JSON_STRING : STRING, line, start + 1, behind - 1);
    return behind;
  }

  #name(line: Uint8Array, start: number, end: number, hasEscapes: boolean, record: LogRecord): FieldName {
    if (!hasEscapes) return this.#names.internBytes(line, start, end);
    record.reserveScratch(end - start);
    const from = record.scratchLength;
    const to = writeUnescaped(record.scratch, from, line, start, end);
    return this.#names.internBytes(record.scratch, from, to);
  }
}

function unquotedKind(first: number): FieldKind {
  if (first === 0x74 || first === 0x66) return BOOLEAN; // t, f
  return first === 0x6e || first === LEFT_BRACE || first === 0x5b ? JSON_VALUE : NUMBER;
}
