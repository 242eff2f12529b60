// Accepts connections at one address and hands each to what its mode makes of it: a session (http, forward) or a
// tunnel (tcp). As a part of the lifecycle it stops accepting first, lets what is under way end, and at the deadline
// cuts off the rest.
import { createServer, type Server, type Socket } from 'node:net';
import { type Address, formatAddress, listen } from '@podmate/base/address';
import { SettingError } from '@podmate/base/errors';
import type { Part } from '@podmate/base/lifecycle';
import { acceptWire } from './accepted-wire.ts';
import { type Receiver, Wire } from './wire.ts';

/** What serves the connections of a listener. */
export interface Service {
  readonly open: number;
  /** @param take makes the wire, once there is someone to receive from it */
  accept(from: string, take: (receiver: Receiver) => Wire): void;
  drain(): void;
  cutOff(): void;
}

const DRAIN_POLL_MS = 20;

export class Listener implements Part {
  readonly name: string;
  readonly service: Service;
  accepted = 0;
  rejected = 0;
  readonly #address: Address;
  readonly #server: Server;
  readonly #maxConnections: number;

  /** @param secure makes the server, for one that terminates TLS */
  constructor(
    address: Address,
    service: Service,
    maxConnections: number,
    secure?: (onSocket: (socket: Socket) => void) => Server,
  ) {
    this.name = `listener ${formatAddress(address)}`;
    this.service = service;
    this.#address = address;
    this.#maxConnections = maxConnections;
    this.#server =
      secure?.((socket) => this.#accept(socket, true)) ??
      createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) =>
        this.#accept(socket, false),
      );
  }

  async start(): Promise<void> {
    try {
      await listen(this.#server, this.#address);
    } catch (cause) {
      throw new SettingError({
        setting: 'listen',
        value: formatAddress(this.#address),
        what: 'cannot listen',
        cause,
      });
    }
  }

  /** Ends when the last connection has; cuts off what the deadline finds. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.#server.close();
    this.service.drain();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setInterval(() => {
      if (this.service.open === 0) resolve();
      else if (deadline.aborted) this.service.cutOff();
    }, DRAIN_POLL_MS);
    await promise;
    clearInterval(timer);
  }

  #accept(socket: Socket, isSecure: boolean): void {
    if (this.service.open >= this.#maxConnections) {
      this.rejected++;
      socket.destroy();
      return;
    }
    this.accepted++;
    this.service.accept(socket.remoteAddress ?? 'unix', (receiver) => {
      if (!isSecure) return acceptWire(socket, receiver);
      const wire = new Wire(receiver);
      wire.openPlain(socket);
      return wire;
    });
  }
}
