// One strict pass over the head of a message (RFC 9112): every byte is validated, the few fields a proxy must act on
// are understood, the place of every field is kept so that those to pass on can be passed on as they came. What can
// be read in two ways is refused with a reason and never mended. Hot and shared: one Head serves all connections,
// as its findings are used up before the next bytes arrive. It is stateless between calls; see head-buffer.ts for
// heads that come in pieces. More than 300 lines: one flat machine with its field rules beside it.
import { latin1 } from './latin1.ts';
import {
  CONNECTION,
  CONTENT_LENGTH,
  EXPECT,
  HOST_FIELD,
  LOOKALIKE,
  TRANSFER_ENCODING,
  UPGRADE,
  X_FORWARDED_FOR,
  X_FORWARDED_HOST,
  X_FORWARDED_PROTO,
} from './field-kind.ts';
import { fieldKind } from './field-kind.ts';
import {
  COLON,
  COMMA,
  CR,
  equals,
  HEX,
  HOST,
  HTAB,
  isDigit,
  LF,
  SP,
  TARGET,
  TOKEN,
  VALUE,
} from './octets.ts';

/** What parse() returns besides the position behind the head. */
export const INCOMPLETE = -1;
export const REFUSED = -2;

/** Why a message was refused; a label of the metrics, a word of the log and of the answer. */
export type Refusal =
  | 'head-too-large'
  | 'target-too-long'
  | 'too-many-fields'
  | 'method'
  | 'target'
  | 'dot-segment'
  | 'version'
  | 'status-line'
  | 'bare-cr'
  | 'bare-lf'
  | 'obs-fold'
  | 'field-name'
  | 'space-before-colon'
  | 'field-value'
  | 'lookalike-field'
  | 'host-missing'
  | 'host-twice'
  | 'host'
  | 'host-differs-from-target'
  | 'content-length'
  | 'content-length-twice'
  | 'transfer-encoding'
  | 'transfer-encoding-twice'
  | 'transfer-encoding-in-http-1.0'
  | 'length-and-transfer-encoding'
  | 'connection'
  | 'connection-names-framing'
  | 'connection-names-forwarded'
  | 'expect'
  | 'chunk-size'
  | 'chunk-extension'
  | 'chunk-end'
  | 'trailer'
  | 'trailer-too-large'
  | 'trailer-names-framing'
  | 'body-too-large';

export type HeadLimits = {
  readonly headBytes: number;
  readonly targetBytes: number;
  readonly fields: number;
};
export const DEFAULT_LIMITS: HeadLimits = { headBytes: 16_384, targetBytes: 8192, fields: 100 };

/** Numbers kept for each field: kind, start of its line, colon, start and end of its value without OWS. */
export const FIELD_WIDTH = 5;
const HTTP1 = Buffer.from('HTTP/1.');
const LONGEST_METHOD = 32;
/** A length of 15 digits is below 2^53. */
const LONGEST_LENGTH = 15;
/** Before a request, some old clients send an empty line (RFC 9112 section 2.2). */
const MOST_EMPTY_LINES = 2;

export class Head {
  /** The bytes all positions refer to. */
  bytes: Buffer = Buffer.alloc(0);
  reason: Refusal | undefined;
  /** 10 or 11. */
  version = 11;
  methodStart = 0;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** Of a response: the code, and where its text `200 OK` stands. */
  status = 0;
  statusStart = 0;
  statusEnd = 0;
  fieldCount = 0;
  readonly fields: Int32Array;
  /** The end of the last field's line: of the head without its empty line. */
  fieldsEnd = 0;
  hostStart = 0;
  hostEnd = 0;
  hostCount = 0;
  /** -1: none. */
  contentLength = -1;
  chunked = false;
  close = false;
  keepAlive = false;
  /** `Connection: upgrade`, and where the last Upgrade value stands; upgradeCount tells whether it is the only one. */
  connectionUpgrade = false;
  upgradeCount = 0;
  upgradeStart = 0;
  upgradeEnd = 0;
  expectContinue = false;
  /** Further fields that Connection declares to be for us only, in lower case. */
  nominated: readonly string[] = [];
  readonly #limits: HeadLimits;
  #isRequest = true;

  constructor(limits: HeadLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
    this.fields = new Int32Array(FIELD_WIDTH * limits.fields);
  }

  /** Reads a request head out of bytes[start, end). @returns the position behind it, INCOMPLETE or REFUSED */
  parseRequest(bytes: Buffer, start: number, end: number): number {
    this.#begin(bytes, true);
    const last = Math.min(end, start + this.#limits.headBytes);
    const at = this.#requestLine(start, last);
    return this.#finish(
      at < 0 ? at : this.#fieldLines(at, last),
      last < end || end - start >= this.#limits.headBytes,
    );
  }

  /** The same for a response. */
  parseResponse(bytes: Buffer, start: number, end: number): number {
    this.#begin(bytes, false);
    const last = Math.min(end, start + this.#limits.headBytes);
    const at = this.#statusLine(start, last);
    return this.#finish(
      at < 0 ? at : this.#fieldLines(at, last),
      last < end || end - start >= this.#limits.headBytes,
    );
  }

  /** Reads field lines up to and with an empty line, as trailers are. */
  parseTrailers(bytes: Buffer): number {
    this.#begin(bytes, false);
    return this.#fieldLines(0, bytes.length);
  }

  /** The text of bytes[start, end). */
  text(start: number, end: number): string {
    return latin1(this.bytes, start, end);
  }

  #begin(bytes: Buffer, isRequest: boolean): void {
    this.bytes = bytes;
    this.#isRequest = isRequest;
    this.reason = undefined;
    this.fieldCount = 0;
    this.hostCount = 0;
    this.hostStart = this.hostEnd = 0;
    this.contentLength = -1;
    this.chunked = this.close = this.keepAlive = this.connectionUpgrade = this.expectContinue = false;
    this.upgradeStart = this.upgradeEnd = this.upgradeCount = 0;
    if (this.nominated.length > 0) this.nominated = [];
  }

  #refuse(reason: Refusal): number {
    this.reason = reason;
    return REFUSED;
  }

  #finish(at: number, full: boolean): number {
    if (at === INCOMPLETE && full) return this.#refuse('head-too-large');
    if (at < 0) return at;
    if (this.chunked && this.version === 10) return this.#refuse('transfer-encoding-in-http-1.0');
    if (this.chunked && this.contentLength >= 0) return this.#refuse('length-and-transfer-encoding');
    if (this.#isRequest && this.hostCount === 0 && this.version === 11) return this.#refuse('host-missing');
    return at;
  }

  #requestLine(start: number, end: number): number {
    const { bytes } = this;
    let at = start;
    for (let lines = 0; at < end && bytes[at] === CR && lines < MOST_EMPTY_LINES; lines++) {
      if (at + 1 >= end) return INCOMPLETE;
      if (bytes[at + 1] !== LF) return this.#refuse('bare-cr');
      at += 2;
    }
    this.methodStart = at;
    while (at < end && TOKEN[bytes[at]!] === 1) at++;
    if (at - this.methodStart > LONGEST_METHOD) return this.#refuse('method');
    if (at >= end) return INCOMPLETE;
    if (bytes[at] !== SP || at === this.methodStart) return this.#refuse('method');
    if (isMiscased(bytes, this.methodStart, at)) return this.#refuse('method');
    this.methodEnd = at++;
    this.targetStart = at;
    while (at < end && TARGET[bytes[at]!] === 1) at++;
    if (at - this.targetStart > this.#limits.targetBytes) return this.#refuse('target-too-long');
    if (at >= end) return INCOMPLETE;
    if (bytes[at] !== SP || at === this.targetStart) return this.#refuse('target');
    this.targetEnd = at++;
    at = this.#versionAt(at, end);
    return at < 0 ? at : this.#lineEnd(at, end);
  }

  #statusLine(start: number, end: number): number {
    const { bytes } = this;
    let at = this.#versionAt(start, end);
    if (at < 0) return at;
    if (at < end && bytes[at] !== SP) return this.#refuse('status-line');
    this.statusStart = ++at;
    this.status = 0;
    for (const digits = at + 3; at < digits; at++) {
      if (at >= end) return INCOMPLETE;
      if (!isDigit(bytes[at])) return this.#refuse('status-line');
      this.status = this.status * 10 + bytes[at]! - 0x30;
    }
    if (at >= end) return INCOMPLETE;
    if (this.status < 100 || (bytes[at] !== SP && bytes[at] !== CR)) return this.#refuse('status-line');
    while (at < end && VALUE[bytes[at]!] === 1) at++;
    this.statusEnd = at;
    return at >= end ? INCOMPLETE : this.#lineEnd(at, end);
  }

  /** `HTTP/1.0` or `HTTP/1.1`; anything else is not ours to interpret. */
  #versionAt(start: number, end: number): number {
    let at = start;
    for (let known = 0; known < HTTP1.length; known++, at++) {
      if (at >= end) return INCOMPLETE;
      if (this.bytes[at] !== HTTP1[known]) return this.#refuse('version');
    }
    if (at >= end) return INCOMPLETE;
    const minor = this.bytes[at]! - 0x30;
    if (minor !== 0 && minor !== 1) return this.#refuse('version');
    this.version = 10 + minor;
    return at + 1;
  }

  #lineEnd(at: number, end: number): number {
    const byte = this.bytes[at];
    if (at >= end) return INCOMPLETE;
    if (byte === LF) return this.#refuse('bare-lf');
    if (byte !== CR) return this.#refuse(this.#isRequest ? 'version' : 'status-line');
    if (at + 1 >= end) return INCOMPLETE;
    return this.bytes[at + 1] === LF ? at + 2 : this.#refuse('bare-cr');
  }

  #fieldLines(from: number, end: number): number {
    const { bytes, fields } = this;
    let at = from;
    for (let slot = 0; ; slot += FIELD_WIDTH) {
      if (at >= end) return INCOMPLETE;
      const lineStart = at;
      let byte = bytes[at]!;
      if (byte === CR) {
        if (at + 1 >= end) return INCOMPLETE;
        if (bytes[at + 1] !== LF) return this.#refuse('bare-cr');
        this.fieldsEnd = at;
        this.fieldCount = slot / FIELD_WIDTH;
        return at + 2;
      }
      if (slot >= fields.length) return this.#refuse('too-many-fields');
      while (TOKEN[byte] === 1 && ++at < end) byte = bytes[at]!;
      if (at >= end) return INCOMPLETE;
      if (byte !== COLON || at === lineStart) return this.#refuse(nameFault(byte, at === lineStart));
      const colon = at++;
      while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at++;
      const valueStart = at;
      while (at < end && VALUE[bytes[at]!] === 1) at++;
      if (at + 1 >= end)
        return at >= end || bytes[at] === CR ? INCOMPLETE : this.#refuse(valueFault(bytes[at]!));
      if (bytes[at] !== CR) return this.#refuse(valueFault(bytes[at]!));
      if (bytes[at + 1] !== LF) return this.#refuse('bare-cr');
      let valueEnd = at;
      while (valueEnd > valueStart && (bytes[valueEnd - 1] === SP || bytes[valueEnd - 1] === HTAB))
        valueEnd--;
      at += 2;
      const kind = fieldKind(bytes, lineStart, colon);
      fields[slot] = kind;
      fields[slot + 1] = lineStart;
      fields[slot + 2] = colon;
      fields[slot + 3] = valueStart;
      fields[slot + 4] = valueEnd;
      if (kind !== 0 && !this.#understand(kind, valueStart, valueEnd)) return REFUSED;
    }
  }

  #understand(kind: number, start: number, end: number): boolean {
    switch (kind) {
      case HOST_FIELD:
        return this.#isRequest ? this.#host(start, end) : true;
      case CONTENT_LENGTH:
        return this.#contentLength(start, end);
      case TRANSFER_ENCODING:
        return this.#transferEncoding(start, end);
      case CONNECTION:
        return this.#connection(start, end);
      case UPGRADE:
        this.upgradeStart = start;
        this.upgradeEnd = end;
        this.upgradeCount++;
        return true;
      case EXPECT:
        return this.#expect(start, end);
      case LOOKALIKE:
        this.#refuse('lookalike-field');
        return false;
      default:
        return true;
    }
  }

  #host(start: number, end: number): boolean {
    this.hostStart = start;
    this.hostEnd = end;
    if (++this.hostCount > 1) this.#refuse('host-twice');
    else if (!isAuthority(this.bytes, start, end)) this.#refuse('host');
    return this.reason === undefined;
  }

  #contentLength(start: number, end: number): boolean {
    if (this.contentLength >= 0) this.#refuse('content-length-twice');
    let length = 0;
    for (let at = start; at < end; at++) {
      if (!isDigit(this.bytes[at])) this.#refuse('content-length');
      length = length * 10 + this.bytes[at]! - 48;
    }
    if (end === start || end - start > LONGEST_LENGTH) this.#refuse('content-length');
    this.contentLength = length;
    return this.reason === undefined;
  }

  /** Other codings than chunked are not ours to take off; in front of it they would hide where a body ends. */
  #transferEncoding(start: number, end: number): boolean {
    if (this.chunked) this.#refuse('transfer-encoding-twice');
    else if (!equals(this.bytes, start, end, 'chunked')) this.#refuse('transfer-encoding');
    this.chunked = true;
    return this.reason === undefined;
  }

  /** The one expectation there is (RFC 9110 section 10.1.1), once: others decide at each server whether a body comes. */
  #expect(start: number, end: number): boolean {
    if (this.expectContinue || !equals(this.bytes, start, end, '100-continue')) this.#refuse('expect');
    this.expectContinue = true;
    return this.reason === undefined;
  }

  #connection(start: number, end: number): boolean {
    const { bytes } = this;
    for (let at = start; at < end; at++) {
      while (at < end && (bytes[at] === SP || bytes[at] === HTAB || bytes[at] === COMMA)) at++;
      const from = at;
      while (at < end && TOKEN[bytes[at]!] === 1) at++;
      const to = at;
      while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at++;
      if (at < end && bytes[at] !== COMMA) this.#refuse('connection');
      if (this.reason !== undefined) return false;
      if (to > from) this.#connectionOption(from, to);
    }
    return this.reason === undefined;
  }

  #connectionOption(from: number, to: number): void {
    if (equals(this.bytes, from, to, 'close')) this.close = true;
    else if (equals(this.bytes, from, to, 'keep-alive')) this.keepAlive = true;
    else if (equals(this.bytes, from, to, 'upgrade')) this.connectionUpgrade = true;
    else {
      const kind = fieldKind(this.bytes, from, to);
      if (
        kind === HOST_FIELD ||
        kind === CONTENT_LENGTH ||
        kind === TRANSFER_ENCODING ||
        kind === CONNECTION ||
        kind === LOOKALIKE
      )
        this.#refuse('connection-names-framing');
      // Taken away, what a proxy in front of us says of the client would be what the client wants it to be.
      if (kind === X_FORWARDED_FOR || kind === X_FORWARDED_HOST || kind === X_FORWARDED_PROTO)
        this.#refuse('connection-names-forwarded');
      // Token characters are ASCII, where toLowerCase() is what it seems to be.
      this.nominated = [...this.nominated, this.text(from, to).toLowerCase()];
    }
  }
}

/**
 * Whether a method is HEAD or CONNECT but for its case. Methods are case-sensitive (RFC 9110 section 9.1); a server
 * that does not see it so would answer without the body, or with the tunnel, that others wait for.
 */
function isMiscased(bytes: Uint8Array, start: number, end: number): boolean {
  if (!equals(bytes, start, end, 'head') && !equals(bytes, start, end, 'connect')) return false;
  for (let at = start; at < end; at++) if (bytes[at]! >= 0x61) return true;
  return false;
}

function nameFault(byte: number, atStart: boolean): Refusal {
  if (byte === LF) return 'bare-lf';
  if (byte === CR) return 'bare-cr';
  if (byte === SP || byte === HTAB) return atStart ? 'obs-fold' : 'space-before-colon';
  return 'field-name';
}

function valueFault(byte: number): Refusal {
  return byte === LF ? 'bare-lf' : 'field-value';
}

/** `name`, `name:port`, `1.2.3.4:port`, `[v6]:port`; nothing else can be a Host. */
export function isAuthority(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  if (bytes[at] === 0x5b) {
    at++;
    while (at < end && (HEX[bytes[at]!] !== 0xff || bytes[at] === COLON || bytes[at] === 0x2e)) at++;
    if (at >= end || bytes[at++] !== 0x5d || at - start < 4) return false;
  } else {
    while (at < end && HOST[bytes[at]!] === 1) at++;
    if (at === start) return false;
  }
  if (at === end) return true;
  if (bytes[at++] !== COLON || end - at > 5) return false;
  while (at < end && isDigit(bytes[at])) at++;
  return at === end;
}
