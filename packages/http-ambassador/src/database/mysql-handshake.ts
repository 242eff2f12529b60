// The connection phase of MySQL and MariaDB, as far as one has to know it to put TLS behind a client that has none:
// packets and their sequence numbers, the server's greeting, the client's answer, what ends the phase. Pure: bytes in,
// bytes out (MySQL Internals "Connection Phase"; MariaDB documents the same as "Connecting").

/** Three bytes of length, one of sequence number. */
const HEADER = 4;
/** Nothing in the connection phase is longer: connection attributes end at 64 KiB. */
const LONGEST = 128 * 1024;

const CLIENT_SSL = 0x800;
const CLIENT_PROTOCOL_41 = 0x200;
const CLIENT_PLUGIN_AUTH = 0x8_0000;
/** Of the client's answer, what comes before the user's name: an SSLRequest is just that. */
const FIXED_PART = 32;

export const OK = 0x00;
export const ERROR = 0xff;
export const AUTH_MORE_DATA = 0x01;
export const AUTH_SWITCH = 0xfe;

export const payloadOf = (packet: Buffer): Buffer => packet.subarray(HEADER);
export const sequenceOf = (packet: Buffer): number => packet[3] ?? 0;

/** Whole packets out of a stream. */
export class Packets {
  #held: Buffer = Buffer.alloc(0);

  feed(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#held, bytes]);
  }

  /** @returns undefined: not yet. @throws RangeError for a packet longer than the connection phase has any */
  next(): Buffer | undefined {
    const held = this.#held;
    if (held.length < HEADER) return undefined;
    const end = HEADER + held.readUIntLE(0, 3);
    if (end > LONGEST) throw new RangeError('a packet too long for the connection phase');
    if (held.length < end) return undefined;
    this.#held = held.subarray(end);
    return held.subarray(0, end);
  }

  /** What came behind the packets taken. */
  rest(): Buffer {
    return this.#held;
  }
}

export function packetOf(sequence: number, ...payload: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(payload);
  const head = Buffer.alloc(HEADER);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, body]);
}

/** The same packet with another number; the numbers run modulo 256. */
export const renumbered = (packet: Buffer, sequence: number): Buffer =>
  packetOf(sequence & 0xff, payloadOf(packet));

export type Greeting = {
  /** As a client without TLS is to see it. */
  readonly forClient: Buffer;
  readonly offersTls: boolean;
  readonly plugin: string;
  /** What the password is mixed with. */
  readonly nonce: Buffer;
};

/** @returns undefined for an ERR packet and for what is no greeting of protocol 10 */
export function readGreeting(packet: Buffer): Greeting | undefined {
  const payload = payloadOf(packet);
  const version = payload.indexOf(0, 1);
  // Behind the version: thread id 4, nonce 8, a zero, capabilities 2, character set 1, status 2, capabilities 2.
  const capabilitiesAt = version + 1 + 4 + 8 + 1;
  if (payload[0] !== 10 || version < 0 || payload.length < capabilitiesAt + 7) return undefined;
  const low = payload.readUInt16LE(capabilitiesAt);
  const capabilities = low + payload.readUInt16LE(capabilitiesAt + 5) * 0x1_0000;
  const forClient = Buffer.from(packet);
  forClient.writeUInt16LE(low & ~CLIENT_SSL, HEADER + capabilitiesAt);
  // Behind the capabilities: length of the nonce 1, reserved 10, the rest of the nonce with a zero, the plugin's name.
  const nonceLength = Math.max(12, (payload[capabilitiesAt + 7] ?? 0) - 9);
  const moreAt = capabilitiesAt + 18;
  const firstPart = payload.subarray(version + 5, version + 13);
  const nonce = Buffer.concat([firstPart, payload.subarray(moreAt, moreAt + nonceLength)]);
  const plugin =
    capabilities & CLIENT_PLUGIN_AUTH ? textFrom(payload, moreAt + nonceLength + 1) : 'mysql_native_password';
  return { forClient, offersTls: (low & CLIENT_SSL) !== 0, plugin, nonce };
}

/** What a client's answer says of itself. */
export type ClientKind = 'plain' | 'wants-tls' | 'too-old';

export function readClient(response: Buffer): ClientKind {
  const payload = payloadOf(response);
  const low = payload.length < FIXED_PART ? 0 : payload.readUInt16LE(0);
  if ((low & CLIENT_PROTOCOL_41) === 0) return 'too-old';
  return low & CLIENT_SSL ? 'wants-tls' : 'plain';
}

/**
 * The request for TLS that goes before the client's answer, with the very capabilities of that answer: servers take
 * them from here, and MariaDB has some of its own in the last bytes.
 */
export function sslRequest(response: Buffer): Buffer {
  return packetOf(1, payloadOf(withSsl(response)).subarray(0, FIXED_PART));
}

/** The client's answer as it goes over TLS, one number later. */
export const responseOverTls = (response: Buffer): Buffer => renumbered(withSsl(response), 2);

function withSsl(response: Buffer): Buffer {
  const copy = Buffer.from(response);
  copy.writeUInt16LE(copy.readUInt16LE(HEADER) | CLIENT_SSL, HEADER);
  return copy;
}

/** The server wants another way to prove who one is. */
export function readAuthSwitch(packet: Buffer): { readonly plugin: string; readonly nonce: Buffer } {
  const payload = payloadOf(packet);
  const plugin = textFrom(payload, 1);
  const data = payload.subarray(1 + plugin.length + 1);
  return { plugin, nonce: data.at(-1) === 0 ? data.subarray(0, -1) : data };
}

function textFrom(payload: Buffer, at: number): string {
  const end = payload.indexOf(0, at);
  return payload.toString('latin1', at, end < 0 ? payload.length : end);
}

/** ER_NET_READ_ERROR, the server's own for trouble on the network; clients take numbers from 2000 on for their own. */
const NETWORK_ERROR = 1158;

/** An ERR packet that says that there will be no connection (SQLSTATE 08S01). */
export function errorPacket(sequence: number, text: string): Buffer {
  const head = Buffer.from([ERROR, NETWORK_ERROR & 0xff, NETWORK_ERROR >> 8]);
  return packetOf(sequence & 0xff, head, Buffer.from(`#08S01${text}`));
}
