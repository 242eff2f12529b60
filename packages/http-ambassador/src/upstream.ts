// A service elsewhere: its addresses (names are looked up, and again while they are used), how its load is spread,
// what counts as failing, how often may be tried again. The one place that knows endpoints come and go.
import { lookup } from 'node:dns/promises';
import type { Address } from '@podmate/base/address';
import { formatAddress } from '@podmate/base/address';
import type { Log } from '@podmate/base/log';
import { Balancer, isSound } from './balancer.ts';
import { type Dial, Endpoint, type EndpointLimits } from './endpoint.ts';
import { HealthChecks } from './health-check.ts';
import type { MeshPlan } from './mesh-plan.ts';
import { judge, RetryBudget } from './outlier.ts';
import { Tally, Traffic } from './traffic.ts';

export type UpstreamPlan = MeshPlan & {
  readonly name: string;
  readonly targets: readonly Address[];
  readonly dial: Dial;
  /** What to send as Host when a route says so. */
  readonly authority: string;
  readonly limits: EndpointLimits;
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
  /** Infinity: none. */
  readonly totalMs: number;
  readonly budget: { readonly ratio: number; readonly perSecond: number };
  readonly dnsRefreshMs: number;
};

const isLiteral = (address: Address): boolean =>
  'path' in address || address.host === '' || /^[\d.]+$|:/.test(address.host);

/** After a failed lookup, not sooner again than this. */
const RELOOKUP_MS = 1000;

export class Upstream {
  readonly plan: UpstreamPlan;
  readonly traffic: Traffic;
  readonly retries: Tally;
  readonly failures: Tally;
  ejections: number;
  endpoints: readonly Endpoint[] = [];
  readonly budget: RetryBudget;
  readonly health: HealthChecks | undefined;
  readonly #log: Log;
  readonly observesLatency: boolean;
  readonly #balancer: Balancer<Endpoint>;
  #lookedUpAtMs = -Infinity;
  #lookingUp: Promise<void> | undefined;

  /** @param former the one that had the name until now: what was counted of it goes on counting */
  constructor(plan: UpstreamPlan, log: Log, former?: Upstream, random: () => number = Math.random) {
    this.plan = plan;
    this.traffic = former?.traffic ?? new Traffic();
    this.retries = former?.retries ?? new Tally();
    this.failures = former?.failures ?? new Tally();
    this.ejections = former?.ejections ?? 0;
    this.#log = log;
    const { health, dial, authority } = plan;
    const onChange = this.#onHealth.bind(this);
    const results = former?.health?.results;
    this.health = health && new HealthChecks(health, { dial, authority, random, onChange, results });
    this.observesLatency = plan.balance === 'peak-ewma';
    this.#balancer = new Balancer(plan.balance, random);
    this.budget = new RetryBudget(plan.budget.ratio, plan.budget.perSecond, performance.now());
    if (plan.targets.every(isLiteral)) this.#use(plan.targets);
  }

  get #hasNames(): boolean {
    return !this.plan.targets.every(isLiteral);
  }

  /** The endpoint for the next attempt, see Balancer; undefined while none is known. */
  pick(nowMs: number, avoid?: Endpoint, hash?: number): Endpoint | undefined {
    return this.#balancer.pick(nowMs, avoid, hash);
  }

  /** What an operator should know of its endpoints. */
  get warning(): string | undefined {
    const out = this.endpoints.filter((endpoint) => !isSound(endpoint, performance.now()));
    if (out.length === 0) return undefined;
    const names = out.map(({ name }) => name).join(' ');
    return `upstream ${this.plan.name}: ${out.length} of ${this.endpoints.length} endpoints unhealthy or ejected: ${names}`;
  }

  /** How an attempt went, for the outlier rule. */
  judge(endpoint: Endpoint, ok: boolean, nowMs: number): void {
    if (ok && endpoint.failuresInRow === 0 && endpoint.ejections === 0) return;
    if (!judge(endpoint, ok, this.endpoints, this.plan.outlier, nowMs)) return;
    this.ejections++;
    this.#log.warn('endpoint ejected', { upstream: this.plan.name, endpoint: endpoint.name });
  }

  /** Closes old idle connections and looks names up again when their time has come; called at each tick. */
  tick(nowMs: number): void {
    for (const endpoint of this.endpoints) endpoint.sweep(nowMs);
    this.health?.tick(nowMs, this.endpoints);
    if (this.#hasNames && nowMs - this.#lookedUpAtMs > this.plan.dnsRefreshMs) void this.resolve();
  }

  /** Looks the names up. Never rejects: with old addresses in hand, a failure changes nothing. */
  resolve(): Promise<void> {
    if (!this.#hasNames) return Promise.resolve();
    this.#lookingUp ??= this.#lookUp().finally(() => (this.#lookingUp = undefined));
    return this.#lookingUp;
  }

  retire(): void {
    this.health?.stop();
    for (const endpoint of this.endpoints) endpoint.retire();
  }

  #onHealth(endpoint: Endpoint, reason: string): void {
    const words = { upstream: this.plan.name, endpoint: endpoint.name };
    if (endpoint.isUnhealthy) this.#log.warn('endpoint unhealthy', { ...words, reason });
    else this.#log.info('endpoint healthy again', words);
  }

  async #lookUp(): Promise<void> {
    const { targets, name, dnsRefreshMs } = this.plan;
    try {
      const found = await Promise.all(targets.map(addressesOf));
      this.#lookedUpAtMs = performance.now();
      this.#use(found.flat());
    } catch (error) {
      this.#lookedUpAtMs = performance.now() - dnsRefreshMs + RELOOKUP_MS;
      this.failures.add('dns');
      this.#log.warn('name not resolved', { upstream: name, error });
    }
  }

  /** Endpoints that stay keep their connections and their history. */
  #use(addresses: readonly Address[]): void {
    const known = new Map(this.endpoints.map((endpoint) => [endpoint.name, endpoint]));
    const wanted = new Map(addresses.map((address) => [formatAddress(address), address]));
    for (const [name, endpoint] of known) if (!wanted.has(name)) endpoint.retire();
    this.endpoints = [...wanted].map(
      ([name, address]) => known.get(name) ?? new Endpoint(address, this.plan.dial, this.plan.limits),
    );
    this.#balancer.use(this.endpoints);
  }
}

async function addressesOf(target: Address): Promise<Address[]> {
  if ('path' in target || isLiteral(target)) return [target];
  const found = await lookup(target.host, { all: true });
  return found.map(({ address }) => ({ host: address, port: target.port }));
}
