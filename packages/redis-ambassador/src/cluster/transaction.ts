// MULTI to EXEC in front of a cluster. Its shard is not known before the first key: until then MULTI and what has no key
// is answered here (+OK, +QUEUED) and kept; with the first key a connection to that shard is borrowed and gets all of it.
// When its slot moves before EXEC nothing was executed: the whole is sent again (transaction-replay.ts), or, with keys
// watched, which left, too, EXEC is null as when they have changed.
// Invariant: what is executed had all its keys in one slot; anything else is CROSSSLOT at once, and EXEC says EXECABORT.
import type { Command } from '../commands/find.ts';
import { encodeCommand } from '../resp/inline-command.ts';
import type { RequestFramer } from '../resp/request-framer.ts';
import { errorReply, OK } from '../resp/reply.ts';
import type { ClusterClient } from './client.ts';
import type { Rule } from './rules.ts';
import { HELD } from '../held.ts';
import type { Request, Source } from '../upstream/source.ts';
import { Placeholder } from './placeholder.ts';
import type { Redirect } from './redirect.ts';
import { MOVED_ERROR, TransactionReplay } from './transaction-replay.ts';
import { CROSS_SLOT, NO_KEY, slotOfCommand } from './slot-of-command.ts';
import type { Shard } from './shards.ts';

const QUEUED = Buffer.from('+QUEUED\r\n');
const NOTHING_DONE = Buffer.from('*0\r\n');
const ABORTED = errorReply('EXECABORT Transaction discarded because of previous errors.');
const CROSS_SLOT_ERROR = errorReply("CROSSSLOT Keys in request don't hash to the same slot");
const WATCH = /watch/i;
const PIN = { action: 'pin', marks: false, why: '' } as const;

const NULLS = { 2: Buffer.from('*-1\r\n'), 3: Buffer.from('_\r\n') };
/** More than this of one transaction is not kept to be sent again. */
const MOST_KEPT_BYTES = 1024 * 1024;

/**
 * open: nothing was sent yet. begun: the connection has it. broken: a command was refused, EXEC will be, too. ending: EXEC or
 * DISCARD was sent, and no other command is taken until it was answered.
 */
type State = 'none' | 'open' | 'begun' | 'broken' | 'ending';

export class Transaction {
  readonly #client: ClusterClient;
  #state: State = 'none';
  /** Of its first key. */
  #slot = NO_KEY;
  /** What was queued: to be sent with the first key, and perhaps again. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  /** Why a queued command was refused. */
  #redirect: Redirect | undefined;
  /** Slots of watched keys. */
  readonly #watched = new Set<number>();
  /** The connection on which a key could not be watched, as its slot has left: EXEC shall not succeed there. */
  #blind: Source | undefined;

  constructor(client: ClusterClient) {
    this.#client = client;
  }

  /** Whether the command belongs to a transaction; it is then dealt with. */
  takes(command: Command, framer: RequestFramer, rule: Rule | undefined): boolean {
    const { session, own } = this.#client;
    if (this.#state === 'ending' || (this.#state === 'begun' && session.own === 'none')) this.#end(); // or it was lost
    if (this.#state === 'none') {
      if (command.name === 'watch') this.#watch(command, framer, rule);
      if (command.name !== 'multi' || framer.argc !== 1 || session.own === 'relay') return false;
      this.#begin(command, own);
      return true;
    }
    if (command.name === 'quit' || command.name === 'reset') {
      this.#end();
      return false;
    }
    // With words too many they end nothing.
    if ((command.name === 'exec' || command.name === 'discard') && framer.argc === 1) this.#finish(command);
    else if (this.#state === 'broken') session.answer(QUEUED);
    else this.#queue(command, framer, rule);
    return true;
  }

  /** MULTI: with keys watched there is a connection already. */
  #begin(command: Command, own: Shard | undefined): void {
    const { session } = this.#client;
    if (own && !session.connection.watching) return session.untilQuiet(true);
    this.#state = own ? 'begun' : 'open';
    if (!own) this.#watched.clear();
    if (!own) this.#blind = undefined;
    if (own) return this.#client.toShard(command, PIN, own);
    command.count++;
    session.answer(OK);
  }

  #queue(command: Command, framer: RequestFramer, rule: Rule | undefined): void {
    const { session, shards, own } = this.#client;
    if (command.name === 'multi') return session.answer(errorReply('ERR MULTI calls can not be nested'));
    if (command.name === 'watch') return session.answer(errorReply('ERR WATCH inside MULTI is not allowed'));
    const refusal = refusalOf(command, rule);
    if (refusal !== undefined) return this.#break(errorReply(refusal));
    const slot = slotOfCommand(command, framer, rule);
    if (slot === NO_KEY && this.#state === 'open') {
      this.#keep(framer);
      return session.answer(QUEUED);
    }
    const shard = slot === NO_KEY ? own! : shards.ofSlot(slot);
    const first = this.#slot === NO_KEY;
    const foreign = first
      ? own !== undefined && own !== shard && !this.#watched.has(slot)
      : slot !== this.#slot;
    if (slot === CROSS_SLOT || (slot !== NO_KEY && foreign)) return this.#break(CROSS_SLOT_ERROR);
    if (this.#state === 'open' && this.#open(shard) !== 'begun') return;
    if (slot !== NO_KEY) this.#slot = slot;
    if (session.connection.source?.congested !== true) this.#keep(framer); // or it will come again
    this.#client.toShard(command, PIN, shard);
  }

  #finish(command: Command): void {
    const { session, shards, own } = this.#client;
    const executes = command.name === 'exec';
    if (this.#state === 'begun') {
      if (executes && this.#isBlind) return this.#fail(NULLS[session.client.identity.resp]);
      this.#client.toShard(command, PIN, own!);
      this.#state = 'ending';
      return session.untilQuiet(session.connection.source?.congested === true);
    }
    if (executes && this.#state === 'open' && this.#kept.length > 0) {
      const shard = shards.one();
      const opened = this.#open(shard);
      if (opened === 'held') return;
      if (opened === 'begun') this.#client.toShard(command, PIN, shard);
      return this.#end();
    }
    command.count++;
    const reply = this.#state === 'broken' ? ABORTED : NOTHING_DONE;
    session.answer(executes ? reply : OK);
    this.#end();
  }

  /** Sends what was kept. Held: the command will come again. Refused: it was answered with an error, and EXEC will be. */
  #open(shard: Shard): 'begun' | 'held' | 'refused' {
    const { session } = this.#client;
    this.#client.enter(shard);
    const all = [encodeCommand(['MULTI']).bytes, ...this.#kept];
    const opened = session.connection.open(all);
    if (opened === 'held') return opened;
    this.#state = opened === 'begun' ? 'begun' : 'broken';
    return opened;
  }

  #break(error: Buffer): void {
    const { session } = this.#client;
    if (this.#state === 'begun') session.connection.discard();
    this.#state = 'broken';
    session.answer(error);
  }

  /**
   * The server of its connection has refused a command. taken: the command is answered or on its way again. passed: the
   * client shall have the error. foreign: there is no transaction.
   */
  refused(source: Source, request: Request, redirect: Redirect | undefined): 'taken' | 'passed' | 'foreign' {
    const { session } = this.#client;
    const inside = this.#state !== 'none' && this.#state !== 'open';
    if (
      !inside &&
      redirect &&
      WATCH.test(request.data.toString('latin1', request.start, request.start + 16))
    ) {
      this.#blind = source;
      return this.#answer(source, OK);
    }
    if (!inside) return 'foreign';
    if (this.#state !== 'ending' || session.order.outstanding > 1) {
      if (!redirect) return 'passed';
      this.#redirect ??= redirect;
      return this.#answer(source, QUEUED);
    }
    const why = redirect ?? this.#redirect;
    if (!why) return 'passed';
    if (this.#watched.size > 0) return this.#answer(source, NULLS[session.client.identity.resp]);
    if (this.#keptBytes > MOST_KEPT_BYTES) return this.#answer(source, MOVED_ERROR);
    this.#replay(source, why);
    return 'taken';
  }

  /** Instead of what the server said. */
  #answer(source: Source, reply: Buffer): 'taken' {
    this.#client.session.deliver(source, reply, 0, reply.length, 1);
    return 'taken';
  }

  #replay(source: Source, why: Redirect): void {
    const { session } = this.#client;
    const { now, limits } = session.context;
    const place = new Placeholder();
    session.order.redirect(source, place);
    session.hold(HELD.quiet);
    const deadline = now() + limits.failoverTimeoutMs;
    const options = { slot: this.#slot, commands: this.#kept, deadline };
    const done = (reply: Buffer): void => session.deliver(place, reply, 0, reply.length, 1);
    new TransactionReplay(this.#client, options, done).follow(why);
  }

  #watch(command: Command, framer: RequestFramer, rule: Rule | undefined): void {
    if (!this.#client.session.connection.watching) {
      this.#watched.clear();
      this.#blind = undefined;
    }
    this.#watched.add(slotOfCommand(command, framer, rule));
  }

  get #isBlind(): boolean {
    return this.#blind !== undefined && this.#blind === this.#client.session.connection.source;
  }

  #keep({ data, start, end }: RequestFramer): void {
    this.#keptBytes += end - start;
    if (this.#state === 'open' || this.#keptBytes <= MOST_KEPT_BYTES)
      this.#kept.push(Buffer.from(data.subarray(start, end)));
  }

  /** EXEC is this, and nothing was executed. */
  #fail(reply: Buffer): void {
    const { session } = this.#client;
    session.connection.discard();
    session.answer(reply);
    this.#state = 'ending';
    session.untilQuiet(false);
  }

  #end(): void {
    this.#state = 'none';
    this.#slot = NO_KEY;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#redirect = undefined;
    if (!this.#client.session.connection.watching) this.#watched.clear();
  }
}

/** Why a command cannot be part of a transaction here. */
function refusalOf({ name, group }: Command, rule: Rule | undefined): string | undefined {
  if (rule?.kind === 'refuse') return rule.why;
  const word = name.replace('|', ' ').toUpperCase();
  if (group === 'local') return `ERR ${word} inside MULTI is not supported by the ambassador`;
  if (group === 'relay')
    return `ERR ${word} inside MULTI is not supported by the ambassador in front of a cluster`;
  if (rule?.kind === 'all' || rule?.kind === 'scan' || rule?.kind === 'random')
    return `ERR ${word} inside MULTI would be about one shard only, and is not supported by the ambassador`;
  return undefined;
}
