// One client: its commands in, to where they belong, its replies out in order. Hot. More than 300 lines, as it is one state
// machine: framed -> routed -> sent -> answered, with few reasons to hold the next command back (held.ts). Its parts have
// one duty each: reads at replicas (reads.ts), the choice among shared connections (lane-choice.ts), a connection of its
// own (own-connection.ts), the order of replies (reply-order.ts), output and goodbye (client-output.ts), commands that were
// lost (lost-commands.ts).
// Invariants: replies leave in the order of the commands; a change of state (database, login, a connection of its own)
// happens only with nothing outstanding; commands for one server that are under way together share one connection; a write
// is not sent while a read of the same client is under way to a replica, lest the read sees its own future.
import type { Socket } from 'node:net';
import { ClientOutput } from './client-output.ts';
import { ClientState } from './client-state.ts';
import { ClusterClient } from './cluster/client.ts';
import { type Command, findCommand } from './commands/find.ts';
import { markKeys } from './consistency/command-marks.ts';
import type { Fences } from './consistency/fences.ts';
import { HELD } from './held.ts';
import { infoOwner } from './info.ts';
import { LaneChoice } from './lane-choice.ts';
import { answerLocally } from './local-commands.ts';
import { LostCommands } from './lost-commands.ts';
import { OwnConnection } from './own-connection.ts';
import { rewriteRead, tellAll } from './read-only-forms.ts';
import { Reads } from './reads.ts';
import { ReplyOrder } from './reply-order.ts';
import { errorReply } from './resp/reply.ts';
import { COMMAND, MORE, RequestFramer } from './resp/request-framer.ts';
import { type Consistency, type Policy, route, type SessionState } from './routing.ts';
import { scan } from './scan.ts';
import type { SessionContext } from './session-context.ts';
import type { Exchange } from './upstream/exchange.ts';
import type { Lost, ReplyOwner, Request, Source } from './upstream/source.ts';

/** All that a client may say before it has logged in, where it must. */
const LOGIN = /^(auth|hello|quit|reset)$/;
const NOAUTH = errorReply('NOAUTH Authentication required.');

export class Session implements ReplyOwner, SessionState {
  readonly id: number;
  readonly client: ClientState;
  readonly order: ReplyOrder;
  readonly output: ClientOutput;
  readonly reads: Reads;
  readonly lane: LaneChoice;
  readonly connection: OwnConnection;
  readonly context: SessionContext;
  /** Where its commands go; in front of a cluster, the shard that the present one is for. */
  exchange: Exchange;
  fences: Fences;
  /** When it came; of context.now. */
  readonly since: number;
  /** Its last command. */
  last: Command | undefined;
  /** It is gone. */
  ended = false;
  readonly #lostCommands: LostCommands;
  readonly #cluster: ClusterClient | undefined;
  readonly #socket: Socket;
  readonly #framer: RequestFramer;
  #held = 0;
  /** The framer's command is to be looked at again: it was held back itself. */
  #again = false;
  /** What it was before it got the name that the servers have for it. */
  #renamed: Command | undefined;
  #paused = false;
  /** The client has closed its side, and waits for its replies. */
  #half = false;
  /** The beat of the clock (SessionContext) at which it last said something. */
  #heardAt: number;

  constructor(id: number, socket: Socket, context: SessionContext) {
    this.id = id;
    this.context = context;
    this.#socket = socket;
    this.#heardAt = context.clock.beat;
    this.#framer = new RequestFramer({ maxBulkBytes: context.limits.maxBulkBytes });
    this.since = context.now();
    this.client = new ClientState(context);
    this.exchange = context.exchange;
    this.fences = context.fences;
    this.connection = new OwnConnection(this);
    this.order = new ReplyOrder((bytes) => this.output.write(bytes));
    this.output = new ClientOutput(this, socket);
    this.reads = new Reads(this);
    this.lane = new LaneChoice(context.stats);
    this.#lostCommands = new LostCommands(this);
    this.#cluster = context.shards && new ClusterClient(this, context.shards);
    socket.on('data', (chunk: Buffer) => this.receive(chunk, 0, chunk.length));
    socket.on('drain', () => this.#drained());
    socket.once('end', () => this.#halfClosed());
    socket.once('error', () => this.destroy());
    socket.once('close', () => this.destroy());
  }

  get consistency(): Consistency {
    return this.client.consistency;
  }

  get own(): SessionState['own'] {
    return this.connection.kind;
  }

  /** The command at hand, until the next is taken. */
  get framer(): RequestFramer {
    return this.#framer;
  }

  get remote(): string {
    return `${this.#socket.remoteAddress ?? 'unix'}:${this.#socket.remotePort ?? 0}`;
  }

  get local(): string {
    return `${this.#socket.localAddress ?? 'unix'}:${this.#socket.localPort ?? 0}`;
  }

  /** Everything held for this client: replies it did not read, commands that are not complete. */
  get heldBytes(): number {
    return this.output.bufferedBytes + this.#framer.heldBytes;
  }

  /** When it last said something, in beats of the clock. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Beats of the clock since it said something; 0 while it waits for us, or for what others publish. */
  get idleBeats(): number {
    if (this.output.lingering || this.order.outstanding > 0 || this.connection.kind !== 'none') return 0;
    return this.context.clock.beat - this.#heardAt;
  }

  /** Finishes what is under way and closes; for the drain. */
  close(): void {
    this.hold(HELD.closing);
    this.#closeWhenDone();
  }

  destroy(): void {
    if (this.ended) return;
    this.ended = true;
    this.#socket.destroy();
    this.output.unstall();
    this.connection.abandon();
    this.context.gone(this);
  }

  hold(reason: number): void {
    this.#held |= reason;
  }

  release(reason: number): void {
    if ((this.#held & reason) === 0) return;
    this.#held &= ~reason;
    if (this.#held === 0) this.#pump();
  }

  /** Holds the present command, or the ones after it, until every reply has come. */
  untilQuiet(again: boolean): void {
    this.#again = again;
    if (this.order.outstanding > 0) this.hold(HELD.quiet);
  }

  /** Bytes of the client, data[from, to), which nobody writes to again. */
  receive(data: Buffer, from: number, to: number): void {
    if ((this.#held & HELD.closing) !== 0) return;
    this.#heardAt = this.context.clock.beat;
    this.#framer.feed(data, from, to);
    if (this.#held === 0) return this.#pump();
    this.#paused = true;
    this.#socket.pause();
  }

  /** Takes commands until there are no more or something holds them back. */
  #pump(): void {
    const framer = this.#framer;
    while (this.#held === 0 && !this.ended) {
      if (!this.#again) {
        const step = framer.next();
        if (step === MORE) break;
        if (step !== COMMAND) return this.#refuseProtocol();
        this.#renamed = undefined;
      }
      this.#again = false;
      this.#command();
    }
    if (this.ended) return;
    if (!this.#again) this.#framer.rest();
    if (this.#held === 0 && this.#paused) {
      this.#paused = false;
      this.#socket.resume();
    }
    if (this.#half) this.#closeWhenDone();
  }

  #command(): void {
    const framer = this.#framer;
    const command = this.#renamed ?? findCommand(framer);
    if (!this.client.admitted && !LOGIN.test(command.name)) return this.answer(NOAUTH);
    const { policy } = this.context;
    this.last = command;
    const decision = route(command, this, policy);
    if (policy.renamed.size > 0 && decision.action !== 'refuse') this.#rename(command, policy.renamed);
    if (this.#cluster !== undefined && decision.action !== 'refuse')
      return this.#cluster.take(command, framer, decision);
    if (this.exchange.pause.holds(command, decision)) return this.connection.take(command, framer, 'pin');
    switch (decision.action) {
      case 'replica':
        return this.reads.take(command);
      case 'primary':
        if (decision.marks && policy.rewriteReads && rewriteRead(this, command, framer)) return;
        return this.toPrimary(command, decision.marks);
      case 'info':
        return this.toPrimary(command, false, infoOwner(this, framer));
      case 'everywhere':
        return tellAll(this, command, framer);
      case 'cursor':
        return scan(this, command, framer);
      case 'local':
        command.count++;
        return answerLocally(this, command, framer);
      case 'refuse':
        this.context.stats.refusedCommands++;
        this.connection.spoil();
        return this.answer(errorReply(decision.why));
      default:
        return this.connection.take(command, framer, decision.action);
    }
  }

  /** Gives the framer's command the name that the servers have for it. */
  #rename(command: Command, names: Policy['renamed']): void {
    const name = names.get(command.name.split('|', 1)[0] ?? '');
    if (name === undefined || this.#renamed !== undefined) return;
    this.#renamed = command;
    this.#framer.rename(Buffer.from(name));
  }

  /** @param owner who gets the reply and passes it on to us */
  toPrimary(command: Command, writes: boolean, owner: ReplyOwner = this): void {
    const { exchange } = this.context;
    const { start, end } = this.#framer;
    if (writes && this.reads.underWay > 0) return this.untilQuiet(true);
    const { outstanding } = this.order;
    const script = command.group === 'script';
    const source = this.lane.toPrimary(exchange, this.client.identity, script, end - start, outstanding);
    if (source === undefined) return this.untilQuiet(true);
    if (source.congested) return this.waitForRoom(source);
    // The primary is another one now, or a replica that answers reads of ours has become it.
    if (this.lane.changesTo(source, outstanding) || this.reads.areAt(source)) return this.untilQuiet(true);
    this.lane.take(source, writes);
    command.count++;
    if (command.group === 'admin') this.client.consistency = 'strong';
    let epoch = command.group === 'read' || script ? 0 : -1;
    if (writes) {
      markKeys(exchange.marks, command, this.#framer);
      epoch = exchange.marks.sent();
      this.reads.wroteIn = epoch;
      if (exchange.replicas.length > 0) this.context.fences.wake();
    }
    this.sendTo(source, epoch, owner);
    if (source === exchange.room) this.untilQuiet(false);
    else exchange.primary!.commands++;
  }

  /** Something of this client is executed about now over a connection of its own. */
  wrote(): void {
    this.reads.wroteIn = this.exchange.marks.open;
    this.#cluster?.wroteItself();
  }

  /** Sends the framer's command; `owner` gets the reply and passes it on to us. */
  sendTo(source: Source, epoch: number, owner: ReplyOwner = this): void {
    const { data, start, end } = this.#framer;
    this.sendBytes(source, data, start, end, epoch, owner);
  }

  /** Sends a command, which may be in other words than the client's. */
  sendBytes(
    source: Source,
    data: Buffer,
    start: number,
    end: number,
    epoch: number,
    owner: ReplyOwner,
  ): void {
    this.order.expect(source, this.client.dropsReply());
    source.send(owner, data, start, end, epoch);
    this.pace();
  }

  /** Holds the commands to come when enough are under way, or enough bytes of replies to them expected. */
  pace(): void {
    const { pipeline, clientBufferBytes } = this.context.limits;
    const { outstanding } = this.order;
    if (outstanding >= pipeline || outstanding * this.lane.meanReplyBytes > clientBufferBytes)
      this.hold(HELD.turn);
  }

  /** Holds the present command until the server has taken more of what others sent. */
  waitForRoom(source: Source): void {
    this.#again = true;
    this.hold(HELD.congested);
    source.whenFree(() => this.release(HELD.congested));
  }

  /** A reply of our own, in its turn. */
  answer(bytes: Buffer): void {
    if (!this.client.dropsReply()) this.order.answer(bytes);
  }

  room(source: Source): number {
    return this.order.room(source);
  }

  deliver(source: Source, data: Buffer, from: number, to: number, completed: number): void {
    const { order } = this;
    this.reads.answered(source, completed);
    if (this.#cluster !== undefined) this.#cluster.answered(source, completed);
    if (this.connection.kind !== 'none') this.connection.answered(source);
    order.arrive(source, data, from, to, completed);
    if (completed === 0 && (this.#held & HELD.output) !== 0) this.#stall(source);
    this.lane.learn(to - from, completed, order.outstanding);
    if (this.#held !== 0 || this.connection.kind !== 'none' || this.#half) this.#afterReplies();
  }

  #stall(source: Source): void {
    const { reads, order } = this;
    this.output.stall(source, source === reads.source ? reads.underWay : order.outstanding - reads.underWay);
  }

  #afterReplies(): void {
    this.connection.settle();
    const { pipeline, clientBufferBytes } = this.context.limits;
    const { outstanding } = this.order;
    if (outstanding === 0) {
      this.#lostCommands.forget();
      this.release(HELD.quiet | HELD.turn);
    } else if (outstanding < pipeline / 2 && outstanding * this.lane.meanReplyBytes < clientBufferBytes / 2)
      this.release(HELD.turn);
    if ((this.#held & HELD.closing) !== 0 || this.#half) this.#closeWhenDone();
  }

  refused(source: Source, request: Request, epoch: number, data: Buffer, from: number, to: number): boolean {
    const elsewhere = this.#cluster ?? this.#lostCommands;
    return elsewhere.refused(source, request, epoch, data, from, to);
  }

  lost(source: Source, what: Lost): void {
    if (this.ended) return;
    (this.#cluster ?? this.#lostCommands).lost(source, what);
    this.#afterReplies();
  }

  torn(): void {
    this.context.stats.tornReplies++;
    this.destroy();
  }

  #drained(): void {
    this.output.unstall();
    this.connection.drained();
    this.release(HELD.output);
  }

  #refuseProtocol(): void {
    this.context.stats.protocolErrors++;
    this.order.answer(errorReply(`ERR ${this.#framer.error}`));
    this.close();
  }

  #halfClosed(): void {
    this.#half = true;
    if (this.output.lingering && this.#socket.writableFinished) return this.destroy();
    if (this.connection.blocked) return this.destroy(); // nobody is left to wait for
    if (this.#held === 0 || this.connection.kind === 'relay') this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.ended || (this.order.outstanding > 0 && this.connection.kind !== 'relay')) return;
    if (this.#half && (this.#held & ~HELD.closing) !== 0 && this.connection.kind !== 'relay') return;
    if (this.connection.kind === 'relay') this.connection.abandon(); // its end is seen where others refer to it
    this.output.goodbye(this.#half);
  }
}
