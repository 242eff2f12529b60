// One connection to an endpoint: carries one exchange after the other. Parses the heads of responses, finds the ends
// of their bodies, and knows whether it may be used again: only when both messages ended where they said they would.
import type { Endpoint } from './endpoint.ts';
import { Body, type ChunkData } from './http1/body.ts';
import { responseBody } from './http1/framing.ts';
import { HeadBuffer } from './http1/head-buffer.ts';
import { Head, INCOMPLETE, REFUSED } from './http1/head.ts';
import type { Origin } from './proxy-protocol/header.ts';
import { type Receiver, Wire } from './wire.ts';

/** Whom the responses of a connection are for. */
export interface Carried {
  /** Its client. */
  readonly origin: Origin | undefined;
  readonly isHead: boolean;
  /** It asks for another protocol: 101 may come. */
  readonly isUpgrade: boolean;
  /** It says that it waits for 100 before its body. */
  readonly isExpecting: boolean;
  /** The request was sent to its end. */
  readonly requestDone: boolean;
  /** Set for HTTP/1.0 clients, who know no chunks: takes the data of bodies instead of onResponseBody. */
  readonly unchunk: ChunkData | undefined;
  onConnected(connection: Connection): void;
  onConnectFailed(error: Error | undefined): void;
  onInterim(head: Head): void;
  /** Head, and bytes[start, end) of the body. */
  onResponse(head: Head, body: Body, bytes: Buffer, start: number, end: number): void;
  onUpgraded(head: Head, bytes: Buffer, start: number, end: number): void;
  onResponseBody(bytes: Buffer, start: number, end: number): void;
  onResponseEnd(): void;
  onResponseRefused(reason: string): void;
  onUpstreamWritable(): void;
  /** The connection ended before the response did. */
  onConnectionLost(error: Error | undefined): void;
}

/** 1xx before one response; each is passed on, so a stream of them is work without end. */
const MOST_INTERIM = 100;

const head = new Head({ headBytes: 65_536, targetBytes: 8192, fields: 200 });
const parse = head.parseResponse.bind(head);

export class Connection implements Receiver {
  readonly wire = new Wire(this);
  readonly endpoint: Endpoint;
  carried: Carried | undefined;
  /** Whom it was opened for. */
  origin: Origin | undefined;
  /** Exchanges it was given; more than one means that it was idle before and may be stale. */
  uses = 0;
  connected = false;
  idleSinceMs = 0;
  readonly #heads = new HeadBuffer();
  readonly #body = new Body();
  #inBody = false;
  #mayKeep = false;
  #interim = 0;
  #hasContinued = false;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  /** Gives it an exchange, which may send at once. */
  carry(carried: Carried): void {
    this.carried = carried;
    this.uses++;
    this.#inBody = this.#hasContinued = false;
    this.#interim = 0;
    carried.onConnected(this);
  }

  /** Its exchange is over for other reasons; what still comes is for nobody. */
  abandon(): void {
    this.carried = undefined;
    this.wire.destroy();
  }

  onBytes(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const { carried } = this;
      // An answer that nobody asked for is how one response is taken for that of the next request.
      if (carried === undefined) return this.wire.destroy();
      at = this.#inBody ? this.#continue(carried, bytes, at, end) : this.#begin(carried, bytes, at, end);
      if (at < 0 || this.carried !== carried) return;
      if (this.#inBody && this.#body.done) return this.#finish(carried, at === end);
    }
  }

  /** A close ends the body of a response that has no other end. */
  onEnd(): void {
    const { carried } = this;
    if (carried !== undefined && this.#inBody && this.#body.untilClose) return this.#finish(carried, false);
    if (carried === undefined) this.endpoint.forget(this);
    this.wire.destroy();
  }

  onWritable(): void {
    this.carried?.onUpstreamWritable();
  }

  onClose(error: Error | undefined): void {
    const { carried } = this;
    this.carried = undefined;
    this.endpoint.forget(this);
    if (carried === undefined) return;
    if (this.connected) carried.onConnectionLost(error);
    else carried.onConnectFailed(error);
  }

  /** The head of a response, and what came with it. @returns the position reached, or negative to stop */
  #begin(carried: Carried, bytes: Buffer, start: number, end: number): number {
    const at = this.#heads.read(parse, bytes, start, end);
    if (at === INCOMPLETE) return at;
    if (at === REFUSED) return this.#refuse(carried, head.reason ?? '');
    if (head.status === 101) {
      if (!carried.isUpgrade) return this.#refuse(carried, '101-not-asked-for');
      this.carried = undefined;
      this.endpoint.forget(this);
      carried.onUpgraded(head, bytes, at, end);
      return REFUSED;
    }
    if (head.status < 200) {
      if (++this.#interim > MOST_INTERIM) return this.#refuse(carried, 'interim-flood');
      this.#hasContinued ||= head.status === 100;
      carried.onInterim(head);
      return at;
    }
    this.#inBody = true;
    responseBody(head, carried.isHead, this.#body);
    this.#mayKeep = head.version === 11 ? !head.close : head.keepAlive;
    if (this.#body.untilClose || this.#isSuspect(carried)) this.#mayKeep = false;
    const isDecoded = carried.unchunk !== undefined;
    if (isDecoded) carried.onResponse(head, this.#body, bytes, at, at);
    if (this.carried !== carried) return REFUSED; // It tries again elsewhere.
    const to = this.#body.done ? at : this.#body.feed(bytes, at, end, carried.unchunk);
    if (!isDecoded) carried.onResponse(head, this.#body, bytes, at, Math.max(at, to));
    return to === REFUSED ? this.#refuse(carried, this.#body.reason ?? '') : to;
  }

  /**
   * Whether the server may not agree with us on where a message ends: it sends a length with 204, which has no body;
   * or it answers without having asked for a body that it may still wait for.
   */
  #isSuspect(carried: Carried): boolean {
    if (carried.isExpecting && !this.#hasContinued) return true;
    return head.status === 204 && (head.chunked || head.contentLength > 0);
  }

  #continue(carried: Carried, bytes: Buffer, start: number, end: number): number {
    const to = this.#body.feed(bytes, start, end, carried.unchunk);
    if (to === REFUSED) return this.#refuse(carried, this.#body.reason ?? '');
    if (carried.unchunk === undefined) carried.onResponseBody(bytes, start, to);
    return to;
  }

  #refuse(carried: Carried, reason: string): number {
    this.abandon();
    carried.onResponseRefused(reason);
    return REFUSED;
  }

  /** @param isClean nothing came behind the response */
  #finish(carried: Carried, isClean: boolean): void {
    this.carried = undefined;
    this.#inBody = false;
    if (isClean && this.#mayKeep && carried.requestDone) this.endpoint.release(this);
    else this.wire.destroy();
    carried.onResponseEnd();
  }
}
