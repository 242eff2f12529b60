// Syslog as RFC 5424 has it: <PRI>VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]. Hot, pure.
// A nil value (`-`) gives no field. A parameter of structured data is a field `id.name`; an element without any is
// `id` = true. A byte order mark before the message is left out.
import {
  BACKSLASH,
  DASH,
  EQUALS,
  isDigit,
  LEFT_BRACKET,
  QUOTE,
  RIGHT_BRACKET,
  skipDigits,
  skipToSpace,
  SPACE,
} from '../ascii.ts';
import type { FieldName, FieldNames } from '../field-names.ts';
import type { LineParser } from '../line-parser.ts';
import { BOOLEAN, type LogRecord, NUMBER, STRING } from '../log-record.ts';
import { SyslogPriority } from './syslog-priority.ts';

const TRUE = Buffer.from('true');

export class Syslog5424Parser implements LineParser {
  readonly #names: FieldNames;
  readonly #priority: SyslogPriority;
  readonly #version: FieldName;
  readonly #timestamp: FieldName;
  readonly #hostname: FieldName;
  readonly #appname: FieldName;
  readonly #procid: FieldName;
  readonly #msgid: FieldName;
  readonly #message: FieldName;

  constructor(names: FieldNames) {
    this.#names = names;
    this.#priority = new SyslogPriority(names);
    this.#version = names.intern('version');
    this.#timestamp = names.intern('timestamp');
    this.#hostname = names.intern('hostname');
    this.#appname = names.intern('appname');
    this.#procid = names.intern('procid');
    this.#msgid = names.intern('msgid');
    this.#message = names.intern('message');
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    record.begin(line, start, end);
    let at = this.#priority.parse(line, start, end, record);
    if (at !== -1) at = this.#header(line, at, end, record);
    if (at !== -1) at = this.#structuredData(line, at, end, record);
    if (at === -1) return false;
    if (at === end) return true;
    if (line[at] !== SPACE) return record.fail(at, 'a space and the message');
    at++;
    if (end - at >= 3 && line[at] === 0xef && line[at + 1] === 0xbb && line[at + 2] === 0xbf) at += 3;
    record.message = record.count;
    record.add(this.#message, STRING, at, end);
    return true;
  }

  #header(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    let at = skipDigits(line, start, end);
    if (at === start || at - start > 3 || line[start] === 0x30)
      return fail(record, start, "the format's version");
    if (at === end || line[at] !== SPACE) return fail(record, at, "a space behind the format's version");
    record.add(this.#version, NUMBER, start, at);
    at++;
    if (at < end && line[at] !== DASH) {
      if (!isDigit(line[at])) return fail(record, at, 'a timestamp, or -');
      record.time = record.count;
    }
    at = token(line, at, end, this.#timestamp, record, 'a timestamp, or -');
    if (at === -1) return -1;
    if (at < end && !(line[at] === DASH && line[at + 1] === SPACE)) record.host = record.count;
    at = token(line, at, end, this.#hostname, record, 'a host name, or -');
    if (at !== -1) at = token(line, at, end, this.#appname, record, 'a name of the application, or -');
    if (at !== -1) at = token(line, at, end, this.#procid, record, 'a process, or -');
    if (at !== -1) at = token(line, at, end, this.#msgid, record, 'an id of the message, or -');
    return at;
  }

  /** Returns the index behind, or -1. */
  #structuredData(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    if (start < end && line[start] === DASH) return start + 1;
    let at = start;
    if (at >= end || line[at] !== LEFT_BRACKET) return fail(record, at, 'structured data, or -');
    while (at !== -1 && at < end && line[at] === LEFT_BRACKET) at = this.#element(line, at + 1, end, record);
    return at;
  }

  #element(line: Uint8Array, idStart: number, end: number, record: LogRecord): number {
    let at = skipName(line, idStart, end);
    const idEnd = at;
    if (idEnd === idStart) return fail(record, at, 'an id of structured data');
    if (at < end && line[at] === RIGHT_BRACKET) {
      record.addFrom(this.#names.internBytes(line, idStart, idEnd), BOOLEAN, TRUE, 0, TRUE.length);
    }
    while (at < end && line[at] === SPACE) {
      const nameStart = at + 1;
      at = skipName(line, nameStart, end);
      if (at === nameStart) return fail(record, at, 'a name of structured data');
      if (at + 1 >= end || line[at] !== EQUALS || line[at + 1] !== QUOTE) return fail(record, at, '="value"');
      const name = this.#paramName(line, idStart, idEnd, nameStart, at, record);
      at = addValue(line, at + 2, end, name, record);
      if (at === -1) return -1;
    }
    return at < end && line[at] === RIGHT_BRACKET ? at + 1 : fail(record, at, '] or a space and a name');
  }

  /** `id.name`, put together in the record's scratch. */
  #paramName(
    line: Uint8Array,
    idStart: number,
    idEnd: number,
    start: number,
    end: number,
    record: LogRecord,
  ): FieldName {
    record.reserveScratch(idEnd - idStart + 1 + end - start);
    const { scratch, scratchLength } = record;
    let to = scratchLength;
    for (let at = idStart; at < idEnd; at++) scratch[to++] = line[at]!;
    scratch[to++] = 0x2e;
    for (let at = start; at < end; at++) scratch[to++] = line[at]!;
    return this.#names.internBytes(scratch, scratchLength, to);
  }
}

/** A header's word and the space behind it; returns the index behind that, or -1. */
function token(
  line: Uint8Array,
  start: number,
  end: number,
  name: FieldName,
  record: LogRecord,
  expected: string,
): number {
  const at = skipToSpace(line, start, end);
  if (at === start || at === end) return fail(record, at, expected);
  if (at > start + 1 || line[start] !== DASH) record.add(name, STRING, start, at);
  return at + 1;
}

/** SD-NAME: printable, but no space, `=`, `]` or quote. */
function skipName(line: Uint8Array, start: number, end: number): number {
  let at = start;
  while (
    at < end &&
    line[at]! > SPACE &&
    line[at] !== EQUALS &&
    line[at] !== RIGHT_BRACKET &&
    line[at] !== QUOTE
  )
    at++;
  return at;
}

/** The value up to its closing quote; `\"`, `\\` and `\]` stand for what is behind the backslash (section 6.3.3). */
function addValue(line: Uint8Array, start: number, end: number, name: FieldName, record: LogRecord): number {
  let at = start;
  let hasEscapes = false;
  while (at < end && line[at] !== QUOTE) {
    if (line[at] === BACKSLASH) {
      hasEscapes = true;
      at++;
    }
    at++;
  }
  if (at >= end) return fail(record, end, 'a closing double quote');
  if (hasEscapes) addUnescaped(line, start, at, name, record);
  else record.add(name, STRING, start, at);
  return at + 1;
}

function addUnescaped(
  line: Uint8Array,
  start: number,
  end: number,
  name: FieldName,
  record: LogRecord,
): void {
  record.reserveScratch(end - start);
  const { scratch, scratchLength } = record;
  let to = scratchLength;
  for (let at = start; at < end; at++) {
    const next = line[at + 1];
    const escapes =
      line[at] === BACKSLASH && (next === QUOTE || next === BACKSLASH || next === RIGHT_BRACKET);
    if (escapes) at++;
    scratch[to++] = line[at]!;
  }
  record.scratchLength = to;
  record.addFrom(name, STRING, scratch, scratchLength, to);
}

function fail(record: LogRecord, at: number, expected: string): -1 {
  record.fail(at, expected);
  return -1;
}
