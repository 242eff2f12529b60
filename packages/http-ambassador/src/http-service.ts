// What all sessions of one http or forward listener share: limits, routes, clock, counters and the access log.
import { type AccessEntry, accessLine, type AccessLog, LinePrefix } from './access-log.ts';
import type { Deadlines } from './deadlines.ts';
import type { Exchange } from './exchange.ts';
import type { Faults } from './faults/relay.ts';
import type { ForwardMap } from './forward-map.ts';
import { Head, type HeadLimits } from './http1/head.ts';
import type { Target } from './http1/target.ts';
import type { HttpRoute } from './http-route.ts';
import type { RatePlan } from './mesh-plan.ts';
import type { RateLimit } from './policy/rate-limit.ts';
import { findRoute, type RouteTable } from './route.ts';
import type { Session } from './session.ts';
import { Tally } from './traffic.ts';
import type { Upstream } from './upstream.ts';

export type SessionLimits = {
  readonly head: HeadLimits;
  readonly bodyBytes: number;
  /** From the first byte of a head to its last. */
  readonly headMs: number;
  readonly keepAliveMs: number;
  /** The longest pause within a body that is sent, or an answer that is taken. */
  readonly clientMs: number;
  readonly tunnelIdleMs: number;
};

/** What the settings say of a listener; a reload exchanges it while the sessions go on. */
export type HttpRules = {
  readonly limits: SessionLimits;
  readonly routes: RouteTable<HttpRoute>;
  readonly forward: ForwardMap | undefined;
  readonly rate: RateRule | undefined;
  readonly trace: 'off' | 'propagate' | 'create';
  /** Set where faults are allowed. */
  readonly faults: Faults | undefined;
};

/** How often may be asked, by which key. */
export type RateRule = { readonly plan: RatePlan; readonly limit: RateLimit };

/** What is known of a request when it has ended. */
export type Ended = AccessEntry & {
  readonly exchange: Exchange | undefined;
  readonly route: HttpRoute | undefined;
  readonly client: string;
};

export class HttpService {
  readonly name: string;
  readonly deadlines: Deadlines;
  readonly proto: 'http' | 'https';
  readonly refusals = new Tally();
  readonly sessions = new Set<Session>();
  isDraining = false;
  readonly #log: AccessLog | undefined;
  readonly #prefix = new LinePrefix();
  // What follows is of the settings, all of it written by take().
  rules!: HttpRules;
  limits!: SessionLimits;
  routes!: RouteTable<HttpRoute>;
  head!: Head;
  parse!: (bytes: Buffer, start: number, end: number) => number;

  constructor(options: {
    name: string;
    deadlines: Deadlines;
    proto: 'http' | 'https';
    log: AccessLog | undefined;
    rules: HttpRules;
  }) {
    this.name = options.name;
    this.deadlines = options.deadlines;
    this.proto = options.proto;
    this.#log = options.log;
    this.take(options.rules);
  }

  /** From now on this is what requests meet; those under way end as they began. */
  take(rules: HttpRules): void {
    this.rules = rules;
    this.limits = rules.limits;
    this.routes = rules.routes;
    this.head = new Head(rules.limits.head);
    this.parse = this.head.parseRequest.bind(this.head);
  }

  /** @returns undefined: there is none; a text: it is refused for that reason */
  find(target: Target, authority: string, path: string): HttpRoute | string | undefined {
    const route = findRoute(this.routes, authority, path);
    if (route !== undefined || this.rules.forward === undefined) return route;
    if (target.form !== 'absolute') return 'not-a-proxy-request';
    return this.rules.forward.routeTo(target.scheme, authority);
  }

  /** Where CONNECT leads; a text: it is refused for that reason. */
  tunnelTo(authority: string): Upstream | string {
    return this.rules.forward?.tunnelTo(authority) ?? 'connect-not-here';
  }

  forget(session: Session): void {
    this.sessions.delete(session);
    this.deadlines.delete(session);
  }

  record(ended: Ended): void {
    const { exchange, route, status } = ended;
    const durationMs = exchange === undefined ? 0 : performance.now() - exchange.startedAtMs;
    if (exchange !== undefined) exchange.upstream.traffic.record(status, durationMs);
    if (route !== undefined) {
      route.traffic.record(status, durationMs);
      route.traffic.bytesIn += ended.bytesIn;
      route.traffic.bytesOut += ended.bytesOut;
    }
    const log = this.#log;
    if (log === undefined || !log.takes(ended)) return;
    const time = this.deadlines.isoTime;
    const upstream = exchange?.endpoint?.name ?? '';
    const prefix = this.#prefix.of(time, this.name, route?.name ?? '', upstream, ended.client);
    const { firstByteMs = 0, attempts = 0 } = exchange ?? {};
    log.add(accessLine(prefix, ended, { durationMs, firstByteMs, attempts }));
  }
}
