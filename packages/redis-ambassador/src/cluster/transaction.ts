// MULTI to EXEC in front of a cluster. Its shard is not known before the first key: until then MULTI and what has no key
// is answered here (+OK, +QUEUED) and kept; with the first key a connection to that shard is borrowed and gets all of it.
// Invariant: what is executed had all its keys in one slot; anything else is CROSSSLOT at once, and EXEC says EXECABORT.
import type { Command } from '../commands/find.ts';
import { encodeCommand } from '../resp/inline-command.ts';
import type { RequestFramer } from '../resp/request-framer.ts';
import { errorReply, OK } from '../resp/reply.ts';
import type { ClusterClient } from './client.ts';
import type { Rule } from './rules.ts';
import { CROSS_SLOT, NO_KEY, slotOfCommand } from './slot-of-command.ts';
import type { Shard } from './shards.ts';

const QUEUED = Buffer.from('+QUEUED\r\n');
const NOTHING_DONE = Buffer.from('*0\r\n');
const ABORTED = errorReply('EXECABORT Transaction discarded because of previous errors.');
const CROSS_SLOT_ERROR = errorReply("CROSSSLOT Keys in request don't hash to the same slot");
const PIN = { action: 'pin', marks: false, why: '' } as const;

/** open: nothing was sent yet. begun: the connection has it. broken: a command was refused, EXEC will be, too. */
type State = 'none' | 'open' | 'begun' | 'broken';

export class Transaction {
  readonly #client: ClusterClient;
  #state: State = 'none';
  /** Of its first key. */
  #slot = NO_KEY;
  /** Commands without keys, before the first with one. */
  #kept: Buffer[] = [];

  constructor(client: ClusterClient) {
    this.#client = client;
  }

  /** Whether the command belongs to a transaction; it is then dealt with. */
  takes(command: Command, framer: RequestFramer, rule: Rule | undefined): boolean {
    const { session, own } = this.#client;
    if (this.#state === 'begun' && session.own === 'none') this.#end(); // the connection was lost
    if (this.#state === 'none') {
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
      this.#kept.push(Buffer.from(framer.data.subarray(framer.start, framer.end)));
      return session.answer(QUEUED);
    }
    const shard = slot === NO_KEY ? own! : shards.ofSlot(slot);
    const foreign = this.#slot === NO_KEY ? own !== undefined && own !== shard : slot !== this.#slot;
    if (slot === CROSS_SLOT || (slot !== NO_KEY && foreign)) return this.#break(CROSS_SLOT_ERROR);
    if (this.#state === 'open' && this.#open(shard) !== 'begun') return;
    if (slot !== NO_KEY) this.#slot = slot;
    this.#client.toShard(command, PIN, shard);
  }

  #finish(command: Command): void {
    const { session, shards, own } = this.#client;
    const executes = command.name === 'exec';
    if (this.#state === 'begun') {
      this.#client.toShard(command, PIN, own!);
      return this.#end();
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
    this.#kept = [];
    return opened;
  }

  #break(error: Buffer): void {
    const { session } = this.#client;
    if (this.#state === 'begun') session.connection.discard();
    this.#state = 'broken';
    session.answer(error);
  }

  #end(): void {
    this.#state = 'none';
    this.#slot = NO_KEY;
    this.#kept = [];
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
