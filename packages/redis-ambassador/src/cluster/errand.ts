// One command under way in a cluster that is followed to its end: MOVED and ASK to where they point, TRYAGAIN, CLUSTERDOWN
// and lost servers until a deadline. Gets the reply as a whole. For commands that met a redirect, for the parts of a split
// one, and for those sent to all shards; the rest never costs an errand. Invariant: done once; a write that may have been
// executed is not sent again.
import { errorReply } from '../resp/reply.ts';
import { Question } from '../upstream/question.ts';
import type { Identity, Lost, ReplyOwner, Request, Source } from '../upstream/source.ts';
import { readerOf } from './reader-identity.ts';
import { readRedirect } from './redirect.ts';
import type { Shard, Shards } from './shards.ts';

export const ASKING = Buffer.from('*1\r\n$6\r\nASKING\r\n');

export type ErrandOptions = Request & {
  readonly shards: Shards;
  readonly identity: Identity;
  readonly large: boolean;
  readonly now: () => number;
  /** The slot it is for, or the one shard; neither: any. */
  readonly slot?: number;
  readonly shard?: Shard;
  /** read: may be repeated. write: marks keys. other: neither. */
  readonly kind: 'read' | 'write' | 'other';
  /** Hashes of the keys that it writes; without them everything counts as written. */
  readonly hashes?: readonly number[];
  /** When to give up, of now(). */
  readonly deadline: number;
};

export class Errand implements ReplyOwner {
  readonly #options: ErrandOptions;
  readonly #done: (reply: Buffer) => void;
  #parts: Buffer[] = [];

  constructor(options: ErrandOptions, done: (reply: Buffer) => void) {
    this.#options = options;
    this.#done = done;
  }

  /** Sends it to the primary of its shard; a read, while there is none, to a replica that has applied everything. */
  go(): void {
    const { shards, slot, shard, identity, large, kind } = this.#options;
    const to = shard ?? (slot === undefined ? shards.one() : shards.ofSlot(slot));
    const { primary, marks } = to.exchange;
    // Without a primary a replica has the last word, except of what may just have left it.
    const headless = kind === 'read' && primary?.up !== true && !shards.moving;
    const reader = headless ? to.exchange.pickReader(marks.latest) : undefined;
    if (reader && reader !== primary) this.goTo(to, reader.lane(readerOf(identity), large));
    else this.goTo(to, to.exchange.primarySource(identity, large));
  }

  goTo({ exchange, fences }: Shard, source: Source): void {
    const { kind, hashes, data, start, end } = this.#options;
    let epoch = kind === 'read' ? 0 : -1;
    if (kind === 'write') {
      if (hashes) for (const hash of hashes) exchange.marks.mark(hash);
      else exchange.marks.markAll();
      epoch = exchange.marks.sent();
      if (exchange.replicas.length > 0) fences.wake();
    }
    const server = exchange.serverOf(source);
    if (server) server.commands++;
    source.send(this, data, start, end, epoch);
  }

  /** Takes up an error reply; false when it is about the command itself. */
  redirected(source: Source, data: Buffer, from: number, to: number): boolean {
    const { shards } = this.#options;
    const at = shards.ofSource(source)?.exchange.serverOf(source);
    const redirect = readRedirect(data, from, to, at?.endpoint.host ?? '127.0.0.1');
    if (redirect === undefined || this.#late) return false;
    shards.counts.retries++;
    if (redirect.kind === 'moved') {
      const shard = shards.moved(redirect.slot, redirect.to);
      if (shard === undefined) shards.later(() => this.go());
      else this.goTo(shard, shard.exchange.primarySource(this.#options.identity, this.#options.large));
    } else if (redirect.kind === 'ask') this.#ask(shards.asked(redirect.slot, redirect.to));
    else {
      if (redirect.kind === 'unfit') shards.ofSource(source)?.exchange.distrust(at);
      shards.nudge();
      shards.later(() => this.go());
    }
    return true;
  }

  room(): number {
    return 1;
  }

  deliver(_source: Source, data: Buffer, from: number, to: number, completed: number): void {
    this.#parts.push(data.subarray(from, to));
    if (completed > 0) this.#done(this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts));
  }

  refused(
    source: Source,
    _request: Request,
    _epoch: number,
    data: Buffer,
    from: number,
    to: number,
  ): boolean {
    return this.redirected(source, data, from, to);
  }

  lost(_source: Source, { sent, final, why }: Lost): void {
    if (final !== undefined) return this.#done(errorReply(final));
    if (sent && this.#options.kind !== 'read')
      return this.#done(
        errorReply(
          `ERR the ambassador lost the server while this command was under way, it may or may not have been executed: ${why}`,
        ),
      );
    const { shards } = this.#options;
    if (!this.#late) {
      shards.counts.retries++;
      return this.go();
    }
    this.#done(
      errorReply(
        `TRYAGAIN the ambassador found nobody to take this command in time: ${[why, ...shards.complaints].join('; ')}`,
      ),
    );
  }

  torn(_source: Source, why: string): void {
    this.#done(errorReply(`ERR the ambassador lost the server in the midst of its reply: ${why}`));
  }

  get #late(): boolean {
    return this.#options.now() >= this.#options.deadline;
  }

  #ask(target: ReturnType<Shards['asked']>): void {
    const { shards, identity, large } = this.#options;
    if (target === undefined) return shards.later(() => this.go());
    const lane = target.server.lane(identity, large);
    lane.send(new Question(() => {}), ASKING, 0, ASKING.length, -1);
    this.goTo(target.shard, lane);
  }
}
