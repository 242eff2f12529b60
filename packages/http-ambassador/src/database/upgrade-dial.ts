// Dials that begin in plain text and go on in TLS on the same connection, as databases do it. Nothing that came in plain
// text is taken for something that came over TLS: more bytes than the server may have sent by then are an attack
// (CVE-2021-23222) and end the connection.
import { connect, type Socket } from 'node:net';
import type { Address } from '@podmate/base/address';
import { type Dial, dialPlain, type Greeted } from '../endpoint.ts';
import type { Origin } from '../proxy-protocol/header.ts';
import type { TlsClient } from '../tls.ts';
import type { Wire } from '../wire.ts';
import { Packets } from './mysql-handshake.ts';
import { SSL_REQUEST, TLS_IS_FINE } from './postgres-start.ts';

const TOO_MUCH = new Error('the server sent more than its answer before TLS');

/** A plain connection that is not yet the wire's; until it is, the wire's receiver hears only of its end. */
function openPlainly(wire: Wire, address: Address, begin: Buffer | undefined): Socket {
  const socket = connect({ ...address, noDelay: true, allowHalfOpen: true });
  let failure: Error | undefined;
  wire.socket = socket;
  if (begin !== undefined) socket.once('connect', () => socket.write(begin));
  return socket
    .on('error', (error) => (failure = error))
    .on('end', () => socket.destroy(new Error('closed before TLS began')))
    .on('close', () => wire.receiver.onClose(failure));
}

/** TLS on a connection of openPlainly; the wire is on it from now on. */
function beginTls(
  wire: Wire,
  plain: Socket,
  address: Address,
  client: TlsClient,
  connected: () => void,
): void {
  plain.removeAllListeners('close').removeAllListeners('end');
  const socket = client(address, { socket: plain });
  wire.openPlain(socket);
  socket.once('secureConnect', connected);
}

/** What goes before everything else: nothing, or a header of the PROXY protocol. */
export type Announce = (origin: Origin | undefined) => Buffer;

/** TLS behind a header of the PROXY protocol. */
export function dialTlsAnnounced(client: TlsClient, announce: Announce): Dial {
  return (wire, address, connected, origin) => {
    const plain = openPlainly(wire, address, announce(origin));
    plain.once('connect', () => beginTls(wire, plain, address, client, connected));
  };
}

/** Without TLS, behind a header of the PROXY protocol. */
export function dialPlainAnnounced(announce: Announce): Dial {
  return (wire, address, connected, origin) => {
    const announced = (): void => {
      wire.socket.write(announce(origin));
      connected();
    };
    dialPlain(wire, address, announced, origin);
  };
}

/** SSLRequest, the answer S, TLS (PostgreSQL 55.2.11). */
export function dialPostgres(client: TlsClient, announce: Announce): Dial {
  return (wire, address, connected, origin) => {
    const begin = Buffer.concat([announce(origin), SSL_REQUEST]);
    const plain = openPlainly(wire, address, begin);
    plain.once('data', (answer: Buffer) => {
      plain.pause();
      if (answer[0] !== TLS_IS_FINE) plain.destroy(new Error('the server does not offer TLS'));
      else if (answer.length > 1) plain.destroy(TOO_MUCH);
      else beginTls(wire, plain, address, client, connected);
    });
  };
}

/** Connects and waits for the greeting; TLS follows when the client has answered it. */
export function dialMysql(client: TlsClient, announce: Announce): Dial {
  return (wire, address, connected, origin) => {
    const plain = openPlainly(wire, address, announce(origin));
    const packets = new Packets();
    plain.on('data', (bytes: Buffer) => {
      packets.feed(bytes);
      const packet = greetingOf(packets, plain);
      if (packet === undefined) return;
      plain.pause().removeAllListeners('data');
      connected({ packet, secure });
    });
    const secure: Greeted['secure'] = (request, secured) => {
      if (plain.readableLength > 0) plain.destroy(TOO_MUCH);
      else plain.write(request);
      if (!plain.destroyed) beginTls(wire, plain, address, client, secured);
    };
  };
}

/** The one packet a server may send by itself. */
function greetingOf(packets: Packets, plain: Socket): Buffer | undefined {
  try {
    const packet = packets.next();
    if (packet !== undefined && packets.rest().length > 0) plain.destroy(TOO_MUCH);
    return plain.destroyed ? undefined : packet;
  } catch (error) {
    plain.destroy(error instanceof Error ? error : undefined);
    return undefined;
  }
}
