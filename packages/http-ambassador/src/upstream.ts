// A service elsewhere: its addresses (names are looked up, and again while they are used), how its load is spread,
// what counts as failing, how often may be tried again. The one place that knows endpoints come and go.
import { formatAddress } from '@podmate/base/address';
import type { Log } from '@podmate/base/log';
import { Balancer, isSound } from './balancer.ts';
import { FollowedNames, type Lookup, type Place, type Ranked } from './dns/followed-names.ts';
import type { RefreshBounds } from './dns/name-schedule.ts';
import { type Dial, Endpoint, type EndpointLimits } from './endpoint.ts';
import { HealthChecks } from './health-check.ts';
import { Hedging } from './hedging.ts';
import type { MeshPlan } from './mesh-plan.ts';
import { judge, RetryBudget } from './outlier.ts';
import { Tally, Traffic } from './traffic.ts';

export type UpstreamPlan = MeshPlan & {
  readonly name: string;
  readonly targets: readonly Place[];
  readonly dial: Dial;
  /** What to send as Host when a route says so. */
  readonly authority: string;
  readonly limits: EndpointLimits;
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
  /** Within a tunnel of a tcp listener. */
  readonly tunnelIdleMs: number;
  /** Infinity: none. */
  readonly totalMs: number;
  readonly budget: { readonly ratio: number; readonly perSecond: number };
  readonly dns: RefreshBounds;
};

/** What all upstreams have in common. */
export type UpstreamGround = { readonly log: Log; readonly lookup: Lookup; readonly random?: () => number };

/** Endpoints of one priority; the next tier is used while all of this one are ejected or unhealthy. */
type Tier = { readonly endpoints: readonly Endpoint[]; readonly balancer: Balancer<Endpoint> };

export class Upstream {
  readonly plan: UpstreamPlan;
  readonly traffic: Traffic;
  readonly retries: Tally;
  readonly failures: Tally;
  ejections: number;
  endpoints: readonly Endpoint[] = [];
  readonly budget: RetryBudget;
  readonly health: HealthChecks | undefined;
  readonly hedging: Hedging | undefined;
  readonly #log: Log;
  readonly observesLatency: boolean;
  readonly names: FollowedNames;
  readonly #random: () => number;
  /** By priority; more than one only where SRV records say so. */
  #tiers: readonly Tier[] = [];
  /** The endpoints as text: most lookups find what is known, and the balancers go on as they are. */
  #inUse = '';
  #isRetired = false;

  /** @param former the one that had the name until now: what was counted of it goes on counting */
  constructor(plan: UpstreamPlan, { log, lookup, random = Math.random }: UpstreamGround, former?: Upstream) {
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
    this.#random = random;
    const hedges = former?.hedging?.results;
    this.hedging = plan.hedge && new Hedging(plan.hedge, performance.now(), hedges);
    this.observesLatency = plan.balance === 'peak-ewma' || plan.hedge !== undefined;
    this.budget = new RetryBudget(plan.budget.ratio, plan.budget.perSecond, performance.now());
    this.names = new FollowedNames(plan.targets, plan.dns, plan.name, { lookup, log, random }, former?.names);
    this.#use(this.names.addresses);
  }

  /** The endpoint for the next attempt, see Balancer; undefined while none is known. */
  pick(nowMs: number, avoid?: Endpoint, hash?: number): Endpoint | undefined {
    const tiers = this.#tiers;
    if (tiers.length <= 1) return tiers[0]?.balancer.pick(nowMs, avoid, hash);
    const sound = tiers.find(({ endpoints }) =>
      endpoints.some((endpoint) => endpoint !== avoid && isSound(endpoint, nowMs)),
    );
    return (sound ?? tiers[0])?.balancer.pick(nowMs, avoid, hash);
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
    if (!ok) this.names.hurry();
    if (!judge(endpoint, ok, this.endpoints, this.plan.outlier, nowMs)) return;
    this.ejections++;
    this.#log.warn('endpoint ejected', { upstream: this.plan.name, endpoint: endpoint.name });
  }

  /** No connection to it could be opened: counted, and said once for each reason until there is one again. */
  connectFailed(endpoint: Endpoint, error: Error | undefined): void {
    endpoint.connectFailures++;
    const fault = error?.message ?? 'closed before it was open';
    if (fault !== endpoint.connectFault)
      this.#log.warn('endpoint not reached', {
        upstream: this.plan.name,
        endpoint: endpoint.name,
        error: error ?? fault,
      });
    endpoint.connectFault = fault;
  }

  /** Closes old idle connections and looks names up again when their time has come; called at each tick. */
  tick(nowMs: number): void {
    for (const endpoint of this.endpoints) endpoint.sweep(nowMs);
    this.health?.tick(nowMs, this.endpoints);
    if (this.names.isDue(nowMs)) void this.resolve();
  }

  /** Looks up the names that are due. Never rejects: with old addresses in hand, a failure changes nothing. */
  resolve(): Promise<void> {
    return this.names.refresh(performance.now(), () => this.#use(this.names.addresses));
  }

  /** Replaced by another: what is under way ends here, nothing is kept after it. */
  retire(): void {
    this.#isRetired = true;
    this.health?.stop();
    for (const endpoint of this.endpoints) endpoint.retire();
  }

  #onHealth(endpoint: Endpoint, reason: string): void {
    const words = { upstream: this.plan.name, endpoint: endpoint.name };
    if (endpoint.isUnhealthy) this.#log.warn('endpoint unhealthy', { ...words, reason });
    else this.#log.info('endpoint healthy again', words);
  }

  /** Endpoints that stay keep their connections and their history. */
  #use(addresses: readonly Ranked[]): void {
    const known = new Map(this.endpoints.map((endpoint) => [endpoint.name, endpoint]));
    const wanted = new Map(addresses.map((ranked) => [formatAddress(ranked.address), ranked]));
    const now = [...wanted].map(([name, { priority, weight }]) => `${name} ${priority} ${weight}`).join();
    if (now === this.#inUse) return;
    this.#inUse = now;
    for (const [name, endpoint] of known) if (!wanted.has(name)) endpoint.retire();
    const tiers = new Map<number, Endpoint[]>();
    for (const [name, { address, priority, weight }] of wanted) {
      const endpoint = known.get(name) ?? new Endpoint(address, this.plan.dial, this.plan.limits);
      endpoint.weight = weight;
      tiers.set(priority, [...(tiers.get(priority) ?? []), endpoint]);
    }
    const sorted = [...tiers].toSorted(([one], [other]) => one - other);
    this.endpoints = sorted.flatMap(([, endpoints]) => endpoints);
    this.#tiers = sorted.map(([, endpoints]) => {
      const balancer = new Balancer<Endpoint>(this.plan.balance, this.#random);
      balancer.use(endpoints);
      return { endpoints, balancer };
    });
    if (this.#isRetired) this.retire();
  }
}
