// The few header fields that mean something to a proxy; all others are bytes to be passed on. Hot: called for every
// field of every message, so most names are told apart by their length alone.

/** 0 is every other field. */
export const OTHER = 0;
export const HOST_FIELD = 1;
export const CONNECTION = 2;
export const TRANSFER_ENCODING = 3;
export const CONTENT_LENGTH = 4;
export const KEEP_ALIVE = 5;
export const UPGRADE = 6;
export const EXPECT = 7;
export const TE = 8;
export const PROXY_CONNECTION = 9;
export const PROXY_AUTHORIZATION = 10;
export const HTTP2_SETTINGS = 11;
export const X_FORWARDED_FOR = 12;
export const X_FORWARDED_PROTO = 13;
export const X_FORWARDED_HOST = 14;
export const TRACEPARENT = 15;
/** `Content_Length` and the like: what CGI-style servers, who know no hyphens, take for the real one. */
export const LOOKALIKE = 16;

const names: readonly (readonly [string, number])[] = [
  ['host', HOST_FIELD],
  ['connection', CONNECTION],
  ['transfer-encoding', TRANSFER_ENCODING],
  ['content-length', CONTENT_LENGTH],
  ['keep-alive', KEEP_ALIVE],
  ['upgrade', UPGRADE],
  ['expect', EXPECT],
  ['te', TE],
  ['proxy-connection', PROXY_CONNECTION],
  ['proxy-authorization', PROXY_AUTHORIZATION],
  ['http2-settings', HTTP2_SETTINGS],
  ['x-forwarded-for', X_FORWARDED_FOR],
  ['x-forwarded-proto', X_FORWARDED_PROTO],
  ['x-forwarded-host', X_FORWARDED_HOST],
  ['traceparent', TRACEPARENT],
];
/** Written with an underscore these are not the field, and may be taken for it. */
const disguised = new Map([
  [HOST_FIELD, LOOKALIKE],
  [TRANSFER_ENCODING, LOOKALIKE],
  [CONTENT_LENGTH, LOOKALIKE],
  [X_FORWARDED_FOR, X_FORWARDED_FOR],
  [X_FORWARDED_HOST, X_FORWARDED_HOST],
  [X_FORWARDED_PROTO, X_FORWARDED_PROTO],
]);

type Candidate = { readonly name: Uint8Array; readonly kind: number };

const longest = Math.max(...names.map(([name]) => name.length));
const byLength: readonly (readonly Candidate[] | undefined)[] = Array.from(
  { length: longest + 1 },
  (_, length) => {
    const fitting = names.filter(([name]) => name.length === length);
    return fitting.length === 0
      ? undefined
      : fitting.map(([name, kind]) => ({ name: Uint8Array.from(Buffer.from(name)), kind }));
  },
);

/** The kind of the field whose name is bytes[start, end); the name consists of token characters. */
export function fieldKind(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const candidates = length > longest ? undefined : byLength[length];
  if (candidates === undefined) return OTHER;
  for (const { name, kind } of candidates) {
    let at = 0;
    while (at < length && fold(bytes[start + at]!) === name[at]) at++;
    if (at === length) return hasUnderscore(bytes, start, end) ? (disguised.get(kind) ?? OTHER) : kind;
  }
  return OTHER;
}

/** Letters of a token to lower case, `_` to `-`. */
function fold(byte: number): number {
  if (byte === 0x5f) return 0x2d;
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

function hasUnderscore(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === 0x5f) return true;
  return false;
}
