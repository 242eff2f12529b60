// What a request line asks for (RFC 9112 section 3.2): a path here (origin-form), a URL elsewhere (absolute-form), a
// tunnel (authority-form) or the server as a whole (asterisk-form); and whether Host agrees. Positions only, as in
// head.ts; one Target serves all connections.
import { latin1 } from './latin1.ts';
import { type Head, isAuthority, type Refusal } from './head.ts';
import { BACKSLASH, COLON, equals, HEX, SEMICOLON, SLASH } from './octets.ts';

export type TargetForm = 'origin' | 'absolute' | 'authority' | 'asterisk';

const QUERY = 0x3f;
const DOT = 0x2e;
const PERCENT = 0x25;

export class Target {
  form: TargetForm = 'origin';
  /** Of an absolute-form. */
  scheme: 'http' | 'https' = 'http';
  /** Whom it is for: of the target itself where it says so, else of Host; empty when an HTTP/1.0 client says nothing. */
  authorityStart = 0;
  authorityEnd = 0;
  /** Path with query; empty for `http://host` and authority-form. */
  pathStart = 0;
  pathEnd = 0;

  /** Reads the target of a head just parsed. @returns why it is refused */
  read(head: Head): Refusal | undefined {
    const { bytes, targetStart, targetEnd } = head;
    this.authorityStart = head.hostStart;
    this.authorityEnd = head.hostEnd;
    this.pathStart = targetStart;
    this.pathEnd = targetEnd;
    this.form = 'origin';
    const isConnect = equals(bytes, head.methodStart, head.methodEnd, 'connect');
    if (isConnect) return this.#authority(head);
    if (bytes[targetStart] === SLASH) return undefined;
    if (targetEnd - targetStart === 1 && bytes[targetStart] === 0x2a) {
      this.form = 'asterisk';
      return equals(bytes, head.methodStart, head.methodEnd, 'options') ? undefined : 'target';
    }
    return this.#absolute(head);
  }

  #authority(head: Head): Refusal | undefined {
    this.form = 'authority';
    this.authorityStart = head.targetStart;
    this.authorityEnd = head.targetEnd;
    this.pathStart = this.pathEnd;
    const { bytes, targetStart, targetEnd } = head;
    const hasPort = bytes.subarray(targetStart, targetEnd).lastIndexOf(COLON) > 0;
    if (!hasPort || bytes[targetEnd - 1] === COLON || !isAuthority(bytes, targetStart, targetEnd))
      return 'target';
    return this.#agrees(head) ? undefined : 'host-differs-from-target';
  }

  #absolute(head: Head): Refusal | undefined {
    const { bytes, targetStart, targetEnd } = head;
    this.form = 'absolute';
    const schemeEnd = equals(bytes, targetStart, targetStart + 7, 'http://')
      ? targetStart + 7
      : targetStart + 8;
    this.scheme = schemeEnd - targetStart === 7 ? 'http' : 'https';
    if (this.scheme === 'https' && !equals(bytes, targetStart, schemeEnd, 'https://')) return 'target';
    let at = schemeEnd;
    while (at < targetEnd && bytes[at] !== SLASH && bytes[at] !== QUERY) at++;
    if (!isAuthority(bytes, schemeEnd, at)) return 'target';
    this.authorityStart = schemeEnd;
    this.authorityEnd = at;
    this.pathStart = at;
    return this.#agrees(head) ? undefined : 'host-differs-from-target';
  }

  /** RFC 9112 section 3.2.2 lets the target win; a server behind us might have it the other way. */
  #agrees({ bytes, hostStart, hostEnd, hostCount }: Head): boolean {
    if (hostCount === 0) return true;
    const host = latin1(bytes, hostStart, hostEnd).toLowerCase();
    return latin1(bytes, this.authorityStart, this.authorityEnd).toLowerCase() === host;
  }
}

/**
 * Whether the path of bytes[start, end) has a `.` or `..` segment as some server may see it, up to its query: plain or
 * percent-encoded, ended by a slash or backslash (encoded, too) or by a path parameter (`..;x` is `..` to Tomcat).
 */
export function hasDotSegment(bytes: Uint8Array, start: number, end: number): boolean {
  let dots = 0;
  let others = 0;
  for (let at = start; at <= end; at++) {
    let byte = at < end ? bytes[at]! : QUERY;
    const high = byte === PERCENT && at + 2 < end ? HEX[bytes[at + 1]!]! : 0xff;
    const low = high === 0xff ? 0xff : HEX[bytes[at + 2]!]!;
    const isEncoded = low !== 0xff;
    if (isEncoded) {
      byte = high * 16 + low;
      at += 2;
    }
    const isEnd = byte === QUERY && !isEncoded;
    if (isEnd || byte === SLASH || byte === BACKSLASH || byte === SEMICOLON) {
      if (others === 0 && (dots === 1 || dots === 2)) return true;
      if (isEnd) return false;
      dots = 0;
      others = byte === SEMICOLON ? 1 : 0;
    } else if (byte === DOT) dots++;
    else others++;
  }
  return false;
}
