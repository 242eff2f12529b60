// One client in front of a cluster: which shard each of its commands goes to, and what becomes of those that go to several
// or come back redirected. A session has one of these in cluster mode only. Hot for commands whose keys are in one slot.
// Invariant: while commands are under way and the map changes, the next one waits, so that two commands for one key never
// overtake each other by different ways.
import type { Command } from '../commands/find.ts';
import { markKeys } from '../consistency/command-marks.ts';
import { HELD } from '../held.ts';
import { infoOwner } from '../info.ts';
import { answerLocally } from '../local-commands.ts';
import { lostReply } from '../lost-commands.ts';
import type { RequestFramer } from '../resp/request-framer.ts';
import { errorReply, OK } from '../resp/reply.ts';
import { type Decision, route } from '../routing.ts';
import type { Session } from '../session.ts';
import type { Server } from '../upstream/server.ts';
import type { Lost, Request, Source } from '../upstream/source.ts';
import { Errand, type ErrandOptions } from './errand.ts';
import { Placeholder } from './placeholder.ts';
import { readRedirect, type Redirect } from './redirect.ts';
import { ReplicaReads } from './replica-reads.ts';
import { type Rule, ruleOf } from './rules.ts';
import { sendToAll, sendRandom, sendScan, sendSplit } from './several.ts';
import { CROSS_SLOT, NO_KEY, secondWord, slotOfCommand, slotOfRequest } from './slot-of-command.ts';
import type { Shard, Shards } from './shards.ts';
import { Transaction } from './transaction.ts';

export const CROSS_SLOT_ERROR = errorReply("CROSSSLOT Keys in request don't hash to the same slot");
const DB_ERROR = errorReply('ERR SELECT is not allowed in cluster mode');
const ELSEWHERE_ERROR = errorReply(
  'ERR the ambassador: after SUBSCRIBE and the like a client can use the keys and channels of one shard only',
);

export class ClusterClient {
  readonly session: Session;
  readonly shards: Shards;
  readonly reads: ReplicaReads;
  readonly #transaction: Transaction;
  /** Of the map when the commands under way were sent. */
  #version = 0;
  #lastWrite: Shard | undefined;
  /** The shard of the connection of its own. */
  #own: Shard | undefined;
  #waitsSince = 0;

  constructor(session: Session, shards: Shards) {
    this.session = session;
    this.shards = shards;
    this.reads = new ReplicaReads(this);
    this.#transaction = new Transaction(this);
  }

  take(command: Command, framer: RequestFramer, decision: Decision): void {
    const { session, shards } = this;
    if (session.order.outstanding === 0) this.#version = shards.version;
    else if (this.#version !== shards.version) return session.untilQuiet(true);
    if (shards.all.length === 0 && decision.action !== 'local') return this.#awaitShards();
    const rule = ruleOf(command, () => secondWord(framer));
    if (this.#transaction.takes(command, framer, rule)) return;
    if (decision.action === 'local') return this.#local(command, framer);
    if (rule === undefined || rule.kind === 'slot' || rule.kind === 'like-key')
      return this.#keyed(command, decision, slotOfCommand(command, framer, rule));
    return this.#ruled(command, framer, decision, rule);
  }

  /** Replies of `source` have come. */
  answered(source: Source, completed: number): void {
    this.reads.answered(source, completed);
  }

  /** @returns whether the command is on its way elsewhere, so that this error is not its reply */
  refused(source: Source, request: Request, epoch: number, data: Buffer, from: number, to: number): boolean {
    if (source === this.session.connection.source) return this.#ownRefused(source, request, data, from, to);
    const place = new Placeholder();
    const errand = this.#errand(request, epoch, place);
    if (errand.redirected(source, data, from, to)) {
      this.#comesFrom(source, place);
      return true;
    }
    if (!this.reads.areFrom(source)) return false;
    this.askPrimary(source, request);
    return true;
  }

  /** A replica has not found what it was asked for: the primary's reply takes the place of its. */
  askPrimary(source: Source, request: Request): void {
    const place = new Placeholder();
    this.session.context.stats.confirmedReads++;
    this.#comesFrom(source, place);
    this.#errand(request, 0, place).go();
  }

  /** The next reply of `source` will be put in `place`; nothing may overtake it. */
  #comesFrom(source: Source, place: Placeholder): void {
    this.answered(source, 1);
    this.session.order.redirect(source, place);
    this.session.hold(HELD.quiet);
  }

  lost(source: Source, what: Lost): void {
    const { session } = this;
    const mine = source === session.connection.source;
    const final = what.final === undefined ? undefined : errorReply(what.final);
    if (final || mine || (what.sent && what.epoch !== 0)) {
      this.answered(source, 1);
      return session.order.replace(source, final ?? lostReply(session.context.stats, what));
    }
    const place = new Placeholder();
    this.#comesFrom(source, place);
    this.shards.counts.retries++;
    this.#errand(what, what.epoch, place).go();
  }

  /** Sends the framer's command to this shard: to a replica, when it reads and one may answer. */
  toShard(command: Command, decision: Decision, shard: Shard): void {
    const { session } = this;
    if (decision.action === 'pin' || decision.action === 'relay')
      return this.#toOwn(command, decision.action, shard);
    if (decision.action === 'replica' && this.reads.send(command, shard)) return;
    const { exchange, fences } = shard;
    if (decision.marks && this.reads.underWay(shard)) return session.untilQuiet(true);
    const { start, end } = session.framer;
    if (!session.lane.carries(end - start, session.order.outstanding)) return session.untilQuiet(true);
    const source = exchange.primarySource(session.client.identity, session.lane.large);
    if (source.congested) return session.waitForRoom(source);
    command.count++;
    let epoch = command.group === 'read' || command.group === 'script' ? 0 : -1;
    if (decision.marks) {
      markKeys(exchange.marks, command, session.framer);
      epoch = exchange.marks.sent();
      this.reads.wrote(shard, epoch);
      this.#lastWrite = shard;
      if (exchange.replicas.length > 0) fences.wake();
    }
    session.sendTo(source, epoch, decision.action === 'info' ? infoOwner(session, session.framer) : session);
    if (source === exchange.room) session.untilQuiet(false);
    else exchange.primary!.commands++;
  }

  /** A place in the order for the reply of several errands; to be filled once. */
  expectReply(): (reply: Buffer) => void {
    const place = new Placeholder();
    this.session.order.expect(place, this.session.client.dropsReply());
    return (reply) => this.session.deliver(place, reply, 0, reply.length, 1);
  }

  errandOptions(request: Request): Omit<ErrandOptions, 'kind'> {
    const { client, lane, context } = this.session;
    const { now, limits } = context;
    const deadline = now() + limits.failoverTimeoutMs;
    const { data, start, end } = request;
    return {
      shards: this.shards,
      identity: client.identity,
      large: lane.large,
      now,
      deadline,
      data,
      start,
      end,
    };
  }

  /** Parts of a command of this client write there. */
  wrote(shard: Shard): void {
    this.reads.wrote(shard, shard.exchange.marks.open);
    this.#lastWrite = shard;
  }

  /** Something of this client is executed about now over its own connection. */
  wroteItself(): void {
    if (this.#own) this.reads.wrote(this.#own, this.#own.exchange.marks.open);
  }

  /** The shard that the client's own connection is to. */
  get own(): Shard | undefined {
    return this.session.own === 'none' ? undefined : this.#own;
  }

  /** Puts the session in front of a shard, for what it does by itself. */
  enter(shard: Shard): void {
    this.session.exchange = shard.exchange;
    this.session.fences = shard.fences;
    if (this.session.own === 'none') this.#own = shard;
  }

  #keyed(command: Command, decision: Decision, slot: number): void {
    const { session, shards } = this;
    if (slot === CROSS_SLOT) return session.answer(CROSS_SLOT_ERROR);
    const shard = slot === NO_KEY ? (this.own ?? shards.one()) : shards.ofSlot(slot);
    if (session.own === 'none' || shard === this.own) return this.toShard(command, decision, shard);
    if (session.own === 'relay') return session.answer(ELSEWHERE_ERROR);
    // A connection of its own to another shard: with a command that waits the next one waits, too; beside watched keys it
    // goes its way as if there were none.
    if (!session.connection.watching) return session.untilQuiet(true);
    const otherwise = route(
      command,
      { own: 'none', consistency: session.client.consistency },
      session.context.policy,
    );
    if (otherwise.action === 'pin' || otherwise.action === 'relay') return session.answer(CROSS_SLOT_ERROR);
    this.toShard(command, otherwise, shard);
  }

  #ruled(command: Command, framer: RequestFramer, decision: Decision, rule: Rule): void {
    const { session, shards } = this;
    switch (rule.kind) {
      case 'refuse':
        session.context.stats.refusedCommands++;
        return session.answer(errorReply(rule.why));
      case 'split':
        return sendSplit(this, command, framer, decision, rule);
      case 'all':
        return sendToAll(this, command, framer, rule.merge);
      case 'random':
        return sendRandom(this, command, framer);
      case 'scan':
        return sendScan(this, command, framer);
      case 'last':
        return this.#keyed(command, decision, NO_KEY);
      default:
        return this.toShard(command, decision, this.own ?? shards.one());
    }
  }

  #local(command: Command, framer: RequestFramer): void {
    const { session } = this;
    this.enter(this.shards.one());
    if (command.name !== 'select' || framer.argc !== 2) return answerLocally(session, command, framer);
    command.count++;
    const word = secondWord(framer);
    if (!/^\d{1,9}$/.test(word)) return answerLocally(session, command, framer);
    session.answer(Number(word) === 0 ? OK : DB_ERROR);
  }

  #toOwn(command: Command, action: 'pin' | 'relay', shard: Shard): void {
    const last = command.name === 'wait' || command.name === 'waitaof' ? this.#lastWrite : undefined;
    if (this.session.own === 'none') this.enter(last ?? shard);
    this.session.connection.take(command, this.session.framer, action);
  }

  /** A command that was sent and comes back, followed from now on by an errand, whose reply takes its place. */
  #errand(request: Request, epoch: number, place: Placeholder): Errand {
    const kind = epoch === 0 ? 'read' : epoch > 0 ? 'write' : 'other';
    const slot = slotOfRequest(request);
    const options = { ...this.errandOptions(request), kind, ...(slot >= 0 && { slot }) } as const;
    return new Errand(options, (reply) => this.session.deliver(place, reply, 0, reply.length, 1));
  }

  /** What a node says of where to go; the shards take note of it. */
  readRedirect(at: Server | undefined, data: Buffer, from: number, to: number): Redirect | undefined {
    const redirect = readRedirect(data, from, to, at?.endpoint.host ?? '127.0.0.1');
    if (redirect?.kind === 'moved') this.shards.moved(redirect.slot, redirect.to);
    else if (redirect) this.shards.nudge();
    return redirect;
  }

  /** A command on a connection of its own that its slot has left: it follows, unless a transaction or watched keys are there. */
  #ownRefused(source: Source, request: Request, data: Buffer, from: number, to: number): boolean {
    const { session, shards } = this;
    const { connection, context } = session;
    const redirect = this.readRedirect(this.#own?.exchange.serverOf(source), data, from, to);
    const was = this.#transaction.refused(source, request, redirect);
    if (was !== 'foreign') return was === 'taken';
    if (!redirect || connection.stateful) return false;
    const place = new Placeholder();
    session.order.redirect(source, place);
    session.hold(HELD.quiet);
    const deadline = context.now() + context.limits.failoverTimeoutMs;
    const slot = slotOfRequest(request);
    const attempt = (): void => {
      const shard = slot < 0 ? shards.one() : shards.ofSlot(slot);
      if (context.now() >= deadline) session.deliver(place, data, from, to, 1);
      else if (!shard.exchange.primary?.up) shards.later(attempt);
      else connection.follow(request, place, () => this.enter(shard));
    };
    if (redirect.kind === 'moved') attempt();
    else shards.later(attempt);
    return true;
  }

  /** Before the first look at the cluster is over. */
  #awaitShards(): void {
    const { session, shards } = this;
    const { now, limits } = session.context;
    this.#waitsSince ||= now();
    if (now() - this.#waitsSince > limits.failoverTimeoutMs) {
      this.#waitsSince = 0;
      return session.answer(
        errorReply(
          `TRYAGAIN the ambassador found no node of the cluster in time: ${shards.complaints.join('; ')}`,
        ),
      );
    }
    session.untilQuiet(true);
    session.hold(HELD.answer);
    shards.later(() => session.release(HELD.answer));
  }
}
