// A session's connection of its own, for as long as the protocol needs one: MULTI to EXEC, WATCH, a blocking command, WAIT
// (pinned: replies stay in order with all others), or for good after SUBSCRIBE, MONITOR and the like (relay: bytes pass as
// they come). Invariant: taken and given back only with nothing outstanding; what could be executed late marks its keys
// when its reply comes, so that key consistency also covers EXEC and BLPOP. Over 300 lines, as it is one state machine.
import { type Command, findCommand } from './commands/find.ts';
import { LateMarks } from './consistency/late-marks.ts';
import { HELD } from './held.ts';
import { answerLocally } from './local-commands.ts';
import { Relay } from './relay.ts';
import { errorReply, OK } from './resp/reply.ts';
import { RequestFramer } from './resp/request-framer.ts';
import type { Session } from './session.ts';
import type { Connection } from './upstream/connection.ts';
import type { Server } from './upstream/server.ts';
import { Question } from './upstream/question.ts';
import type { Identity, Request, Source } from './upstream/source.ts';

const PING = Buffer.from('*1\r\n$4\r\nPING\r\n');
const DISCARD = Buffer.from('*1\r\n$7\r\nDISCARD\r\n');

const NONSENSE = Buffer.from('*1\r\n$7\r\nrefused\r\n');
const INFO = Buffer.from('*2\r\n$6\r\nCLIENT\r\n$4\r\nINFO\r\n');

const ID = Buffer.from('*2\r\n$6\r\nCLIENT\r\n$2\r\nID\r\n');

const ABORTED = errorReply('EXECABORT Transaction discarded because of previous errors.');

export class OwnConnection {
  kind: 'none' | 'pinned' | 'relay' = 'none';
  source: Connection | undefined;
  readonly #session: Session;
  #relay: Relay | undefined;
  #server: Server | undefined;
  #marks: LateMarks;
  #identity: Identity | undefined;
  #inMulti = false;
  #watching = false;
  /** A command changed its state in a way that the next to borrow it should not find. */
  #changed = false;
  #noPrimary = false;
  /**
   * MULTI never fails, and who sends a pipeline relies on that: where no server was found for it, what follows up to EXEC is
   * refused, and EXEC. Pinned, though to nothing.
   */
  #doomed = false;
  /** A command that may wait is the last that was sent. */
  #waits = false;

  constructor(session: Session) {
    this.#session = session;
    this.#marks = new LateMarks(session);
  }

  /** Sends the framer's command over the own connection, which is got first if there is none. */
  take(command: Command, framer: RequestFramer, action: 'pin' | 'relay'): void {
    const session = this.#session;
    if (this.#doomed) return this.#refuse(command, framer);
    if (this.kind === 'none' && !this.#borrow(command)) return;
    if (this.source!.ended) return session.destroy(); // as Redis' own end would be seen
    if (action === 'relay' && this.kind === 'pinned') {
      if (session.order.outstanding > 0) return session.untilQuiet(true);
      this.#becomeRelay();
    }
    if (this.#relay) {
      this.#marks.remember(command, framer);
      return this.#relay.pass(command, framer);
    }
    if (command.group === 'local' && !this.#isOurs(command)) return this.#local(command, framer);
    if (this.source!.congested) return session.waitForRoom(this.source!);
    command.count++;
    this.#track(command, framer);
    this.#marks.remember(command, framer);
    if (command.name === 'wait' || command.name === 'waitaof') this.#coverOthers();
    const queued = this.#inMulti || this.#waits;
    this.#send(framer, session.client.dropsReply(), queued ? -1 : this.#marks.executing(command));
    session.pace();
  }

  /** The server may keep the client waiting as long as it likes. */
  get blocked(): boolean {
    return this.kind === 'pinned' && this.#waits && !this.#inMulti;
  }

  get watching(): boolean {
    return this.#watching;
  }

  /** It holds what another connection would not: a transaction, watched keys, subscriptions. */
  get stateful(): boolean {
    return this.kind === 'relay' || this.#inMulti || this.#watching;
  }

  /**
   * In front of a cluster: begins a transaction with what was answered before its shard was known, MULTI and commands that
   * are now queued; no reply goes to the client. Or the present command is held back until there is a connection, or was
   * refused, as there will be none.
   */
  open(commands: readonly Buffer[]): 'begun' | 'held' | 'refused' {
    const refused = this.#noPrimary;
    if (this.kind === 'none' && !this.#borrow()) return refused ? 'refused' : 'held';
    this.#inMulti = true;
    this.#waits = false;
    for (const bytes of commands) this.#sendOwn(bytes);
    return 'begun';
  }

  /** In front of a cluster: gives up a transaction of which a command was refused before it was sent. */
  discard(): void {
    this.#inMulti = this.#watching = false;
    this.#sendOwn(DISCARD);
  }

  /**
   * In front of a cluster: sends a command again, whose reply was expected from `place`, over a connection to the shard that
   * `enter` puts the session in front of. For what waits (BLPOP), when its slot has gone elsewhere.
   */
  follow({ data, start, end }: Request, place: Source, enter: () => void): void {
    const session = this.#session;
    const framer = new RequestFramer();
    framer.feed(data, start, end);
    framer.next();
    if (this.source && !this.source.ended) this.#server?.giveBack(this.#identity!, this.source);
    this.#forget();
    enter();
    this.#marks = new LateMarks(session);
    this.#server = session.exchange.primary;
    if (!this.#server) return session.destroy();
    this.#identity = session.client.identity;
    this.source = this.#server.borrow(this.#identity);
    this.kind = 'pinned';
    this.#waits = true;
    this.#marks.remember(findCommand(framer), framer);
    session.order.redirect(place, this.source);
    this.source.send(session, data, start, end, -1);
  }

  /** A reply of `source` has come: what it acknowledges was executed some time before it. */
  answered(source: Source): void {
    if (source !== this.source) return;
    this.#marks.answered();
  }

  /** Gives the connection back when nothing needs it any more. */
  settle(): void {
    const { source } = this;
    if (this.kind !== 'pinned' || !source || source.outstanding > 0) return;
    if (this.#inMulti || this.#watching) return;
    if (this.#changed) return this.#learn(source);
    this.#server?.giveBack(this.#identity!, source);
    this.#forget();
  }

  /** SELECT within a transaction: which database it is now only the server knows, as EXEC may have failed. */
  #learn(source: Connection): void {
    const session = this.#session;
    session.hold(HELD.answer);
    const question = new Question((reply) => {
      const db = / db=(\d+) /.exec(String(reply))?.[1];
      if (db === undefined) return session.destroy(); // rather none than the wrong one
      session.client.identity = this.#identity = session.client.become({ db: Number(db) });
      this.#changed = false;
      this.settle();
      session.release(HELD.answer);
    });
    source.send(question, INFO, 0, INFO.length, -1);
  }

  /** The client is gone, or begins anew: a connection with state is of no use to anyone else. */
  abandon(): void {
    const { source } = this;
    this.#forget();
    source?.end(new Error('its client is gone'));
  }

  /**
   * The server shall be able to speak to this client unasked, on behalf of another: a RESP3 client gets a connection of its
   * own for that. False: it is not known to the server yet; whenReady() tells.
   */
  beSpokenTo(): boolean {
    const { client, order, exchange } = this.#session;
    if (this.kind === 'relay' || client.identity.resp !== 3) return this.source?.ready !== false;
    if (order.outstanding > 0 || !exchange.primary?.up) return true; // in vain, as for a client that does not listen
    if (this.kind === 'none' && !this.#borrow()) return true;
    if (!this.source) return true;
    this.#becomeRelay();
    this.#relay?.keep();
    return this.source.ready;
  }

  whenReady(callback: () => void): void {
    if (this.source) this.source.whenFree(callback);
    else callback();
  }

  /** The id, as we gave it, of the client that this one's invalidations go to. */
  redirect(serverId: number): number | undefined {
    const to = this.#relay?.redirected;
    return to?.serverId === serverId ? to.id : undefined;
  }

  drained(): void {
    if (this.kind === 'relay') this.source?.resumeReading();
  }

  #forget(): void {
    this.#relay?.end();
    this.#relay = undefined;
    this.kind = 'none';
    this.source = this.#server = undefined;
    this.#inMulti = this.#watching = this.#changed = this.#doomed = false;
    this.#marks = new LateMarks(this.#session);
  }

  /** Whether there is one now; otherwise the command is held back or was answered. */
  #borrow(command?: Command): boolean {
    const session = this.#session;
    const { exchange } = session;
    if (this.#noPrimary) {
      this.#noPrimary = false;
      this.#doomed = command?.name === 'multi';
      if (this.#doomed) this.kind = 'pinned';
      session.answer(this.#doomed ? OK : this.#noServer());
      return false;
    }
    if (session.order.outstanding > 0) {
      session.untilQuiet(true);
      return false;
    }
    if (!exchange.primary?.up) {
      this.#awaitPrimary();
      return false;
    }
    this.#marks = new LateMarks(session);
    this.#server = exchange.primary;
    this.#identity = session.client.identity;
    this.source = this.#server.borrow(this.#identity);
    if (this.source.ready && this.source.serverId === undefined) askId(this.source);
    this.kind = 'pinned';
    return true;
  }

  #noServer(): Buffer {
    const { complaints } = this.#session.exchange;
    return errorReply(`TRYAGAIN the ambassador found no primary in time: ${complaints.join('; ')}`);
  }

  /** Instead of what a server would say to a command of a transaction. */
  #refuse(command: Command, framer: RequestFramer): void {
    const session = this.#session;
    const { name } = command;
    const ends = (name === 'exec' || name === 'discard') && framer.argc === 1;
    command.count++;
    if (ends || name === 'quit' || name === 'reset') this.#forget();
    if (name === 'quit' || name === 'reset') return answerLocally(session, command, framer);
    if (ends) session.answer(name === 'exec' ? ABORTED : OK);
    else session.answer(this.#noServer());
  }

  #awaitPrimary(): void {
    const session = this.#session;
    session.untilQuiet(true);
    session.hold(HELD.answer);
    session.exchange.whenPrimary((there) => {
      this.#noPrimary = !there;
      session.release(HELD.answer);
    });
  }

  /** Commands that are local outside of a transaction and the server's within. */
  #isOurs({ name }: Command): boolean {
    return (
      name === 'exec' || name === 'discard' || name === 'unwatch' || (this.#inMulti && name === 'select')
    );
  }

  #local(command: Command, framer: RequestFramer): void {
    const session = this.#session;
    if (!this.#inMulti || command.name === 'quit' || command.name === 'reset')
      return answerLocally(session, command, framer);
    this.spoil();
    const what = command.name.replace('|', ' ');
    session.answer(errorReply(`ERR ${what} inside MULTI is not supported by the ambassador`));
  }

  /** With words too many, EXEC and DISCARD end nothing. */
  #track({ name, group }: Command, framer: RequestFramer): void {
    const { argc } = framer;
    this.#waits = group === 'block' || name === 'wait' || name === 'waitaof';
    if (name === 'multi') this.#inMulti ||= argc === 1;
    else if (name === 'watch') this.#watching ||= !this.#inMulti;
    else if (name === 'unwatch') this.#watching &&= this.#inMulti;
    else if (name === 'exec' || name === 'discard') {
      if (argc === 1) this.#inMulti = this.#watching = false;
    } else if (name === 'select') this.#changed = true;
    else if (name === 'client|pause' || name === 'client|unpause') this.#pause(name, framer);
  }

  /** What a pause holds must not be on shared connections; and who pauses the primary means the primary. */
  #pause(name: string, { data, args, argc }: RequestFramer): void {
    const { client, exchange } = this.#session;
    client.consistency = 'strong';
    if (name === 'client|unpause') return this.#inMulti ? undefined : exchange.pause.end();
    const word = (i: number): string =>
      argc > i ? data.toString('latin1', args[2 * i], args[2 * i + 1]) : '';
    exchange.pause.begin(Number(word(2)), word(3));
  }

  /** A command of our own over it, with nothing of the client under way. */
  ask(bytes: Buffer, answer: (reply: Buffer | Error) => void): void {
    if (this.#relay) return this.#relay.ask(bytes, answer);
    this.source!.send(new Question(answer), bytes, 0, bytes.length, -1);
  }

  /** The server has taken the client, and with it the connection, for this one. */
  become(identity: Identity): void {
    this.#identity = identity;
  }

  /** A command within a transaction is refused: the transaction shall fail as a whole, so the server gets nonsense. */
  spoil(): void {
    if (!this.#inMulti || this.kind !== 'pinned') return;
    this.#session.order.expect(this.source!, true);
    this.source!.send(this.#session, NONSENSE, 0, NONSENSE.length, -1);
  }

  /**
   * WAIT asks about the writes of its connection, and the client's went over a shared one. Any command takes the primary's
   * present offset for its connection's last write (Redis' call()), so a PING before WAIT covers all that was acknowledged.
   */
  #coverOthers(): void {
    this.#sendOwn(PING);
  }

  /** A command of ours, whose reply is not for the client. */
  #sendOwn(bytes: Buffer): void {
    this.#session.order.expect(this.source!, true);
    this.source!.send(this.#session, bytes, 0, bytes.length, -1);
  }

  #send({ data, start, end }: RequestFramer, drop: boolean, epoch: number): void {
    this.#session.order.expect(this.source!, drop);
    if (!this.#waits) return this.source!.send(this.#session, data, start, end, epoch);
    // Pending for as long as it likes: it shall not keep a slab of the intake, of 64 KiB, for a few bytes.
    const bytes = Buffer.allocUnsafeSlow(end - start);
    data.copy(bytes, 0, start, end);
    this.source!.send(this.#session, bytes, 0, bytes.length, -1);
  }

  #becomeRelay(): void {
    const source = this.source!;
    this.kind = 'relay';
    const lender = {
      release: () => {
        this.#server?.giveBack(this.#identity!, source);
        this.#forget();
      },
      answered: (all: boolean) => {
        this.answered(source);
        if (all) this.#marks.forget();
      },
    };
    const state = { inMulti: this.#inMulti, watching: this.#watching };
    this.#relay = new Relay(this.#session, source, lender, state);
  }
}

/** For a connection that was made while the server was busy and told no id. */
function askId(source: Connection): void {
  const question = new Question((reply) => {
    const id = /^:(\d+)/.exec(String(reply))?.[1];
    if (id !== undefined) source.serverId = Number(id);
  });
  source.send(question, ID, 0, ID.length, -1);
}
