// One connection to a server, shared by any number of clients or lent to one. Hot: commands go out in one write per turn
// of the event loop, replies are handed to their owners in slices of what was read, as many at a time as follow each other
// for one owner. More than 300 lines, as it is one state machine: greeted -> ready (-> relay) -> ended.
// Invariant: the n-th reply belongs to the n-th pending command; when that can no longer be relied upon the connection
// ends, and every pending command is reported lost, with whether it may have reached the server.
import type { Socket } from 'node:net';
import { explain } from '@podmate/base/errors';
import type { DirtyMarks } from '../consistency/dirty-marks.ts';
import { ReplyFramer } from '../resp/reply-framer.ts';
import { readReply } from '../resp/reply.ts';
import type { Step } from './dial.ts';
import { FlushTurn } from './flush-turn.ts';
import { Latency } from './latency.ts';
import { Pending } from './pending.ts';
import type { ReplyOwner, Request, Source } from './source.ts';
import type { Traffic } from './traffic.ts';
import { isUnfit } from './unfit.ts';
import { WriteBatch } from './write-batch.ts';

const [MINUS, PUSH, LF] = [45, 62, 10];
/** Bytes that may wait for the server before clients are asked to wait. */
const CONGESTED_BYTES = 1024 * 1024;
/** Longest error line and handshake reply; Redis' own are a hundred times shorter, scripts may write longer ones. */
const MAX_HELD_BYTES = 1024 * 1024;

export type Account = {
  readonly traffic: Traffic;
  /** Commands from here on are told to `slow`. */
  readonly slowMs: number;
  readonly slow: (request: Request, tookMs: number) => void;
};

export type ConnectionOptions = {
  readonly socket: Socket;
  readonly marks: DirtyMarks;
  /** Sent as soon as the socket is connected; the connection is ready when each was answered. An error ends it. */
  readonly handshake: readonly Step[];
  /** 'connect' or, for TLS, 'secureConnect'. */
  readonly connectEvent: string;
  readonly now: () => number;
  /** The same, read once in a turn of the event loop. */
  readonly turnNow: () => number;
  /** Where answers are counted just now; undefined for a connection that is lent, where commands may wait for good. */
  readonly account: () => Account | undefined;
  readonly onReady: (connection: Connection) => void;
  /** Called once, before the pending commands are reported lost. */
  readonly onEnd: (connection: Connection, why: Error, cause: EndCause) => void;
};

/** Whose doing an end is: the server's (or the network's), its refusal of our login or database, our own. */
export type EndCause = 'server' | 'refused' | 'busy' | 'ours';

export class Connection implements Source {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  #framer = new ReplyFramer();
  readonly #pending = new Pending();
  readonly #batch = new WriteBatch();
  /** Serial number of the first pending command that was not written yet. */
  #unwritten = 0;
  #ready = false;
  #ended: Error | undefined;
  #handshakeAt = 0;
  /** The step of the handshake that another may stand in for went well. */
  #done: Step | undefined;
  /** An error line or handshake reply of which not all has come. */
  #held: Buffer | undefined;
  /** The reply that is coming is for nobody: a push, or one to a read that was sent elsewhere. */
  #skipping = false;
  /** Reads with a lower serial number are not answered from here: a server has said that it is not what we took it for. */
  #unfitBefore = 0;
  /** Bytes of the oldest reply were given away. */
  #begun = false;
  #waiting: (() => void)[] = [];
  #sampleSerial = -1;
  #sampleAt = 0;
  #scheduled = false;
  #stalled = false;
  #account: Account | undefined;
  #relay: ((chunk: Buffer) => void) | undefined;
  #relayEnded: (() => void) | undefined;
  readonly latency = new Latency();
  /** What CLIENT ID says there; undefined before the handshake, or where that may not be asked. */
  serverId: number | undefined;
  /** When bytes last came, or the first command was sent after a rest; of options.now. */
  activeAt: number;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.activeAt = options.now();
    this.#socket.setNoDelay(true);
    this.#socket.once(options.connectEvent, () => this.#greet());
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('drain', () => this.#freed());
    this.#socket.once('error', (error) => this.end(error, 'server'));
    this.#socket.once('end', () => this.end(new Error('the server closed the connection'), 'server'));
    this.#socket.once('close', () => this.end(new Error('the connection closed'), 'server'));
  }

  get ready(): boolean {
    return this.#ready;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  get outstanding(): number {
    return this.#pending.count;
  }

  get congested(): boolean {
    return this.#batch.bytes + this.#socket.writableLength > CONGESTED_BYTES;
  }

  send(owner: ReplyOwner, data: Buffer, start: number, end: number, epoch: number): void {
    if (this.#ended) return this.#tooLate(owner, { data, start, end }, epoch);
    if (this.#pending.count === 0) this.activeAt = this.#options.now();
    this.#pending.push(owner, data, start, end, epoch, this.#options.turnNow());
    this.#batch.add(data, start, end);
    if (!this.#scheduled) this.#schedule();
  }

  /** It has ended, which the owner (whose lane for scripts it was, with nothing under way) did not hear of. */
  #tooLate(owner: ReplyOwner, request: Request, epoch: number): void {
    queueMicrotask(() => {
      if (epoch > 0) this.#options.marks.acknowledged(epoch);
      owner.lost(this, { ...request, epoch, sent: false, why: explain(this.#ended) });
    });
  }

  whenFree(callback: () => void): void {
    this.#waiting.push(callback);
  }

  /** From now on bytes go through as they are, beside the order of commands and replies. */
  relayTo(receive: (chunk: Buffer) => void, ended: () => void): void {
    this.#relay = receive;
    this.#relayEnded = ended;
  }

  /** Commands and replies belong to each other again. */
  endRelay(): void {
    this.#relay = this.#relayEnded = undefined;
  }

  /** For relays: sends bytes that no reply is expected to. */
  write(data: Buffer, start: number, end: number): void {
    this.#batch.add(data, start, end);
    if (!this.#scheduled) this.#schedule();
  }

  /**
   * Leaves the rest of the reply that is coming with the server, until unstall() or until somebody else wants something.
   * @param own how many of the pending commands are the asker's. @returns whether it does; not when others wait already
   */
  stall(own: number): boolean {
    if (this.#pending.count > own || this.#relay) return false;
    this.#stalled = true;
    this.activeAt = Infinity; // not the server is silent, we are deaf
    this.#socket.pause();
    return true;
  }

  unstall(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    this.activeAt = this.#options.now();
    this.#socket.resume();
  }

  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  /** Gives up the connection: everything pending is lost. */
  end(why: Error, cause: EndCause = 'ours'): void {
    if (this.#ended) return;
    this.#ended = why;
    this.#ready = false;
    this.#socket.destroy();
    this.#options.onEnd(this, why, cause);
    const text = explain(why);
    const final = cause === 'refused' || cause === 'busy' ? text : undefined;
    if (this.#begun && this.#pending.count > 0) {
      const { owner, epoch } = this.#pending;
      this.#pending.shift();
      if (epoch > 0) this.#options.marks.acknowledged(epoch);
      owner.torn(this, text);
    }
    const writes = this.#pending.writesBefore(this.#unwritten);
    while (this.#pending.count > 0) {
      const { owner, epoch, request, head } = this.#pending;
      this.#pending.shift();
      if (epoch > 0) this.#options.marks.acknowledged(epoch);
      const sent = head < this.#unwritten;
      if (sent && epoch > 0) writes.set(owner, (writes.get(owner) ?? 0) - 1);
      const overtaken = (writes.get(owner) ?? 0) > 0;
      owner.lost(this, {
        ...request,
        epoch,
        sent,
        overtaken,
        why: text,
        ...(final !== undefined && { final }),
      });
    }
    this.#freed();
    this.#relayEnded?.();
  }

  #schedule(): void {
    if (this.#stalled) this.unstall();
    this.#scheduled = true;
    if (this.#ready) FlushTurn.add(this);
  }

  /** Writes what this turn of the event loop has gathered; called by FlushTurn. */
  flush(): void {
    this.#scheduled = false;
    if (!this.#ready || this.#batch.bytes === 0) return;
    this.#unwritten = this.#pending.head + this.#pending.count;
    if (this.#sampleSerial < this.#pending.head) {
      this.#sampleSerial = this.#unwritten - 1;
      this.#sampleAt = this.#options.now();
    }
    this.#socket.cork();
    this.#batch.take((piece) => this.#socket.write(piece));
    this.#socket.uncork();
  }

  #greet(): void {
    if (this.#options.handshake.length === 0) return this.#becomeReady();
    for (const { bytes } of this.#options.handshake) this.#socket.write(bytes);
  }

  #becomeReady(): void {
    this.#ready = true;
    this.activeAt = this.#options.now();
    this.#options.onReady(this);
    if (this.#batch.bytes > 0) this.flush();
    this.#freed();
  }

  #receive(read: Buffer): void {
    let chunk = read;
    this.activeAt = this.#options.now();
    if (this.#held) {
      chunk = Buffer.concat([this.#held, read]);
      this.#held = undefined;
    }
    let at = 0;
    while (!this.#ready && at < chunk.length && !this.#ended) at = this.#handshakeReply(chunk, at);
    if (at < chunk.length && !this.#ended) {
      if (this.#relay) this.#relay(at === 0 ? chunk : chunk.subarray(at));
      else this.#replies(chunk, at);
    }
    if (this.#sampleSerial >= 0 && this.#sampleSerial < this.#pending.head) this.#sample();
  }

  #sample(): void {
    const now = this.#options.now();
    this.#sampleSerial = -1;
    this.latency.sample(now - this.#sampleAt, now);
  }

  /** Splits a chunk into replies and hands them out; runs of replies for one owner go together. */
  #replies(chunk: Buffer, first: number): void {
    const framer = this.#framer;
    const pending = this.#pending;
    this.#account = this.#options.account();
    const to = chunk.length;
    let owner: ReplyOwner | undefined;
    let [from, at, completed, room] = [first, first, 0, 0];
    while (at < to) {
      const fresh = framer.between;
      const special = chunk[at] === MINUS || chunk[at] === PUSH || pending.count === 0;
      if (fresh && (special || (pending.head < this.#unfitBefore && pending.epoch === 0))) {
        if (owner) owner.deliver(this, chunk, from, at, completed);
        owner = undefined;
        completed = 0;
        from = at = this.#special(chunk, at);
        if (this.#ended) return;
        continue;
      }
      if (this.#skipping) {
        from = at = framer.next(chunk, at, to);
        this.#skipping = !framer.between;
        continue;
      }
      if (pending.owner !== owner || completed === room) {
        if (owner) owner.deliver(this, chunk, from, at, completed);
        if (this.#ended) return;
        from = at;
        completed = 0;
        owner = pending.owner;
        room = owner.room(this);
      }
      at = framer.next(chunk, at, to);
      if (framer.broken) return this.end(new Error('the server sent what is no reply'), 'server');
      if (!framer.between) break;
      this.#answered();
      completed++;
    }
    this.#begun = !framer.between && !this.#skipping;
    if (owner && at > from) owner.deliver(this, chunk, from, at, completed);
  }

  /** The oldest command has its reply: what that settles, how long it took. */
  #answered(): void {
    const pending = this.#pending;
    const { epoch } = pending;
    if (epoch > 0) this.#options.marks.acknowledged(epoch);
    const account = this.#account;
    if (account) {
      const took = this.activeAt - pending.sentAt;
      account.traffic.answered(epoch, took);
      if (took >= account.slowMs) account.slow(pending.request, took);
    }
    pending.shift();
  }

  /** A reply that is an error, a push, or one that nobody asked for. Index behind it, or the end with it held. */
  #special(chunk: Buffer, at: number): number {
    if (chunk[at] === PUSH) return this.#skip(chunk, at);
    if (this.#pending.count === 0) {
      this.end(
        new Error(`the server sent a reply to nothing: ${chunk.toString('latin1', at, at + 80).trim()}`),
        'server',
      );
      return chunk.length;
    }
    if (chunk[at] !== MINUS) return this.#readElsewhere(chunk, at);
    const newline = chunk.indexOf(LF, at);
    if (newline === -1) {
      if (chunk.length - at > MAX_HELD_BYTES) this.end(new Error('the server sent an error without an end'));
      this.#held = chunk.subarray(at);
      return chunk.length;
    }
    const { owner, epoch, request } = this.#pending;
    this.#account?.traffic.failed(epoch);
    this.#answered();
    if (!owner.refused(this, request, epoch, chunk, at, newline + 1)) {
      owner.deliver(this, chunk, at, newline + 1, 1);
    } else if (isUnfit(chunk.toString('latin1', at + 1, at + 20))) {
      this.#unfitBefore = this.#pending.head + this.#pending.count;
    }
    return newline + 1;
  }

  /**
   * A read that was sent behind what this server has refused, as it is not primary any more: it must not be answered with
   * what was there before the refused write, which is on its way to the next primary.
   */
  #readElsewhere(chunk: Buffer, at: number): number {
    const { owner, request } = this.#pending;
    this.#pending.shift();
    owner.lost(this, { ...request, epoch: 0, sent: false, why: 'the server is not primary any more' });
    return this.#skip(chunk, at);
  }

  #skip(chunk: Buffer, at: number): number {
    const end = this.#framer.next(chunk, at, chunk.length);
    this.#skipping = !this.#framer.between;
    return end;
  }

  #handshakeReply(chunk: Buffer, at: number): number {
    const end = this.#framer.next(chunk, at, chunk.length);
    if (this.#framer.broken) this.end(new Error('the server does not speak the Redis protocol'), 'server');
    else if (!this.#framer.between) {
      // Seldom and small: framed again from its beginning when more has come.
      this.#framer = new ReplyFramer();
      this.#held = chunk.subarray(at);
      if (this.#held.length > MAX_HELD_BYTES)
        this.end(new Error('the server does not speak the Redis protocol'));
    } else {
      const reply = readReply(chunk.subarray(at, end));
      const step = this.#options.handshake[this.#handshakeAt++];
      if (typeof reply === 'number') this.serverId = reply; // CLIENT ID
      const failed = reply instanceof Error ? reply : undefined;
      if (!failed && step?.mayFail) this.#done = step;
      const matters = step?.mayFail !== true && (step?.unless === undefined || step.unless !== this.#done);
      if (failed && matters) this.#refusedAtTheDoor(failed);
      else if (this.#handshakeAt === this.#options.handshake.length) this.#becomeReady();
    }
    return end;
  }

  /** A server that is loading will take us later; one that refuses our login will not, and BUSY is the answer to all. */
  #refusedAtTheDoor(reply: Error): void {
    if (reply.message.startsWith('BUSY ')) return this.end(reply, 'busy');
    const passing = /^(LOADING|MASTERDOWN|TRYAGAIN|ERR max number)/.test(reply.message);
    this.end(reply, passing ? 'server' : 'refused');
  }

  /** Whoever waits longest is first, and goes to the end of the queue when it fills the connection up again. */
  #freed(): void {
    while (this.#waiting.length > 0 && (this.#ended || !this.congested)) this.#waiting.shift()?.();
  }
}
