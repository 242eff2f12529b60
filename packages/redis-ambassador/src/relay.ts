// A connection that talks to its client unasked (SUBSCRIBE, MONITOR, CLIENT TRACKING, SYNC): bytes pass as they come, beside
// the order of commands and replies. For own-connection.ts. Replies are framed all the same: to know how many channels are
// subscribed to, so that the connection can be given back after the last, and to find sync points, a PING of our own with a
// word nobody else uses. Invariant: at a sync point everything that was asked before is answered; only there do we answer
// ourselves, or give the connection back. More than 300 lines, as it is one state machine.
import type { Arguments, Command } from './commands/find.ts';
import { HELD } from './held.ts';
import { answerLocally } from './local-commands.ts';
import { encodeCommand } from './resp/inline-command.ts';
import { errorReply } from './resp/reply.ts';
import { ReplyFramer } from './resp/reply-framer.ts';
import type { RequestFramer } from './resp/request-framer.ts';
import type { Session } from './session.ts';
import type { Connection } from './upstream/connection.ts';

const [STAR, PUSH, PLUS, MINUS] = [42, 62, 43, 45];
/** Replies longer than this are passed on in pieces and not looked at: confirmations and sync points are shorter. */
const INSPECTED_BYTES = 1024;
const SUBSCRIPTION = /^[ps]?(un)?subscribe$/;
const CONFIRMATION = /^[*>]3\r\n\$\d+\r\n(s?)p?(?:un)?subscribe\r\n/;
const MESSAGE = /^[*>][34]\r\n\$\d+\r\n[ps]?message\r\n/;
/** What MONITOR shows of the ambassador's own questions. */
const OUR_QUESTIONS =
  /^\+[\d.]+ \[\d+ [^\]]*\] "(?:ROLE|info|INFO|SELECT|PING" "podmate-sync-\d+|CLIENT" "(?:ID|SETNAME" "redis-ambassador))"/;
/** Commands that bring the client here and still have one reply each. */
const PLAIN = /^(client\|(tracking|caching|no-evict|no-touch)|debug)$/;
const MONITOR_LINE = /^\+\d+\.\d+ \[/;

/** Who borrowed the connection. */
export type Lender = {
  /** The client is no longer spoken to unasked: the connection can be given back. */
  release(): void;
  /** A reply to a command has come; `all` when none is awaited any more. */
  answered(all: boolean): void;
};

export type TransactionState = { readonly inMulti: boolean; readonly watching: boolean };

let serial = 0;

export class Relay {
  readonly #session: Session;
  readonly #source: Connection;
  readonly #lender: Lender;
  #framer = new ReplyFramer();
  /** The beginning of a reply that is short so far. */
  #held: Buffer | undefined;
  #channels = 0;
  #shards = 0;
  /** It has asked to end subscriptions, and how many are left is not known before the next sync point. */
  #unsubscribing = false;
  /** More than subscriptions keeps it, until RESET. */
  #forGood = false;
  #monitors = false;
  /** A replication stream is no protocol. */
  #raw = false;
  #inMulti: boolean;
  #watching: boolean;
  #silent = false;
  #over = false;
  /** Replies to commands that have not come yet. */
  #awaited = 0;
  /** Every command has one reply: `#awaited` is all there is to know, and no sync point is needed while it is 0. */
  #plain = true;
  /** CLIENT TRACKING REDIRECT: the other client as the server knows it, and as we do. */
  redirected: { readonly serverId: number; readonly id: number } | undefined;
  #marker: Buffer | undefined;
  #atMarker: () => void = () => {};
  /** The command that was held back for it may be answered here now. */
  #synced = false;
  #capture: ((reply: Buffer) => void) | undefined;

  constructor(session: Session, source: Connection, lender: Lender, { inMulti, watching }: TransactionState) {
    this.#session = session;
    this.#source = source;
    this.#lender = lender;
    this.#inMulti = inMulti;
    this.#watching = watching;
    source.relayTo(
      (chunk) => this.#receive(chunk),
      () => !this.#over && this.#session.destroy(),
    );
    if (session.client.repliesOff) this.#write(encodeCommand(['CLIENT', 'REPLY', 'OFF']).bytes);
    this.#silent = session.client.repliesOff;
  }

  /** Sends a command of the client, or answers it here at the next sync point. */
  pass(command: Command, framer: RequestFramer): void {
    const { name } = command;
    if (this.#isOurs(command)) return this.#here(command, framer);
    if (name === 'client|tracking' && !this.#reachable(framer)) return;
    command.count++;
    this.#synced = false;
    if (command.group === 'relay' || name === 'client|reply') this.#plain &&= PLAIN.test(name);
    if (!SUBSCRIPTION.test(name)) this.#track(command, framer);
    else if (name.includes('unsub')) this.#unsubscribing = true;
    const bytes = name === 'client|tracking' ? this.#redirected(framer) : undefined;
    if (bytes) this.#source.write(bytes, 0, bytes.length);
    else this.#source.write(framer.data, framer.start, framer.end);
    if (!this.#source.congested) return;
    this.#session.hold(HELD.congested);
    this.#source.whenFree(() => this.#session.release(HELD.congested));
  }

  /** The reply to a command of our own, at a sync point. */
  ask(bytes: Buffer, answer: (reply: Buffer) => void): void {
    this.#capture = answer;
    this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    this.#source.write(bytes, 0, bytes.length);
  }

  #track({ name, group }: Command, { data, args, argc }: Arguments): void {
    if (!this.#silent) this.#awaited++;
    if (name === 'multi') this.#inMulti = true;
    else if (name === 'watch') this.#watching = true;
    else if (name === 'exec' || name === 'discard') this.#inMulti = this.#watching = false;
    else if (name === 'unwatch') this.#watching &&= this.#inMulti;
    else if (name === 'select') this.#forGood = true; // which database it is after EXEC only the server knows
    else if (name === 'client|reply' && argc === 3)
      this.#replyMode(data.toString('latin1', args[4], args[5]));
    else if (name === 'sync' || name === 'psync') this.#raw = true;
    else if (group === 'relay') {
      if (!this.#forGood && this.#awaited === 1 && this.#channels + this.#shards === 0) this.#tellName();
      this.#forGood = true;
      if (name !== 'monitor' || this.#monitors) return;
      this.#monitors = true;
      this.#session.context.exchange.monitors++;
    }
  }

  /** From here on the server's logs may call it by its name. With nothing awaited but what is sent next. */
  #tellName(): void {
    const { name } = this.#session.client;
    if (name !== '') this.ask(encodeCommand(['CLIENT', 'SETNAME', name]).bytes, () => {});
  }

  #replyMode(mode: string): void {
    const word = mode.toLowerCase();
    this.#silent = word === 'off' || (this.#silent && word !== 'on');
    this.#session.client.repliesOff = this.#silent;
    this.#awaited = 0;
  }

  /** The relay ends: with its client, or as it is given back. */
  end(): void {
    this.#over = true;
    if (this.#monitors) this.#session.context.exchange.monitors--;
    this.#monitors = false;
  }

  /** About the client's own connection, in a state in which Redis answers that at all. */
  #isOurs({ name, group }: Command): boolean {
    if (this.#raw || this.#silent) return name === 'reset';
    if (name === 'quit' || name === 'reset') return true;
    if (this.#session.client.identity.resp === 2 && this.#channels + this.#shards > 0)
      return this.#unsubscribing && group === 'local';
    if (name === 'client|reply' || (name === 'select' && this.#inMulti)) return false;
    return group === 'local' && name !== 'exec' && name !== 'discard' && name !== 'unwatch';
  }

  #here(command: Command, framer: RequestFramer): void {
    const { name } = command;
    const synced = this.#synced || (this.#plain && this.#awaited === 0 && !this.#inMulti);
    if (synced || this.#raw || this.#silent) {
      const told = synced && this.#forGood && name === 'client|setname';
      this.#synced = false;
      answerLocally(this.#session, command, framer);
      return told ? this.#tellName() : undefined;
    }
    if (!this.#inMulti || name === 'quit' || name === 'reset') {
      this.#session.untilQuiet(true);
      return this.#sync('PING', () => (this.#synced = true));
    }
    const why = `ERR ${name.replace('|', ' ')} inside MULTI is not supported by the ambassador`;
    this.#sync('', () => this.#session.output.write(errorReply(why))); // an unknown command: EXEC shall fail
  }

  /** Calls back when all that was asked before is answered; until then the client's next command is held. */
  #sync(name: 'PING' | '', then: () => void): void {
    const word = `podmate-sync-${++serial}`;
    this.#session.hold(HELD.answer);
    this.#marker = Buffer.from(word);
    this.#atMarker = then;
    this.#write(encodeCommand(name === '' ? [word] : [name, word]).bytes);
  }

  #receive(read: Buffer): void {
    if (this.#raw) return this.#give(read, 0, read.length);
    const chunk = this.#held ? Buffer.concat([this.#held, read]) : read;
    this.#held = undefined;
    let [sent, at] = [0, 0];
    while (at < chunk.length) {
      const begin = at;
      const fresh = this.#framer.between;
      at = this.#framer.next(chunk, at, chunk.length);
      if (this.#framer.broken) return this.#source.end(new Error('the server sent what is no reply'));
      if (!this.#framer.between) {
        if (!fresh || at - begin > INSPECTED_BYTES) break;
        this.#framer = new ReplyFramer(); // short and not complete: framed again with what comes next
        this.#held = chunk.subarray(begin);
        at = begin;
        break;
      }
      if (!fresh) {
        this.#answered();
        continue;
      }
      const ours = this.#inspect(chunk, begin, at);
      if (!ours) continue;
      this.#give(chunk, sent, begin);
      sent = at;
      ours();
    }
    this.#give(chunk, sent, at);
    this.#leaveIfIdle();
  }

  #give(chunk: Buffer, from: number, to: number): void {
    if (from === to) return;
    const { output, context } = this.#session;
    output.write(chunk.subarray(from, to));
    if (output.bufferedBytes > context.limits.clientBufferBytes) this.#source.pauseReading();
  }

  /** What to do with a reply that is not the client's; undefined when it is. */
  #inspect(chunk: Buffer, from: number, to: number): (() => void) | undefined {
    const first = chunk[from];
    const short = to - from <= INSPECTED_BYTES;
    if (this.#marker && short && chunk.subarray(from, to).includes(this.#marker)) return () => this.#marked();
    if (first === STAR || first === PUSH) {
      const head = chunk.toString('latin1', from, Math.min(to, from + 40));
      const [, shard] = CONFIRMATION.exec(head) ?? [];
      if (shard !== undefined) return this.#confirmed(shard, chunk.toString('latin1', to - 14, to));
      if (first === PUSH || MESSAGE.test(head)) return undefined;
    }
    if (first === PLUS && this.#monitors && MONITOR_LINE.test(chunk.toString('latin1', from, from + 40)))
      return OUR_QUESTIONS.test(chunk.toString('latin1', from, Math.min(to, from + 120)))
        ? () => {}
        : undefined;
    const answer = this.#capture;
    if (answer) {
      this.#capture = undefined;
      return () => answer(Buffer.from(chunk.subarray(from, to)));
    }
    if (first === MINUS && this.#channels + this.#shards === 0) this.#idle = true;
    this.#answered();
    return undefined;
  }

  /** The last of its subscriptions may be gone. */
  #idle = false;

  #confirmed(shard: string, tail: string): undefined {
    const count = Number(/:(\d+)\r\n$/.exec(tail)?.[1]);
    if (shard === 's') this.#shards = count;
    else this.#channels = count;
    this.#idle = this.#channels + this.#shards === 0;
    return undefined;
  }

  #answered(): void {
    if (this.#awaited > 0) this.#awaited--;
    this.#lender.answered(this.#awaited === 0);
  }

  #leaveIfIdle(): void {
    if (!this.#idle || this.#marker || this.#capture || this.#forGood || this.#raw) return;
    if (this.#inMulti || this.#watching || this.#silent) return;
    this.#idle = false;
    this.#sync('PING', () => {
      if (this.#channels + this.#shards > 0) return;
      this.#source.endRelay();
      this.#lender.release();
    });
  }

  #marked(): void {
    this.#marker = undefined;
    this.#unsubscribing = false;
    this.#atMarker();
    this.#session.release(HELD.answer);
  }

  /** Keeps the connection until RESET, as the server will speak to its client for another's sake. */
  keep(): void {
    this.#forGood = true;
  }

  /** False: the client that CLIENT TRACKING redirects to has no connection of its own yet, and the command waits for it. */
  #reachable(framer: Arguments): boolean {
    const { target } = this.#redirection(framer);
    if (!target || target === this.#session || target.connection.beSpokenTo()) return true;
    this.#session.untilQuiet(true);
    this.#session.hold(HELD.answer);
    target.connection.whenReady(() => this.#session.release(HELD.answer));
    return false;
  }

  #redirection({ data, args, argc }: Arguments): {
    words: string[];
    at: number;
    target: Session | undefined;
  } {
    const words = Array.from({ length: argc }, (_, i) =>
      data.toString('latin1', args[2 * i], args[2 * i + 1]),
    );
    const at = words.findIndex((word) => word.toLowerCase() === 'redirect') + 1;
    const target = at > 0 && at < argc ? this.#session.context.session(Number(words[at])) : undefined;
    return { words, at, target };
  }

  /** CLIENT TRACKING ... REDIRECT id: the id of the other client's connection at the server. */
  #redirected(framer: Arguments): Buffer | undefined {
    const { words, at, target } = this.#redirection(framer);
    const serverId = target?.connection.source?.serverId;
    this.redirected = target && serverId !== undefined ? { serverId, id: target.id } : undefined;
    if (serverId === undefined) return undefined;
    words[at] = String(serverId);
    return encodeCommand(words.map((word) => Buffer.from(word, 'latin1'))).bytes;
  }
}
