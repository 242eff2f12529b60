// Two wires joined: what comes in on one goes out on the other, each direction for itself, the faster side held back;
// a half-close goes through; both end together. For upgrades, CONNECT and TCP listeners. Hot.
import type { Deadlines, Timed } from './deadlines.ts';
import type { Endpoint, Greeted } from './endpoint.ts';
import { hash32 } from './policy/hash-ring.ts';
import type { Upstream } from './upstream.ts';
import type { Origin } from './proxy-protocol/header.ts';
import { type Receiver, Wire } from './wire.ts';

export type TunnelEnd = 'closed' | 'reset' | 'idle-timeout' | 'drained';

/** Tunnels may be silent for long: who is gone is noticed, and what is between us (NAT, firewalls) is kept awake. */
const KEEP_ALIVE_AFTER_MS = 60_000;

class Half implements Receiver {
  ended = false;
  readonly #to: Wire;
  readonly #from: Wire;
  readonly #tunnel: Tunnel;

  constructor(from: Wire, to: Wire, tunnel: Tunnel) {
    this.#from = from;
    this.#to = to;
    this.#tunnel = tunnel;
  }

  onBytes(bytes: Buffer, start: number, end: number): void {
    this.#tunnel.touch();
    if (!this.#to.send(bytes, start, end)) this.#from.pause();
  }

  onEnd(): void {
    this.ended = true;
    this.#to.end();
  }

  /** The kernel took what we sent here: the other side may send again. */
  onWritable(): void {
    this.#to.resume();
  }

  onClose(error: Error | undefined): void {
    if (error !== undefined) this.#to.reset();
    else if (!this.ended) this.#to.destroy();
    this.#tunnel.onHalfClosed(error === undefined ? 'closed' : 'reset');
  }
}

export class Tunnel implements Timed {
  deadlineAt: number;
  readonly #near: Wire;
  readonly #far: Wire;
  readonly #deadlines: Deadlines;
  readonly #idleMs: number;
  readonly #onEnd: (end: TunnelEnd) => void;
  #end: TunnelEnd | undefined;
  #closed = 0;

  /** Both wires are theirs from now on. @param onEnd called once, when both are closed */
  constructor(near: Wire, far: Wire, deadlines: Deadlines, idleMs: number, onEnd: (end: TunnelEnd) => void) {
    this.#near = near;
    this.#far = far;
    this.#deadlines = deadlines;
    this.#idleMs = idleMs;
    this.#onEnd = onEnd;
    this.deadlineAt = deadlines.nowMs + idleMs;
    deadlines.add(this);
    near.receiver = new Half(near, far, this);
    far.receiver = new Half(far, near, this);
    for (const { socket } of [near, far]) socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
    near.resume();
    far.resume();
  }

  touch(): void {
    this.deadlineAt = this.#deadlines.nowMs + this.#idleMs;
  }

  onDeadline(): void {
    this.close('idle-timeout');
  }

  close(end: TunnelEnd): void {
    this.#end ??= end;
    this.#near.destroy();
    this.#far.destroy();
  }

  onHalfClosed(end: TunnelEnd): void {
    this.#end ??= end;
    if (++this.#closed < 2) return;
    this.#deadlines.delete(this);
    this.#onEnd(this.#end);
  }
}

/** While a wire connects, nobody but the one who waits is told how that went. */
class Dialled implements Receiver {
  readonly #onClosed: (error: Error | undefined) => void;

  constructor(onClosed: (error: Error | undefined) => void) {
    this.#onClosed = onClosed;
  }

  onBytes(): void {}
  onEnd(): void {}
  onWritable(): void {}

  onClose(error: Error | undefined): void {
    this.#onClosed(error);
  }
}

/** How a dial went: a wire and what the server said by itself, or why there is none. */
export type DialDone = (
  wire: Wire | undefined,
  greeted: Greeted | undefined,
  error: Error | undefined,
) => void;

/** Connects to an endpoint of the upstream, to the next one when that fails; undefined when none could be had. */
export function dialTunnel(upstream: Upstream, nowMs: number, done: DialDone, origin: Origin): void {
  let left = upstream.plan.retries + 1;
  // Of what a ring may go by, a connection has only its client.
  const hash = upstream.plan.balance === 'ring-hash' ? hash32(origin.source) : undefined;
  const attempt = (failure: Error | undefined, failed: Endpoint | undefined): void => {
    const endpoint = left-- > 0 ? upstream.pick(nowMs, failed, hash) : undefined;
    if (endpoint === undefined) return done(undefined, undefined, failure);
    const { connectMs } = upstream.plan;
    const wire = new Wire(
      new Dialled((error) => {
        clearTimeout(timer);
        const why = error ?? new Error(`no connection within ${connectMs / 1000} s`);
        upstream.connectFailed(endpoint, why);
        upstream.judge(endpoint, false, nowMs);
        attempt(why, endpoint);
      }),
    );
    const timer = setTimeout(() => wire.destroy(), connectMs);
    endpoint.connects++;
    const connected = (greeted: Greeted | undefined): void => {
      clearTimeout(timer);
      wire.pause();
      endpoint.connectFault = undefined;
      upstream.judge(endpoint, true, nowMs);
      endpoint.active++;
      wire.socket.once('close', () => endpoint.active--);
      done(wire, greeted, undefined);
    };
    upstream.plan.dial(wire, endpoint.address, connected, origin);
  };
  if (upstream.endpoints.length > 0) attempt(undefined, undefined);
  else void upstream.resolve().then(() => attempt(undefined, undefined));
}
