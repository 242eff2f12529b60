// The first words on a PostgreSQL connection, both sides: what a client may begin with, and the one message of the
// server that a client without TLS must not see as it is. Pure: bytes in, bytes out (PostgreSQL 17, chapter 55,
// sections 55.2.1, 55.2.10 to 55.2.12 and 55.3).

/** What a client begins with; `refused`: nothing that PostgreSQL knows. */
export type StartKind = 'incomplete' | 'ssl' | 'gss' | 'cancel' | 'startup' | 'refused';
export type Start = { readonly kind: StartKind; readonly bytes: number };

/** Asks the server for TLS: length 8, then the code 1234 5679. */
export const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
/** The server's word for yes, as one byte. */
export const TLS_IS_FINE = 0x53; // S
/** Ours to a client that asks us for TLS or GSSAPI encryption. */
export const NO_ENCRYPTION = 'N';

const CANCEL_CODE = 80_877_102;
const SSL_CODE = 80_877_103;
const GSS_CODE = 80_877_104;
/** Major version 3, the only one for 20 years; a minor version is negotiated by the server. */
const MAJOR_VERSION = 3;
/** MAX_STARTUP_PACKET_LENGTH of the server. */
const LONGEST_START = 10_000;

const REFUSED: Start = { kind: 'refused', bytes: 0 };

/** What bytes begin with. */
export function readStart(bytes: Buffer): Start {
  if (bytes.length > 0 && bytes[0] !== 0) return REFUSED; // No length so great: TLS, HTTP or something else.
  if (bytes.length < 8) return { kind: 'incomplete', bytes: 0 };
  const length = bytes.readUInt32BE(0);
  const code = bytes.readUInt32BE(4);
  if (length < 8 || length > LONGEST_START) return REFUSED;
  if ((code === SSL_CODE || code === GSS_CODE) && length !== 8) return REFUSED;
  const kind = kindOf(code);
  if (kind === 'refused') return REFUSED;
  return bytes.length < length ? { kind: 'incomplete', bytes: 0 } : { kind, bytes: length };
}

function kindOf(code: number): StartKind {
  if (code === SSL_CODE) return 'ssl';
  if (code === GSS_CODE) return 'gss';
  if (code === CANCEL_CODE) return 'cancel';
  return code >>> 16 === MAJOR_VERSION ? 'startup' : 'refused';
}

const AUTHENTICATION = 0x52; // R
const NEGOTIATE_VERSION = 0x76; // v
const SASL = 10;
/** What libpq takes as an authentication request at most. */
const LONGEST_AUTHENTICATION = 2000;

/**
 * Holds the server's bytes back until its authentication request is complete, and takes the mechanisms with channel
 * binding (SCRAM-SHA-256-PLUS) out of it: they bind to the TLS that is ours, and libpq without TLS takes their very
 * name for an attack. Everything else goes through as it came.
 */
export class AuthenticationFilter {
  #held: Buffer = Buffer.alloc(0);

  /** @returns all that goes to the client, once it is known; undefined: not yet */
  feed(bytes: Buffer): Buffer | undefined {
    const held = (this.#held = Buffer.concat([this.#held, bytes]));
    let at = 0;
    while (held.length >= at + 5) {
      const type = held[at];
      const length = held.readUInt32BE(at + 1);
      const isAwaited = type === AUTHENTICATION || type === NEGOTIATE_VERSION;
      if (!isAwaited || length < 8 || length > LONGEST_AUTHENTICATION) return held;
      const end = at + 1 + length;
      if (held.length < end) return undefined;
      if (type === AUTHENTICATION) {
        const request = withoutChannelBinding(held.subarray(at, end));
        return Buffer.concat([held.subarray(0, at), request, held.subarray(end)]);
      }
      at = end;
    }
    return undefined;
  }
}

/** An authentication request without the mechanisms that bind to a TLS channel; as it came when it has no others. */
function withoutChannelBinding(message: Buffer): Buffer {
  if (message.readUInt32BE(5) !== SASL) return message;
  const names = message.toString('latin1', 9).split('\0').filter(Boolean);
  const kept = names.filter((name) => !name.endsWith('-PLUS'));
  if (kept.length === names.length || kept.length === 0) return message;
  const list = kept.map((name) => `${name}\0`).join('') + '\0';
  const head = Buffer.alloc(9);
  head[0] = AUTHENTICATION;
  head.writeUInt32BE(8 + list.length, 1);
  head.writeUInt32BE(SASL, 5);
  return Buffer.concat([head, Buffer.from(list, 'latin1')]);
}

/** A fatal error in the server's form, with the SQLSTATE for a connection that could not be made (08006). */
export function fatalError(text: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C08006\0M${text}\0\0`);
  const head = Buffer.alloc(5);
  head[0] = 0x45; // E
  head.writeUInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}
