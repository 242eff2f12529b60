// The reads of one client that go to replicas, shard by shard: which replica may answer, and how many are under way, as
// reads of one shard that are under way together share a connection, and a write waits for them. Hot. Only what one key
// answers, or MGET and EXISTS: what a replica does not find the primary is asked for (evidence.ts).
// Invariant: what a replica is asked it has applied, as --consistency says (consistency/dirty-marks.ts).
import type { Command } from '../commands/find.ts';
import { KeyFinder } from '../commands/keys.ts';
import { DirtyMarks } from '../consistency/dirty-marks.ts';
import { refusesRead } from '../reads.ts';
import type { Session } from '../session.ts';
import type { Server } from '../upstream/server.ts';
import type { Source } from '../upstream/source.ts';
import type { ClusterClient } from './client.ts';
import { readerOf } from './reader-identity.ts';
import { ReplicaRead } from './replica-read.ts';
import { replicaMayAnswer } from './rules.ts';
import type { Shard } from './shards.ts';

/** The replica of a shard with reads under way, and how many. */
type Run = { server: Server | undefined; source: Source | undefined; count: number };

const keys = new KeyFinder();

export class ReplicaReads {
  readonly #client: ClusterClient;
  readonly #session: Session;
  /** By number of shard. */
  readonly #runs: Run[] = [];
  /** The newest epoch in which this client wrote, by number of shard: for `session` consistency. */
  readonly #wroteIn: number[] = [];

  constructor(client: ClusterClient) {
    this.#client = client;
    this.#session = client.session;
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
    keys.find(command, session.framer);
    if (!replicaMayAnswer(command, keys.count === 1 && !keys.unknown, undefined)) return false;
    const server = this.#replica(shard, this.#needed(shard));
    if (!server) return refusesRead(session, shard.exchange, command);
    const run = this.#run(shard);
    const source =
      run.count > 0 ? run.source! : server.lane(readerOf(session.client.identity), session.lane.large);
    if (source.congested) session.waitForRoom(source);
    else {
      command.count++;
      this.#begin(run, server, source);
      server.commands++;
      const { data, start, end } = session.framer;
      session.sendTo(source, 0, new ReplicaRead(this.#client, { data, start, end }));
    }
    return true;
  }

  /** A replica's connection for a part of a reading command, and what to call when it was answered. */
  forPart(shard: Shard, hashes: readonly number[]): { source: Source; ended: () => void } | undefined {
    const { context, client, lane } = this.#session;
    if (context.policy.readFrom === 'primary' || client.consistency === 'strong') return undefined;
    let needed = client.consistency === 'session' ? this.#wroteOrChanged(shard) : 0;
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
    const run = this.#run(shard);
    if (run.count > 0) return run.server?.usable && run.server.clean >= needed ? run.server : undefined;
    const server = exchange.pickReader(needed);
    return server === exchange.primary ? undefined : server;
  }

  #wroteOrChanged({ number, changedIn }: Shard): number {
    return Math.max(this.#wroteIn[number] ?? 0, changedIn);
  }

  /** The epoch that a replica must have clean to answer the read whose one key was found. */
  #needed(shard: Shard): number {
    const { client, framer } = this.#session;
    if (client.consistency === 'eventual') return 0;
    if (client.consistency === 'session') return this.#wroteOrChanged(shard);
    const { data, args } = framer;
    const at = 2 * keys.keyAt[0]!;
    return shard.exchange.marks.epochOf(DirtyMarks.hash(data, args[at]!, args[at + 1]!));
  }

  #run({ number }: Shard): Run {
    return (this.#runs[number] ??= { server: undefined, source: undefined, count: 0 });
  }
}
