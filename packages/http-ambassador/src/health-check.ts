// Asks the endpoints of an upstream whether they are well, without waiting for requests to fail: a connection each time,
// opened as those for requests are (TLS, too), and a GET where a path is given. An endpoint that fails is passed over
// by the balancer; nothing else depends on it. Driven by the tick of the clock all parts share.
import type { Dial, Endpoint } from './endpoint.ts';
import { HeadBuffer } from './http1/head-buffer.ts';
import { Head, INCOMPLETE, REFUSED } from './http1/head.ts';
import { type HealthRule, HealthState } from './policy/health-state.ts';
import { Tally } from './traffic.ts';
import { type Receiver, Wire } from './wire.ts';

export type HealthPlan = {
  /** Asked for with GET; undefined: that a connection can be had is enough. */
  readonly path: string | undefined;
  readonly statuses: ReadonlySet<number>;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly rule: HealthRule;
};

/** Of the interval, either way, so that many ambassadors do not ask at the same moment. */
const JITTER = 0.1;

const head = new Head({ headBytes: 16_384, targetBytes: 8192, fields: 100 });
const parse = head.parseResponse.bind(head);

/** One check of one endpoint; calls `done` once, with `ok` or what was wrong. */
class Probe implements Receiver {
  readonly wire = new Wire(this);
  readonly startedAtMs: number;
  readonly #plan: HealthPlan;
  readonly #heads = new HeadBuffer();
  #done: ((result: string) => void) | undefined;

  constructor(plan: HealthPlan, nowMs: number, done: (result: string) => void) {
    this.#plan = plan;
    this.startedAtMs = nowMs;
    this.#done = done;
  }

  onConnected(authority: string): void {
    if (this.#plan.path === undefined) return this.end('ok');
    const fields = `Host: ${authority}\r\nUser-Agent: http-ambassador health check\r\nConnection: close\r\n`;
    this.wire.sendText(`GET ${this.#plan.path} HTTP/1.1\r\n${fields}\r\n`);
  }

  onBytes(bytes: Buffer, start: number, end: number): void {
    for (let at = start; this.#done !== undefined && at < end;) {
      at = this.#heads.read(parse, bytes, at, end);
      if (at === INCOMPLETE) return;
      if (at === REFUSED) return this.end('malformed');
      if (head.status < 200) continue;
      this.end(this.#plan.statuses.has(head.status) ? 'ok' : `status-${head.status}`);
    }
  }

  onEnd(): void {
    this.end('closed');
  }

  onWritable(): void {}

  onClose(error: Error | undefined): void {
    this.end(error === undefined ? 'closed' : 'connect-failure');
  }

  end(result: string): void {
    const done = this.#done;
    this.#done = undefined;
    this.wire.destroy();
    done?.(result);
  }
}

type Watched = { readonly state: HealthState; dueAtMs: number; probe: Probe | undefined };

export class HealthChecks {
  /** By `ok` or what was wrong. */
  readonly results: Tally;
  readonly #plan: HealthPlan;
  readonly #dial: Dial;
  readonly #authority: string;
  readonly #random: () => number;
  readonly #onChange: (endpoint: Endpoint, reason: string) => void;
  readonly #watched = new Map<Endpoint, Watched>();

  /**
   * @param authority sent as Host
   * @param onChange an endpoint became unhealthy or healthy, for this reason
   */
  constructor(
    plan: HealthPlan,
    options: {
      dial: Dial;
      authority: string;
      random: () => number;
      onChange: (endpoint: Endpoint, reason: string) => void;
      results?: Tally | undefined;
    },
  ) {
    this.#plan = plan;
    this.#dial = options.dial;
    this.#authority = options.authority;
    this.#random = options.random;
    this.#onChange = options.onChange;
    this.results = options.results ?? new Tally();
  }

  /** Begins the checks that are due and ends those that take too long. */
  tick(nowMs: number, endpoints: readonly Endpoint[]): void {
    for (const [endpoint, { probe }] of this.#watched) {
      if (endpoints.includes(endpoint)) continue;
      this.#watched.delete(endpoint);
      probe?.end('gone');
    }
    for (const endpoint of endpoints) {
      const watched = this.#watched.get(endpoint) ?? this.#watch(endpoint);
      if (watched.probe === undefined) {
        if (watched.dueAtMs <= nowMs) this.#check(endpoint, watched, nowMs);
      } else if (watched.probe.startedAtMs + this.#plan.timeoutMs <= nowMs) watched.probe.end('timeout');
    }
  }

  /** No further checks; those under way are given up. */
  stop(): void {
    this.tick(0, []);
  }

  #watch(endpoint: Endpoint): Watched {
    const watched = { state: new HealthState(this.#plan.rule), dueAtMs: 0, probe: undefined };
    this.#watched.set(endpoint, watched);
    return watched;
  }

  #check(endpoint: Endpoint, watched: Watched, nowMs: number): void {
    watched.dueAtMs = nowMs + this.#plan.intervalMs * (1 - JITTER + 2 * JITTER * this.#random());
    const probe = new Probe(this.#plan, nowMs, (result) => {
      watched.probe = undefined;
      if (!this.#watched.has(endpoint)) return;
      this.results.add(result);
      if (!watched.state.note(result === 'ok')) return;
      endpoint.isUnhealthy = !watched.state.isHealthy;
      this.#onChange(endpoint, result);
    });
    watched.probe = probe;
    this.#dial(probe.wire, endpoint.address, () => probe.onConnected(this.#authority), undefined);
  }
}
