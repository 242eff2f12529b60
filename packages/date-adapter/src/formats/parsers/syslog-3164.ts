// Syslog as most programs write it (RFC 3164, BSD): [<PRI>]Mmm dd hh:mm:ss host tag[pid]: message. Hot, pure.
// Files written by a syslog daemon have no <PRI>. The stamp may also be RFC 3339 (rsyslog's and systemd's default).
// What stands before the message is a convention: without a tag, all that follows the host is message.
import {
  COLON,
  isDigit,
  isLetter,
  LEFT_BRACKET,
  LESS,
  RIGHT_BRACKET,
  skipBlanks,
  skipToSpace,
  SPACE,
} from '../ascii.ts';
import type { FieldName, FieldNames } from '../field-names.ts';
import type { LineParser } from '../line-parser.ts';
import { type LogRecord, NUMBER, STRING } from '../log-record.ts';
import { SyslogPriority } from './syslog-priority.ts';

/** Per column of `Mmm dd hh:mm:ss`: a letter, a digit, a digit or space, or the byte itself. */
const STAMP = Buffer.from('aaa #0 00:00:00');
const LETTER = 0x61;
const DIGIT = 0x30;
const DIGIT_OR_SPACE = 0x23;

/** Section 4.1.3 says 32 alphanumerics; programs do not care, but a sentence is no tag. */
const LONGEST_TAG = 64;

export class Syslog3164Parser implements LineParser {
  readonly #priority: SyslogPriority;
  readonly #timestamp: FieldName;
  readonly #hostname: FieldName;
  readonly #appname: FieldName;
  readonly #procid: FieldName;
  readonly #message: FieldName;

  constructor(names: FieldNames) {
    this.#priority = new SyslogPriority(names);
    this.#timestamp = names.intern('timestamp');
    this.#hostname = names.intern('hostname');
    this.#appname = names.intern('appname');
    this.#procid = names.intern('procid');
    this.#message = names.intern('message');
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    record.begin(line, start, end);
    let at = start;
    if (start < end && line[start] === LESS) at = this.#priority.parse(line, start, end, record);
    if (at === -1) return false;
    const stampEnd = isDigit(line[at]) ? rfc3339End(line, at, end) : bsdStampEnd(line, at, end);
    if (stampEnd === -1 || stampEnd >= end || line[stampEnd] !== SPACE) {
      return record.fail(at, 'a time stamp (Mmm dd hh:mm:ss) and a space');
    }
    record.time = record.count;
    record.add(this.#timestamp, STRING, at, stampEnd);
    const hostEnd = skipToSpace(line, stampEnd + 1, end);
    if (hostEnd === stampEnd + 1 || hostEnd === end) return record.fail(stampEnd + 1, 'a host and a space');
    record.host = record.count;
    record.add(this.#hostname, STRING, stampEnd + 1, hostEnd);
    const messageStart = this.#tag(line, hostEnd + 1, end, record);
    record.message = record.count;
    record.add(this.#message, STRING, messageStart, end);
    return true;
  }

  /** `tag[pid]: ` or `tag: `; returns where the message begins. */
  #tag(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    const last = Math.min(end, start + LONGEST_TAG);
    let at = start;
    while (at < last && line[at]! > SPACE && line[at] !== COLON && line[at] !== LEFT_BRACKET) at++;
    const tagEnd = at;
    if (tagEnd === start || at >= last) return start;
    let pidEnd = -1;
    if (line[at] === LEFT_BRACKET) {
      while (at < last && line[at] !== RIGHT_BRACKET) at++;
      pidEnd = at++;
    }
    if (at >= end || line[at] !== COLON) return start;
    record.add(this.#appname, STRING, start, tagEnd);
    if (pidEnd > tagEnd + 1)
      record.add(this.#procid, isDigit(line[tagEnd + 1]) ? NUMBER : STRING, tagEnd + 1, pidEnd);
    return skipBlanks(line, at + 1, end);
  }
}

function bsdStampEnd(line: Uint8Array, start: number, end: number): number {
  if (end - start < STAMP.length) return -1;
  for (let column = 0; column < STAMP.length; column++) {
    const byte = line[start + column]!;
    const shape = STAMP[column]!;
    if (shape === LETTER) {
      if (!isLetter(byte)) return -1;
    } else if (shape === DIGIT || shape === DIGIT_OR_SPACE) {
      if (!isDigit(byte) && !(shape === DIGIT_OR_SPACE && byte === SPACE)) return -1;
    } else if (byte !== shape) return -1;
  }
  return start + STAMP.length;
}

/** `2023-01-01T00:00:00` and whatever fraction and zone, up to the space. */
function rfc3339End(line: Uint8Array, start: number, end: number): number {
  const at = skipToSpace(line, start, end);
  return at - start >= 19 && line[start + 4] === 0x2d && line[start + 10] === 0x54 ? at : -1;
}
