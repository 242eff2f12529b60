// The UTF-8 of Java: NUL is two bytes, and characters beyond U+FFFF are two surrogates of three bytes each, so that
// every UTF-16 unit stands alone (JVM specification, 4.4.7). Hot in the reader: ASCII, which names are, is one slice.

/** @throws RangeError never: malformed bytes become U+FFFD, a metric's label is no reason to lose a connection. */
export function decodeModifiedUtf(bytes: Buffer, from: number, to: number): string {
  for (let at = from; at < to; at++) {
    if ((bytes[at] ?? 0) >= 0x80) return decodeUnits(bytes, from, to);
  }
  return bytes.toString('latin1', from, to);
}

function decodeUnits(bytes: Buffer, from: number, to: number): string {
  const units = new Uint16Array(to - from);
  let count = 0;
  for (let at = from; at < to;) {
    const first = bytes[at] ?? 0;
    const width = first < 0x80 ? 1 : first >= 0xe0 ? 3 : 2;
    const second = bytes[at + 1] ?? 0;
    const broken = at + width > to || (first >= 0x80 && first < 0xc0) || first >= 0xf0;
    if (broken) units[count] = 0xfffd;
    else if (width === 1) units[count] = first;
    else if (width === 2) units[count] = ((first & 0x1f) << 6) | (second & 0x3f);
    else units[count] = ((first & 0x0f) << 12) | ((second & 0x3f) << 6) | ((bytes[at + 2] ?? 0) & 0x3f);
    count++;
    at += broken ? 1 : width;
  }
  return Buffer.from(units.buffer, 0, count * 2).toString('utf16le');
}

/** The bytes of a text, without a length before them. */
export function encodeModifiedUtf(text: string): Buffer {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== 0 && unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Buffer.from(bytes);
}
