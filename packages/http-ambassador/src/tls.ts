// TLS on either side: dials upstreams with it, and turns the connections a listener accepts into ones that speak plain
// text to us. The material is looked at for each connection, so that renewed files count from the next one on.
import type { NetConnectOpts, Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { type Address, formatAddress } from '@podmate/base/address';
import type { Dial } from './endpoint.ts';
import type { SecureContext, Tls, TlsMaterial } from './tls-material.ts';
import { originOf } from './proxy-protocol/announced.ts';
import type { Origin } from './proxy-protocol/header.ts';
import type { Wire } from './wire.ts';

export type TlsClientPlan = { readonly serverName: string; readonly verify: boolean };

/** Sessions kept for resumption, one for each address; addresses come and go. */
const MOST_SESSIONS = 256;

/** The last session of each endpoint. Those of a former material would keep its certificates in use. */
class Sessions {
  readonly #byAddress = new Map<string, Buffer>();
  #context: SecureContext | undefined;

  of(context: SecureContext, at: string): Buffer | undefined {
    if (context !== this.#context) this.#byAddress.clear();
    this.#context = context;
    return this.#byAddress.get(at);
  }

  keep(context: SecureContext, at: string, session: Buffer): void {
    if (context !== this.#context) return;
    this.#byAddress.delete(at);
    this.#byAddress.set(at, session);
    if (this.#byAddress.size <= MOST_SESSIONS) return;
    for (const oldest of this.#byAddress.keys()) return void this.#byAddress.delete(oldest);
  }
}

/** Begins TLS towards an endpoint; `over` says on what: an address to connect to, or a socket that is connected. */
export type TlsClient = (
  endpoint: Address,
  over: ConnectionOptions & { onread?: Wire['onread'] },
) => TLSSocket;

/**
 * How the endpoints of an upstream are spoken to, resuming the last session of each.
 * @param protocol for ALPN, where it is sure what is spoken inside
 */
export function tlsClient(
  tls: Tls,
  material: TlsMaterial,
  plan: TlsClientPlan,
  protocol: string | undefined,
): TlsClient {
  const sessions = new Sessions();
  return (endpoint, over) => {
    const at = formatAddress(endpoint);
    const { context } = material;
    const session = sessions.of(context, at);
    const options: ConnectionOptions = {
      ...over,
      secureContext: context,
      rejectUnauthorized: plan.verify,
      ...(/^[\d.]+$|:/.test(plan.serverName) ? {} : { servername: plan.serverName }),
      checkServerIdentity: (_name, certificate) => tls.checkServerIdentity(plan.serverName, certificate),
      ...(protocol !== undefined && { ALPNProtocols: [protocol] }),
      ...(session && { session }),
    };
    const socket = tls.connect(options);
    socket.setNoDelay(true);
    socket.on('session', (fresh: Buffer) => sessions.keep(context, at, fresh));
    return socket;
  };
}

/** Dials with TLS from the first byte. */
export function dialTls(client: TlsClient): Dial {
  return (wire, address, connected) => {
    const over: ConnectionOptions & NetConnectOpts & { onread: Wire['onread'] } = {
      ...address,
      allowHalfOpen: true,
      onread: wire.onread,
    };
    const socket = client(address, over);
    wire.open(socket);
    socket.once('secureConnect', () => connected());
  };
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/** How a listener terminates TLS. */
export type SecurePlan = {
  readonly tls: Tls;
  readonly material: TlsMaterial;
  /** For ALPN, where it is sure what is spoken inside. */
  readonly protocol: string | undefined;
  /** For a client to come through the handshake. */
  readonly handshakeMs: number;
};

/** The TLS side of a listener; it owns no port, what was accepted is handed in. */
export class TlsAcceptor {
  readonly #plan: SecurePlan;
  /** Clients that came no further than the handshake. */
  failures = 0;
  /** In the handshake. */
  shaking = 0;
  readonly #server: import('node:tls').Server;
  readonly #ended: () => void;
  /** What a proxy said of connections in the handshake, by their own address. */
  readonly #announced = new Map<string, Origin>();

  constructor(plan: SecurePlan, onSocket: (socket: Socket, origin: Origin) => void) {
    const { tls, material, protocol, handshakeMs } = plan;
    this.#plan = plan;
    const asksForCertificate = material.files.ca !== undefined;
    this.#server = tls.createServer({
      ...material.pem,
      requestCert: asksForCertificate,
      rejectUnauthorized: asksForCertificate,
      handshakeTimeout: handshakeMs,
      ...(protocol !== undefined && { ALPNProtocols: [protocol] }),
      noDelay: true,
    });
    this.#server.on('tlsClientError', (_error, socket: TLSSocket) => {
      this.failures++;
      this.shaking--;
      socket.destroy(); // Node leaves one open whose handshake timed out.
    });
    this.#server.on('secureConnection', (socket: TLSSocket) => {
      this.shaking--;
      socket.allowHalfOpen = true;
      onSocket(socket, this.#announced.get(peerOf(socket)) ?? originOf(socket));
    });
    this.#ended = material.onRenewed((pem) => this.#server.setSecureContext(pem));
  }

  /** Whether it does what this plan says. */
  isFor({ material, protocol, handshakeMs }: SecurePlan): boolean {
    const plan = this.#plan;
    return plan.material === material && plan.protocol === protocol && plan.handshakeMs === handshakeMs;
  }

  accept(socket: Socket, announced: Origin | undefined): void {
    this.shaking++;
    if (announced !== undefined) {
      const peer = peerOf(socket);
      this.#announced.set(peer, announced);
      socket.once('close', () => this.#announced.delete(peer));
    }
    // The secure socket takes this over: who says good-bye within the handshake is gone. Half-closes count behind it.
    socket.allowHalfOpen = false;
    this.#server.emit('connection', socket);
  }

  /** No longer follows its material. */
  retire(): void {
    this.#ended();
  }
}
