// The shards of a cluster and who has which slot: one for all sessions. Each shard is an exchange with fences of its own,
// as if it were a deployment by itself; this says which one a slot belongs to, from what the control plane sees and from
// the redirects of the nodes, which are quicker. Invariant: `version` changes whenever a command could go elsewhere than
// one sent before it, so that nobody's commands overtake each other.
import { Fences } from '../consistency/fences.ts';
import type { ClusterSighting, ShardSighting } from '../topology/cluster-view.ts';
import type { Endpoint } from '../upstream/dial.ts';
import type { ExchangeCounts } from '../upstream/exchange-counts.ts';
import { Exchange, type ExchangeOptions } from '../upstream/exchange.ts';
import type { Server } from '../upstream/server.ts';
import type { Source } from '../upstream/source.ts';
import { SLOTS } from './slots.ts';

export type ShardsOptions = {
  readonly exchange: ExchangeOptions;
  readonly fences: { readonly intervalMs: number; readonly idleMs: number };
  readonly now: () => number;
};

/** What shall be tried again later is, after so long. */
const LATER_MS = 20;

export class Shard {
  /** 1 or more, the same for the shard's life. */
  readonly number: number;
  readonly exchange: Exchange;
  readonly fences: Fences;
  /** The epoch in which slots last came or went: what was written elsewhere is not known as written here. */
  changedIn = 0;

  constructor(number: number, { exchange, fences, now }: ShardsOptions) {
    this.number = number;
    this.exchange = new Exchange(exchange);
    this.fences = new Fences({ exchange: this.exchange, now, ...fences });
  }

  get outstanding(): number {
    return [...this.exchange.servers.values()].reduce((sum, server) => sum + server.outstanding, 0);
  }

  /** For people. */
  get names(): { primary: string; readers: string } {
    const { primary, readerNames } = this.exchange;
    return { primary: primary?.name ?? 'nobody', readers: readerNames };
  }

  /** Slots or keys come or go: whoever reads must have applied everything until now. */
  changeHands(): void {
    const { marks, replicas } = this.exchange;
    marks.markAll();
    this.changedIn = marks.open;
    if (replicas.length > 0) this.fences.wake();
  }
}

const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

export class Shards {
  version = 1;
  /** Slots are known to be moving. */
  moving = false;
  complaints: readonly string[] = ['no node was asked yet'];
  readonly counts: ExchangeCounts;
  /** Asks the control plane to look at once. */
  nudge: () => void = () => {};
  /** Where commands wait for slots that nobody serves. */
  readonly nowhere: Shard;
  readonly #options: ShardsOptions;
  /** Shard numbers by slot; 0: nobody's. */
  readonly #owner = new Uint16Array(SLOTS);
  readonly #shards: (Shard | undefined)[];
  readonly #leaving = new Set<Shard>();
  #later: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ShardsOptions) {
    this.#options = options;
    this.counts = options.exchange.counts;
    this.nowhere = this.#make(0);
    this.#shards = [this.nowhere];
  }

  /** All that serve slots, in the order of their numbers. */
  get all(): Shard[] {
    return this.#shards.filter((shard): shard is Shard => shard !== undefined && shard.number > 0);
  }

  ofSlot(slot: number): Shard {
    return this.#shards[this.#owner[slot]!] ?? this.nowhere;
  }

  byNumber(number: number): Shard | undefined {
    return this.#shards[number];
  }

  /** For what any shard can answer: always the same, while that has a primary. */
  one(): Shard {
    const { all } = this;
    return all.find(({ exchange }) => exchange.primary?.up === true) ?? all[0] ?? this.nowhere;
  }

  ofSource(source: Source): Shard | undefined {
    return [...this.all, ...this.#leaving].find(({ exchange }) => exchange.serverOf(source) !== undefined);
  }

  /** Takes over what the control plane has seen. */
  see({ shards: seen, moving, complaints, version, seen: servers }: ClusterSighting): void {
    this.complaints = complaints;
    this.moving = moving;
    const shards = this.#match(seen);
    const before = [...this.#shards];
    this.#shards.length = 1;
    for (const shard of shards) this.#shards[shard.number] = shard;
    const changed = this.#assign(seen, shards);
    for (const [i, { primary, replicas }] of seen.entries()) {
      const { exchange } = shards[i]!;
      if (primary && exchange.primary && nameOf(primary) !== exchange.primary.name) this.version++;
      exchange.see({ primary, replicas, complaints, version, seen: servers });
    }
    this.nowhere.exchange.version = version;
    this.nowhere.exchange.complaints = complaints;
    for (const shard of before) if (shard && !this.#shards.includes(shard)) this.#leaving.add(shard);
    if (!changed) return;
    for (const shard of [...this.#leaving, this.nowhere, ...shards]) shard.exchange.room.leave();
  }

  /** A node says that the slot is another's. @returns that one's shard, if it is known to be a primary */
  moved(slot: number, to: Endpoint): Shard | undefined {
    this.moving = true;
    this.nudge();
    const shard = this.all.find(({ exchange }) => exchange.primary?.name === nameOf(to));
    this.ofSlot(slot).changeHands();
    if (shard && this.#owner[slot] !== shard.number) {
      this.#owner[slot] = shard.number;
      this.version++;
      shard.changeHands();
    }
    return shard;
  }

  /** A node says that this one command is another's: its slot is on the way there. */
  asked(slot: number, to: Endpoint): { shard: Shard; server: Server } | undefined {
    this.moving = true;
    this.ofSlot(slot).changeHands();
    for (const shard of this.all) {
      const server = shard.exchange.servers.get(nameOf(to));
      if (server) return { shard, server };
    }
    this.nudge();
    return undefined;
  }

  later(callback: () => void): void {
    this.#later.push(callback);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const each of this.#later.splice(0)) each();
    }, LATER_MS);
  }

  /** What time brings; every 100 ms or so. */
  tick(fenced: boolean): void {
    for (const shard of [this.nowhere, ...this.all]) {
      shard.exchange.tick();
      if (fenced) shard.fences.beat();
    }
    for (const shard of this.#leaving) {
      shard.exchange.tick();
      if (shard.outstanding > 0) continue;
      this.#end(shard);
      this.#leaving.delete(shard);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const shard of [this.nowhere, ...this.all, ...this.#leaving]) this.#end(shard);
  }

  #end({ exchange, fences }: Shard): void {
    fences.stop();
    exchange.close();
  }

  /** Which of the shards we know each seen one is: that of its primary, else of one of its replicas or slots. */
  #match(seen: readonly ShardSighting[]): Shard[] {
    const left = new Set(this.all);
    const claim = (is: (shard: Shard) => boolean): Shard | undefined => {
      const found = [...left].find(is);
      if (found) left.delete(found);
      return found;
    };
    const byPrimary = seen.map(({ primary }) =>
      claim(({ exchange }) => primary !== undefined && exchange.primary?.name === nameOf(primary)),
    );
    const matched = seen.map(({ primary, replicas, slots }, i) => {
      const names = [...(primary ? [primary] : []), ...replicas].map(nameOf);
      const first = slots[0]?.[0] ?? 0;
      return (
        byPrimary[i] ??
        claim(({ exchange }) => names.some((name) => exchange.servers.has(name))) ??
        claim(({ number, exchange }) => !(primary && exchange.primary) && number === this.#owner[first])
      );
    });
    const taken = new Set(this.#shards.map((shard) => shard?.number));
    return matched.map((shard) => shard ?? this.#make(this.#freeNumber(taken)));
  }

  #freeNumber(taken: Set<number | undefined>): number {
    let number = 1;
    while (taken.has(number)) number++;
    taken.add(number);
    return number;
  }

  /** Writes down who has which slot; whoever got one from another begins with everything dirty. */
  #assign(seen: readonly ShardSighting[], shards: readonly Shard[]): boolean {
    const next = new Uint16Array(SLOTS);
    for (const [i, { slots }] of seen.entries())
      for (const [first, last] of slots) next.fill(shards[i]!.number, first, last + 1);
    const gained = new Set<number>();
    for (let slot = 0; slot < SLOTS; slot++) if (next[slot] !== this.#owner[slot]) gained.add(next[slot]!);
    if (gained.size === 0) return false;
    this.version++;
    this.#owner.set(next);
    for (const shard of shards) if (gained.has(shard.number)) shard.changeHands();
    return true;
  }

  #make(number: number): Shard {
    const shard = new Shard(number, this.#options);
    shard.exchange.nudge = () => this.nudge();
    return shard;
  }
}
