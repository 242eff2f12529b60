// Bytes as text and back, losing nothing. In UTF-8 mode a character is a code point and a byte that is not part of
// valid UTF-8 is the lone surrogate U+DC80 + (byte - 0x80); in byte mode (the C locale) each byte is one character.
// For everything in the interpreter that meets bytes. Invariant: encode(decode(bytes)) is bytes.
// Names from outside (World) and texts of the program are in the UTF-8 model always: fromModel and toModel
// translate them for the byte mode.

export interface TextCodec {
  readonly utf8: boolean;
  decode(bytes: Uint8Array): string;
  encode(text: string): Uint8Array;
  /** A text of the UTF-8 model (a name, a constant of the program) as this codec has it. */
  fromModel(text: string): string;
  toModel(text: string): string;
}

export function textCodec(utf8: boolean): TextCodec {
  return utf8 ? UTF8 : BYTES;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

const UTF8: TextCodec = {
  utf8: true,
  decode: decodeUtf8,
  encode: encodeUtf8,
  fromModel: (text) => text,
  toModel: (text) => text,
};

const BYTES: TextCodec = {
  utf8: false,
  decode: decodeBytes,
  encode: encodeBytes,
  fromModel: (text) => decodeBytes(encodeUtf8(text)),
  toModel: (text) => decodeUtf8(encodeBytes(text)),
};

function decodeBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

function encodeBytes(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return decodeDamaged(bytes);
  }
}

function decodeDamaged(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    text +=
      length === 0
        ? String.fromCharCode(0xdc00 + bytes[at]!)
        : decoder.decode(bytes.subarray(at, at + length));
    at += Math.max(length, 1);
  }
  return text;
}

/** Bytes of the character at a place: 1 to 4, or 0 where none is valid (RFC 3629, table in section 4). */
export function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > bytes.length || !isSecond(lead, bytes[at + 1]!)) return 0;
  for (let next = at + 2; next < at + length; next++) if ((bytes[next]! & 0xc0) !== 0x80) return 0;
  return length;
}

/** No overlong forms, no surrogates, nothing beyond U+10FFFF. */
function isSecond(lead: number, second: number): boolean {
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  return second >= least && second <= most;
}

const LONE = /[\uD800-\uDFFF]/u;

function encodeUtf8(text: string): Uint8Array {
  if (!LONE.test(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}
