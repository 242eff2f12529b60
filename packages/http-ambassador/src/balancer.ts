// Which endpoint the next attempt goes to: pure, time and dice are parameters. Those that were ejected for their
// failures or found unhealthy are passed over, unless all were: a doubtful endpoint is better than none. Hot: nothing
// is allocated while all endpoints are sound.
import { HashRing } from './policy/hash-ring.ts';
import type { PeakEwma } from './policy/peak-ewma.ts';

export type Balance = 'round-robin' | 'least-request' | 'peak-ewma' | 'ring-hash';

export type Candidate = {
  readonly name: string;
  /** Its share of the requests, in relation to the others' weights. */
  readonly weight: number;
  /** Requests under way. */
  readonly active: number;
  /** Ejected until then (ms); 0: never was. */
  readonly ejectedUntilMs: number;
  /** Its health checks fail. */
  readonly isUnhealthy: boolean;
  readonly latency: PeakEwma;
};

export class Balancer<E extends Candidate> {
  readonly #balance: Balance;
  readonly #random: () => number;
  #endpoints: readonly E[] = [];
  #ring: HashRing | undefined;
  #isWeighted = false;
  /** For round robin: how much each is behind its share. */
  #credits = new Float64Array(0);
  #turn = 0;

  /** @param random 0 <= random() < 1 */
  constructor(balance: Balance, random: () => number) {
    this.#balance = balance;
    this.#random = random;
  }

  /** These are the endpoints from now on. */
  use(endpoints: readonly E[]): void {
    this.#endpoints = endpoints;
    this.#isWeighted = endpoints.some(({ weight }) => weight !== endpoints[0]?.weight);
    this.#credits = new Float64Array(endpoints.length);
    this.#ring = this.#balance === 'ring-hash' ? new HashRing(endpoints) : undefined;
  }

  /**
   * @param avoid the endpoint that failed just now; taken only when there is no other
   * @param hash of the key, for ring-hash; without one the request goes where fewer are under way
   */
  pick(nowMs: number, avoid?: E, hash?: number): E | undefined {
    const all = this.#endpoints;
    if (all.length <= 1) return all[0];
    if (this.#ring !== undefined && hash !== undefined) return this.#onRing(this.#ring, nowMs, avoid, hash);
    const fitting = fit(all, nowMs, avoid);
    if (fitting.length === 1) return fitting[0];
    return this.#balance === 'round-robin' ? this.#next(fitting) : this.#ofTwo(fitting, nowMs);
  }

  /** The next in turn; with weights, the one most behind its share, so that turns stay mixed. */
  #next(fitting: readonly E[]): E | undefined {
    if (!this.#isWeighted) return fitting[this.#turn++ % fitting.length];
    let sum = 0;
    let chosen = -1;
    for (let at = 0; at < this.#endpoints.length; at++) {
      const endpoint = this.#endpoints[at]!;
      if (fitting !== this.#endpoints && !fitting.includes(endpoint)) continue;
      this.#credits[at]! += endpoint.weight;
      sum += endpoint.weight;
      if (chosen < 0 || this.#credits[at]! > this.#credits[chosen]!) chosen = at;
    }
    this.#credits[chosen]! -= sum;
    return this.#endpoints[chosen];
  }

  /** The power of two choices: of two at random the better one, which keeps loads even without looking at all. */
  #ofTwo(fitting: readonly E[], nowMs: number): E | undefined {
    const first = this.#draw(fitting, -1);
    const second = this.#draw(fitting, first);
    const [one, other] = [fitting[first]!, fitting[second]!];
    if (this.#balance === 'peak-ewma') {
      const load = ({ latency, active, weight }: E): number => latency.load(active, nowMs) / weight;
      return load(other) < load(one) ? other : one;
    }
    if (!this.#isWeighted) return other.active < one.active ? other : one;
    return (other.active + 1) / other.weight < (one.active + 1) / one.weight ? other : one;
  }

  /** One at random by weight; not `except`. */
  #draw(fitting: readonly E[], except: number): number {
    const { length } = fitting;
    if (!this.#isWeighted) {
      if (except < 0) return Math.floor(this.#random() * length);
      return (except + 1 + Math.floor(this.#random() * (length - 1))) % length;
    }
    let sum = 0;
    for (let at = 0; at < length; at++) if (at !== except) sum += fitting[at]!.weight;
    let left = this.#random() * sum;
    let last = 0;
    for (let at = 0; at < length; at++) {
      if (at === except) continue;
      last = at;
      left -= fitting[at]!.weight;
      if (left < 0) break;
    }
    return last;
  }

  #onRing(ring: HashRing, nowMs: number, avoid: E | undefined, hash: number): E | undefined {
    const all = this.#endpoints;
    const sound = ring.find(hash, (at) => isSound(all[at]!, nowMs) && all[at] !== avoid);
    if (sound >= 0) return all[sound];
    return all[ring.find(hash, (at) => all[at] !== avoid)];
  }
}

export function isSound({ ejectedUntilMs, isUnhealthy }: Candidate, nowMs: number): boolean {
  return !isUnhealthy && ejectedUntilMs <= nowMs;
}

/** The sound ones besides the one to avoid; where there is none, all others. */
function fit<E extends Candidate>(all: readonly E[], nowMs: number, avoid: E | undefined): readonly E[] {
  let sound = 0;
  for (const endpoint of all) if (endpoint !== avoid && isSound(endpoint, nowMs)) sound++;
  if (sound === all.length) return all;
  if (sound > 0) return all.filter((endpoint) => endpoint !== avoid && isSound(endpoint, nowMs));
  return avoid === undefined ? all : all.filter((endpoint) => endpoint !== avoid);
}
