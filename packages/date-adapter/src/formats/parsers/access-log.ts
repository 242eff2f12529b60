// Access logs of nginx (combined) and Apache httpd (common, combined, with a virtual host before them). Hot, pure.
//   host ident user [time] "request" status bytes ["referer" "agent" [more]]
// A `-` that stands for "no value" gives no field. Values stay as they are written: nginx's \x22 and Apache's \"
// are not decoded. A request that is none (a TLS hello, an empty line) is one field `request` instead of three.
import {
  BACKSLASH,
  DASH,
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
import { type LogRecord, NUMBER, STRING } from '../log-record.ts';

/** What the fields are called, in the order of the line. */
export type AccessLogNames = {
  readonly virtualHost?: string;
  readonly host: string;
  readonly ident?: string;
  readonly user: string;
  readonly time: string;
  readonly status: string;
  readonly bytes: string;
  readonly referer: string;
  readonly agent: string;
};

/** As nginx calls its variables. */
export const NGINX_NAMES: AccessLogNames = {
  host: 'remote_addr',
  user: 'remote_user',
  time: 'time_local',
  status: 'status',
  bytes: 'body_bytes_sent',
  referer: 'http_referer',
  agent: 'http_user_agent',
};

/** As the documentation of Apache's mod_log_config calls them. */
export const APACHE_NAMES: AccessLogNames = {
  host: 'remote_host',
  ident: 'remote_logname',
  user: 'remote_user',
  time: 'time',
  status: 'status',
  bytes: 'bytes_sent',
  referer: 'referer',
  agent: 'user_agent',
};

/** `01/Jan/2023:00:00:16 +0000`: the place of the bracket to look at first. */
const TIME_BYTES = 26;

const HTTP = Buffer.from('HTTP/');

export class AccessLogParser implements LineParser {
  readonly #virtualHost: FieldName | undefined;
  readonly #host: FieldName;
  readonly #ident: FieldName;
  readonly #user: FieldName;
  readonly #time: FieldName;
  readonly #request: FieldName;
  readonly #method: FieldName;
  readonly #path: FieldName;
  readonly #httpVersion: FieldName;
  readonly #status: FieldName;
  readonly #bytes: FieldName;
  readonly #referer: FieldName;
  readonly #agent: FieldName;
  readonly #rest: FieldName;

  constructor(names: FieldNames, called: AccessLogNames) {
    const { virtualHost } = called;
    this.#virtualHost = virtualHost === undefined ? undefined : names.intern(virtualHost);
    this.#host = names.intern(called.host);
    this.#ident = names.intern(called.ident ?? 'remote_logname');
    this.#user = names.intern(called.user);
    this.#time = names.intern(called.time);
    this.#request = names.intern('request');
    this.#method = names.intern('method');
    this.#path = names.intern('path');
    this.#httpVersion = names.intern('http_version');
    this.#status = names.intern(called.status);
    this.#bytes = names.intern(called.bytes);
    this.#referer = names.intern(called.referer);
    this.#agent = names.intern(called.agent);
    this.#rest = names.intern('rest');
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    record.begin(line, start, end);
    let at = start;
    if (this.#virtualHost !== undefined)
      at = word(line, at, end, this.#virtualHost, record, 'a virtual host');
    if (at !== -1) at = word(line, at, end, this.#host, record, "the client's address");
    if (at !== -1) at = word(line, at, end, this.#ident, record, 'the name from identd, or -');
    if (at !== -1) at = this.#userAndTime(line, at, end, record);
    if (at !== -1) at = this.#requestLine(line, at, end, record);
    if (at !== -1) at = this.#statusAndBytes(line, at, end, record);
    if (at === -1) return false;
    if (at < end) this.#headers(line, at, end, record);
    return true;
  }

  /** The user may have spaces in it: it ends where the bracket of the time begins. */
  #userAndTime(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    let at = start;
    while (at < end && !(line[at] === SPACE && line[at + 1] === LEFT_BRACKET && at + 1 < end)) at++;
    if (at === end) return fail(record, start, 'a user and [time]');
    addKnown(record, this.#user, line, start, at);
    const timeStart = at + 2;
    at =
      timeStart + TIME_BYTES < end && line[timeStart + TIME_BYTES] === RIGHT_BRACKET
        ? timeStart + TIME_BYTES
        : timeStart;
    while (at < end && line[at] !== RIGHT_BRACKET) at++;
    if (at === end) return fail(record, timeStart, 'a time in brackets');
    if (at + 2 >= end || line[at + 1] !== SPACE || line[at + 2] !== QUOTE) {
      return fail(record, at + 1, 'a request in double quotes');
    }
    record.time = record.count;
    record.add(this.#time, STRING, timeStart, at);
    return at + 3;
  }

  #requestLine(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    const close = closingQuote(line, record.view, start, end);
    if (close === end) return fail(record, end, "the request's closing double quote");
    let methodEnd = start;
    while (methodEnd < close && isMethodByte(line[methodEnd]!)) methodEnd++;
    if (methodEnd === start || line[methodEnd] !== SPACE || methodEnd + 1 >= close) {
      addKnown(record, this.#request, line, start, close);
      return close + 1;
    }
    let protocol = close;
    while (line[protocol - 1] !== SPACE) protocol--;
    record.add(this.#method, STRING, start, methodEnd);
    if (protocol - 1 > methodEnd && isHttp(line, protocol, close)) {
      record.add(this.#path, STRING, methodEnd + 1, protocol - 1);
      record.add(this.#httpVersion, STRING, protocol + HTTP.length, close);
    } else record.add(this.#path, STRING, methodEnd + 1, close);
    return close + 1;
  }

  #statusAndBytes(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    if (start >= end || line[start] !== SPACE) return fail(record, start, 'a space and the status');
    let at = start + 1;
    const statusEnd = skipDigits(line, at, end);
    if (statusEnd === at && line[at] !== DASH) return fail(record, at, 'a status');
    if (statusEnd > at) record.add(this.#status, NUMBER, at, statusEnd);
    at = statusEnd === at ? at + 1 : statusEnd;
    if (at >= end || line[at] !== SPACE) return fail(record, at, 'a space and the number of bytes');
    at++;
    const bytesEnd = skipDigits(line, at, end);
    if (bytesEnd > at) record.add(this.#bytes, NUMBER, at, bytesEnd);
    else if (at >= end || line[at] !== DASH) return fail(record, at, 'the number of bytes');
    at = bytesEnd === at ? at + 1 : bytesEnd;
    if (at < end && line[at] !== SPACE) return fail(record, at, 'a space or the end of the line');
    return at;
  }

  /** ` "referer" "agent"` and whatever was added to the format behind them; common has neither. */
  #headers(line: Uint8Array, start: number, end: number, record: LogRecord): void {
    let at = start + 1;
    if (line[at] === QUOTE && at < end) {
      const refererEnd = closingQuote(line, record.view, at + 1, end);
      const next = refererEnd + 2;
      if (next < end && line[next] === QUOTE) {
        const agentEnd = closingQuote(line, record.view, next + 1, end);
        addKnown(record, this.#referer, line, at + 1, refererEnd);
        addKnown(record, this.#agent, line, next + 1, agentEnd);
        at = agentEnd + 2;
      }
    }
    if (at < end) record.add(this.#rest, STRING, at, end);
  }
}

/** The word up to the next space; returns the index behind that space, or -1. */
function word(
  line: Uint8Array,
  start: number,
  end: number,
  name: FieldName,
  record: LogRecord,
  expected: string,
): number {
  const at = skipToSpace(line, start, end);
  if (at === start || at === end) return fail(record, start, expected);
  addKnown(record, name, line, start, at);
  return at + 1;
}

/** A field, unless it is the `-` of what is not known, or empty. */
function addKnown(record: LogRecord, name: FieldName, line: Uint8Array, start: number, end: number): void {
  if (end > start && (end > start + 1 || line[start] !== DASH)) record.add(name, STRING, start, end);
}

/**
 * The index of the quote that closes, or `end`. A backslash hides the byte behind it; a quote with something behind
 * it but a space is one that the writer forgot to escape.
 */
function closingQuote(line: Uint8Array, view: DataView, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    while (at <= end - 4 && !hasQuoteOrBackslash(view.getInt32(at))) at += 4;
    if (at === end) return end;
    const byte = line[at];
    if (byte === QUOTE) {
      if (at + 1 === end || line[at + 1] === SPACE) return at;
    } else if (byte === BACKSLASH) at++;
  }
  return end;
}

/** Whether one of four bytes may be one: yes for those, and rarely for others. */
function hasQuoteOrBackslash(four: number): boolean {
  const quote = four ^ 0x22222222;
  const backslash = four ^ 0x5c5c5c5c;
  const found = ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash);
  return (found & 0x80808080) !== 0;
}

/** RFC 9110 allows more in a method; what is in use is letters, `-` and `_`. */
function isMethodByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === DASH || byte === 0x5f;
}

function isHttp(line: Uint8Array, at: number, end: number): boolean {
  if (end - at < 6 || !isDigit(line[at + 5])) return false;
  for (let index = 0; index < HTTP.length; index++) if (line[at + index] !== HTTP[index]) return false;
  return true;
}

function fail(record: LogRecord, at: number, expected: string): -1 {
  record.fail(at, expected);
  return -1;
}
