// One client connection of an http or forward listener: requests come in one after the other, each becomes an
// exchange; what is ambiguous is refused and the connection closed, as nobody knows where the next request begins.
// More than 300 lines: one state machine. Invariant: at most one exchange at a time; bytes of the next request wait, and reading with them.
import { latin1 } from './http1/latin1.ts';
import { Exchange, type Client, type Request } from './exchange.ts';
import { Body } from './http1/body.ts';
import { requestHead, type RequestPlan } from './http1/forwarded-head.ts';
import { requestBody } from './http1/framing.ts';
import { HeadBuffer } from './http1/head-buffer.ts';
import { Head, INCOMPLETE, REFUSED } from './http1/head.ts';
import { equals, SLASH, TOKEN } from './http1/octets.ts';
import { fieldValue, requestKey } from './http1/request-key.ts';
import { hasDotSegment, Target } from './http1/target.ts';
import { newTraceparent, readTrace, traceIdOf } from './http1/trace-context.ts';
import type { Faults } from './faults/relay.ts';
import type { HttpRoute } from './http-route.ts';
import type { HttpService, RateRule } from './http-service.ts';
import { hash32 } from './policy/hash-ring.ts';
import type { Timed } from './deadlines.ts';
import type { Origin } from './proxy-protocol/header.ts';
import { statusText } from './status-text.ts';
import { type DialDone, dialTunnel, Tunnel } from './tunnel.ts';
import type { Receiver, Wire } from './wire.ts';

const HEAD = 0;
const BODY = 1;
/** The request is complete, its response is not. */
const AWAIT = 2;
/** We have said our last word; what still comes is dropped, so that the client reads the answer and not an RST. */
const LINGER = 3;
const CLOSED = 4;

const LINGER_MS = 2000;
/** Of a refusal; 400 where nothing fits better. */
const STATUS_OF: Readonly<Record<string, number>> = {
  'head-too-large': 431,
  'too-many-fields': 431,
  'target-too-long': 414,
  'body-too-large': 413,
  'body-timeout': 408,
  expect: 417,
};
const IDEMPOTENT = ['get', 'head', 'put', 'delete', 'options', 'trace'];

export class Session implements Receiver, Client, Timed {
  deadlineAt: number;
  wire!: Wire;
  version = 11;
  keepsAlive = true;
  readonly #service: HttpService;
  readonly #target = new Target();
  readonly #heads = new HeadBuffer();
  readonly #body = new Body();
  #state = HEAD;
  #exchange: Exchange | undefined;
  #route: HttpRoute | undefined;
  #tunnel: Tunnel | undefined;
  /** What came of the next requests while one is under way; our own copy. */
  #held: Buffer | undefined;
  #replayed: Buffer | undefined;
  #hasEnded = false;
  #bodyBytes = 0;
  #status = 0;
  #reason = '';
  #method = '';
  #host = '';
  #path = '';
  #traceId = '';
  /** What the socket had yet to send when we last looked; at the end of a connection. */
  #unsent = 0;
  #bytesInAt = 0;
  #bytesOutAt = 0;
  /** Of the connection, as far as is known. */
  readonly origin: Origin;
  readonly #from: string;

  constructor(service: HttpService, origin: Origin) {
    this.#service = service;
    this.origin = origin;
    this.#from = origin.source;
    this.deadlineAt = service.deadlines.nowMs + service.limits.headMs;
  }

  get nowMs(): number {
    return this.#service.deadlines.nowMs;
  }

  get clientMs(): number {
    return this.#service.limits.clientMs;
  }

  /** Between two requests, or before the first. */
  get isIdle(): boolean {
    return this.#state === HEAD && this.#heads.heldBytes === 0;
  }

  // --- from the wire

  onBytes(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && at >= 0) {
      if (this.#state === HEAD) at = this.#onHead(bytes, at, end);
      else if (this.#state === BODY) at = this.#onBody(bytes, at, end);
      else if (this.#state === AWAIT) return this.#hold(bytes, at, end);
      else return;
    }
  }

  /** The client sends no more: an answer under way still goes out, half a request is of no use. */
  onEnd(): void {
    this.#hasEnded = true;
    this.keepsAlive = false;
    if (this.#state === AWAIT) return;
    // The last answer may still be on its way out of here.
    if (this.isIdle) return this.#linger();
    this.#giveUp('client-closed');
    this.wire.destroy();
  }

  onWritable(): void {
    this.#exchange?.onClientWritable();
  }

  onClose(): void {
    this.#state = CLOSED;
    this.#service.forget(this);
    this.#giveUp('client-closed');
  }

  onDeadline(): void {
    if (this.#exchange !== undefined) return this.#exchange.onDeadline();
    if (this.#state === AWAIT) return this.#refuse(504, 'connect-timeout');
    if (this.#state === HEAD && this.#heads.heldBytes > 0) return this.#refuse(408, 'head-timeout');
    if (this.#state === LINGER && this.#isTakenFrom()) return;
    this.wire.destroy();
  }

  /** Whether the client still reads our last words; the time of one that does begins anew. */
  #isTakenFrom(): boolean {
    const unsent = this.wire.socket.writableLength;
    const isMoving = unsent > 0 && unsent < this.#unsent;
    this.#unsent = unsent;
    if (isMoving) this.deadlineAt = this.nowMs + this.#service.limits.clientMs;
    return isMoving;
  }

  /** No further request: an idle one closes, one at work closes after its response. */
  drain(): void {
    this.keepsAlive = false;
    if (this.isIdle) this.#linger();
  }

  /** The deadline of the drain is past. */
  cutOff(): void {
    this.#tunnel?.close('drained');
    if (this.#tunnel === undefined) this.#giveUp('drained');
    this.wire.destroy();
  }

  // --- from the exchange

  setDeadline(atMs: number): void {
    this.deadlineAt = atMs;
  }

  /** @param more whole lines to put into the head */
  answer(status: number, reason: string, more = ''): void {
    this.#status = status;
    this.#reason = reason;
    const isClean = this.#body.done;
    const text = `${status} ${statusText(status)}: ${reason}\n`;
    const ending = isClean && this.keepsAlive ? '' : 'Connection: close\r\n';
    const fields = `Content-Type: text/plain\r\nContent-Length: ${text.length}\r\nX-Ambassador-Reason: ${reason}\r\n${more}${ending}`;
    const body = this.#method === 'HEAD' ? '' : text;
    this.wire.sendText(`HTTP/1.1 ${status} ${statusText(status)}\r\n${fields}\r\n${body}`);
    this.onExchangeEnd(isClean && this.keepsAlive);
  }

  onExchangeEnd(mayKeep: boolean): void {
    this.#status = this.#exchange?.status ?? this.#status;
    this.#reason = this.#exchange?.reason ?? this.#reason;
    this.#record();
    this.#exchange = undefined;
    if (this.#state === CLOSED) return;
    if (!mayKeep || this.#hasEnded || !this.keepsAlive) return this.#linger();
    this.#state = HEAD;
    this.deadlineAt = this.nowMs + this.#service.limits.keepAliveMs;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#replay(held);
    if (this.#held === undefined && this.#state === HEAD) this.wire.resume();
  }

  #replay(held: Buffer): void {
    this.#replayed = held;
    this.onBytes(held, 0, held.length);
    this.#replayed = undefined;
  }

  becomeTunnel(upstream: Wire): void {
    const { deadlines, limits } = this.#service;
    const held = this.#held;
    deadlines.delete(this);
    if (held !== undefined) upstream.send(held, 0, held.length);
    this.#tunnel = new Tunnel(this.wire, upstream, deadlines, limits.tunnelIdleMs, (end) => {
      this.#reason = end === 'closed' ? '' : end;
      if (this.#exchange === undefined) this.#record();
      else this.#giveUp(this.#reason);
      this.onClose();
    });
  }

  /** The client sends its body, or takes its answer, too slowly. */
  onTooSlow(reason: string): void {
    this.#spoiled(reason);
  }

  // --- a request

  #onHead(bytes: Buffer, start: number, end: number): number {
    const { head, parse, limits } = this.#service;
    if (this.isIdle) this.deadlineAt = this.nowMs + limits.headMs;
    const at = this.#heads.read(parse, bytes, start, end);
    if (at === INCOMPLETE) return at;
    this.#bytesInAt = this.wire.bytesIn - (end - start);
    this.#bytesOutAt = this.wire.bytesOut;
    this.#method = this.#host = this.#path = this.#reason = this.#traceId = '';
    if (at === REFUSED) return this.#refused(STATUS_OF[head.reason ?? ''] ?? 400, head.reason ?? '');
    this.version = head.version;
    this.keepsAlive = !this.#service.isDraining && (head.version === 11 ? !head.close : head.keepAlive);
    const fault = this.#target.read(head);
    if (fault !== undefined) return this.#refused(400, fault);
    return this.#findRoute(head, bytes, at, end);
  }

  #findRoute(head: Head, bytes: Buffer, start: number, end: number): number {
    const { routes, limits } = this.#service;
    const target = this.#target;
    this.#method = head.text(head.methodStart, head.methodEnd);
    this.#host = head.text(target.authorityStart, target.authorityEnd);
    this.#path = head.text(target.pathStart, target.pathEnd);
    requestBody(head, this.#body);
    if (head.contentLength > limits.bodyBytes) return this.#refused(413, 'body-too-large');
    const { rate, faults } = this.#service.rules;
    if (faults !== undefined && this.#isAborted(faults)) return start;
    if (rate !== undefined && this.#isOver(rate, undefined)) return start;
    if (target.form === 'authority') return this.#connect(bytes, start, end);
    if (routes.looksAtPaths && hasDotSegment(head.bytes, target.pathStart, target.pathEnd)) {
      return this.#refused(400, 'dot-segment');
    }
    const route = routes.only ?? this.#service.find(target, this.#host, this.#path);
    if (route === undefined) return this.#refused(404, 'no-route');
    if (typeof route === 'string') return this.#refused(403, route);
    if (route.rate !== undefined && this.#isOver(route.rate, route)) return start;
    return this.#begin(head, route, bytes, start, end);
  }

  /** More than the limit allows: answered at once; the connection may stay, as a new one would cost both sides more. */
  #isOver({ limit, plan }: RateRule, route: HttpRoute | undefined): boolean {
    const key = requestKey(this.#service.head, this.#target, plan.by, this.#from) ?? this.#from;
    const waitMs = limit.take(key, performance.now());
    if (waitMs === 0) return false;
    this.#route = route;
    this.#service.refusals.add('rate-limit');
    this.answer(429, 'rate-limit', `Retry-After: ${Math.ceil(waitMs / 1000)}\r\n`);
    return true;
  }

  /** A fault on purpose. */
  #isAborted(faults: Faults): boolean {
    const status = faults.abortStatus(Math.random);
    if (status === undefined) return false;
    this.#route = undefined;
    this.#service.refusals.add('fault');
    this.answer(status, 'fault');
    return true;
  }

  /** What to do with the head, so that the request belongs to a trace. */
  #traced(head: Head, plan: RequestPlan): RequestPlan {
    const { id, present } = readTrace(head);
    this.#traceId = id ?? '';
    if (id !== undefined || this.#service.rules.trace === 'propagate') return plan;
    const fresh = newTraceparent(Math.random);
    this.#traceId = traceIdOf(fresh) ?? '';
    const added = `${plan.added}traceparent: ${fresh}\r\n`;
    // The state of another trace, or of none, says nothing of this one.
    if (!present && fieldValue(head, 'tracestate') === undefined) return { ...plan, added };
    return { ...plan, added, removed: new Set([...plan.removed, 'traceparent', 'tracestate']) };
  }

  /** CONNECT: the client gets a tunnel, where the listener gives any. */
  #connect(bytes: Buffer, start: number, end: number): number {
    if (!this.#body.done) return this.#refused(400, 'connect-with-body');
    const upstream = this.#service.tunnelTo(this.#host);
    if (typeof upstream === 'string')
      return this.#refused(upstream === 'connect-not-here' ? 405 : 403, upstream);
    this.#state = AWAIT;
    if (end > start) this.#hold(bytes, start, end);
    this.wire.pause();
    this.deadlineAt = this.nowMs + upstream.plan.connectMs;
    const dialled: DialDone = (far) => {
      if (this.#state === CLOSED) return far?.destroy();
      if (far === undefined) return this.#refuse(502, 'connect-failure');
      this.#status = 200;
      this.wire.sendText('HTTP/1.1 200 Connection established\r\n\r\n');
      this.becomeTunnel(far);
    };
    dialTunnel(upstream, this.nowMs, dialled, this.origin);
    return REFUSED;
  }

  #begin(head: Head, route: HttpRoute, bytes: Buffer, start: number, end: number): number {
    const isUpgrade = this.version === 11 && this.#body.done && asksForOneProtocol(head);
    const plan = this.#service.rules.trace === 'off' ? route.request : this.#traced(head, route.request);
    const first = requestHead(head, this.#target, plan, this.#from, this.#service.proto, isUpgrade);
    const to = this.#body.done ? start : this.#body.feed(bytes, start, end);
    if (to === REFUSED) return this.#refused(400, this.#body.reason ?? '');
    this.#bodyBytes = to - start;
    if (this.#bodyBytes > this.#service.limits.bodyBytes) return this.#refused(413, 'body-too-large');
    const isIdempotent =
      IDEMPOTENT.some((name) => equals(head.bytes, head.methodStart, head.methodEnd, name)) ||
      fieldValue(head, 'idempotency-key') !== undefined;
    const { balance, hashBy } = route.upstream.plan;
    const key = balance === 'ring-hash' ? requestKey(head, this.#target, hashBy, this.#from) : undefined;
    const request: Request = {
      first: to > start ? first + latin1(bytes, start, to) : first,
      isHead: equals(head.bytes, head.methodStart, head.methodEnd, 'head'),
      isUpgrade,
      isExpecting: head.expectContinue,
      isIdempotent,
      hash: key === undefined ? undefined : hash32(key),
      responseEdits: route.response,
    };
    this.#route = route;
    this.#state = this.#body.done ? AWAIT : BODY;
    this.#exchange = new Exchange(this, route.upstream, request, this.#body.done);
    this.#exchange.start();
    return to;
  }

  #onBody(bytes: Buffer, start: number, end: number): number {
    const to = this.#body.feed(bytes, start, end);
    if (to === REFUSED) return this.#spoiled(this.#body.reason ?? '');
    this.#bodyBytes += to - start;
    if (this.#bodyBytes > this.#service.limits.bodyBytes) return this.#spoiled('body-too-large');
    const exchange = this.#exchange;
    if (this.#body.done) {
      this.#state = AWAIT;
      if (exchange !== undefined) exchange.requestDone = true;
    }
    if (exchange?.sendBody(bytes, start, to) === false && this.#state === BODY) this.wire.pause();
    return to;
  }

  /** The body turned out wrong after the exchange had begun; its last bytes are not passed on. */
  #spoiled(reason: string): number {
    const exchange = this.#exchange;
    if (exchange === undefined) return REFUSED;
    if (exchange.status > 0) {
      this.#service.refusals.add(reason);
      this.#giveUp(reason);
      this.wire.reset();
      return REFUSED;
    }
    exchange.abort(reason);
    this.#exchange = undefined;
    return this.#refused(STATUS_OF[reason] ?? 400, reason);
  }

  /** The exchange ends here, whatever became of it. */
  #giveUp(reason: string): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    exchange.abort(reason);
    this.#status = exchange.status;
    this.#reason = exchange.reason;
    this.#record();
    this.#exchange = undefined;
  }

  #refused(status: number, reason: string): number {
    this.#refuse(status, reason);
    return REFUSED;
  }

  #refuse(status: number, reason: string): void {
    this.keepsAlive = false;
    this.#route = undefined;
    this.#service.refusals.add(reason);
    this.answer(status, reason);
  }

  /** The next request waits until this one is answered. */
  #hold(bytes: Buffer, start: number, end: number): void {
    // What is read again out of our own copy needs no other one: many small requests at once would cost the square.
    const own = bytes === this.#replayed;
    const more = own ? bytes.subarray(start, end) : Buffer.from(bytes.subarray(start, end));
    this.#held = this.#held === undefined ? more : Buffer.concat([this.#held, more]);
    this.wire.pause();
  }

  #linger(): void {
    this.#state = LINGER;
    this.#held = undefined;
    this.wire.resume();
    this.wire.end();
    this.#unsent = this.wire.socket.writableLength;
    this.deadlineAt = this.nowMs + this.#service.limits.clientMs;
    this.wire.socket.once('finish', () => {
      if (this.#hasEnded) this.wire.destroy();
      else this.deadlineAt = this.nowMs + LINGER_MS;
    });
  }

  #record(): void {
    const exchange = this.#exchange;
    const { wire } = this;
    this.#service.record({
      exchange,
      status: this.#status,
      reason: this.#reason,
      route: this.#route,
      client: this.#from,
      method: this.#method,
      host: this.#host,
      path: this.#path,
      traceId: this.#traceId,
      bytesIn: wire.bytesIn - this.#bytesInAt,
      bytesOut: wire.bytesOut - this.#bytesOutAt,
    });
  }
}

/**
 * Whether the request asks for one other protocol; a choice of several is not passed on (an upgrade may always be
 * ignored). Nor is HTTP/2: what is inside would not be ours to check, so nobody may turn to it behind our back.
 */
function asksForOneProtocol({
  connectionUpgrade,
  upgradeCount,
  upgradeStart,
  upgradeEnd,
  bytes,
}: Head): boolean {
  if (!connectionUpgrade || upgradeCount !== 1 || upgradeEnd === upgradeStart) return false;
  for (let at = upgradeStart; at < upgradeEnd; at++) {
    if (TOKEN[bytes[at]!] !== 1 && bytes[at] !== SLASH) return false;
  }
  return !equals(bytes, upgradeStart, upgradeStart + 2, 'h2');
}
