// Accepts connections at one address and hands each to what its mode makes of it: a session (http, forward) or a
// tunnel (tcp). What it does with them may be exchanged while it listens; connections it has are not touched by that.
// To end, it stops accepting first, lets what is under way end, and at the deadline cuts off the rest.
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, formatAddress, listen } from '@podmate/base/address';
import { SettingError } from '@podmate/base/errors';
import { acceptWire } from './accepted-wire.ts';
import { type Faults, Relay } from './faults/relay.ts';
import { Announcements, originOf } from './proxy-protocol/announced.ts';
import type { Origin } from './proxy-protocol/header.ts';
import { type SecurePlan, TlsAcceptor } from './tls.ts';
import type { Tally } from './traffic.ts';
import { type Receiver, Wire } from './wire.ts';

/** What serves the connections of a listener. */
export interface Service {
  readonly open: number;
  /** Connections and requests sent away, by reason. */
  readonly refusals: Tally;
  /** @param take makes the wire, once there is someone to receive from it */
  accept(origin: Origin, take: (receiver: Receiver) => Wire): Wire;
  /** Takes over what differs in the next one and goes on. @returns false when it cannot */
  renew(next: Service): boolean;
  drain(): void;
  cutOff(): void;
}

const DRAIN_POLL_MS = 20;

/** What a listener does with its connections. */
export type Offer = {
  readonly service: Service;
  readonly maxClients: number;
  /** Set where TLS is terminated. */
  readonly secure: SecurePlan | undefined;
  /** Set where each connection begins with a header of the PROXY protocol: how long that may take. */
  readonly announcedWithinMs: number | undefined;
  /** Set where faults are allowed. */
  readonly faults: Faults | undefined;
};

export class Listener {
  readonly address: Address;
  /** As the settings write it. */
  readonly name: string;
  accepted = 0;
  service: Service;
  tls: TlsAcceptor | undefined;
  #maxClients: number;
  #announcedWithinMs: number | undefined;
  #relay: Relay | undefined;
  readonly #announcements = new Announcements(() => this.service.refusals.add('no-proxy-header'));
  /** Former services, whose connections go on to their end. */
  readonly #leaving = new Set<Service>();
  readonly #server: Server;

  constructor(address: Address, { service, maxClients, secure, announcedWithinMs, faults }: Offer) {
    this.address = address;
    this.name = formatAddress(address);
    this.service = service;
    this.#maxClients = maxClients;
    this.#announcedWithinMs = announcedWithinMs;
    this.#secure(secure);
    this.#spoil(faults);
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
      if (this.#relay === undefined) this.#meet(socket);
      else void this.#relay.accept(socket, (inner) => this.#meet(inner));
    });
    // An accept that fails (no file descriptor left) costs that client, not the process.
    this.#server.on('error', () => this.service.refusals.add('cannot-accept'));
  }

  /** Faults on purpose, where they are allowed. */
  get faults(): Faults | undefined {
    return this.#relay?.faults;
  }

  /** Connections of clients. */
  get open(): number {
    let open = this.service.open + (this.tls?.shaking ?? 0) + this.#announcements.waiting;
    for (const { open: more } of this.#leaving) open += more;
    return open;
  }

  async start(): Promise<void> {
    try {
      await listen(this.#server, this.address);
    } catch (cause) {
      throw new SettingError({
        setting: 'listen',
        value: this.name,
        what: 'cannot listen',
        cause,
      });
    }
  }

  /** Before it has served anybody. */
  close(): void {
    this.#relay?.close();
    this.tls?.retire();
    this.#server.close();
  }

  /** From now on connections and, where that is possible, requests on those there are get this. */
  take({ service, maxClients, secure, announcedWithinMs, faults }: Offer): void {
    this.#spoil(faults);
    this.#maxClients = maxClients;
    this.#announcedWithinMs = announcedWithinMs;
    if (secure === undefined || this.tls?.isFor(secure) !== true) this.#secure(secure);
    if (this.service.renew(service)) return;
    for (const left of this.#leaving) if (left.open === 0) this.#leaving.delete(left);
    this.#leaving.add(this.service);
    this.service.drain();
    this.service = service;
  }

  /** Ends when the last connection has; cuts off what the deadline finds. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.close();
    this.#announcements.cutOff();
    const services = [this.service, ...this.#leaving];
    this.service.drain();
    while (services.some(({ open }) => open > 0)) {
      if (deadline.aborted) for (const service of services) service.cutOff();
      await sleep(DRAIN_POLL_MS);
    }
  }

  #secure(secure: SecurePlan | undefined): void {
    this.tls?.retire();
    this.tls =
      secure &&
      new TlsAcceptor(secure, (socket, origin) => {
        this.#serve(origin, (receiver) => {
          const wire = new Wire(receiver);
          // A shared read buffer could be had here, too, by Node's inner symbols: for 3 % of the CPU, not worth them.
          wire.openPlain(socket);
          return wire;
        });
      });
  }

  /** Connections there are keep the faults they have. */
  #spoil(faults: Faults | undefined): void {
    if (faults !== undefined && this.#relay !== undefined) this.#relay.faults = faults;
    else {
      this.#relay?.close();
      this.#relay = faults && new Relay(faults);
    }
  }

  #meet(socket: Socket): void {
    const withinMs = this.#announcedWithinMs;
    if (this.open >= this.#maxClients) this.#reject(socket);
    else if (withinMs === undefined) this.#enter(socket, undefined);
    else this.#announcements.accept(socket, withinMs, (...announced) => this.#enter(...announced));
  }

  /** @param announced by a proxy; else the socket knows */
  #enter(socket: Socket, announced: Origin | undefined): void {
    const origin = announced ?? this.#relay?.originBehind(socket);
    if (this.tls !== undefined) return this.tls.accept(socket, origin);
    const begun: Buffer | null = announced === undefined ? null : socket.read();
    const wire = this.#serve(origin ?? originOf(socket), (receiver) => acceptWire(socket, receiver));
    if (begun === null) return;
    wire.bytesIn += begun.length;
    wire.receiver.onBytes(begun, 0, begun.length);
  }

  #serve(origin: Origin, take: (receiver: Receiver) => Wire): Wire {
    this.accepted++;
    return this.service.accept(origin, take);
  }

  #reject(socket: Socket): void {
    this.service.refusals.add('too-many-clients');
    socket.destroy();
  }
}
