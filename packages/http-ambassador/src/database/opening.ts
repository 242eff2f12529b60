// A client of a tcp listener before it has its tunnel: an endpoint is dialled, and what its protocol has to settle first
// is settled, by a subclass for each that has something. For tcp-mode.ts.
// Invariant: its host is told exactly one of joined, failed and left, once; unless joined, both wires are closed.
import type { Deadlines, Timed } from '../deadlines.ts';
import type { Greeted } from '../endpoint.ts';
import type { Origin } from '../proxy-protocol/header.ts';
import { type DialDone, dialTunnel } from '../tunnel.ts';
import type { Upstream } from '../upstream.ts';
import type { Receiver, Wire } from '../wire.ts';

/** Who wants to know how it went. */
export interface OpeningHost {
  readonly upstream: Upstream;
  readonly deadlines: Deadlines;
  /** How long a client may take for its part. */
  readonly clientMs: number;
  joined(opening: Opening, near: Wire, far: Wire): void;
  failed(opening: Opening, reason: string, error: Error | undefined): void;
  left(opening: Opening): void;
}

export abstract class Opening implements Receiver, Timed {
  deadlineAt = Infinity;
  readonly upstream: Upstream;
  readonly origin: Origin;
  protected readonly host: OpeningHost;
  #near: Wire | undefined;
  #far: Wire | undefined;
  #isOver = false;
  #awaited = '';

  constructor(host: OpeningHost, origin: Origin) {
    this.origin = origin;
    this.host = host;
    this.upstream = host.upstream;
  }

  /** Joined, failed or left. */
  get isOver(): boolean {
    return this.#isOver;
  }

  abstract onBytes(bytes: Buffer, start: number, end: number): void;
  /** The wire of the client is there. */
  protected abstract begin(near: Wire): void;
  /** An endpoint was reached. */
  protected abstract reached(near: Wire, far: Wire, greeted: Greeted | undefined): void;
  /** Says in the words of the protocol that there will be no connection; the wire is closed afterwards. */
  protected refuse(near: Wire, _text: string): void {
    near.reset();
  }

  start(near: Wire): void {
    this.#near = near;
    this.host.deadlines.add(this);
    this.begin(near);
  }

  onEnd(): void {
    this.cutOff();
  }

  onWritable(): void {}

  onClose(): void {
    if (!this.#finish()) return;
    this.#far?.destroy();
    this.host.left(this);
  }

  onDeadline(): void {
    this.fail(this.#awaited);
  }

  /** Ends it, whatever it is at. */
  cutOff(): void {
    this.#near?.destroy();
  }

  /** From now on someone else has so long for what comes next. @param reason what is said when it did not come */
  protected allow(ms: number, reason: 'client-timeout' | 'connect-timeout' | 'first-byte-timeout'): void {
    this.deadlineAt = this.host.deadlines.nowMs + ms;
    this.#awaited = reason;
  }

  /** Looks for an endpoint; the client waits. */
  protected dial(): void {
    const near = this.#near;
    if (near === undefined) return;
    near.pause();
    this.deadlineAt = Infinity;
    const { upstream } = this;
    const { deadlines } = this.host;
    const dialled: DialDone = (far, greeted, error) => {
      if (this.#isOver) return far?.destroy();
      if (far === undefined) return this.fail('connect-failure', error);
      this.#far = far;
      this.reached(near, far, greeted);
    };
    dialTunnel(upstream, deadlines.nowMs, dialled, this.origin);
  }

  protected join(): void {
    if (this.#near === undefined || this.#far === undefined || !this.#finish()) return;
    this.host.joined(this, this.#near, this.#far);
  }

  protected fail(reason: string, error?: Error): void {
    const near = this.#near;
    if (near === undefined || !this.#finish()) return;
    this.#far?.destroy();
    this.host.failed(this, reason, error);
    near.receiver = nobody;
    this.refuse(near, `${this.upstream.plan.name}: ${wordsOf(error) ?? reason}`);
  }

  /** @returns whether it was still going on */
  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.host.deadlines.delete(this);
    return true;
  }
}

/** Without Node's advice on how to run Node. */
const wordsOf = (error: Error | undefined): string | undefined => error?.message.replace(/;.*/s, '');

const nobody: Receiver = { onBytes() {}, onEnd() {}, onWritable() {}, onClose() {} };

/** Nothing to settle: the client waits for the endpoint. What it sends meanwhile stays in the kernel. */
export class PlainOpening extends Opening {
  /** What came behind a proxy's header. */
  #begun: Buffer = Buffer.alloc(0);

  onBytes(bytes: Buffer, start: number, end: number): void {
    this.#begun = Buffer.concat([this.#begun, bytes.subarray(start, end)]);
  }

  protected begin(): void {
    this.dial();
  }

  protected reached(_near: Wire, far: Wire): void {
    if (this.#begun.length > 0) far.send(this.#begun, 0, this.#begun.length);
    this.join();
  }
}
