// The tcp mode of a listener: every connection becomes a tunnel to an endpoint, whatever is spoken in it.
import type { Deadlines } from './deadlines.ts';
import type { Service } from './listener.ts';
import { dialTunnel, Tunnel, type TunnelEnd } from './tunnel.ts';
import { Tally } from './traffic.ts';
import type { Upstream } from './upstream.ts';
import type { Receiver, Wire } from './wire.ts';

/** Until there is an endpoint: nothing is read, only the end is noticed. */
class Waiting implements Receiver {
  isClosed = false;
  readonly #onClosed: () => void;

  constructor(onClosed: () => void) {
    this.#onClosed = onClosed;
  }

  onBytes(): void {}
  onEnd(): void {}
  onWritable(): void {}

  onClose(): void {
    this.isClosed = true;
    this.#onClosed();
  }
}

export class TcpMode implements Service {
  upstream: Upstream;
  readonly ends = new Tally();
  bytesIn = 0;
  bytesOut = 0;
  readonly #deadlines: Deadlines;
  readonly #tunnels = new Set<Tunnel>();
  readonly #waiting = new Set<Wire>();

  constructor(upstream: Upstream, deadlines: Deadlines) {
    this.upstream = upstream;
    this.#deadlines = deadlines;
  }

  get open(): number {
    return this.#tunnels.size + this.#waiting.size;
  }

  accept(_from: string, take: (receiver: Receiver) => Wire): void {
    const waiting = new Waiting(() => this.#waiting.delete(near));
    const near = take(waiting);
    near.pause();
    this.#waiting.add(near);
    dialTunnel(this.upstream, this.#deadlines.nowMs, (far) => {
      this.#waiting.delete(near);
      if (waiting.isClosed) far?.destroy();
      else if (far === undefined) {
        this.ends.add('connect-failure');
        this.upstream.failures.add('connect-failure');
        near.reset();
      } else this.#join(near, far);
    });
  }

  renew(next: Service): boolean {
    if (!(next instanceof TcpMode)) return false;
    this.upstream = next.upstream;
    return true;
  }

  /** A tunnel has no end of its own: what is spoken in it may go on until the deadline. */
  drain(): void {}

  cutOff(): void {
    for (const tunnel of this.#tunnels) tunnel.close('drained');
    for (const wire of this.#waiting) wire.destroy();
  }

  #join(near: Wire, far: Wire): void {
    const done = (end: TunnelEnd): void => {
      this.#tunnels.delete(tunnel);
      this.ends.add(end);
      this.bytesIn += near.bytesIn;
      this.bytesOut += near.bytesOut;
    };
    const tunnel = new Tunnel(near, far, this.#deadlines, this.upstream.plan.idleMs, done);
    this.#tunnels.add(tunnel);
  }
}
