// The tcp mode of a listener: every connection becomes a tunnel to an endpoint, whatever is spoken in it.
import type { Log } from '@podmate/base/log';
import type { Opening, OpeningHost } from './database/opening.ts';
import type { Deadlines } from './deadlines.ts';
import type { Service } from './listener.ts';
import { Tunnel, type TunnelEnd } from './tunnel.ts';
import type { Origin } from './proxy-protocol/header.ts';
import { Tally } from './traffic.ts';
import type { Upstream } from './upstream.ts';
import type { Receiver, Wire } from './wire.ts';

/** Which opening a listener's connections have. */
export type OpeningKind = new (host: OpeningHost, origin: Origin) => Opening;

const CLIENT_FAULTS: ReadonlySet<string> = new Set([
  'client-timeout',
  'client-tls',
  'not-postgres',
  'not-mysql',
]);

export class TcpMode implements Service, OpeningHost {
  upstream: Upstream;
  readonly deadlines: Deadlines;
  clientMs: number;
  readonly ends = new Tally();
  readonly refusals = new Tally();
  bytesIn = 0;
  bytesOut = 0;
  #kind: OpeningKind;
  readonly #log: Log;
  readonly #tunnels = new Set<Tunnel>();
  readonly #openings = new Set<Opening>();

  constructor(upstream: Upstream, deadlines: Deadlines, clientMs: number, kind: OpeningKind, log: Log) {
    this.upstream = upstream;
    this.deadlines = deadlines;
    this.clientMs = clientMs;
    this.#kind = kind;
    this.#log = log;
  }

  get open(): number {
    return this.#tunnels.size + this.#openings.size;
  }

  accept(origin: Origin, take: (receiver: Receiver) => Wire): Wire {
    const opening = new this.#kind(this, origin);
    this.#openings.add(opening);
    const near = take(opening);
    opening.start(near);
    return near;
  }

  renew(next: Service): boolean {
    if (!(next instanceof TcpMode)) return false;
    this.upstream = next.upstream;
    this.clientMs = next.clientMs;
    this.#kind = next.#kind;
    return true;
  }

  /** A tunnel has no end of its own: what is spoken in it may go on until the deadline. */
  drain(): void {}

  cutOff(): void {
    for (const tunnel of this.#tunnels) tunnel.close('drained');
    for (const opening of this.#openings) opening.cutOff();
  }

  // --- from the openings

  left(opening: Opening): void {
    this.#openings.delete(opening);
  }

  failed(opening: Opening, reason: string, error: Error | undefined): void {
    const { upstream } = opening;
    this.#openings.delete(opening);
    this.ends.add(reason);
    if (!CLIENT_FAULTS.has(reason)) upstream.failures.add(reason);
    this.#log.warn('no connection', {
      upstream: upstream.plan.name,
      client: opening.origin.source,
      reason,
      error,
    });
  }

  joined(opening: Opening, near: Wire, far: Wire): void {
    this.#openings.delete(opening);
    const done = (end: TunnelEnd): void => {
      this.#tunnels.delete(tunnel);
      this.ends.add(end);
      this.bytesIn += near.bytesIn;
      this.bytesOut += near.bytesOut;
    };
    const tunnel = new Tunnel(near, far, this.deadlines, opening.upstream.plan.tunnelIdleMs, done);
    this.#tunnels.add(tunnel);
  }
}
