// The reads of one client that go to replicas: which replica may answer, over which connection, and how many are under way.
// Hot. In front of a cluster cluster/replica-reads.ts does the same, shard by shard.
// Invariants: reads that are under way together share one connection; what a replica is asked it has applied, as far as the
// client's consistency says (consistency/dirty-marks.ts).
import type { Command } from './commands/find.ts';
import { epochOfKeys } from './consistency/command-marks.ts';
import { errorReply } from './resp/reply.ts';
import type { Session } from './session.ts';
import type { Exchange } from './upstream/exchange.ts';
import type { Server } from './upstream/server.ts';
import type { ReplyOwner, Source } from './upstream/source.ts';

export class Reads {
  /** Reads under way at replicas: as long as there are some, no write is sent, lest they see their own future. */
  underWay = 0;
  /** The newest epoch in which this client wrote: for `session` consistency. */
  wroteIn = 0;
  /** Where they went; undefined when none are under way. */
  source: Source | undefined;
  readonly #session: Session;
  #replica: Server | undefined;
  /** They went over the replica's connection for scripts. */
  #scripts = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Sends the framer's command, which only reads, to who may answer it; holds it back or refuses it. */
  take(command: Command): void {
    const session = this.#session;
    const server = this.reader(command);
    if (server === undefined) return this.atPrimary(command);
    if (server === session.context.exchange.primary) return session.toPrimary(command, false);
    const script = command.group === 'script';
    if (this.underWay > 0 && script && !this.#scripts) return session.untilQuiet(true);
    const source = this.underWay > 0 ? this.source! : this.#lane(server, script);
    if (source.congested) return session.waitForRoom(source);
    this.#begin(server, source);
    command.count++;
    if (command.name === 'eval_ro') session.context.scripts.seen(session.client.identity, session.framer);
    session.sendTo(source, 0);
  }

  /** Who may answer this read: the replica that answers others of this client just now, or whose turn it is. */
  reader(command: Command): Server | undefined {
    const { exchange } = this.#session.context;
    if (exchange.replicas.length === 0 || exchange.monitors > 0) return undefined;
    if (this.underWay === 0) return exchange.pickReader(exchange.allClean ? 0 : this.needed(command));
    const server = this.#replica;
    if (server?.usable !== true) return undefined;
    return server.clean >= exchange.marks.latest || server.clean >= this.needed(command) ? server : undefined;
  }

  /** The epoch that a replica must have clean to answer this read. */
  needed(command: Command): number {
    const { client, context, framer } = this.#session;
    if (client.consistency === 'eventual') return 0;
    if (client.consistency === 'session') return this.wroteIn;
    return epochOfKeys(context.exchange.marks, command, framer);
  }

  /** A read that no replica is fit for. */
  atPrimary(command: Command): void {
    const session = this.#session;
    if (!refusesRead(session, session.context.exchange, command)) session.toPrimary(command, false);
  }

  /** A read in other words than the client's, to a replica; `owner` gets the reply and passes it on to the session. */
  send(server: Server, bytes: Buffer, owner: ReplyOwner): void {
    const session = this.#session;
    if (session.ended) return;
    const source = this.underWay > 0 ? this.source! : this.#lane(server, false);
    this.#begin(server, source);
    session.sendBytes(source, bytes, 0, bytes.length, 0, owner);
  }

  /** There are some under way there. */
  areAt(source: Source): boolean {
    return source === this.source;
  }

  /** Replies of `from` have come, or will never come from there. */
  answered(from: Source, completed: number): void {
    if (from !== this.source) return;
    this.underWay -= completed;
    // The replica may be the primary by the next command: what comes from there then is no read's reply.
    if (this.underWay === 0) this.source = undefined;
  }

  /** A read that was lost was sent again, to `to`. */
  movedTo(to: Source): void {
    if (to === this.source) this.underWay++;
  }

  #begin(server: Server, source: Source): void {
    server.commands++;
    if (this.underWay++ > 0) return;
    if (this.#session.order.outstanding === 0) this.#session.lane.rest();
    this.#replica = server;
    this.source = source;
  }

  #lane(server: Server, script: boolean): Source {
    const { client, lane } = this.#session;
    this.#scripts = script;
    return script ? server.scripts(client.identity) : server.lane(client.identity, lane.large);
  }
}

/** With --read-from replica a read that no replica is fit for is answered with an error: true. False: the primary's. */
export function refusesRead(session: Session, exchange: Exchange, command: Command): boolean {
  const { stats } = session.context;
  const { noReplica } = exchange;
  if (noReplica === undefined) {
    if (exchange.someReader) stats.dirtyReads++;
    return false;
  }
  command.count++;
  stats.noReplica++;
  session.answer(errorReply(noReplica));
  return true;
}
