// IP addresses between text and bytes, strictly. Pure. Text is what inet_pton takes and RFC 5952 writes.

const V4_PART = /^(?:0|[1-9]\d{0,2})$/;
const V6_GROUP = /^[0-9a-f]{1,4}$/i;

/** @returns 4 or 16 bytes; undefined: no address */
export function parseIp(text: string): Buffer | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): Buffer | undefined {
  const parts = text.split('.');
  const isFine = parts.length === 4 && parts.every((part) => V4_PART.test(part) && Number(part) < 256);
  return isFine ? Buffer.from(parts.map(Number)) : undefined;
}

function parseV6(text: string): Buffer | undefined {
  const [left = '', right, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const before = groupsOf(left, right === undefined);
  const after = right === undefined ? Buffer.alloc(0) : groupsOf(right, true);
  if (before === undefined || after === undefined) return undefined;
  const zeros = 16 - before.length - after.length;
  if (right === undefined ? zeros !== 0 : zeros < 2) return undefined;
  return Buffer.concat([before, Buffer.alloc(zeros), after]);
}

/** @param isLast an IPv4 address may stand at the end */
function groupsOf(text: string, isLast: boolean): Buffer | undefined {
  if (text === '') return Buffer.alloc(0);
  const groups = text.split(':');
  const v4 = isLast && groups.at(-1)?.includes('.') ? parseV4(groups.pop() ?? '') : Buffer.alloc(0);
  if (v4 === undefined || !groups.every((group) => V6_GROUP.test(group))) return undefined;
  const bytes = groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]);
  return Buffer.concat([Buffer.from(bytes), v4]);
}

/** @param bytes 4 or 16 of them; an IPv4 address within IPv6 is written as what it is */
export function formatIp(bytes: Buffer): string {
  const v4 = bytes.length === 4 ? bytes : unmapped(bytes);
  if (v4.length === 4) return v4.join('.');
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16));
  const runs = [...groups.join(':').matchAll(/(?<![0-9a-f])0(?::0(?![0-9a-f]))+/g)];
  const [longest] = runs.toSorted((a, b) => b[0].length - a[0].length);
  if (longest === undefined) return groups.join(':');
  const text = groups.join(':');
  const [before, after] = [text.slice(0, longest.index), text.slice(longest.index + longest[0].length)];
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`;
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** An IPv4 address that comes as an IPv6 one (::ffff:a.b.c.d), as what it is. */
export function unmapped(bytes: Buffer): Buffer {
  return bytes.length === 16 && bytes.subarray(0, 12).equals(MAPPED) ? bytes.subarray(12) : bytes;
}

/** An IPv4 address as an IPv6 one. */
export const mapped = (bytes: Buffer): Buffer =>
  bytes.length === 4 ? Buffer.concat([MAPPED, bytes]) : bytes;
