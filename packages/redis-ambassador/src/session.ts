// One client: its commands in, to where they belong, its replies out in order. Hot. 300 lines and more, as it is one state
// machine: framed -> routed -> sent -> answered, with few reasons to hold the next command back (`#held`).
// Invariants: replies leave in the order of the commands; a change of state (database, login, a connection of its own)
// happens only with nothing outstanding; commands for one server that are under way together share one connection; a write
// is not sent while a read of the same client is under way to a replica, lest the read sees its own future.
import type { Socket } from 'node:net';
import { type Command, findCommand } from './commands/find.ts';
import { KeyFinder } from './commands/keys.ts';
import { DirtyMarks } from './consistency/dirty-marks.ts';
import { ClientState } from './client-state.ts';
import { ClusterClient } from './cluster/client.ts';
import type { Fences } from './consistency/fences.ts';
import { rewriteRead, tellAll } from './read-only-forms.ts';
import { scan } from './scan.ts';
import type { SessionContext } from './session-context.ts';
import { OwnConnection } from './own-connection.ts';
import { info } from './info.ts';
import { HELD } from './held.ts';
import { ReplyOrder } from './reply-order.ts';
import { errorReply } from './resp/reply.ts';
import { COMMAND, MORE, RequestFramer } from './resp/request-framer.ts';
import { type Consistency, type Policy, route, type SessionState } from './routing.ts';
import { answerLocally } from './local-commands.ts';
import { Connection } from './upstream/connection.ts';
import type { Exchange } from './upstream/exchange.ts';
import type { Server } from './upstream/server.ts';
import type { Lost, ReplyOwner, Request, Source } from './upstream/source.ts';

/** Values from this size on ride on the lane for large ones. */
const LARGE_BYTES = 64 * 1024;
/** So many small replies in a row, and a client is a small one again. */
const SMALL_RUN = 64;
/** A client that we have said goodbye to may take so long to close. */
const LINGER_MS = 1000;

/** All that a client may say before it has logged in, where it must. */
const LOGIN = /^(auth|hello|quit|reset)$/;
const NOAUTH = errorReply('NOAUTH Authentication required.');

const keys = new KeyFinder();

export class Session implements ReplyOwner, SessionState {
  readonly id: number;
  readonly client: ClientState;
  readonly order: ReplyOrder;
  /** When it came; of context.now. */
  readonly since: number;
  /** Its last command. */
  last: Command | undefined;
  readonly connection: OwnConnection;
  readonly context: SessionContext;
  /** Where its commands go; in front of a cluster, the shard that the present one is for. */
  exchange: Exchange;
  fences: Fences;
  readonly #cluster: ClusterClient | undefined;
  readonly #socket: Socket;
  readonly #framer: RequestFramer;
  #held = 0;
  /** The framer's command is to be looked at again: it was held back itself. */
  #again = false;
  /** What it was before it got the name that the servers have for it. */
  #renamed: Command | undefined;
  #paused = false;
  #ended = false;
  /** We have said goodbye; what still comes is forgotten. */
  #lingering = false;
  /** Held back on behalf of this client, which does not read its one large reply. */
  #stalled: Connection | undefined;
  /** The beat of the clock (SessionContext) at which it last said something. */
  #heardAt: number;
  #half = false;
  /** The replica with reads of ours under way, how many, and where they went. */
  #replica: Server | undefined;
  #replicaSource: Source | undefined;
  /** They went over its connection for scripts. */
  #replicaScripts = false;
  #onReplica = 0;
  /** Where its commands under way for the primary went: while there are any, no other goes elsewhere. */
  #primarySource: Source | undefined;
  /** There may be a write among them. */
  #writing = false;
  /** The newest epoch in which this client wrote: for `session` consistency. */
  #wroteIn = 0;
  #large = false;
  /** Its commands go over this connection for scripts, until nothing is outstanding. */
  #scripts: Source | undefined;
  #smallRun = 0;
  /** Bytes of the reply now coming, and the mean of those before. */
  #replyBytes = 0;
  #meanReplyBytes = 64;
  #troubleUntil = 0;

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
    this.order = new ReplyOrder((bytes) => this.write(bytes));
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

  /** It has, or had of late, large values under way, which ride on a lane of their own. */
  get large(): boolean {
    return this.#large;
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

  get bufferedBytes(): number {
    return this.#socket.writableLength + this.order.parkedBytes;
  }

  /** Everything held for this client: replies it did not read, commands that are not complete. */
  get heldBytes(): number {
    return this.bufferedBytes + this.#framer.heldBytes;
  }

  /** When it last said something, in beats of the clock. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Beats of the clock since it said something; 0 while it waits for us, or for what others publish. */
  get idleBeats(): number {
    if (this.#lingering || this.order.outstanding > 0 || this.connection.kind !== 'none') return 0;
    return this.context.clock.beat - this.#heardAt;
  }

  /** Finishes what is under way and closes; for the drain. */
  close(): void {
    this.hold(HELD.closing);
    this.#closeWhenDone();
  }

  destroy(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.destroy();
    this.#stalled?.unstall();
    this.connection.abandon();
    this.context.gone(this);
  }

  write(bytes: Buffer): void {
    if (this.#ended || this.#lingering) return;
    if (this.#socket.write(bytes)) return;
    if (this.bufferedBytes > this.context.limits.clientBufferBytes) this.hold(HELD.output);
    if (this.bufferedBytes > this.context.limits.clientOutputMaxBytes) {
      this.context.stats.slowClients++;
      this.destroy();
    }
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
    while (this.#held === 0 && !this.#ended) {
      if (!this.#again) {
        const step = framer.next();
        if (step === MORE) break;
        if (step !== COMMAND) return this.#refuseProtocol();
        this.#renamed = undefined;
      }
      this.#again = false;
      this.#command();
    }
    if (this.#ended) return;
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
    switch (decision.action) {
      case 'replica':
        return this.#read(command);
      case 'primary':
        if (this.#heldByPause(command, decision.marks)) return this.connection.take(command, framer, 'pin');
        if (decision.marks && this.context.policy.rewriteReads && rewriteRead(this, command, framer)) return;
        return this.toPrimary(command, decision.marks);
      case 'info':
        return info(this, command, framer);
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

  /** While CLIENT PAUSE holds writes back, they wait on connections of their own. */
  #heldByPause({ name }: Command, marks: boolean): boolean {
    const { exchange, now } = this.context;
    if (name === 'client|pause') {
      const { data, args, argc } = this.#framer;
      const ms = argc > 2 ? Number(data.toString('latin1', args[4], args[5])) : 0;
      if (ms > 0) exchange.pausedUntil = now() + ms;
    } else if (name === 'client|unpause') exchange.pausedUntil = 0;
    return exchange.pausedUntil > 0 && (marks || name === 'publish') && now() < exchange.pausedUntil;
  }

  #read(command: Command): void {
    const server = this.reader(command);
    if (server === undefined) return this.readAtPrimary(command);
    if (server === this.context.exchange.primary) return this.toPrimary(command, false);
    const script = command.group === 'script';
    if (this.#onReplica > 0 && script && !this.#replicaScripts) return this.untilQuiet(true);
    const source = this.#onReplica > 0 ? this.#replicaSource! : this.#replicaLane(server, script);
    if (source.congested) return this.waitForRoom(source);
    if (this.#onReplica++ === 0) {
      this.#replica = server;
      this.#replicaSource = source;
      if (this.order.outstanding === 0) this.#rested();
    }
    server.commands++;
    command.count++;
    if (command.name === 'eval_ro') this.context.scripts.seen(this.client.identity, this.#framer);
    this.sendTo(source, 0);
  }

  #replicaLane(server: Server, script: boolean): Source {
    this.#replicaScripts = script;
    const { identity } = this.client;
    return script ? server.scripts(identity) : server.lane(identity, this.#large);
  }

  /** Who may answer this read: the replica that answers others of this client just now, or whose turn it is. */
  reader(command: Command): Server | undefined {
    const { exchange } = this.context;
    if (exchange.replicas.length === 0 || exchange.monitors > 0) return undefined;
    if (this.#onReplica === 0) return exchange.pickReader(exchange.allClean ? 0 : this.needed(command));
    const server = this.#replica;
    if (server?.usable !== true) return undefined;
    return server.clean >= exchange.marks.latest || server.clean >= this.needed(command) ? server : undefined;
  }

  /** A read that no replica is fit for. */
  readAtPrimary(command: Command): void {
    const { exchange, stats } = this.context;
    const { noReplica } = exchange;
    if (noReplica !== undefined) {
      command.count++;
      stats.noReplica++;
      return this.answer(errorReply(noReplica));
    }
    if (exchange.someReader) stats.dirtyReads++;
    this.toPrimary(command, false);
  }

  /** The epoch that a replica must have clean to answer this read. */
  needed(command: Command): number {
    const { consistency } = this.client;
    if (consistency === 'eventual') return 0;
    if (consistency === 'session') return this.#wroteIn;
    const { marks } = this.context.exchange;
    keys.find(command, this.#framer);
    if (keys.count === 0 || keys.unknown) return marks.epochOfAll;
    const { data, args } = this.#framer;
    let epoch = 0;
    for (let i = 0; i < keys.count; i++) {
      const at = 2 * keys.keyAt[i]!;
      const of = marks.epochOf(DirtyMarks.hash(data, args[at]!, args[at + 1]!));
      if (of > epoch) epoch = of;
    }
    return epoch;
  }

  /** Scripts, and what follows one until all is quiet again, go over one connection for scripts. False: not yet. */
  #entersScripts(): boolean {
    if (this.order.outstanding > 0) return this.#scripts !== undefined;
    this.#scripts = this.context.exchange.scriptSource(this.client.identity);
    return true;
  }

  /** @param owner who gets the reply and passes it on to us */
  toPrimary(command: Command, writes: boolean, owner: ReplyOwner = this): void {
    const { exchange } = this.context;
    if (writes && this.#onReplica > 0) return this.untilQuiet(true);
    if (command.group === 'script') {
      if (!this.#entersScripts()) return this.untilQuiet(true);
    } else if (this.#scripts && this.order.outstanding === 0) this.#scripts = undefined;
    if (!this.ridesRightLane()) return this.untilQuiet(true);
    const source = this.#scripts ?? exchange.primarySource(this.client.identity, this.#large);
    if (source.congested) return this.waitForRoom(source);
    // The primary is another one now, or a replica that answers reads of ours has become it.
    if (this.#wouldOvertake(source)) return this.untilQuiet(true);
    if (this.order.outstanding === 0) this.#rested();
    this.#primarySource = source;
    this.#writing ||= writes;
    command.count++;
    if (command.group === 'admin') this.client.consistency = 'strong';
    let epoch = command.group === 'read' || command.group === 'script' ? 0 : -1;
    if (writes) {
      this.markIn(exchange, command);
      epoch = exchange.marks.sent();
      this.#wroteIn = epoch;
      if (exchange.replicas.length > 0) this.context.fences.wake();
    }
    this.sendTo(source, epoch, owner);
    if (source === exchange.room) this.untilQuiet(false);
  }

  /** Nothing is under way to any primary. */
  #rested(): void {
    this.#primarySource = undefined;
    this.#writing = false;
  }

  /** Others of its commands are under way to what was the primary a moment ago, or the replies could not be told apart. */
  #wouldOvertake(source: Source): boolean {
    if (this.#onReplica > 0 && source === this.#replicaSource) return true;
    const last = this.#primarySource;
    return last !== undefined && last !== source && this.order.outstanding > 0;
  }

  /** Something of this client is executed about now over a connection of its own. */
  wrote(): void {
    this.#wroteIn = this.exchange.marks.open;
    this.#cluster?.wroteItself();
  }

  /** Marks what the command may write; for commands on a connection of the client's own, too. */
  mark(command: Command, framer = this.#framer): void {
    this.markIn(this.exchange, command, framer);
  }

  /** The same in a shard of a cluster. */
  markIn({ marks }: Exchange, command: Command, framer = this.#framer): void {
    keys.find(command, framer);
    if (keys.unknown) return marks.markAll();
    const { data, args } = framer;
    for (let i = 0; i < keys.count; i++) {
      const at = 2 * keys.keyAt[i]!;
      marks.mark(DirtyMarks.hash(data, args[at]!, args[at + 1]!));
    }
  }

  /** A large command rides on the large lane, and nobody changes lanes with commands under way. */
  ridesRightLane(): boolean {
    const { end, start } = this.#framer;
    if (this.#large || this.#scripts || end - start < LARGE_BYTES) return true;
    if (this.order.outstanding > 0) return false;
    this.#large = true;
    this.#smallRun = SMALL_RUN; // its size told us, and will tell us of the next: one small reply, and back it goes
    return true;
  }

  /** Sends the framer's command; `owner` gets the reply and passes it on to us. */
  sendTo(source: Source, epoch: number, owner: ReplyOwner = this): void {
    const { data, start, end } = this.#framer;
    this.order.expect(source, this.client.dropsReply());
    source.send(owner, data, start, end, epoch);
    this.pace();
  }

  /** Holds the commands to come when enough are under way, or enough bytes of replies to them expected. */
  pace(): void {
    const { order, context } = this;
    if (order.outstanding >= context.limits.pipeline) this.hold(HELD.turn);
    else if (order.outstanding * this.#meanReplyBytes > context.limits.clientBufferBytes)
      this.hold(HELD.turn);
  }

  /** A read in other words than the client's, to a replica; `owner` gets the reply and passes it on to us. */
  sendRead(server: Server, bytes: Buffer, owner: ReplyOwner): void {
    if (this.#ended) return;
    const source = this.#onReplica > 0 ? this.#replicaSource! : server.lane(this.client.identity, false);
    this.#replica = server;
    this.#replicaSource = source;
    this.#onReplica++;
    server.commands++;
    this.order.expect(source, this.client.dropsReply());
    source.send(owner, bytes, 0, bytes.length, 0);
    this.pace();
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
    if (source === this.#replicaSource) this.#answeredByReplica(completed);
    if (this.#cluster !== undefined) this.#cluster.answered(source, completed);
    if (this.connection.kind !== 'none') this.connection.answered(source);
    this.order.arrive(source, data, from, to, completed);
    if (completed === 0 && (this.#held & HELD.output) !== 0) this.#stall(source);
    this.#learn(to - from, completed);
    if (this.#held !== 0 || this.connection.kind !== 'none' || this.#half) this.#afterReplies();
  }

  /** The replica may be the primary by the next command: what comes from there then is no read's reply. */
  #answeredByReplica(completed: number): void {
    this.#onReplica -= completed;
    if (this.#onReplica === 0) this.#replicaSource = undefined;
  }

  /** In the midst of a large reply that the client does not read: no more of it, as long as nobody else waits for theirs. */
  #stall(source: Source): void {
    const own = source === this.#replicaSource ? this.#onReplica : this.order.outstanding - this.#onReplica;
    if (source instanceof Connection && source.stall(own)) this.#stalled = source;
  }

  /** Which lane suits this client, and how many commands it may have under way. */
  #learn(bytes: number, completed: number): void {
    this.#replyBytes += bytes;
    if (completed === 0) {
      this.#large ||= this.#replyBytes > LARGE_BYTES && this.order.outstanding === 0;
      return;
    }
    const mean = this.#replyBytes / completed;
    this.#meanReplyBytes += (mean - this.#meanReplyBytes) * (mean > this.#meanReplyBytes ? 0.5 : 0.05);
    this.#replyBytes = 0;
    if (mean > LARGE_BYTES) {
      this.#smallRun = 0;
      this.context.stats.largeReplies += completed;
    } else if (this.#large) this.#smallRun += completed;
    if (this.order.outstanding > 0) return;
    if (mean > LARGE_BYTES) this.#large = true;
    else if (this.#smallRun > SMALL_RUN) this.#large = false;
  }

  #afterReplies(): void {
    this.connection.settle();
    const { outstanding } = this.order;
    if (outstanding === 0) {
      this.#troubleUntil = 0;
      this.release(HELD.quiet | HELD.turn);
    } else if (outstanding < this.context.limits.pipeline / 2) {
      if (outstanding * this.#meanReplyBytes < this.context.limits.clientBufferBytes / 2)
        this.release(HELD.turn);
    }
    if ((this.#held & HELD.closing) !== 0 || this.#half) this.#closeWhenDone();
  }

  /** An error that tells of the server, not of the command, which was not executed: try it elsewhere. */
  refused(source: Source, request: Request, epoch: number, data: Buffer, from: number, to: number): boolean {
    if (this.#cluster !== undefined) return this.#cluster.refused(source, request, epoch, data, from, to);
    const text = data.toString('latin1', from + 1, Math.min(to, from + 40));
    if (source === this.connection.source) return false;
    const { exchange } = this.context;
    if (/^(READONLY You can't|LOADING |MASTERDOWN )/.test(text)) exchange.distrust(exchange.serverOf(source));
    else if (source !== this.#replicaSource || !/^(NOSCRIPT |BUSY )/.test(text)) return false;
    this.lost(source, { ...request, epoch, sent: false, why: text });
    return true;
  }

  lost(source: Source, what: Lost): void {
    if (this.#ended) return;
    if (this.#cluster !== undefined) {
      this.#cluster.lost(source, what);
      return this.#afterReplies();
    }
    if (source === this.#replicaSource) this.#answeredByReplica(1);
    const { exchange, limits } = this.context;
    const now = this.context.now();
    this.#troubleUntil ||= now + limits.failoverTimeoutMs;
    const safe = !what.sent || (what.epoch === 0 && what.overtaken !== true);
    const mine = source === this.connection.source;
    if (what.final !== undefined) this.order.replace(source, errorReply(what.final));
    else if (!safe || mine || now > this.#troubleUntil) this.order.replace(source, this.lostReply(what));
    else {
      exchange.retries++;
      const epoch = what.epoch > 0 ? exchange.marks.sent() : what.epoch;
      if (epoch > 0) {
        this.#markAgain(what);
        this.#wroteIn = epoch;
      }
      const elsewhere = this.#elsewhere(epoch);
      if (elsewhere === this.#replicaSource) this.#onReplica++;
      this.order.redirect(source, elsewhere);
      elsewhere.send(this, what.data, what.start, what.end, epoch);
      this.untilQuiet(this.#again);
    }
    this.#afterReplies();
  }

  /** What is sent anew is written later than was marked: without marks of now a replica would count as clean too soon. */
  #markAgain({ data, start, end }: Request): void {
    const framer = new RequestFramer({ maxBulkBytes: this.context.limits.maxBulkBytes });
    framer.feed(data, start, end);
    if (framer.next() === COMMAND) this.mark(findCommand(framer), framer);
    else this.exchange.marks.markAll();
  }

  /** Where a lost command goes: the primary; while there is none, one that only reads to a replica that has all. */
  #elsewhere(epoch: number): Source {
    const { exchange } = this.context;
    const { identity } = this.client;
    // Behind a read there may be a write of its own, which must not be replicated before it is answered.
    if (epoch === 0 && !this.#writing && exchange.primary?.up !== true) {
      const reader = exchange.pickReader(this.client.consistency === 'eventual' ? 0 : exchange.marks.latest);
      if (reader && reader !== exchange.primary) return reader.lane(identity, this.#large);
    }
    return this.#scripts ? exchange.scriptSource(identity) : exchange.primarySource(identity, this.#large);
  }

  lostReply({ why, sent }: Lost): Buffer {
    this.context.stats.lostReplies++;
    const doubt = sent ? 'it may or may not have been executed' : 'it was not executed';
    return errorReply(
      `ERR the ambassador lost the server while this command was under way, ${doubt}: ${why}`,
    );
  }

  torn(): void {
    this.context.stats.tornReplies++;
    this.destroy();
  }

  #drained(): void {
    this.#stalled?.unstall();
    this.#stalled = undefined;
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
    if (this.#lingering && this.#socket.writableFinished) return this.destroy();
    if (this.connection.blocked) return this.destroy(); // nobody is left to wait for
    if (this.#held === 0 || this.connection.kind === 'relay') this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.#ended || (this.order.outstanding > 0 && this.connection.kind !== 'relay')) return;
    if (this.#half && (this.#held & ~HELD.closing) !== 0 && this.connection.kind !== 'relay') return;
    this.#sayGoodbye();
  }

  /** Were it closed with bytes unread, the kernel would reset the connection, and the client lose its last replies. */
  #sayGoodbye(): void {
    if (this.#lingering) return;
    this.#lingering = true;
    this.#held |= HELD.closing;
    this.#socket.resume();
    this.#socket.end(() => {
      if (this.#half) this.destroy();
      else setTimeout(() => this.destroy(), LINGER_MS).unref();
    });
  }
}
