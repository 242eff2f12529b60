// Which bytes are a character of UTF-8 (RFC 3629)? Hot where text is not ASCII, pure.

/**
 * The length of the character at bytes[at...] before `end`; or, where there is no valid one, minus the bytes that
 * one U+FFFD stands for (the longest beginning of a valid character, as the WHATWG decoders have it).
 */
export function characterLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const second = at + 1 < end ? bytes[at + 1]! : 0;
  if (second < leastSecond(lead) || second > mostSecond(lead)) return -1;
  if (lead < 0xe0) return 2;
  if (!isContinuation(bytes, at + 2, end)) return -2;
  if (lead < 0xf0) return 3;
  return isContinuation(bytes, at + 3, end) ? 4 : -3;
}

/** Overlong forms begin below these. */
function leastSecond(lead: number): number {
  if (lead === 0xe0) return 0xa0;
  return lead === 0xf0 ? 0x90 : 0x80;
}

/** Surrogates, and what is beyond U+10FFFF, begin above these. */
function mostSecond(lead: number): number {
  if (lead === 0xed) return 0x9f;
  return lead === 0xf4 ? 0x8f : 0xbf;
}

function isContinuation(bytes: Uint8Array, at: number, end: number): boolean {
  return at < end && (bytes[at]! & 0xc0) === 0x80;
}

/** Writes the character as UTF-8 into target; returns where it ended. A lone surrogate becomes U+FFFD. */
export function writeCharacter(target: Uint8Array, at: number, codePoint: number): number {
  const code = codePoint >= 0xd800 && codePoint <= 0xdfff ? 0xfffd : codePoint;
  let out = at;
  if (code < 0x80) {
    target[out++] = code;
    return out;
  }
  if (code < 0x800) target[out++] = 0xc0 | (code >> 6);
  else {
    if (code < 0x10000) target[out++] = 0xe0 | (code >> 12);
    else {
      target[out++] = 0xf0 | (code >> 18);
      target[out++] = 0x80 | ((code >> 12) & 0x3f);
    }
    target[out++] = 0x80 | ((code >> 6) & 0x3f);
  }
  target[out++] = 0x80 | (code & 0x3f);
  return out;
}
