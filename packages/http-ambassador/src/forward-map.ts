// Where a forward proxy may lead: an allow-list of `host`, `*.suffix` or `host:port`, an upstream made for each
// authority that is asked for, the least used forgotten first. Everything that is not allowed is refused.
import { type Address, parseAddress } from '@podmate/base/address';
import { NO_EDITS } from './http1/forwarded-head.ts';
import type { HttpRoute } from './http-route.ts';
import { hostOf } from './route.ts';
import { Traffic } from './traffic.ts';
import type { Upstream } from './upstream.ts';

/** Upstreams kept at a time; each has its own pool. */
const MOST_UPSTREAMS = 256;
/** One that nobody asked for within this time is forgotten: its name would be looked up for nobody. */
const UNUSED_MS = 60_000;

export class ForwardMap {
  readonly traffic: Traffic;
  readonly #allow: readonly string[];
  readonly #make: (scheme: 'http' | 'https' | 'tcp', address: Address) => Upstream;
  readonly #routes = new Map<string, HttpRoute>();
  /** Asked for since the last sweep. */
  #used = new Set<string>();
  #sweptAtMs = -Infinity;

  constructor(
    allow: readonly string[],
    make: (scheme: 'http' | 'https' | 'tcp', address: Address) => Upstream,
    traffic = new Traffic(),
  ) {
    this.traffic = traffic;
    this.#allow = allow.map((rule) => rule.toLowerCase());
    this.#make = make;
  }

  get upstreams(): Upstream[] {
    return [...this.#routes.values()].map(({ upstream }) => upstream);
  }

  /** @returns the route, or why it is refused */
  routeTo(scheme: 'http' | 'https', authority: string): HttpRoute | string {
    return this.#routeTo(scheme, authority, scheme === 'http' ? 80 : 443);
  }

  tunnelTo(authority: string): Upstream | string {
    const route = this.#routeTo('tcp', authority, 443);
    return typeof route === 'string' ? route : route.upstream;
  }

  #routeTo(scheme: 'http' | 'https' | 'tcp', authority: string, port: number): HttpRoute | string {
    const full = (/:\d+$/.test(authority) ? authority : `${authority}:${port}`).toLowerCase();
    if (!this.#allow.some((rule) => allows(rule, full))) return 'not-allowed';
    const key = `${scheme}://${full}`;
    this.#used.add(key);
    const known = this.#routes.get(key);
    if (known !== undefined) {
      this.#routes.delete(key);
      this.#routes.set(key, known);
      return known;
    }
    return this.#add(key, this.#make(scheme, parseAddress(full)));
  }

  /** Forgets what was not asked for since the last time; called at each tick. */
  sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < UNUSED_MS) return;
    this.#sweptAtMs = nowMs;
    for (const [key, { upstream }] of this.#routes) {
      if (this.#used.has(key) || upstream.endpoints.some(({ active }) => active > 0)) continue;
      upstream.retire();
      this.#routes.delete(key);
    }
    this.#used = new Set();
  }

  #add(key: string, upstream: Upstream): HttpRoute {
    const request = { ...NO_EDITS, host: undefined, replacePath: undefined, setForwarded: false };
    const route: HttpRoute = {
      name: 'forward',
      path: '/',
      upstream,
      request,
      response: NO_EDITS,
      traffic: this.traffic,
      rate: undefined,
    };
    this.#routes.set(key, route);
    for (const [oldest, { upstream: unused }] of this.#routes) {
      if (this.#routes.size <= MOST_UPSTREAMS) break;
      unused.retire();
      this.#routes.delete(oldest);
    }
    return route;
  }
}

/** @param rule `*`, `name`, `*.suffix`, each with or without a port */
function allows(rule: string, authority: string): boolean {
  if (rule === '*') return true;
  const host = hostOf(authority);
  const [name, wanted] = /:\d+$/.test(rule)
    ? [hostOf(rule), authority.slice(host.length)]
    : [rule, undefined];
  if (wanted !== undefined && rule.slice(name.length) !== wanted) return false;
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) && host.length >= name.length : host === name;
}
