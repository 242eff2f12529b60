// One address of an upstream and the connections to it: idle ones are kept and the one used last is taken first, so
// that surplus ones grow old; how many there may be, and how many exchanges may wait for one, is bounded.
import type { NetConnectOpts } from 'node:net';
import type { Address } from '@podmate/base/address';
import { formatAddress } from '@podmate/base/address';
import { type Carried, Connection } from './connection.ts';
import { PeakEwma } from './policy/peak-ewma.ts';
import type { Origin } from './proxy-protocol/header.ts';
import { connectWire, type Wire } from './wire.ts';

/** A server that speaks first, before it is spoken to over TLS. */
export interface Greeted {
  /** What it said. */
  readonly packet: Buffer;
  /** Sends the request for TLS, and has the wire speak it; when that fails, the wire closes. */
  secure(request: Buffer, secured: () => void): void;
}

/** Opens a socket for the wire; the kind of socket (plain, TLS) is the upstream's business. */
export type Dial = (
  wire: Wire,
  address: Address,
  connected: (greeted?: Greeted) => void,
  /** For whom, where it is for a client. */
  origin: Origin | undefined,
) => void;

export type EndpointLimits = {
  readonly maxConnections: number;
  readonly maxPending: number;
  readonly idleMs: number;
  /** A connection is only for the client it was opened for: it has announced it. */
  readonly isPerClient: boolean;
};

export class Endpoint {
  readonly address: Address;
  readonly name: string;
  /** For the balancer and the outlier rule. */
  weight: number;
  readonly latency = new PeakEwma();
  active = 0;
  isUnhealthy = false;
  ejectedUntilMs = 0;
  failuresInRow = 0;
  ejections = 0;
  /** For metrics. */
  connects = 0;
  connectFailures = 0;
  /** Why no connection could be opened, as it was said in the log; undefined since one could. */
  connectFault: string | undefined;
  readonly idle: Connection[] = [];
  readonly #open = new Set<Connection>();
  readonly #pending: Carried[] = [];
  readonly #dial: Dial;
  readonly #limits: EndpointLimits;
  #retired = false;

  constructor(address: Address, dial: Dial, limits: EndpointLimits, weight = 1) {
    this.weight = weight;
    this.address = address;
    this.name = formatAddress(address);
    this.#dial = dial;
    this.#limits = limits;
  }

  get connections(): number {
    return this.#open.size;
  }

  get pending(): number {
    return this.#pending.length;
  }

  /** Gives the exchange a connection, at once or later. @returns false when too many wait already */
  acquire(carried: Carried): boolean {
    const idle = this.#limits.isPerClient ? this.#idleOf(carried) : this.idle.pop();
    if (idle !== undefined) idle.carry(carried);
    else if (this.#open.size < this.#limits.maxConnections) this.#connect(carried);
    else if (this.#pending.length < this.#limits.maxPending) this.#pending.push(carried);
    else return false;
    return true;
  }

  /** The exchange waits until another one is done with its connection. */
  isQueued(carried: Carried): boolean {
    return this.#pending.includes(carried);
  }

  /** The exchange no longer wants the connection it waits for. */
  withdraw(carried: Carried): void {
    const at = this.#pending.indexOf(carried);
    if (at !== -1) this.#pending.splice(at, 1);
    for (const connection of this.#open) {
      if (connection.carried === carried && !connection.connected) connection.abandon();
    }
  }

  /** A connection whose exchange ended well. */
  release(connection: Connection): void {
    const isSurplus = this.#retired || (this.#limits.isPerClient && this.#pending.length > 0);
    const next = isSurplus ? undefined : this.#pending.shift();
    if (next !== undefined) return connection.carry(next);
    if (isSurplus) return connection.wire.destroy(); // Which gives way to one for who waits.
    connection.idleSinceMs = performance.now();
    this.idle.push(connection);
  }

  /** A connection that is gone or has become a tunnel; also called for one already forgotten. */
  forget(connection: Connection): void {
    if (!this.#open.delete(connection)) return;
    const at = this.idle.indexOf(connection);
    if (at !== -1) this.idle.splice(at, 1);
    const next = this.#pending.shift();
    if (next !== undefined) this.#connect(next);
  }

  /** Closes what was idle for too long; called at each tick. */
  sweep(nowMs: number): void {
    while (this.idle[0] !== undefined && this.idle[0].idleSinceMs + this.#limits.idleMs < nowMs) {
      this.idle.shift()?.wire.destroy();
    }
  }

  /** No longer an address of its upstream: what is under way ends, nothing is kept. */
  retire(): void {
    this.#retired = true;
    for (const connection of this.idle.splice(0)) connection.wire.destroy();
  }

  /** The idle connection of its client; where all are taken, the oldest of others makes room. */
  #idleOf({ origin }: Carried): Connection | undefined {
    const at = this.idle.findLastIndex((connection) => connection.origin === origin);
    if (at !== -1) return this.idle.splice(at, 1)[0];
    if (this.#open.size >= this.#limits.maxConnections) this.idle.shift()?.wire.destroy();
    return undefined;
  }

  #connect(carried: Carried): void {
    const connection = new Connection(this);
    this.#open.add(connection);
    this.connects++;
    connection.carried = carried;
    connection.origin = carried.origin;
    const connected = (): void => {
      connection.connected = true;
      this.connectFault = undefined;
      const waiting = connection.carried;
      if (waiting === undefined) this.release(connection);
      else connection.carry(waiting);
    };
    this.#dial(connection.wire, this.address, connected, carried.origin);
  }
}

/** Dials without TLS. */
export const dialPlain: Dial = (wire, address, connected) => {
  const options: NetConnectOpts =
    'path' in address ? { path: address.path } : { host: address.host, port: address.port };
  connectWire(wire, options).once('connect', () => connected());
};
