// Finds the end of a body while its bytes pass through: nothing is decoded (but for HTTP/1.0 clients), chunk sizes,
// extensions and trailers are validated (RFC 9112 section 7.1). One Body serves all messages of a connection side.
// Hot: the data of a chunk is skipped, not looked at. Trailers are judged at their end: the last bytes of a refused
// message are never sent, so that nobody takes it for complete.
import { OTHER, TRACEPARENT } from './field-kind.ts';
import { FIELD_WIDTH, Head, REFUSED, type Refusal } from './head.ts';
import { BACKSLASH, CR, EQUALS, HEX, LF, QUOTE, SEMICOLON, SP, TOKEN, VALUE } from './octets.ts';

/** Takes the data of chunks, without their framing. */
export type ChunkData = (bytes: Buffer, start: number, end: number) => void;

const NONE = 0;
const LENGTH = 1;
const UNTIL_CLOSE = 2;
const SIZE_FIRST = 3;
const SIZE = 4;
/** `;name`, `;name=value`, `;name="quoted value"`: where in it we are. */
const EXTENSION = 5;
const AT_NAME = 0;
const NAME = 1;
const AT_VALUE = 2;
const WORD = 3;
const QUOTED = 4;
const ESCAPED = 5;
const AFTER_QUOTED = 6;
const SIZE_LF = 6;
const DATA = 7;
const DATA_CR = 8;
const DATA_LF = 9;
const TRAILER_START = 10;
const TRAILER = 11;
const TRAILER_LF = 12;
const END_LF = 13;

/** 2^48 bytes: 12 digits, far below 2^53. */
const LONGEST_SIZE = 12;
/** Of one body; extensions are for nobody, and a stream of them is an attack (Go, CVE-2023-39326). */
const EXTENSION_BYTES = 4096;
const TRAILER_BYTES = 8192;
/** What must not stand there because it decides how a message is read or who sent it (RFC 9110 section 6.5.1). */
const NO_TRAILERS: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'content-encoding',
  'content-range',
  'content-type',
  'cookie',
  'max-forwards',
  'range',
  'set-cookie',
  'trailer',
  'www-authenticate',
]);
const trailerHead = new Head();

export class Body {
  reason: Refusal | undefined;
  #state = NONE;
  #left = 0;
  #digits = 0;
  #extensionBytes = 0;
  #part = AT_NAME;
  #trailer = '';

  get done(): boolean {
    return this.#state === NONE;
  }

  get untilClose(): boolean {
    return this.#state === UNTIL_CLOSE;
  }

  none(): void {
    this.#state = NONE;
  }

  length(bytes: number): void {
    this.#state = bytes === 0 ? NONE : LENGTH;
    this.#left = bytes;
  }

  toClose(): void {
    this.#state = UNTIL_CLOSE;
  }

  chunked(): void {
    this.#state = SIZE_FIRST;
    this.#left = this.#digits = this.#extensionBytes = 0;
    this.#trailer = '';
    this.reason = undefined;
  }

  /** @returns the position behind the last byte of bytes[start, end) that belongs to the body, or REFUSED */
  feed(bytes: Buffer, start: number, end: number, data?: ChunkData): number {
    if (this.#state === LENGTH || this.#state === UNTIL_CLOSE) return this.#plain(bytes, start, end, data);
    return this.#chunks(bytes, start, end, data);
  }

  #plain(bytes: Buffer, start: number, end: number, data?: ChunkData): number {
    let to = end;
    if (this.#state === LENGTH) {
      to = Math.min(end, start + this.#left);
      this.#left -= to - start;
      if (this.#left === 0) this.#state = NONE;
    }
    data?.(bytes, start, to);
    return to;
  }

  #refuse(reason: Refusal): number {
    this.reason = reason;
    return REFUSED;
  }

  #chunks(bytes: Buffer, start: number, end: number, data?: ChunkData): number {
    for (let at = start; at < end;) {
      if (this.#state === DATA) {
        const to = Math.min(end, at + this.#left);
        data?.(bytes, at, to);
        this.#left -= to - at;
        if (this.#left === 0) this.#state = DATA_CR;
        at = to;
        continue;
      }
      const fault = this.#state >= DATA_CR ? this.#boundary(bytes[at]!) : this.#sizeLine(bytes[at]!);
      if (fault !== undefined) return this.#refuse(fault);
      at++;
      if (this.#state === NONE) return at;
    }
    return end;
  }

  /** `1a;name=value` CR LF */
  #sizeLine(byte: number): Refusal | undefined {
    if (this.#state === SIZE_LF) {
      if (byte !== LF) return 'bare-cr';
      this.#state = this.#left === 0 ? TRAILER_START : DATA;
      return undefined;
    }
    if (this.#state === EXTENSION) return this.#extension(byte);
    const digit = HEX[byte]!;
    if (digit !== 0xff) {
      this.#left = this.#left * 16 + digit;
      this.#state = SIZE;
      return ++this.#digits > LONGEST_SIZE ? 'chunk-size' : undefined;
    }
    if (this.#state === SIZE_FIRST) return 'chunk-size';
    if (byte === CR) this.#state = SIZE_LF;
    else if (byte === SEMICOLON) this.#nextExtension();
    else return byte === LF ? 'bare-lf' : 'chunk-size';
    return undefined;
  }

  #nextExtension(): void {
    this.#state = EXTENSION;
    this.#part = AT_NAME;
  }

  #extension(byte: number): Refusal | undefined {
    if (byte === LF) return 'bare-lf';
    if (++this.#extensionBytes > EXTENSION_BYTES) return 'chunk-extension';
    const part = this.#part;
    const mayEnd = part === NAME || part === WORD || part === AFTER_QUOTED;
    if (mayEnd && byte === CR) this.#state = SIZE_LF;
    else if (mayEnd && byte === SEMICOLON) this.#part = AT_NAME;
    else {
      this.#part = partAfter(part, byte);
      return this.#part < 0 ? 'chunk-extension' : undefined;
    }
    return undefined;
  }

  #boundary(byte: number): Refusal | undefined {
    switch (this.#state) {
      case DATA_CR:
        this.#state = DATA_LF;
        return byte === CR ? undefined : 'chunk-end';
      case DATA_LF:
        this.#state = SIZE_FIRST;
        this.#digits = 0;
        return byte === LF ? undefined : 'chunk-end';
      case TRAILER_START:
      case TRAILER:
      case TRAILER_LF:
        return this.#trailerByte(byte);
      default:
        return byte === LF ? this.#end() : 'bare-cr';
    }
  }

  #trailerByte(byte: number): Refusal | undefined {
    if (this.#state === TRAILER_LF) {
      if (byte !== LF) return 'bare-cr';
      this.#state = TRAILER_START;
    } else if (byte === CR) {
      this.#state = this.#state === TRAILER_START ? END_LF : TRAILER_LF;
    } else {
      if (byte === LF) return 'bare-lf';
      this.#state = TRAILER;
    }
    if (this.#state !== END_LF) this.#trailer += String.fromCharCode(byte);
    return this.#trailer.length > TRAILER_BYTES ? 'trailer-too-large' : undefined;
  }

  #end(): Refusal | undefined {
    this.#state = NONE;
    if (this.#trailer === '') return undefined;
    const { fields } = trailerHead;
    if (trailerHead.parseTrailers(Buffer.from(`${this.#trailer}\r\n`, 'latin1')) === REFUSED) {
      return trailerHead.reason === 'lookalike-field'
        ? 'trailer-names-framing'
        : framingOr(trailerHead.reason);
    }
    for (let slot = 0; slot < trailerHead.fieldCount * FIELD_WIDTH; slot += FIELD_WIDTH) {
      const kind = fields[slot]!;
      if (kind !== OTHER && kind !== TRACEPARENT) return 'trailer-names-framing';
      // Names are tokens, ASCII, where toLowerCase() is what it seems to be.
      if (NO_TRAILERS.has(trailerHead.text(fields[slot + 1]!, fields[slot + 2]!).toLowerCase()))
        return 'trailer';
      if (isRequestInDisguise(trailerHead, slot)) return 'trailer';
    }
    return undefined;
  }
}

/**
 * Whether a trailer is `X:GET / HTTP/1.1`: a name of one byte, then at once words with a space between. A server that
 * takes the two bytes behind the last chunk for its CR LF reads a request there (Puma before 6.3.1, CVE-2023-40175);
 * behind a longer name, or a space, none can be.
 */
function isRequestInDisguise({ bytes, fields }: Head, slot: number): boolean {
  const colon = fields[slot + 2]!;
  if (colon - fields[slot + 1]! !== 1 || fields[slot + 3] !== colon + 1) return false;
  return bytes.subarray(colon, fields[slot + 4]).includes(SP);
}

/** The part of a chunk extension that goes on after this byte (RFC 9112 section 7.1.1); negative: none does. */
function partAfter(part: number, byte: number): number {
  if (part === QUOTED) {
    if (byte === QUOTE) return AFTER_QUOTED;
    if (byte === BACKSLASH) return ESCAPED;
    return VALUE[byte] === 1 ? QUOTED : REFUSED;
  }
  if (part === ESCAPED) return VALUE[byte] === 1 ? QUOTED : REFUSED;
  if (part === NAME && byte === EQUALS) return AT_VALUE;
  if (part === AT_VALUE && byte === QUOTE) return QUOTED;
  if (part === AFTER_QUOTED || TOKEN[byte] !== 1) return REFUSED;
  return part === AT_NAME || part === NAME ? NAME : WORD;
}

function framingOr(reason: Refusal | undefined): Refusal {
  return /^(content-length|transfer-encoding|connection|expect|host)/.test(reason ?? '')
    ? 'trailer-names-framing'
    : 'trailer';
}
