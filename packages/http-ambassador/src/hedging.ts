// A second attempt beside a slow first one: after a while (fixed, or a quantile of the latencies seen lately) a GET or
// HEAD without a body is also sent to another endpoint, the first answer wins, the other attempt is cancelled. Budgeted,
// so that a struggling upstream is not asked twice for everything. A hedge stands between a connection and the exchange
// and, once it has won, only hands on what comes.
import type { Carried, Connection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import type { Body } from './http1/body.ts';
import type { Head } from './http1/head.ts';
import { RetryBudget } from './outlier.ts';
import { RecentLatency } from './policy/recent-latency.ts';
import { Tally } from './traffic.ts';
import type { Upstream } from './upstream.ts';

export type HedgePlan = {
  /** Fixed, or the quantile of recent latencies. */
  readonly after: { readonly ms: number } | { readonly quantile: number };
  /** Hedges per request, over time. */
  readonly budget: number;
};

/** So many a second are always free, for whoever sends little. */
const FREE_PER_SECOND = 1;

export class Hedging {
  /** won, lost, failed, over-budget */
  readonly results: Tally;
  readonly budget: RetryBudget;
  readonly #fixedMs: number | undefined;
  readonly #recent: RecentLatency | undefined;

  constructor(plan: HedgePlan, nowMs: number, results = new Tally()) {
    this.results = results;
    this.budget = new RetryBudget(plan.budget, FREE_PER_SECOND, nowMs);
    if ('ms' in plan.after) this.#fixedMs = plan.after.ms;
    else this.#recent = new RecentLatency(plan.after.quantile);
  }

  /** An attempt took so long to its first byte, or was given up after so long. */
  observe(latencyMs: number, nowMs: number): void {
    this.#recent?.observe(latencyMs, nowMs);
  }

  /** After how long to hedge; undefined: not enough is known yet. */
  afterMs(nowMs: number): number | undefined {
    return this.#fixedMs ?? this.#recent?.ms(nowMs);
  }
}

export class Hedge implements Carried {
  readonly isUpgrade = false;
  readonly isExpecting = false;
  readonly requestDone = true;
  endpoint: Endpoint | undefined;
  connection: Connection | undefined;
  readonly #exchange: Exchange;
  readonly #upstream: Upstream;
  readonly #hedging: Hedging;
  readonly #first: string;
  readonly #timer: NodeJS.Timeout;
  #state: 'waiting' | 'asking' | 'won' | 'over' = 'waiting';
  #startedAtMs = 0;

  /** @param first the whole request */
  constructor(exchange: Exchange, hedging: Hedging, first: string, afterMs: number) {
    this.#exchange = exchange;
    this.#upstream = exchange.upstream;
    this.#hedging = hedging;
    this.#first = first;
    this.#timer = setTimeout(() => this.#start(), afterMs);
  }

  get origin(): Carried['origin'] {
    return this.#exchange.origin;
  }

  get isHead(): boolean {
    return this.#exchange.isHead;
  }

  get unchunk(): Carried['unchunk'] {
    return this.#exchange.unchunk;
  }

  /** It has been sent to an endpoint, and the answer may come yet. */
  get isAsking(): boolean {
    return this.#state === 'asking';
  }

  /** The exchange has its answer, or nobody wants one any more. */
  cancel(): void {
    clearTimeout(this.#timer);
    if (this.isAsking) this.#giveUp('lost');
    this.#state = 'over';
  }

  #start(): void {
    const nowMs = performance.now();
    if (!this.#hedging.budget.withdraw(nowMs)) return this.#hedging.results.add('over-budget');
    const endpoint = this.#upstream.pick(nowMs, this.#exchange.endpoint);
    if (endpoint === undefined) return;
    this.#state = 'asking';
    this.#startedAtMs = nowMs;
    this.endpoint = endpoint;
    this.#exchange.attempts++;
    endpoint.active++;
    if (!endpoint.acquire(this)) this.#fail('too-many-pending');
  }

  /** Lets go of connection and endpoint. */
  #giveUp(result: 'lost' | 'failed'): void {
    this.#state = 'over';
    this.#hedging.results.add(result);
    const { endpoint, connection } = this;
    if (endpoint !== undefined) endpoint.active--;
    endpoint?.withdraw(this);
    connection?.abandon();
    this.connection = undefined;
  }

  #fail(reason: string): void {
    this.#giveUp('failed');
    this.#exchange.onHedgeFailed(reason);
  }

  #judge(ok: boolean): void {
    if (this.endpoint !== undefined) this.#upstream.judge(this.endpoint, ok, performance.now());
  }

  // --- from the connection

  onConnected(connection: Connection): void {
    this.connection = connection;
    connection.wire.sendText(this.#first);
  }

  onConnectFailed(error: Error | undefined): void {
    if (this.endpoint !== undefined) this.#upstream.connectFailed(this.endpoint, error);
    this.#judge(false);
    this.#fail('connect-failure');
  }

  onInterim(head: Head): void {
    if (this.#state === 'won') this.#exchange.onInterim(head);
  }

  onResponse(head: Head, body: Body, bytes: Buffer, start: number, end: number): void {
    if (head.status >= 502 && head.status <= 504 && !this.#exchange.isLeftToHedge) {
      this.#judge(false);
      return this.#fail(`status-${head.status}`);
    }
    this.#state = 'won';
    this.#hedging.results.add('won');
    this.#exchange.adopt(this, this.#startedAtMs);
    this.#exchange.onResponse(head, body, bytes, start, end);
  }

  onUpgraded(): void {}

  onResponseBody(bytes: Buffer, start: number, end: number): void {
    this.#exchange.onResponseBody(bytes, start, end);
  }

  onResponseEnd(): void {
    this.#exchange.onResponseEnd();
  }

  onResponseRefused(reason: string): void {
    this.connection = undefined;
    if (this.#state === 'won') return this.#exchange.onResponseRefused(reason);
    this.#judge(false);
    this.#fail(`response-${reason}`);
  }

  onUpstreamWritable(): void {}

  onConnectionLost(): void {
    if (this.#state === 'won') return this.#exchange.onConnectionLost();
    if ((this.connection?.uses ?? 0) <= 1) this.#judge(false);
    this.connection = undefined;
    this.#fail('upstream-closed');
  }
}
