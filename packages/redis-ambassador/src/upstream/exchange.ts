// Who is primary, who are the replicas, and which source a command goes to now. One for all sessions.
// The control plane (topology) tells it what it sees; connections tell it what fails. Invariant: a command for the primary
// always has a source, if need be the waiting room; a read has a replica only when that is up, in sync and fresh enough.
import { type Balance, pick } from '../balancer.ts';
import { DirtyMarks } from '../consistency/dirty-marks.ts';
import type { Endpoint, Reach } from './dial.ts';
import { Server } from './server.ts';
import type { Identity, Source } from './source.ts';
import { WaitingRoom } from './waiting-room.ts';

/** What the control plane has seen. */
export type Sighting = {
  readonly primary: Endpoint | undefined;
  /** Replicas whose link to the primary is up. */
  readonly replicas: readonly Endpoint[];
  /** Why there is no primary, or what else is amiss. */
  readonly complaints: readonly string[];
  /** redis_version of the primary, for HELLO. */
  readonly version: string;
};

export type ExchangeOptions = {
  readonly reach: Reach;
  readonly balance: Balance;
  readonly now: () => number;
  readonly failoverTimeoutMs: number;
  readonly failoverQueueBytes: number;
  readonly commandTimeoutMs: number;
  readonly maxStalenessMs: number | undefined;
  readonly report: (event: ExchangeEvent) => void;
};

export type ExchangeEvent =
  | { readonly kind: 'primary'; readonly name: string; readonly before: string | undefined }
  | { readonly kind: 'trouble'; readonly name: string; readonly why: Error };

const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

export class Exchange {
  readonly marks = new DirtyMarks();
  readonly room: WaitingRoom;
  readonly servers = new Map<string, Server>();
  primary: Server | undefined;
  replicas: readonly Server[] = [];
  complaints: readonly string[] = ['no server was asked yet'];
  version = '0.0.0';
  failovers = 0;
  retries = 0;
  /** Asks the control plane to look at once. */
  nudge: () => void = () => {};
  readonly #options: ExchangeOptions;
  #turn = 0;
  /** No longer part of the deployment, but with commands to answer: a demoted primary must still say READONLY. */
  readonly #leaving = new Set<Server>();
  readonly #hopeful: { readonly callback: (there: boolean) => void; readonly until: number }[] = [];

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.room = new WaitingRoom({
      now: options.now,
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
    primary.commands++;
    return primary.lane(identity, large);
  }

  /** The replica whose turn it is, whatever it has applied; undefined when none is usable. */
  pickReplica(): Server | undefined {
    return this.replicas[
      pick(this.replicas, this.#options.balance, this.#turn++ % (this.replicas.length || 1))
    ];
  }

  /** Takes over what the control plane has seen. */
  see({ primary, replicas, complaints, version }: Sighting): void {
    this.complaints = complaints;
    this.version = version;
    const server = primary && this.#server(primary);
    if (server && server !== this.primary) this.#promote(server);
    this.replicas = replicas.map((endpoint) => this.#server(endpoint));
    const known = new Set([...this.replicas, ...(this.primary ? [this.primary] : [])]);
    for (const each of this.servers.values()) {
      each.up = each === this.primary ? server !== undefined : known.has(each);
      if (!each.up || each === this.primary) each.clean = -1;
      if (!known.has(each)) this.#forget(each);
    }
    if (!this.primary?.up) return;
    this.room.leave();
    for (const { callback } of this.#hopeful.splice(0)) callback(true);
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
    server.clean = -1;
    this.nudge();
  }

  serverOf(source: Source): Server | undefined {
    for (const server of [...this.servers.values(), ...this.#leaving]) if (server.owns(source)) return server;
    return undefined;
  }

  /** What time brings: silent servers, those who waited too long, replicas too stale. Every 100 ms or so. */
  tick(): void {
    const { commandTimeoutMs, maxStalenessMs, now } = this.#options;
    for (const server of [...this.servers.values(), ...this.#leaving]) server.endSilent(commandTimeoutMs);
    for (const server of this.#leaving) {
      if (server.outstanding > 0) continue;
      server.close(new Error('the server is no longer part of the deployment'));
      this.#leaving.delete(server);
    }
    this.room.expire();
    while (this.#hopeful.length > 0 && this.#hopeful[0]!.until <= now())
      this.#hopeful.shift()!.callback(false);
    if (maxStalenessMs === undefined) return;
    for (const replica of this.replicas) replica.fresh = now() - replica.freshAt <= maxStalenessMs;
  }

  close(): void {
    for (const server of [...this.servers.values(), ...this.#leaving])
      server.close(new Error('the ambassador is ending'));
  }

  #promote(server: Server): void {
    const before = this.primary;
    this.primary = server;
    if (before) this.failovers++;
    // What the old primary had acknowledged the replicas may have or not; offsets of the two do not compare.
    this.marks.markAll();
    for (const each of this.servers.values()) each.clean = -1;
    this.#options.report({ kind: 'primary', name: server.name, before: before?.name });
  }

  #server(endpoint: Endpoint): Server {
    const known = this.servers.get(nameOf(endpoint));
    if (known) return known;
    const { reach, now, report } = this.#options;
    const server = new Server({
      endpoint,
      reach,
      now,
      marks: this.marks,
      onTrouble: (troubled, why) => {
        report({ kind: 'trouble', name: troubled.name, why });
        this.distrust(troubled);
      },
    });
    this.servers.set(server.name, server);
    return server;
  }

  #forget(server: Server): void {
    this.servers.delete(server.name);
    this.#leaving.add(server);
  }
}
