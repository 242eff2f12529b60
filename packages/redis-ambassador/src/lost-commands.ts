// What becomes of commands that a server refused for its own sake (READONLY, LOADING), or that were under way when it was
// lost: sent again where that is safe, or the client is told that they are in doubt. Not hot. In front of a cluster
// cluster/errand.ts does it. Invariants: a write that may have been executed is never sent again; nor is a read that might
// then see what its client wrote after it.
import { findCommand } from './commands/find.ts';
import { markKeys } from './consistency/command-marks.ts';
import { HELD } from './held.ts';
import { errorReply } from './resp/reply.ts';
import { COMMAND, RequestFramer } from './resp/request-framer.ts';
import type { Session } from './session.ts';
import type { SessionStats } from './session-context.ts';
import type { Lost, Request, Source } from './upstream/source.ts';
import { isUnfit } from './upstream/unfit.ts';

/** Errors of a replica about scripts that the primary may know, and may be free for. */
const REPLICA_SCRIPT = /^(NOSCRIPT |BUSY )/;

export class LostCommands {
  readonly #session: Session;
  /** Until when commands are sent again, of context.now; 0: all went well since the client last waited for nothing. */
  #until = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Nothing is outstanding: the next trouble is another one. */
  forget(): void {
    this.#until = 0;
  }

  /** An error that tells of the server, not of the command, which was not executed: try it elsewhere. */
  refused(source: Source, request: Request, epoch: number, data: Buffer, from: number, to: number): boolean {
    const { connection, context, reads } = this.#session;
    const { exchange } = context;
    const text = data.toString('latin1', from + 1, Math.min(to, from + 40));
    if (source === connection.source) return false;
    if (isUnfit(text)) exchange.distrust(exchange.serverOf(source));
    else if (source !== reads.source || !REPLICA_SCRIPT.test(text)) return false;
    this.#session.lost(source, { ...request, epoch, sent: false, why: text });
    return true;
  }

  lost(source: Source, what: Lost): void {
    const { connection, context, order, reads } = this.#session;
    reads.answered(source, 1);
    const now = context.now();
    this.#until ||= now + context.limits.failoverTimeoutMs;
    const safe = !what.sent || (what.epoch === 0 && what.overtaken !== true);
    const mine = source === connection.source;
    if (what.final !== undefined) order.replace(source, errorReply(what.final));
    else if (!safe || mine || now > this.#until) order.replace(source, lostReply(context.stats, what));
    else this.#again(source, what);
  }

  #again(source: Source, what: Lost): void {
    const session = this.#session;
    const { exchange } = session.context;
    exchange.counts.retries++;
    const epoch = what.epoch > 0 ? exchange.marks.sent() : what.epoch;
    if (epoch > 0) {
      this.#markAgain(what);
      session.reads.wroteIn = epoch;
    }
    const elsewhere = this.#elsewhere(epoch);
    session.reads.movedTo(elsewhere);
    session.order.redirect(source, elsewhere);
    const server = exchange.serverOf(elsewhere);
    if (server) server.commands++;
    elsewhere.send(session, what.data, what.start, what.end, epoch);
    session.hold(HELD.quiet);
  }

  /** What is sent anew is written later than was marked: without marks of now a replica would count as clean too soon. */
  #markAgain({ data, start, end }: Request): void {
    const { context, fences } = this.#session;
    const { exchange, limits } = context;
    const framer = new RequestFramer({ maxBulkBytes: limits.maxBulkBytes });
    framer.feed(data, start, end);
    if (framer.next() === COMMAND) markKeys(exchange.marks, findCommand(framer), framer);
    else exchange.marks.markAll();
    if (exchange.replicas.length > 0) fences.wake();
  }

  /** Where a lost command goes: the primary; while there is none, one that only reads to a replica that has all. */
  #elsewhere(epoch: number): Source {
    const { client, context, lane } = this.#session;
    const { exchange } = context;
    // Behind a read there may be a write of its own, which must not be replicated before it is answered.
    if (epoch === 0 && !lane.writing && exchange.primary?.up !== true) {
      const reader = exchange.pickReader(client.consistency === 'eventual' ? 0 : exchange.marks.latest);
      if (reader && reader !== exchange.primary) return reader.lane(client.identity, lane.large);
    }
    return lane.again(exchange, client.identity);
  }
}

/** For a command of which nobody knows what became of it, or that is given up. */
export function lostReply(stats: SessionStats, { why, sent }: Pick<Lost, 'why' | 'sent'>): Buffer {
  stats.lostReplies++;
  const doubt = sent ? 'it may or may not have been executed' : 'it was not executed';
  return errorReply(`ERR the ambassador lost the server while this command was under way, ${doubt}: ${why}`);
}
