// The PROXY protocol, versions 1 and 2, both ways: who really is at the other end of a connection that a proxy opened.
// Pure: bytes in, bytes out. Read strictly, because what stands here is believed (haproxy's doc/proxy-protocol.txt,
// sections 2.1 to 2.3).
import { formatIp, mapped, parseIp, unmapped } from './ip-address.ts';

/** Who connected to where. */
export type Origin = {
  /** An IP address, or `unix`. */
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
};

export type ProxyVersion = 'v1' | 'v2';

export type HeaderRead =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'refused' }
  /** `origin` undefined: the proxy speaks for itself or does not know. */
  | { readonly kind: 'header'; readonly bytes: number; readonly origin: Origin | undefined };

const INCOMPLETE: HeaderRead = { kind: 'incomplete' };
const REFUSED: HeaderRead = { kind: 'refused' };

const V1_START = Buffer.from('PROXY ');
/** The longest line of version 1, with CR LF. */
const V1_LONGEST = 107;
const V2_START = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const V2_FIXED = 16;
/** Addresses and what may follow them; certificates' names in there make it long, nothing makes it longer than this. */
const V2_LONGEST = 4096;

/** What a connection begins with. */
export function readHeader(bytes: Buffer): HeaderRead {
  if (startsLike(bytes, V2_START)) return bytes.length < V2_FIXED ? INCOMPLETE : readV2(bytes);
  if (startsLike(bytes, V1_START)) return readV1(bytes);
  return REFUSED;
}

/** As far as there are bytes. */
function startsLike(bytes: Buffer, start: Buffer): boolean {
  const count = Math.min(bytes.length, start.length);
  return bytes.subarray(0, count).equals(start.subarray(0, count));
}

function readV1(bytes: Buffer): HeaderRead {
  const end = bytes.subarray(0, V1_LONGEST).indexOf('\r\n');
  if (end < 0) return bytes.length < V1_LONGEST ? INCOMPLETE : REFUSED;
  const words = bytes.toString('latin1', V1_START.length, end).split(' ');
  if (words[0] === 'UNKNOWN') return { kind: 'header', bytes: end + 2, origin: undefined };
  const [family, source = '', destination = '', sourcePort = '', destinationPort = ''] = words;
  const length = family === 'TCP4' ? 4 : family === 'TCP6' ? 16 : 0;
  const addresses = [parseIp(source), parseIp(destination)];
  const areAddresses = addresses.every((address) => address?.length === length);
  if (words.length !== 5 || !areAddresses || !isPort(sourcePort) || !isPort(destinationPort)) return REFUSED;
  return {
    kind: 'header',
    bytes: end + 2,
    origin: originOf(addresses[0], Number(sourcePort), addresses[1], Number(destinationPort)),
  };
}

const isPort = (text: string): boolean => /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) < 65_536;

function originOf(
  source: Buffer | undefined,
  sourcePort: number,
  destination: Buffer | undefined,
  destinationPort: number,
): Origin | undefined {
  if (source === undefined || destination === undefined) return undefined;
  return { source: formatIp(source), sourcePort, destination: formatIp(destination), destinationPort };
}

const LOCAL = 0x20;
const PROXY = 0x21;
/** Bytes of addresses and ports by the high half of the family byte: none known, IPv4, IPv6, Unix. */
const ADDRESS_BYTES = [0, 12, 36, 216];

function readV2(bytes: Buffer): HeaderRead {
  const command = bytes[12] ?? 0;
  const family = (bytes[13] ?? 0) >> 4;
  const transport = (bytes[13] ?? 0) & 0x0f;
  const length = bytes.readUInt16BE(14);
  const addressBytes = ADDRESS_BYTES[family];
  if (command !== LOCAL && command !== PROXY) return REFUSED;
  if (addressBytes === undefined || transport > 2 || length > V2_LONGEST) return REFUSED;
  const end = V2_FIXED + length;
  if (command === PROXY && length < addressBytes) return REFUSED;
  if (bytes.length < end) return INCOMPLETE;
  if (command === LOCAL) return { kind: 'header', bytes: end, origin: undefined };
  if (family > 0 && !areWhole(bytes, V2_FIXED + addressBytes, end)) return REFUSED;
  return { kind: 'header', bytes: end, origin: v2Origin(bytes, family) };
}

/** The additions (type, length, value) fill their place exactly. */
function areWhole(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at + 3 <= end) at += 3 + bytes.readUInt16BE(at + 1);
  return at === end;
}

function v2Origin(bytes: Buffer, family: number): Origin | undefined {
  if (family === 3) return { source: 'unix', sourcePort: 0, destination: 'unix', destinationPort: 0 };
  const size = family === 1 ? 4 : 16;
  if (family === 0) return undefined;
  const ports = V2_FIXED + 2 * size;
  return originOf(
    bytes.subarray(V2_FIXED, V2_FIXED + size),
    bytes.readUInt16BE(ports),
    bytes.subarray(V2_FIXED + size, ports),
    bytes.readUInt16BE(ports + 2),
  );
}

/** The header to send. @param origin undefined: we speak for ourselves, as a health check does */
export function writeHeader(version: ProxyVersion, origin: Origin | undefined): Buffer {
  const addresses = origin && [parseIp(origin.source), parseIp(origin.destination)];
  const [source, destination] = sameFamily(addresses?.[0], addresses?.[1]);
  if (version === 'v1') return v1Header(origin, source, destination);
  const command = origin === undefined ? LOCAL : PROXY;
  if (origin === undefined || source === undefined || destination === undefined)
    return Buffer.concat([V2_START, Buffer.from([command, 0, 0, 0])]);
  const rest = Buffer.alloc(4);
  rest.writeUInt16BE(source.length === 4 ? 12 : 36, 2);
  rest[0] = command;
  rest[1] = source.length === 4 ? 0x11 : 0x21; // a stream over IPv4 or IPv6
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(origin.sourcePort, 0);
  ports.writeUInt16BE(origin.destinationPort, 2);
  return Buffer.concat([V2_START, rest, source, destination, ports]);
}

function v1Header(origin: Origin | undefined, source?: Buffer, destination?: Buffer): Buffer {
  if (origin === undefined || source === undefined || destination === undefined)
    return Buffer.from('PROXY UNKNOWN\r\n');
  const family = source.length === 4 ? 'TCP4' : 'TCP6';
  const addresses = `${textIn(source)} ${textIn(destination)}`;
  return Buffer.from(`PROXY ${family} ${addresses} ${origin.sourcePort} ${origin.destinationPort}\r\n`);
}

/** Both in IPv4 where they are, else both in IPv6. */
function sameFamily(a: Buffer | undefined, b: Buffer | undefined): [Buffer?, Buffer?] {
  if (a === undefined || b === undefined) return [];
  const [x, y] = [unmapped(a), unmapped(b)];
  return x.length === y.length ? [x, y] : [mapped(x), mapped(y)];
}

const textIn = (address: Buffer): string =>
  address.length === 16 && unmapped(address).length === 4 ? `::ffff:${formatIp(address)}` : formatIp(address);
