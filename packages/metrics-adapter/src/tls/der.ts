// DER (ITU-T X.690), as little of it as key stores need: values in a row, each a tag and its contents. For PKCS #12.
// Invariant: never looks behind the end of its bytes. Pure.

export type Der = { readonly tag: number; readonly body: Buffer };

export const INTEGER = 0x02;
export const OCTETS = 0x04;
export const OID = 0x06;

/** The values that stand in these bytes one after the other. @throws Error when a length goes beyond the end */
export function derValues(bytes: Buffer): Der[] {
  const values: Der[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at]!;
    const first = bytes[at + 1];
    if (first === undefined || (tag & 0x1f) === 0x1f || first === 0x80) throw new Error('not DER');
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    if (lengthBytes > 4 || at + 2 + lengthBytes > bytes.length) throw new Error('not DER');
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
    const from = at + 2 + lengthBytes;
    if (from + length > bytes.length) throw new Error('not DER: it ends too early');
    values.push({ tag, body: bytes.subarray(from, from + length) });
    at = from + length;
  }
  return values;
}

/** The values inside the value at this index. @throws Error when there is none */
export function inside(values: readonly Der[], index: number): Der[] {
  return derValues(bodyAt(values, index));
}

/** @throws Error when there is no such value, or it has another tag than is asked for */
export function bodyAt(values: readonly Der[], index: number, tag?: number): Buffer {
  const value = values[index];
  if (value === undefined || (tag !== undefined && value.tag !== tag))
    throw new Error('not what was expected in DER');
  return value.body;
}

/** `1.2.840.113549.1.7.1` */
export function oidAt(values: readonly Der[], index: number): string {
  const body = bodyAt(values, index, OID);
  const parts: number[] = [];
  let part = 0;
  for (const byte of body) {
    part = part * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      parts.push(part);
      part = 0;
    }
  }
  const [first = 0, ...rest] = parts;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join('.');
}
