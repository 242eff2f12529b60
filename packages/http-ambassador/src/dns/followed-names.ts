// The targets of one upstream as addresses, followed while they change: each name has a schedule of its own, so that
// one that fails does not hold up the others. For upstream.ts. Never throws: what is known stays until there is better.
import { isIP } from 'node:net';
import type { Address } from '@podmate/base/address';
import type { Log } from '@podmate/base/log';
import { type Answer, type Found, NoSuchName } from './answer.ts';
import { NameSchedule, type RefreshBounds } from './name-schedule.ts';

/** Where an upstream is: an address, a name, or a name whose SRV records say host and port. */
export type Place = Address & {
  readonly srv?: true;
  /** In relation to those of the other targets; 1 where nothing is said. */
  readonly weight?: number;
};

/** An address with its rank, see Found. */
export type Ranked = { readonly address: Address; readonly priority: number; readonly weight: number };

/** Asks the name servers; see dns/resolver.ts. */
export interface Lookup {
  resolve(question: { host: string; port: number; srv: boolean }): Promise<Answer>;
}

type Name = {
  readonly host: string;
  readonly port: number;
  readonly srv: boolean;
  readonly weight: number;
  readonly schedule: NameSchedule;
};

export class FollowedNames {
  /** Lookups by how they ended. */
  readonly counts = { answered: 0, gone: 0, failed: 0 };
  readonly #of: readonly (Ranked | Name)[];
  readonly #names: readonly Name[];
  readonly #lookup: Lookup;
  readonly #log: Log;
  readonly #upstream: string;
  #underWay: Promise<void> | undefined;

  /** @param former what was known until now is in use until it is looked up, which it is at once */
  constructor(
    places: readonly Place[],
    bounds: RefreshBounds,
    upstream: string,
    { lookup, log, random }: { lookup: Lookup; log: Log; random: () => number },
    former?: FollowedNames,
  ) {
    this.#lookup = lookup;
    this.#log = log;
    this.#upstream = upstream;
    this.#of = places.map((place) => {
      const { weight = 1 } = place;
      if ('path' in place || isIP(place.host) !== 0) return { address: place, priority: 0, weight };
      const { host, port, srv = false } = place;
      const schedule = new NameSchedule(bounds, random);
      schedule.addresses = former?.known(host, port, srv) ?? [];
      return { host, port, srv, weight, schedule };
    });
    this.#names = this.#of.filter((one) => 'schedule' in one);
  }

  /** What is known of a name, for one who comes after. */
  known(host: string, port: number, srv: boolean): readonly Found[] | undefined {
    const same = this.#names.find((name) => name.host === host && name.port === port && name.srv === srv);
    return same?.schedule.addresses;
  }

  /** Of all targets, as far as they are known. */
  get addresses(): Ranked[] {
    return this.#of.flatMap((one) =>
      'schedule' in one ? one.schedule.addresses.map((found) => ranked(found, one.weight)) : [one],
    );
  }

  isDue(nowMs: number): boolean {
    return this.#names.some(({ schedule }) => schedule.isDue(nowMs));
  }

  /** What the names led to does not work: they are looked up again soon. */
  hurry(): void {
    for (const { schedule } of this.#names) schedule.hurry();
  }

  /** Looks up what is due; asked while that is under way, the same. @param changed called when the addresses may be others */
  refresh(nowMs: number, changed: () => void): Promise<void> {
    if (this.#underWay !== undefined) return this.#underWay;
    const due = this.#names.filter(({ schedule }) => schedule.isDue(nowMs));
    if (due.length === 0) return Promise.resolve();
    const all = Promise.all(due.map((name) => this.#ask(name).then(changed)));
    this.#underWay = all.then(() => {}).finally(() => (this.#underWay = undefined));
    return this.#underWay;
  }

  async #ask({ host, port, srv, schedule }: Name): Promise<void> {
    const before = schedule.addresses.length;
    try {
      const answer = await this.#lookup.resolve({ host, port, srv });
      this.counts.answered++;
      schedule.answered(answer, performance.now());
    } catch (error) {
      const nowMs = performance.now();
      const isGone = error instanceof NoSuchName;
      this.counts[isGone ? 'gone' : 'failed']++;
      if (isGone) schedule.gone(nowMs);
      else schedule.failed(nowMs);
      const left = schedule.addresses.length;
      this.#log.warn('name not resolved', {
        upstream: this.#upstream,
        kept: left,
        dropped: before - left,
        error,
      });
    }
  }
}

/** RFC 2782: a weight of 0 is a very small chance. */
const LEAST_WEIGHT = 0.1;

/** @param of the target, which goes for all its addresses */
function ranked({ host, port, priority, weight }: Found, of: number): Ranked {
  return { address: { host, port }, priority, weight: of * Math.max(weight, LEAST_WEIGHT) };
}
