// Is this an IP address? For outputs whose readers check it (Elasticsearch's type ip). Pure.
import { COLON, decimal, DOT, isDigit, skipDigits } from './ascii.ts';
import { isHexDigit } from './json-text.ts';

/** Whether bytes[start, end) is an IPv4 or IPv6 address in text (RFC 4291, section 2.2), without port or zone. */
export function isIpAddress(bytes: Uint8Array, start: number, end: number): boolean {
  return isIpv4(bytes, start, end) || isIpv6(bytes, start, end);
}

function isIpv4(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (let octet = 0; octet < 4; octet++) {
    if (octet > 0) {
      if (at >= end || bytes[at] !== DOT) return false;
      at++;
    }
    const digits = skipDigits(bytes, at, Math.min(end, at + 4));
    if (digits === at || digits - at > 3 || decimal(bytes, at, digits) > 255) return false;
    if (digits - at > 1 && bytes[at] === 0x30) return false;
    at = digits;
  }
  return at === end;
}

function isIpv6(bytes: Uint8Array, start: number, end: number): boolean {
  let groups = 0;
  let hasGap = false;
  let at = start;
  while (at < end) {
    if (bytes[at] === COLON) {
      const isDouble = at + 1 < end && bytes[at + 1] === COLON;
      if (isDouble ? hasGap : at === start) return false;
      hasGap ||= isDouble;
      at += isDouble ? 2 : 1;
      if (!isDouble && at === end) return false;
      if (at === end || bytes[at] === COLON) break;
    } else if (groups > 0) return false;
    const digits = skipHex(bytes, at, end);
    if (digits < end && bytes[digits] === DOT && isDigit(bytes[at])) {
      if (!isIpv4(bytes, at, end)) return false;
      groups += 2;
      at = end;
    } else {
      if (digits === at || digits - at > 4) return false;
      groups++;
      at = digits;
    }
  }
  return at === end && (hasGap ? groups < 8 : groups === 8);
}

function skipHex(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isHexDigit(bytes[at])) at++;
  return at;
}
