// The reads of one client that go to replicas, shard by shard: which replica may answer, and how many are under way, as
// reads of one shard that are under way together share a connection, and a write waits for them. Hot.
// Invariant: what a replica is asked it has applied, as --consistency says (consistency/dirty-marks.ts).
import type { Command } from '../commands/find.ts';
import { epochOfKeys } from '../consistency/command-marks.ts';
import { refusesRead } from '../reads.ts';
import type { Session } from '../session.ts';
import type { Server } from '../upstream/server.ts';
import type { Source } from '../upstream/source.ts';
import { readerOf } from './reader-identity.ts';
import type { Shard, Shards } from './shards.ts';

/** The replica of a shard with reads under way, and how many. */
type Run = { server: Server | undefined; source: Source | undefined; count: number };

export class ReplicaReads {
  readonly #session: Session;
  readonly #shards: Shards;
  /** By number of shard. */
  readonly #runs: Run[] = [];
  /** The newest epoch in which this client wrote, by number of shard: for `session` consistency. */
  readonly #wroteIn: number[] = [];

  constructor(session: Session, shards: Shards) {
    this.#session = session;
    this.#shards = shards;
  }

  wrote({ number }: Shard, epoch: number): void {
    this.#wroteIn[number] = epoch;
  }

  /** Whether a write to the shard may not be sent yet, lest a read that is under way sees its own future. */
  underWay(shard?: Shard): boolean {
    if (shard) return this.#run(shard).count > 0;
    return this.#runs.some((run) => run !== undefined && run.count > 0);
  }

  /** Whether reads of this client are under way there. */
  areFrom(source: Source): boolean {
    return this.#runs.some((run) => run?.source === source && run.count > 0);
  }

  answered(source: Source, completed: number): void {
    for (const run of this.#runs) if (run?.source === source) run.count -= Math.min(run.count, completed);
  }

  /** Sends the framer's command to a replica, or holds or refuses it; false when it is for the primary. */
  send(command: Command, shard: Shard): boolean {
    const session = this.#session;
    const server = this.#replica(shard, this.#needed(command, shard));
    if (!server) return refusesRead(session, shard.exchange, command);
    const run = this.#run(shard);
    const source =
      run.count > 0 ? run.source! : server.lane(readerOf(session.client.identity), session.lane.large);
    if (source.congested) session.waitForRoom(source);
    else {
      command.count++;
      this.#begin(run, server, source);
      server.commands++;
      session.sendTo(source, 0);
    }
    return true;
  }

  /** A replica's connection for a part of a reading command, and what to call when it was answered. */
  forPart(shard: Shard, hashes: readonly number[]): { source: Source; ended: () => void } | undefined {
    const { context, client, lane } = this.#session;
    if (context.policy.readFrom === 'primary' || client.consistency === 'strong') return undefined;
    let needed = client.consistency === 'session' ? this.#wroteOrGained(shard) : 0;
    if (client.consistency === 'key')
      for (const hash of hashes) needed = Math.max(needed, shard.exchange.marks.epochOf(hash));
    const server = this.#replica(shard, needed);
    if (!server) return undefined;
    const run = this.#run(shard);
    const source = run.count > 0 ? run.source! : server.lane(readerOf(client.identity), lane.large);
    this.#begin(run, server, source);
    return { source, ended: () => run.count-- };
  }

  #begin(run: Run, server: Server, source: Source): void {
    run.source = source;
    run.server = server;
    run.count++;
  }

  #replica(shard: Shard, needed: number): Server | undefined {
    const { exchange } = shard;
    if (exchange.replicas.length === 0) return undefined;
    // A replica of Redis 7 does not know that a slot is leaving: it would say that a key it lost does not exist.
    if (!this.#shards.steady && exchange.primary?.up) return undefined;
    const run = this.#run(shard);
    if (run.count > 0) return run.server?.usable && run.server.clean >= needed ? run.server : undefined;
    const server = exchange.pickReader(needed);
    return server === exchange.primary ? undefined : server;
  }

  #wroteOrGained({ number, gainedIn }: Shard): number {
    return Math.max(this.#wroteIn[number] ?? 0, gainedIn);
  }

  /** The epoch that a replica must have clean to answer this read. */
  #needed(command: Command, shard: Shard): number {
    const { client, framer } = this.#session;
    const { marks } = shard.exchange;
    if (client.consistency === 'eventual') return 0;
    if (client.consistency === 'session') return this.#wroteOrGained(shard);
    return epochOfKeys(marks, command, framer);
  }

  #run({ number }: Shard): Run {
    return (this.#runs[number] ??= { server: undefined, source: undefined, count: 0 });
  }
}
