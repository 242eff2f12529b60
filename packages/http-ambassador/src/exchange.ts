// One request and its response on their way: picks endpoints, tries again where that is safe, hands bytes from one
// side to the other and holds the faster side back, keeps the time limits, and in the end says how it went. A failure
// before the first byte of a response can be mended (another try, or 502, 503, 504 with a reason); after it the client
// is cut off, so that a torso is never taken for the whole. More than 300 lines: one state machine.
import { latin1 } from './http1/latin1.ts';
import type { Carried, Connection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import type { Body, ChunkData } from './http1/body.ts';
import { type Ending, type HeaderEdits, responseHead } from './http1/forwarded-head.ts';
import type { Head } from './http1/head.ts';
import { Hedge, type Hedging } from './hedging.ts';
import { fieldValue } from './http1/request-key.ts';
import { backoffMs, retryAfterMs } from './policy/retry.ts';
import type { Origin } from './proxy-protocol/header.ts';
import type { Upstream } from './upstream.ts';
import type { Wire } from './wire.ts';

/** The client's side, as an exchange sees it. */
export interface Client {
  readonly wire: Wire;
  readonly origin: Origin;
  /** 10 or 11. */
  readonly version: number;
  readonly keepsAlive: boolean;
  readonly nowMs: number;
  /** How long it may pause within a message. */
  readonly clientMs: number;
  /** The limit that runs now. */
  setDeadline(atMs: number): void;
  /** No response was begun: answer for ourselves. */
  answer(status: number, reason: string): void;
  onExchangeEnd(mayKeep: boolean): void;
  /** It paused for too long; what becomes of the exchange is its decision. */
  onTooSlow(reason: string): void;
  becomeTunnel(upstream: Wire): void;
}

export type Request = {
  /** Head and as much of the body as came with it, as it goes to the upstream. */
  readonly first: string;
  readonly isHead: boolean;
  /** It asks for another protocol. */
  readonly isUpgrade: boolean;
  /** `Expect: 100-continue` */
  readonly isExpecting: boolean;
  /** Doing it twice is as good as once: by its method (RFC 9110 section 9.2.2) or by an Idempotency-Key. */
  readonly isIdempotent: boolean;
  /** Of the key, where the upstream is balanced by one. */
  readonly hash: number | undefined;
  readonly responseEdits: HeaderEdits;
};

/** What a failure counts as a latency, so that an endpoint which refuses at once is not the fastest. */
const FAILURE_MS = 1000;

/** Whom we wait for, as the reason when it takes too long; the last two are the client's. */
type Phase = 'connect-timeout' | 'first-byte-timeout' | 'idle-timeout' | 'body-timeout' | 'client-stalled';

export class Exchange implements Carried {
  readonly origin: Origin;
  readonly isHead: boolean;
  readonly isUpgrade: boolean;
  readonly isExpecting: boolean;
  readonly upstream: Upstream;
  requestDone: boolean;
  status = 0;
  attempts = 0;
  reason = '';
  /** From the beginning to the head of the answer; 0: there was none. */
  firstByteMs = 0;
  /** Where the last attempt went. */
  endpoint: Endpoint | undefined;
  readonly unchunk: ChunkData | undefined;
  readonly startedAtMs = performance.now();
  readonly #client: Client;
  readonly #request: Request;
  readonly #totalAtMs: number;
  #sentAtMs = 0;
  #hedge: Hedge | undefined;
  /** The first attempt failed; the hedge may still succeed. */
  isLeftToHedge = false;
  #connection: Connection | undefined;
  /** Body bytes beyond `first`: what came before there was a connection, and what is kept for another attempt. */
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  /** Body bytes were sent and not kept: the request cannot be sent again. */
  #isPartlyGone = false;
  #mayKeep = false;
  #isOver = false;
  /** Counts as active at its endpoint. */
  #isActive = false;
  #phase: Phase = 'connect-timeout';

  constructor(client: Client, upstream: Upstream, request: Request, requestDone: boolean) {
    this.#client = client;
    this.origin = client.origin;
    this.upstream = upstream;
    this.#request = request;
    this.isHead = request.isHead;
    this.isUpgrade = request.isUpgrade;
    this.isExpecting = request.isExpecting;
    this.requestDone = requestDone;
    this.unchunk = client.version === 10 ? this.onResponseBody.bind(this) : undefined;
    this.#totalAtMs = client.nowMs + upstream.plan.totalMs;
  }

  start(): void {
    this.upstream.budget.deposit();
    this.upstream.traffic.active++;
    if (this.upstream.traffic.active > this.upstream.plan.maxRequests) this.#fail(503, 'too-many-requests');
    else this.#attempt(undefined);
  }

  // --- from the client

  /** @returns false when the client should wait */
  sendBody(bytes: Buffer, start: number, end: number): boolean {
    if (this.#isOver) return true;
    this.#keep(bytes, start, end);
    if (this.#connection === undefined) return false;
    const goesOn = this.#connection.wire.send(bytes, start, end);
    this.#awaitRequest(goesOn);
    return goesOn;
  }

  onClientWritable(): void {
    if (this.#phase === 'client-stalled') this.#limit('idle-timeout');
    this.#connection?.wire.resume();
  }

  /** The client has gone, or what it sends is refused; it is not told of the end again. */
  abort(reason: string): void {
    if (this.#isOver) return;
    this.reason = reason;
    this.#drop();
    this.#isOver = true;
    this.upstream.traffic.active--;
  }

  onDeadline(): void {
    const reason = this.#client.nowMs >= this.#totalAtMs ? 'total-timeout' : this.#phase;
    if (reason === 'total-timeout') return this.#fail(504, reason);
    if (reason === 'body-timeout' || reason === 'client-stalled') return this.#client.onTooSlow(reason);
    if (this.isLeftToHedge) return this.#fail(504, reason);
    // Waiting for a connection is not the endpoint's fault.
    if (this.endpoint?.isQueued(this) === false) this.#judge(false);
    if (this.status === 0 && this.#leaveToHedge()) return;
    const { connectFailure, timeout } = this.upstream.plan.retryOn;
    if (reason === 'connect-timeout' && connectFailure && this.#mayRetry(true)) return this.#retry(reason);
    if (reason === 'first-byte-timeout' && timeout && this.#mayRetry(false)) return this.#retry(reason);
    this.#fail(504, reason);
  }

  // --- from the upstream

  onConnected(connection: Connection): void {
    this.#connection = connection;
    const { wire } = connection;
    let goesOn = wire.sendText(this.#request.first);
    for (const bytes of this.#queue) goesOn = wire.send(bytes, 0, bytes.length);
    if (!this.#keepsBody) {
      this.#isPartlyGone ||= this.#queuedBytes > 0;
      this.#queue = [];
    }
    this.#awaitRequest(goesOn && !this.isExpecting);
    if (goesOn && !this.requestDone) this.#client.wire.resume();
  }

  onConnectFailed(error: Error | undefined): void {
    if (this.endpoint !== undefined) this.upstream.connectFailed(this.endpoint, error);
    this.#judge(false);
    if (this.#leaveToHedge()) return;
    if (this.upstream.plan.retryOn.connectFailure && this.#mayRetry(true)) this.#retry('connect-failure');
    else this.#fail(503, 'connect-failure');
  }

  onConnectionLost(): void {
    const isStale = (this.#connection?.uses ?? 0) > 1;
    if (!isStale) this.#judge(false);
    this.#connection = undefined;
    if (this.status !== 0) return this.#cutOff('upstream-closed');
    if (this.#leaveToHedge()) return;
    if (this.upstream.plan.retryOn.reset && this.#mayRetry(false))
      return this.#retry(isStale ? 'stale-connection' : 'upstream-closed');
    this.#fail(502, 'upstream-closed');
  }

  onInterim(head: Head): void {
    if (this.#client.version === 11)
      this.#client.wire.sendText(responseHead(head, this.#request.responseEdits, 'keep', false));
  }

  onResponse(head: Head, body: Body, bytes: Buffer, start: number, end: number): void {
    const isFailure = head.status >= 502 && head.status <= 504;
    this.#judge(!isFailure);
    if (!isFailure && this.upstream.observesLatency) this.#observe(false);
    if (this.#hedge !== undefined && !this.#outruns(isFailure)) return;
    if (this.upstream.plan.retryOn.statuses.has(head.status) && this.#retryStatus(head)) return;
    this.firstByteMs = performance.now() - this.startedAtMs;
    this.status = head.status;
    const isDecoded = head.chunked && this.unchunk !== undefined;
    this.#mayKeep = this.#client.keepsAlive && this.requestDone && !body.untilClose && !isDecoded;
    const hasChunks = head.chunked && head.status !== 204 && head.status !== 304 && !isDecoded;
    const text = responseHead(head, this.#request.responseEdits, this.#ending, hasChunks);
    this.#toClient(text, bytes, start, end);
  }

  onResponseBody(bytes: Buffer, start: number, end: number): void {
    if (start !== end) this.#holdBack(this.#client.wire.send(bytes, start, end));
  }

  onResponseEnd(): void {
    this.#connection = undefined;
    this.#end();
  }

  onResponseRefused(reason: string): void {
    this.#connection = undefined;
    this.#judge(false);
    if (this.status === 0 && this.#leaveToHedge()) return;
    if (this.status === 0) this.#fail(502, `response-${reason}`);
    else this.#cutOff(`response-${reason}`);
  }

  onUpgraded(head: Head, bytes: Buffer, start: number, end: number): void {
    const upstream = this.#connection?.wire;
    this.#connection = undefined;
    if (upstream === undefined) return;
    this.status = head.status;
    this.#toClient(responseHead(head, this.#request.responseEdits, 'keep', false), bytes, start, end);
    this.#settle();
    this.#client.becomeTunnel(upstream);
  }

  onUpstreamWritable(): void {
    if (this.requestDone) return;
    this.#awaitRequest(true);
    this.#client.wire.resume();
  }

  // --- from the hedge

  /** Its answer is the first: from now on its connection is ours, and the first attempt is cancelled. */
  adopt(hedge: Hedge, sentAtMs: number): void {
    this.#hedge = undefined;
    if (!this.isLeftToHedge) this.#observe(false); // It would have taken at least so long.
    this.#drop();
    this.isLeftToHedge = false;
    this.#connection = hedge.connection;
    this.endpoint = hedge.endpoint;
    this.#isActive = true;
    this.#sentAtMs = sentAtMs;
  }

  onHedgeFailed(reason: string): void {
    this.#hedge = undefined;
    if (!this.isLeftToHedge) return;
    this.isLeftToHedge = false;
    if (this.#mayRetry(false)) this.#retry(reason);
    else this.#fail(502, reason);
  }

  #hedgeLater(hedging: Hedging): void {
    hedging.budget.deposit();
    const isSmall = this.requestDone && !this.isUpgrade && this.#queuedBytes === 0;
    if (!isSmall || !(this.isHead || this.#request.first.startsWith('GET '))) return;
    const afterMs = hedging.afterMs(this.#sentAtMs);
    if (afterMs !== undefined) this.#hedge = new Hedge(this, hedging, this.#request.first, afterMs);
  }

  /** @returns whether the hedge is under way; then the first attempt is over */
  #leaveToHedge(): boolean {
    const hedge = this.#hedge;
    if (hedge?.isAsking !== true) return false;
    this.#hedge = undefined;
    this.#drop();
    this.#hedge = hedge;
    this.isLeftToHedge = true;
    this.#limit('first-byte-timeout');
    return true;
  }

  /** @returns whether this answer is taken: a failure is not, while the hedge is under way */
  #outruns(isFailure: boolean): boolean {
    if (isFailure && this.#leaveToHedge()) return false;
    this.#hedge?.cancel();
    this.#hedge = undefined;
    return true;
  }

  // --- between

  /** @param isTaken the upstream takes more of the request: whatever is missing of it is up to the client */
  #awaitRequest(isTaken: boolean): void {
    if (this.status !== 0) this.#limit('idle-timeout');
    else this.#limit(isTaken && !this.requestDone ? 'body-timeout' : 'first-byte-timeout');
  }

  /** @param goesOn the client takes more of the response */
  #holdBack(goesOn: boolean): void {
    this.#limit(goesOn ? 'idle-timeout' : 'client-stalled');
    if (!goesOn) this.#connection?.wire.pause();
  }

  get #ending(): Ending {
    if (!this.#mayKeep) return 'close';
    return this.#client.version === 10 ? 'keep-alive' : 'keep';
  }

  /** Head and first bytes leave in one piece where they are small. */
  #toClient(head: string, bytes: Buffer, start: number, end: number): void {
    const { wire } = this.#client;
    const isSmall = head.length + end - start <= 16_384;
    wire.sendText(isSmall && end > start ? head + latin1(bytes, start, end) : head);
    if (!isSmall) wire.send(bytes, start, end);
    this.#holdBack(!wire.full);
  }

  #limit(phase: Phase): void {
    this.#phase = phase;
    this.#client.setDeadline(Math.min(this.#client.nowMs + this.#longest(phase), this.#totalAtMs));
  }

  #longest(phase: Phase): number {
    const { plan } = this.upstream;
    if (phase === 'idle-timeout') return plan.idleMs;
    if (phase === 'first-byte-timeout') return plan.firstByteMs;
    return phase === 'connect-timeout' ? plan.connectMs : this.#client.clientMs;
  }

  #attempt(avoid: Endpoint | undefined): void {
    if (this.#isOver) return;
    this.attempts++;
    this.#limit('connect-timeout');
    const endpoint = this.upstream.pick(this.#client.nowMs, avoid, this.#request.hash);
    if (endpoint === undefined) {
      if (this.attempts > 1) return this.#fail(503, 'no-endpoint');
      void this.upstream.resolve().then(() => this.#attempt(undefined));
      return;
    }
    if (this.upstream.observesLatency) this.#sentAtMs = performance.now();
    if (!this.#acquire(endpoint)) {
      const other = this.upstream.pick(this.#client.nowMs, endpoint);
      if (other === undefined || other === endpoint || !this.#acquire(other))
        return this.#fail(503, 'too-many-pending');
    }
    const { hedging } = this.upstream;
    if (hedging !== undefined && this.attempts === 1) this.#hedgeLater(hedging);
  }

  /** @returns false when too many wait there */
  #acquire(endpoint: Endpoint): boolean {
    this.endpoint = endpoint;
    endpoint.active++;
    this.#isActive = true;
    if (endpoint.acquire(this)) return true;
    this.#settle();
    return false;
  }

  /** @param isUnsent nothing of the request has left us: any request may be tried again */
  #mayRetry(isUnsent: boolean): boolean {
    const isSafe = isUnsent || (this.#request.isIdempotent && !this.#isPartlyGone);
    if (!isSafe || this.#isOver || this.attempts > this.upstream.plan.retries) return false;
    return this.upstream.budget.withdraw(performance.now());
  }

  #retry(reason: string, leastWaitMs = 0): void {
    const failed = this.endpoint;
    this.upstream.retries.add(reason);
    this.#drop();
    this.#client.setDeadline(this.#totalAtMs);
    const waitMs = Math.max(leastWaitMs, backoffMs(this.attempts, Math.random));
    if (waitMs === 0) this.#attempt(failed);
    else setTimeout(() => this.#attempt(failed), waitMs);
  }

  /** @returns whether another attempt is made instead of passing this answer on */
  #retryStatus(head: Head): boolean {
    const after = fieldValue(head, 'retry-after');
    const waitMs = after === undefined ? 0 : retryAfterMs(after);
    if (waitMs === undefined || this.#client.nowMs + waitMs >= this.#totalAtMs || !this.#mayRetry(false))
      return false;
    this.#retry(`status-${head.status}`, waitMs);
    return true;
  }

  /** What was sent of the body is still at hand, and may be needed. */
  get #keepsBody(): boolean {
    const { retries, retryBodyBytes } = this.upstream.plan;
    return (
      this.#request.isIdempotent && retries > 0 && this.status === 0 && this.#queuedBytes <= retryBodyBytes
    );
  }

  /** Of a body: what cannot go out yet, and what may have to go out again. */
  #keep(bytes: Buffer, start: number, end: number): void {
    this.#queuedBytes += end - start;
    if (this.#connection === undefined || (this.#keepsBody && !this.#isPartlyGone))
      this.#queue.push(Buffer.from(bytes.subarray(start, end)));
    else {
      this.#isPartlyGone = true;
      this.#queue = [];
    }
  }

  #judge(ok: boolean): void {
    if (!ok && this.upstream.observesLatency) this.#observe(true);
    if (this.endpoint !== undefined) this.upstream.judge(this.endpoint, ok, this.#client.nowMs);
  }

  #observe(isFailure: boolean): void {
    const nowMs = performance.now();
    const latencyMs = nowMs - this.#sentAtMs;
    this.endpoint?.latency.observe(isFailure ? Math.max(latencyMs, FAILURE_MS) : latencyMs, nowMs);
    if (!isFailure) this.upstream.hedging?.observe(latencyMs, nowMs);
  }

  #fail(status: number, reason: string): void {
    if (this.status !== 0) return this.#cutOff(reason);
    this.reason = reason;
    this.upstream.failures.add(reason);
    this.#drop();
    this.status = status;
    this.#isOver = true;
    this.upstream.traffic.active--;
    this.#client.answer(status, reason);
  }

  /** The response was begun and cannot be finished. */
  #cutOff(reason: string): void {
    if (this.#isOver) return;
    this.reason = reason;
    this.upstream.failures.add(reason);
    this.#drop();
    this.#client.wire.reset();
    this.#end();
  }

  /** Lets go of the connection, if there is one, and of the wait for one. */
  #drop(): void {
    this.#hedge?.cancel();
    this.#hedge = undefined;
    this.endpoint?.withdraw(this);
    this.#connection?.abandon();
    this.#connection = undefined;
    this.#settle();
  }

  #settle(): void {
    if (this.#isActive && this.endpoint !== undefined) this.endpoint.active--;
    this.#isActive = false;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.upstream.traffic.active--;
    this.#settle();
    this.#client.onExchangeEnd(this.#mayKeep && this.requestDone);
  }
}
