// nginx's error log: `2023/01/01 00:00:16 [error] 12#34: *56 message, client: 1.2.3.4, server: _, request: "..."`.
// Hot, pure. What nginx adds behind the message about the request becomes fields; the message ends before it.
import { COLON, COMMA, indexOfWord, QUOTE, RIGHT_BRACKET, skipDigits, SPACE, startsWith } from '../ascii.ts';
import type { FieldName, FieldNames } from '../field-names.ts';
import type { LineParser } from '../line-parser.ts';
import { type LogRecord, NUMBER, STRING } from '../log-record.ts';
import { StampShape } from './stamp-shape.ts';

const STAMP = new StampShape('yyyy/MM/dd HH:mm:ss');
const CLIENT = Buffer.from(', client: ');
/** In the order in which nginx writes them. */
const ADDED = ['client', 'server', 'request', 'subrequest', 'upstream', 'host', 'referrer'];

export class NginxErrorParser implements LineParser {
  readonly #timestamp: FieldName;
  readonly #level: FieldName;
  readonly #pid: FieldName;
  readonly #tid: FieldName;
  readonly #connection: FieldName;
  readonly #message: FieldName;
  readonly #added: readonly { readonly name: FieldName; readonly head: Uint8Array }[];
  readonly #rest: FieldName;

  constructor(names: FieldNames) {
    this.#timestamp = names.intern('timestamp');
    this.#level = names.intern('level');
    this.#pid = names.intern('pid');
    this.#tid = names.intern('tid');
    this.#connection = names.intern('connection');
    this.#message = names.intern('message');
    this.#added = ADDED.map((name) => ({ name: names.intern(name), head: Buffer.from(`, ${name}: `) }));
    this.#rest = names.intern('rest');
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    record.begin(line, start, end);
    const stampEnd = STAMP.match(line, start, end);
    if (stampEnd === -1) return record.fail(start, 'yyyy/MM/dd HH:mm:ss');
    if (stampEnd + 2 >= end || line[stampEnd] !== SPACE || line[stampEnd + 1] !== 0x5b) {
      return record.fail(stampEnd, 'a space and [level]');
    }
    let levelEnd = stampEnd + 2;
    while (levelEnd < end && line[levelEnd] !== RIGHT_BRACKET) levelEnd++;
    if (levelEnd + 1 >= end || line[levelEnd + 1] !== SPACE) return record.fail(levelEnd, '] and a space');
    record.time = 0;
    record.add(this.#timestamp, STRING, start, stampEnd);
    record.level = 1;
    record.add(this.#level, STRING, stampEnd + 2, levelEnd);
    const at = this.#process(line, levelEnd + 2, end, record);
    if (at === -1) return false;
    this.#text(line, at, end, record);
    return true;
  }

  /** `12#34: *56 `; returns where the message begins, or -1. */
  #process(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    const pidEnd = skipDigits(line, start, end);
    const tidEnd = skipDigits(line, pidEnd + 1, end);
    const isPair = pidEnd > start && pidEnd < end && line[pidEnd] === 0x23 && tidEnd > pidEnd + 1;
    if (!isPair || tidEnd + 1 >= end || line[tidEnd] !== COLON || line[tidEnd + 1] !== SPACE) {
      record.fail(start, 'process#thread: ');
      return -1;
    }
    record.add(this.#pid, NUMBER, start, pidEnd);
    record.add(this.#tid, NUMBER, pidEnd + 1, tidEnd);
    const at = tidEnd + 2;
    const connectionEnd = at < end && line[at] === 0x2a ? skipDigits(line, at + 1, end) : at;
    if (connectionEnd <= at + 1 || connectionEnd >= end || line[connectionEnd] !== SPACE) return at;
    record.add(this.#connection, NUMBER, at + 1, connectionEnd);
    return connectionEnd + 1;
  }

  #text(line: Uint8Array, start: number, end: number, record: LogRecord): void {
    const client = indexOfWord(line, CLIENT, start, end);
    record.message = record.count;
    record.add(this.#message, STRING, start, client === -1 ? end : client);
    let at = client === -1 ? end : client;
    for (const { name, head } of this.#added) {
      if (!startsWith(line, at, end, head)) continue;
      const from = at + head.length;
      const isQuoted = from < end && line[from] === QUOTE;
      at = isQuoted ? quotedEnd(line, from + 1, end) : plainEnd(line, from, end);
      if (isQuoted) record.add(name, STRING, from + 1, Math.max(from + 1, at - 1));
      else record.add(name, STRING, from, at);
    }
    if (at < end) record.add(this.#rest, STRING, at, end);
  }
}

/** Index behind the quote that closes: one before `, ` or the end of the line. */
function quotedEnd(line: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (line[at] === QUOTE && (at + 1 === end || line[at + 1] === COMMA)) return at + 1;
  }
  return end;
}

function plainEnd(line: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && !(line[at] === COMMA && at + 1 < end && line[at + 1] === SPACE)) at++;
  return at;
}
