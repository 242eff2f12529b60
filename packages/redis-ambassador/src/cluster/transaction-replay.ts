// A transaction of which nothing was executed, as its slot has gone elsewhere between MULTI and EXEC: sent again as a whole,
// over a borrowed connection to whoever has the slot now, until a deadline. Invariant: EXEC is never sent again once it may
// have been executed; the one reply is EXEC's, or an error that says which of the two it is.
import { lostReply } from '../lost-commands.ts';
import { encodeCommand } from '../resp/inline-command.ts';
import { errorReply } from '../resp/reply.ts';
import type { Connection } from '../upstream/connection.ts';
import type { Server } from '../upstream/server.ts';
import type { Identity, Lost, ReplyOwner, Request, Source } from '../upstream/source.ts';
import type { ClusterClient } from './client.ts';
import { ASKING } from './errand.ts';
import type { Redirect } from './redirect.ts';
import type { Shard } from './shards.ts';

export const MOVED_ERROR = errorReply(
  'TRYAGAIN the slot of this transaction is being moved, and nothing of it was executed (redis-ambassador)',
);
const MULTI = encodeCommand(['MULTI']).bytes;
const EXEC = encodeCommand(['EXEC']).bytes;
const MINUS = 45;

export type ReplayOptions = {
  readonly slot: number;
  /** What was queued, in its order. */
  readonly commands: readonly Buffer[];
  /** When to give up, of context.now. */
  readonly deadline: number;
};

export class TransactionReplay implements ReplyOwner {
  readonly #client: ClusterClient;
  readonly #options: ReplayOptions;
  readonly #identity: Identity;
  readonly #done: (reply: Buffer) => void;
  #server: Server | undefined;
  #shard: Shard | undefined;
  #connection: Connection | undefined;
  /** Replies still to come; the last is EXEC's. */
  #left = 0;
  #parts: Buffer[] = [];
  #redirect: Redirect | undefined;

  constructor(client: ClusterClient, options: ReplayOptions, done: (reply: Buffer) => void) {
    this.#client = client;
    this.#options = options;
    this.#identity = client.session.client.identity;
    this.#done = done;
  }

  /** Sends it where the redirect points to, which the shards know of already. */
  follow(redirect: Redirect): void {
    const { shards } = this.#client;
    shards.counts.retries++;
    if (redirect.kind === 'moved') return this.#go();
    const target = redirect.kind === 'ask' ? shards.asked(redirect.slot, redirect.to) : undefined;
    if (target) this.#send(target.shard, target.server, [ASKING, MULTI]);
    else shards.later(() => this.#go());
  }

  room(): number {
    return 1;
  }

  deliver(source: Source, data: Buffer, from: number, to: number, completed: number): void {
    if (this.#left > 1) {
      this.#left -= completed;
      return;
    }
    this.#parts.push(data.subarray(from, to));
    if (completed === 0 || source !== this.#connection) return;
    const reply = Buffer.concat(this.#parts);
    this.#server?.giveBack(this.#identity, this.#connection);
    this.#connection = undefined;
    if (reply[0] === MINUS && this.#redirect) return this.follow(this.#redirect);
    this.#mark();
    this.#done(reply);
  }

  /** Only looked at: EXEC's error is what decides. */
  refused(
    source: Source,
    _request: Request,
    _epoch: number,
    data: Buffer,
    from: number,
    to: number,
  ): boolean {
    if (source !== this.#connection) return false;
    this.#redirect ??= this.#client.readRedirect(this.#server, data, from, to);
    return false;
  }

  lost(source: Source, { sent, final, why }: Lost): void {
    if (source !== this.#connection) return; // the others of the same transaction
    this.#connection = undefined;
    if (final !== undefined) this.#done(errorReply(final));
    else if (sent) this.#done(this.#lost(why));
    else this.#client.shards.later(() => this.#go());
  }

  torn(_source: Source, why: string): void {
    this.#connection = undefined;
    this.#done(this.#lost(why));
  }

  #lost(why: string): Buffer {
    return lostReply(this.#client.session.context.stats, { sent: true, why });
  }

  #go(): void {
    const { shards, session } = this.#client;
    const shard = shards.ofSlot(this.#options.slot);
    const { primary } = shard.exchange;
    if (session.context.now() >= this.#options.deadline) this.#done(MOVED_ERROR);
    else if (primary?.up) this.#send(shard, primary, [MULTI]);
    else shards.later(() => this.#go());
  }

  #send(shard: Shard, server: Server, first: readonly Buffer[]): void {
    if (this.#client.session.context.now() >= this.#options.deadline) return this.#done(MOVED_ERROR);
    const all = [...first, ...this.#options.commands, EXEC];
    this.#shard = shard;
    this.#server = server;
    this.#connection = server.borrow(this.#identity);
    this.#left = all.length;
    this.#parts = [];
    this.#redirect = undefined;
    this.#mark();
    for (const bytes of all) this.#connection.send(this, bytes, 0, bytes.length, -1);
  }

  /** When it is sent and again when it was executed, as any keys of its shard. */
  #mark(): void {
    if (!this.#shard) return;
    this.#shard.changeHands();
    this.#client.wrote(this.#shard);
  }
}
