// Apache httpd's error log: `[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 43286] [client 1.2.3.4:5] text`.
// Hot, pure. Also as 2.2 wrote it, without module and process. What else is in brackets before the text is part of it.
import { COLON, isDigit, LEFT_BRACKET, RIGHT_BRACKET, skipDigits, SPACE, startsWith } from '../ascii.ts';
import type { FieldName, FieldNames } from '../field-names.ts';
import type { LineParser } from '../line-parser.ts';
import { type LogRecord, NUMBER, STRING } from '../log-record.ts';

const PID = Buffer.from('[pid ');
const TID = Buffer.from(':tid ');
const CLIENT = Buffer.from('[client ');
const REMOTE = Buffer.from('[remote ');
/** `Fri Sep 09 10:42:29 2011` */
const SHORTEST_TIME = 24;

export class ApacheErrorParser implements LineParser {
  readonly #timestamp: FieldName;
  readonly #module: FieldName;
  readonly #level: FieldName;
  readonly #pid: FieldName;
  readonly #tid: FieldName;
  readonly #client: FieldName;
  readonly #message: FieldName;

  constructor(names: FieldNames) {
    this.#timestamp = names.intern('timestamp');
    this.#module = names.intern('module');
    this.#level = names.intern('level');
    this.#pid = names.intern('pid');
    this.#tid = names.intern('tid');
    this.#client = names.intern('client');
    this.#message = names.intern('message');
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    record.begin(line, start, end);
    const timeEnd = bracketEnd(line, start, end);
    if (timeEnd - start - 2 < SHORTEST_TIME)
      return record.fail(start, '[a time like Fri Sep 09 10:42:29 2011]');
    record.time = 0;
    record.add(this.#timestamp, STRING, start + 1, timeEnd - 1);
    let at = this.#levelAt(line, timeEnd, end, record);
    if (at === -1) return record.fail(timeEnd, ' [level] or [module:level]');
    at = this.#process(line, at, end, record);
    const isClient = startsWith(line, at + 1, end, CLIENT) || startsWith(line, at + 1, end, REMOTE);
    const clientEnd = isClient && line[at] === SPACE ? bracketEnd(line, at + 1, end) : -1;
    if (clientEnd !== -1) {
      record.add(this.#client, STRING, at + 1 + CLIENT.length, clientEnd - 1);
      at = clientEnd;
    }
    if (at < end && line[at] === SPACE) at++;
    record.message = record.count;
    record.add(this.#message, STRING, at, end);
    return true;
  }

  /** ` [core:error]` or ` [error]`; returns the index behind, or -1. */
  #levelAt(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    if (start >= end || line[start] !== SPACE) return -1;
    const behind = bracketEnd(line, start + 1, end);
    if (behind < start + 4) return -1;
    let colon = start + 2;
    while (colon < behind && line[colon] !== COLON) colon++;
    if (colon < behind && colon > start + 2) record.add(this.#module, STRING, start + 2, colon);
    record.level = record.count;
    record.add(this.#level, STRING, colon < behind ? colon + 1 : start + 2, behind - 1);
    return behind;
  }

  /** ` [pid 35708:tid 43286]` or nothing; returns the index behind. */
  #process(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    if (start >= end || line[start] !== SPACE || !startsWith(line, start + 1, end, PID)) return start;
    const pid = start + 1 + PID.length;
    const pidEnd = skipDigits(line, pid, end);
    let at = pidEnd;
    const tid = startsWith(line, at, end, TID) && isDigit(line[at + TID.length]) ? at + TID.length : -1;
    if (tid !== -1) at = skipDigits(line, tid, end);
    if (pidEnd === pid || at >= end || line[at] !== RIGHT_BRACKET) return start;
    record.add(this.#pid, NUMBER, pid, pidEnd);
    if (tid !== -1) record.add(this.#tid, NUMBER, tid, at);
    return at + 1;
  }
}

/** Index behind the bracket that closes the one at `start`, or -1. */
function bracketEnd(line: Uint8Array, start: number, end: number): number {
  if (start >= end || line[start] !== LEFT_BRACKET) return -1;
  for (let at = start + 1; at < end; at++) if (line[at] === RIGHT_BRACKET) return at + 1;
  return -1;
}
