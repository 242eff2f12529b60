// logfmt: `key=value key="quoted \"value\"" bare`. Hot, pure.
// A bare key is true. Anything goes as a key but spaces, `=` and quotes; a line without a single `=` is unparsable,
// for it would be prose. Values are strings, numbers where they look like one.
import { BACKSLASH, EQUALS, isBlank, QUOTE, skipBlanks } from '../ascii.ts';
import type { FieldNames } from '../field-names.ts';
import { JsonScanner } from '../json-scanner.ts';
import { isJsonNumber, writeUnescaped } from '../json-text.ts';
import type { LineParser } from '../line-parser.ts';
import { BOOLEAN, type FieldKind, type LogRecord, NUMBER, STRING } from '../log-record.ts';

const TRUE = Buffer.from('true');

export class LogfmtParser implements LineParser {
  readonly #names: FieldNames;
  readonly #scanner = new JsonScanner();
  #hasPair = false;

  constructor(names: FieldNames) {
    this.#names = names;
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    record.begin(line, start, end);
    this.#hasPair = false;
    if (!this.pairs(line, start, end, record)) return false;
    return this.#hasPair || record.fail(start, 'key=value');
  }

  /** Adds the pairs of line[start, end) to a record that was begun; for formats that end in logfmt, too. */
  pairs(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    let at = skipBlanks(line, start, end);
    while (at < end) {
      const keyStart = at;
      while (at < end && !isBlank(line[at]) && line[at] !== EQUALS && line[at] !== QUOTE) at++;
      if (at === keyStart || (at < end && line[at] === QUOTE)) return record.fail(at, 'a key');
      const name = this.#names.internBytes(line, keyStart, at);
      if (at < end && line[at] === EQUALS) {
        this.#hasPair = true;
        at = this.#value(line, at + 1, end, record);
        if (at === -1) return false;
        record.addNamed(name, this.#kind, this.#source, this.#from, this.#to);
      } else record.addNamed(name, BOOLEAN, TRUE, 0, TRUE.length);
      at = skipBlanks(line, at, end);
    }
    return true;
  }

  /** The value that #value has found. */
  #source: Uint8Array = TRUE;
  #from = 0;
  #to = 0;
  #kind: FieldKind = STRING;

  #value(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    if (start < end && line[start] === QUOTE) return this.#quoted(line, start + 1, end, record);
    let at = start;
    while (at < end && !isBlank(line[at])) at++;
    this.#found(line, start, at, isJsonNumber(line, start, at) ? NUMBER : STRING);
    return at;
  }

  #quoted(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    let behind = this.#scanner.string(line, start, end);
    if (behind !== -1) {
      if (!this.#scanner.hasEscapes) this.#found(line, start, behind - 1, STRING);
      else {
        record.reserveScratch(behind - 1 - start);
        const from = record.scratchLength;
        record.scratchLength = writeUnescaped(record.scratch, from, line, start, behind - 1);
        this.#found(record.scratch, from, record.scratchLength, STRING);
      }
    } else {
      // Not JSON's escapes (Go's \x00, a lone backslash): the value stays as it is written.
      behind = closingQuote(line, start, end) + 1;
      if (behind === 0) record.fail(end, 'a closing double quote');
      else this.#found(line, start, behind - 1, STRING);
      if (behind === 0) return -1;
    }
    if (behind < end && !isBlank(line[behind])) {
      record.fail(behind, 'a space behind the quoted value');
      return -1;
    }
    return behind;
  }

  #found(source: Uint8Array, from: number, to: number, kind: FieldKind): void {
    this.#source = source;
    this.#from = from;
    this.#to = to;
    this.#kind = kind;
  }
}

function closingQuote(line: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (line[at] === BACKSLASH) at++;
    else if (line[at] === QUOTE) return at;
  }
  return -1;
}
