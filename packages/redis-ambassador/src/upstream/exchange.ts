// Who is primary, who are the replicas, and which source a command goes to now. One for all sessions.
// The control plane (topology) tells it what it sees; connections tell it what fails. Invariant: a command for the primary
// always has a source, if need be the waiting room; a read has a replica only when that is up, in sync and fresh enough.
import { type Balance, pick } from '../balancer.ts';
import type { ReadFrom } from '../routing.ts';
import { DirtyMarks } from '../consistency/dirty-marks.ts';
import { CURSOR_OWNERS } from '../cursor.ts';
import { Pause } from './pause.ts';
import { TurnClock } from '../turn-clock.ts';
import type { Endpoint, Reach } from './dial.ts';
import type { ExchangeCounts } from './exchange-counts.ts';
import { Server } from './server.ts';
import type { Identity, Request, Source } from './source.ts';
import { WaitingRoom } from './waiting-room.ts';

/** What the control plane has seen. */
export type Sighting = {
  readonly primary: Endpoint | undefined;
  /** Replicas whose link to the primary is up. */
  readonly replicas: readonly Endpoint[];
  /** Of every server that answered, by its name: which process it is. */
  readonly seen?: ReadonlyMap<string, { readonly runId: string | undefined }>;
  /** Why there is no primary, or what else is amiss. */
  readonly complaints: readonly string[];
  /** redis_version of the primary, for HELLO. */
  readonly version: string;
  /** Zones that servers told of themselves (Valkey's availability_zone), by host:port. */
  readonly zones?: ReadonlyMap<string, string>;
};

export type ExchangeOptions = {
  readonly reach: Reach;
  readonly readFrom: ReadFrom;
  readonly balance: Balance;
  /** Our own zone; undefined: all servers are alike. */
  readonly zone: string | undefined;
  /** Zones of servers by host:port or host alone; they go before what servers tell of themselves. */
  readonly zones: ReadonlyMap<string, string>;
  readonly now: () => number;
  readonly failoverTimeoutMs: number;
  readonly failoverQueueBytes: number;
  readonly commandTimeoutMs: number;
  readonly maxStalenessMs: number;
  readonly counts: ExchangeCounts;
  /** Commands that took so long over a shared connection are told; Infinity: none. */
  readonly slowMs: number;
  readonly onSlow: (server: Server, request: Request, tookMs: number) => void;
  readonly report: (event: ExchangeEvent) => void;
};

export type ExchangeEvent =
  | { readonly kind: 'primary'; readonly name: string; readonly before: string | undefined }
  | { readonly kind: 'trouble'; readonly name: string; readonly why: Error };

/** What an old primary has not answered by now it will hardly answer: its clients shall not wait longer. */
const DEPOSED_MS = 250;
/** A server not seen for so long is no longer part of the deployment; what is known of it is kept until then. */
const FORGET_MS = 1000;
const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

export class Exchange {
  readonly marks = new DirtyMarks();
  readonly room: WaitingRoom;
  readonly servers = new Map<string, Server>();
  primary: Server | undefined;
  replicas: readonly Server[] = [];
  /** Among whom reads are shared out, by --read-from. */
  #readers: readonly Server[] = [];
  complaints: readonly string[] = ['no server was asked yet'];
  version = '0.0.0';
  readonly pause: Pause;
  /** Clients in MONITOR: while there are some, all reads go to the primary, so that they see them. */
  monitors = 0;
  readonly counts: ExchangeCounts;
  /** Asks the control plane to look at once, and not to believe any more what it has seen of one server. */
  nudge: (doubted?: string) => void = () => {};
  readonly #options: ExchangeOptions;
  readonly #clock: TurnClock;
  /** Since when there is no primary: nothing grows stale meanwhile. */
  #lostAt: number | undefined;
  /** The reader with this index is next. */
  #turn = 0;
  /** Begins anywhere, so that cursors given before a restart are hardly ever taken for ours. */
  #cursorOwner = Math.floor(Math.random() * CURSOR_OWNERS);
  /** No longer part of the deployment, but with commands to answer: a demoted primary must still say READONLY. */
  readonly #leaving = new Set<Server>();
  readonly #hopeful: { readonly callback: (there: boolean) => void; readonly until: number }[] = [];

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.counts = options.counts;
    this.#clock = new TurnClock(options.now);
    this.pause = new Pause(options.now);
    this.room = new WaitingRoom({
      now: options.now,
      counts: options.counts,
      patienceMs: options.failoverTimeoutMs,
      maxBytes: options.failoverQueueBytes,
      release: (epoch) => this.marks.acknowledged(epoch),
      why: () => this.complaints.join('; ') || 'it was lost a moment ago',
    });
  }

  /** Where commands for the primary go now. */
  primarySource(identity: Identity, large: boolean): Source {
    const { primary } = this;
    if (!primary?.up) return this.room;
    return primary.lane(identity, large);
  }

  /** Where a script goes now: a lane for scripts of the primary. */
  scriptSource(identity: Identity): Source {
    const { primary } = this;
    if (!primary?.up) return this.room;
    return primary.scripts(identity);
  }

  /** Who is to answer a read that must have seen epoch `needed`; undefined: the primary, or nobody. */
  pickReader(needed: number): Server | undefined {
    const { readFrom, balance } = this.#options;
    const readers = this.#readers;
    if (readers.length === 0 || (readFrom === 'prefer-primary' && this.primary?.up)) return undefined;
    const at = pick(readers, readFrom === 'nearest' ? 'latency' : balance, this.#turn, needed);
    if (at >= 0) this.#turn = at + 1; // a read that nobody is fit for takes no turn from those after it
    return readers[at];
  }

  /**
   * No replica in use lacks any write, so that no key needs to be looked up: an eighth of the CPU of reads at pipeline 64.
   * Hot.
   */
  get allClean(): boolean {
    const { latest } = this.marks;
    for (const { usable, clean } of this.#readers) if (usable && clean < latest) return false;
    return true;
  }

  /** Some replica is usable, were it not for what it has not applied yet. */
  get someReader(): boolean {
    const wanted = this.#options.readFrom !== 'prefer-primary' || this.primary?.up !== true;
    return wanted && this.#readers.some(({ usable }) => usable);
  }

  /** Who answers reads that any of them may answer, for people. */
  get readerNames(): string {
    const usable = this.#readers.filter((reader) => reader.usable);
    const near = usable.filter((reader) => reader.near);
    const names = (near.length > 0 ? near : usable).map(({ name }) => name).join(' or ');
    return names || (this.primary?.up === true ? 'the primary, as no replica is fit' : 'nobody');
  }

  /** The error for a read that only a replica may answer (--read-from replica) while none can. */
  get noReplica(): string | undefined {
    if (this.#options.readFrom !== 'replica' || !this.primary?.up || this.someReader) return undefined;
    const why =
      this.complaints.join('; ') || (this.replicas.length === 0 ? 'there is none' : 'too far behind');
    return `TRYAGAIN the ambassador has no replica to read from (--read-from replica): ${why}`;
  }

  /** Takes over what the control plane has seen. */
  see({ primary, replicas, seen, complaints, version, zones }: Sighting): void {
    this.complaints = complaints;
    this.version = version;
    const server = primary && this.#server(primary);
    if (server && server !== this.primary) this.#promote(server);
    const usable = this.replicas.filter(({ up }) => up).length;
    this.replicas = replicas.map((endpoint) => this.#server(endpoint));
    for (const each of this.servers.values()) {
      this.#take(each, each === this.primary ? server !== undefined : this.replicas.includes(each), seen);
      each.near = this.#isNear(each, zones);
    }
    const { readFrom } = this.#options;
    const withPrimary = readFrom === 'any' || readFrom === 'nearest';
    this.#readers = withPrimary && this.primary ? [this.primary, ...this.replicas] : this.replicas;
    if (!this.primary?.up) {
      if (this.replicas.length > usable) this.room.leave({ readsOnly: true });
      return;
    }
    this.#lostAt = undefined;
    this.room.leave();
    for (const { callback } of this.#hopeful.splice(0)) callback(true);
  }

  /** Whether a server is fit for its role, and what else was seen of it. */
  #take(server: Server, up: boolean, seen: Sighting['seen']): void {
    const now = this.#options.now();
    const known = seen?.get(server.name);
    if (server === this.primary) server.clean = Infinity;
    // A process that has begun anew may have begun with nothing.
    else if (known && server.runId !== undefined && known.runId !== server.runId) server.clean = -1;
    server.runId = known?.runId ?? server.runId;
    if (up) server.deposed = false;
    if (up && server.missed) server.endIdle();
    server.up = up;
    server.missed = !up;
    if (server === this.primary && !up) this.#lostAt ??= now;
    if (up || known || server === this.primary) server.seenAt = now;
    else if (now - server.seenAt > FORGET_MS) {
      this.servers.delete(server.name);
      this.#leaving.add(server);
    }
  }

  /** Calls back with true as soon as there is a primary again, with false when there is none in time. */
  whenPrimary(callback: (there: boolean) => void): void {
    this.#hopeful.push({ callback, until: this.#options.now() + this.#options.failoverTimeoutMs });
    this.nudge();
  }

  /** The primary says it is none, or is loading: nothing goes there until the control plane has looked again. */
  distrust(server: Server | undefined): void {
    if (!server) return;
    server.up = false;
    if (server === this.primary) this.#lostAt ??= this.#options.now();
    this.nudge(server.name);
  }

  serverOf(source: Source): Server | undefined {
    for (const server of [...this.servers.values(), ...this.#leaving]) if (server.owns(source)) return server;
    return undefined;
  }

  /** What time brings: silent servers, those who waited too long, replicas too stale. Every 100 ms or so. */
  tick(): void {
    const { commandTimeoutMs, now } = this.#options;
    for (const server of [...this.servers.values(), ...this.#leaving]) {
      server.endSilent(Math.min(commandTimeoutMs, this.#patienceWith(server)));
      server.endUnused();
    }
    for (const server of this.#leaving) {
      if (server.outstanding > 0) continue;
      server.close(new Error('the server is no longer part of the deployment'));
      this.#leaving.delete(server);
    }
    for (const server of this.servers.values()) server.tellWaiting(commandTimeoutMs);
    this.room.expire();
    while (this.#hopeful.length > 0 && this.#hopeful[0]!.until <= now())
      this.#hopeful.shift()!.callback(false);
  }

  close(): void {
    for (const server of [...this.servers.values(), ...this.#leaving])
      server.close(new Error('the ambassador is ending'));
  }

  /** How long a server may be silent with commands pending: one that was given up for other reasons, not long. */
  #patienceWith(server: Server): number {
    if (server.deposed) return DEPOSED_MS;
    return server === this.primary || server.up ? Infinity : this.#options.reach.connectTimeoutMs;
  }

  #promote(server: Server): void {
    const before = this.primary;
    this.primary = server;
    if (before) {
      this.counts.failovers++;
      before.freshAt = -Infinity;
      before.deposed = true;
      before.endBorrowed(new Error(`${server.name} is the primary now`));
    }
    this.beginHistory();
    this.#options.report({ kind: 'primary', name: server.name, before: before?.name });
  }

  /** The primary is another one, or began anew: what was acknowledged before the replicas may have, or it, or neither. */
  beginHistory(): void {
    this.marks.markAll();
    for (const each of this.servers.values()) if (each !== this.primary) each.clean = -1;
  }

  #server(endpoint: Endpoint): Server {
    const known = this.servers.get(nameOf(endpoint));
    if (known) return known;
    const { reach, now, report, maxStalenessMs } = this.#options;
    const server = new Server({
      endpoint,
      reach,
      now,
      marks: this.marks,
      slowMs: this.#options.slowMs,
      onSlow: this.#options.onSlow,
      nextCursorOwner: () => (this.#cursorOwner = (this.#cursorOwner % CURSOR_OWNERS) + 1),
      turnNow: () => this.#lostAt ?? this.#clock.now(),
      maxStalenessMs,
      onTrouble: (troubled, why, cause) => {
        // What answers next may be a replica started anew, empty until it is in sync: a look at its run id decides.
        if (cause === 'idle') return troubled === this.primary ? this.nudge() : this.distrust(troubled);
        report({ kind: 'trouble', name: troubled.name, why });
        if (cause === 'server') this.distrust(troubled);
      },
    });
    this.servers.set(server.name, server);
    return server;
  }

  #isNear({ name, endpoint }: Server, told: Sighting['zones']): boolean {
    const { zone, zones } = this.#options;
    return zone !== undefined && zone === (zones.get(name) ?? zones.get(endpoint.host) ?? told?.get(name));
  }
}
