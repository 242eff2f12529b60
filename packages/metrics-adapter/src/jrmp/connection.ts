// One TCP (or TLS) connection to an RMI server. Calls go out without waiting for answers, up to a window; answers come
// in the order of the calls. For the session, which has several of them.
// Invariant: every call given to `submit` gets exactly one of fits, value, exception, lost. Nothing is awaited before
// the first call leaves: the hello and it are one write.

import { connect, type OnReadOpts, type Socket } from 'node:net';
import { ObjectWriter } from '../jser/object-writer.ts';
import type { JavaValue } from '../jser/java-value.ts';
import type { Shape } from '../jser/shape.ts';
import { dgcAck, HELLO, type WritesCall } from './call-format.ts';
import { type Expectation, ReplyParser, type ReplySink } from './reply-parser.ts';

/** One remote call: how it is written, what is expected back, who gets it. */
export type Call = WritesCall &
  Expectation & {
    fits(shape: Shape, numbers: Float64Array): void;
    value(value: JavaValue, uid: Buffer, shape: Shape | undefined): void;
    exception(value: JavaValue): void;
    /** The connection ended before the reply did; `blamed` when it was inside this call's reply. */
    lost(error: Error, blamed: boolean): void;
  };

/** Where to dial; `tls` are the options of tls.connect, undefined for plain TCP. */
export type Endpoint = {
  readonly host: string;
  readonly port: number;
  readonly tls?: import('node:tls').ConnectionOptions | undefined;
};

export type ConnectionOptions = {
  /** Calls under way at once. Answers are small; the window bounds what the kernels on both sides must hold. */
  readonly window: number;
  /** Calls under way and no byte for this long: `onStall` is called. */
  readonly stallMs: number;
  /** A reply that came this much later than the one before it: `onSlow` is called for its call. */
  readonly slowMs: number;
  readonly connectTimeoutMs: number;
  readonly onStall?: (connection: JrmpConnection) => void;
  readonly onSlow?: (call: Call) => void;
};

/** Requests are collected up to about this much before a write. */
const WRITE_BYTES = 64 * 1024;

export class JrmpConnection implements ReplySink {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #parser = new ReplyParser(this);
  readonly #writer = new ObjectWriter(WRITE_BYTES + 4096);
  /** Calls submitted, answered up to #answered, sent up to #sent. Compacted when all are answered. */
  #calls: Call[] = [];
  #answered = 0;
  #sent = 0;
  #ended = false;
  #inFeed = false;
  #greeted = false;
  /** What connecting took, beyond which waiting for an answer tells something about the target. */
  #roundTripMs = 0;
  /** When the last bytes came, or calls were sent after a time without any. */
  #waitingSince = performance.now();
  #stall: NodeJS.Timeout;

  private constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#writer.raw(HELLO);
    this.#stall = setTimeout(() => this.#stalled(), options.stallMs);
    this.#stall.unref();
    socket.setNoDelay(true);
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('the connection was closed by the target')));
  }

  /** Begins to connect; errors reach the calls. */
  static async dial(endpoint: Endpoint, options: ConnectionOptions): Promise<JrmpConnection> {
    const { host, port } = endpoint;
    const receive = (bytes: Buffer): void => connection.#feed(bytes);
    const socket =
      endpoint.tls === undefined
        ? connect({ host, port, keepAlive: true, onread: intoReadBuffer(receive) })
        : (await import('node:tls')).connect({ host, port, ...endpoint.tls }).on('data', receive);
    const connection = new JrmpConnection(socket, options);
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no connection to ${host}:${port} within ${options.connectTimeoutMs} ms`));
    }, options.connectTimeoutMs);
    const dialled = performance.now();
    const done = (): void => {
      clearTimeout(timer);
      connection.#connected(performance.now() - dialled);
    };
    socket
      .once('error', done)
      .once('close', done)
      .once(endpoint.tls === undefined ? 'connect' : 'secureConnect', done);
    return connection;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether the other side has said anything yet. */
  get greeted(): boolean {
    return this.#greeted;
  }

  /** Calls without an answer. */
  get pending(): number {
    return this.#calls.length - this.#answered;
  }

  submit(call: Call): void {
    if (this.#ended) return call.lost(new Error('the connection has ended'), false);
    if (this.#answered === this.#sent) this.#wait();
    this.#calls.push(call);
    if (!this.#inFeed) this.#pump();
  }

  /** As submit for many, with as few writes as can be. */
  submitAll(calls: readonly Call[]): void {
    if (this.#ended) for (const call of calls) call.lost(new Error('the connection has ended'), false);
    else {
      if (this.#answered === this.#sent) this.#wait();
      for (const call of calls) this.#calls.push(call);
      if (!this.#inFeed) this.#pump();
    }
  }

  /** Takes back all calls behind the one that is being answered; their answers, should they come, are thrown away. */
  takeBehindHead(): { head: Call | undefined; behind: Call[] } {
    const head = this.#calls[this.#answered];
    const behind = this.#calls.slice(this.#answered + 1);
    this.#calls.length = Math.min(this.#calls.length, this.#answered + 1);
    if (this.#sent > this.#calls.length) this.#sent = this.#calls.length;
    return { head, behind };
  }

  /** Acknowledges a stub that a reply carried. */
  acknowledge(uid: Buffer): void {
    if (!this.#ended) this.#socket.write(dgcAck(Buffer.from(uid)));
  }

  /** Ends it; calls without an answer are lost. */
  destroy(error: Error = new Error('the connection was closed')): void {
    this.#end(error);
  }

  /** A distant target is not a slow one. */
  #connected(tookMs: number): void {
    this.#roundTripMs = tookMs;
    clearTimeout(this.#stall);
    if (this.#ended) return;
    this.#stall = setTimeout(() => this.#stalled(), this.#options.stallMs + tookMs).unref();
  }

  #wait(): void {
    this.#waitingSince = performance.now();
    this.#stall.refresh();
  }

  #feed(chunk: Buffer): void {
    if (this.#ended) return;
    const head = this.#calls[this.#answered];
    const waited = performance.now() - this.#waitingSince - this.#roundTripMs;
    if (this.#greeted && head !== undefined && waited > this.#options.slowMs) this.#options.onSlow?.(head);
    this.#inFeed = true;
    try {
      this.#parser.feed(chunk);
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
      return;
    } finally {
      this.#inFeed = false;
    }
    this.#pump();
    if (this.pending > 0) this.#wait();
  }

  /** Sends what the window allows; half a window at least, so that writes are few. */
  #pump(): void {
    const { window } = this.#options;
    const under = this.#sent - this.#answered;
    if (this.#ended || this.#sent === this.#calls.length || under > window / 2) return;
    const until = Math.min(this.#calls.length, this.#answered + window);
    while (this.#sent < until) {
      this.#calls[this.#sent++]?.write(this.#writer);
      if (this.#writer.length >= WRITE_BYTES) this.#socket.write(this.#writer.take());
    }
    if (this.#writer.length > 0) this.#socket.write(this.#writer.take());
  }

  #stalled(): void {
    if (!this.#ended && this.pending > 0) this.#options.onStall?.(this);
  }

  #end(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#stall);
    this.#socket.destroy();
    const lost = this.#calls.slice(this.#answered);
    const inReply = this.#parser.inReply;
    this.#calls = [];
    this.#answered = this.#sent = 0;
    for (const [index, call] of lost.entries()) call.lost(error, inReply && index === 0);
  }

  // --- ReplySink ---

  expect(): Expectation | undefined {
    return this.#answered < this.#sent ? this.#calls[this.#answered] : undefined;
  }

  hello(): void {
    this.#greeted = true; // what the server calls us is of no use
  }

  fits(shape: Shape, numbers: Float64Array): void {
    this.#next()?.fits(shape, numbers);
  }

  value(value: JavaValue, uid: Buffer, shape: Shape | undefined): void {
    this.#next()?.value(value, uid, shape);
  }

  exception(value: JavaValue): void {
    this.#next()?.exception(value);
  }

  #next(): Call | undefined {
    const call = this.#calls[this.#answered++];
    if (this.#answered === this.#calls.length) {
      this.#calls.length = 0;
      this.#answered = this.#sent = 0;
    }
    return call;
  }
}

const READ_BYTES = 64 * 1024;
/** All plain sockets fill it in turn, as what one has read is parsed before the next one reads. */
let readBuffer: Buffer | undefined;

/** Without this each read has a buffer of its own, and half of a poll's CPU is the collection of that garbage. */
function intoReadBuffer(receive: (bytes: Buffer) => void): OnReadOpts {
  const buffer = (readBuffer ??= Buffer.allocUnsafeSlow(READ_BYTES));
  const callback = (count: number): boolean => {
    receive(buffer.subarray(0, count));
    return true;
  };
  return { buffer, callback };
}
