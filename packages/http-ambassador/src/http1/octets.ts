// Which byte may stand where (RFC 9110 section 5.6.2, RFC 9112 section 3.2), as tables of 256 entries. Bytes are
// compared, never text: JavaScript's trim() and toLowerCase() also take NBSP and letters beyond ASCII, which is how
// a request that two servers read differently slips through.

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const DIGIT_0 = 0x30;
export const COLON = 0x3a;
export const COMMA = 0x2c;
export const SLASH = 0x2f;
export const QUOTE = 0x22;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const BACKSLASH = 0x5c;

function table(isMember: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (isMember(byte) ? 1 : 0));
}

const inText = (text: string) => (byte: number) => text.includes(String.fromCharCode(byte));
const isAlphanumeric = inText('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
const isTokenMark = inText("!#$%&'*+-.^_`|~");
const isHostMark = inText('-._~');

/** tchar */
export const TOKEN = table((byte) => isAlphanumeric(byte) || isTokenMark(byte));
/** field-vchar, SP, HTAB: no control character, so no CR, LF or NUL */
export const VALUE = table((byte) => byte === HTAB || (byte >= SP && byte !== 0x7f));
/** What a request target is made of: visible ASCII but `#`, as a fragment is never sent. */
export const TARGET = table((byte) => byte > SP && byte < 0x7f && byte !== 0x23);
/** A host name as it is in practice: no userinfo, no percent, no list. */
export const HOST = table((byte) => isAlphanumeric(byte) || isHostMark(byte));
/** The value of a hexadecimal digit, 0xff for what is none. */
export const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const at = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase());
  return at === -1 || byte > 0x7f ? 0xff : at;
});

export const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Whether bytes[start, end) are these ASCII letters, digits and hyphens, given in lower case; case is ignored. */
export function equals(bytes: Uint8Array, start: number, end: number, lower: string): boolean {
  if (end - start !== lower.length) return false;
  for (let at = 0; at < lower.length; at++) {
    const byte = bytes[start + at]!;
    const folded = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (folded !== lower.charCodeAt(at)) return false;
  }
  return true;
}
