// Commands that several shards answer: split by the slots of their keys, sent to all, or asked of one after the other (SCAN).
// Each part is an errand; their replies become one, in the place of the command. Not hot: parts are objects.
import type { Arguments, Command } from '../commands/find.ts';
import { encodeCommand } from '../resp/inline-command.ts';
import { errorReply } from '../resp/reply.ts';
import type { RequestFramer } from '../resp/request-framer.ts';
import type { Decision } from '../routing.ts';
import type { Request } from '../upstream/source.ts';
import type { ClusterClient } from './client.ts';
import { Errand } from './errand.ts';
import { provesKeys } from './evidence.ts';
import type { Merge, Rule } from './rules.ts';
import { cursorOf, readCursor, withCursor, writeCursor } from './scan-cursor.ts';
import { mergeReplies, mergeValues, splitBySlot, type SplitPart } from './split.ts';

const asRequest = (bytes: Buffer): Request => ({ data: bytes, start: 0, end: bytes.length });

/** Calls back with what `count` callbacks were given, in their order, when all were. */
function gather(count: number, done: (replies: Buffer[]) => void): ((reply: Buffer) => void)[] {
  const replies: Buffer[] = [];
  let left = count;
  return Array.from({ length: count }, (_, i) => (reply: Buffer) => {
    replies[i] = reply;
    if (--left === 0) done(replies);
  });
}

export function sendSplit(
  client: ClusterClient,
  command: Command,
  framer: RequestFramer,
  decision: Decision,
  { merge, step }: Extract<Rule, { kind: 'split' }>,
): void {
  const { shards, session } = client;
  if ((framer.argc - 1) % step !== 0)
    // a node would complain of the slots first
    return session.answer(errorReply(`ERR wrong number of arguments for '${command.name}' command`));
  const parts = splitBySlot(framer, step);
  if (parts.length === 0 || (parts.length === 1 && !(decision.action === 'replica' && framer.argc > 2))) {
    const shard = parts[0] ? shards.ofSlot(parts[0].slot) : shards.one();
    if (client.own !== undefined && client.own !== shard && !session.connection.watching)
      return session.untilQuiet(true);
    return client.toShard(command, decision, shard);
  }
  if (client.own !== undefined && !session.connection.watching) return session.untilQuiet(true);
  if (command.group === 'write' && client.reads.underWay()) return session.untilQuiet(true);
  command.count++;
  const reply = client.expectReply();
  const filled = gather(parts.length, (replies) => {
    if (merge !== 'values') return reply(mergeReplies(replies, merge));
    reply(mergeValues(parts.map(({ keys }, i) => ({ keys, reply: replies[i]! }))));
  });
  for (const [i, part] of parts.entries()) sendPart(client, command, part, filled[i]!);
}

function sendPart(
  client: ClusterClient,
  { group }: Command,
  part: SplitPart,
  done: (reply: Buffer) => void,
): void {
  const shard = client.shards.ofSlot(part.slot);
  const { hashes } = part;
  const kind = group === 'read' ? 'read' : group === 'write' ? 'write' : 'other';
  const options = { ...client.errandOptions(asRequest(part.bytes)), slot: part.slot, kind, hashes } as const;
  const replica = kind === 'read' ? client.reads.forPart(shard, hashes) : undefined;
  if (replica)
    return new Errand(options, (reply) => {
      replica.ended();
      if (provesKeys(reply, part.keys.length)) return done(reply);
      client.session.context.stats.confirmedReads++;
      new Errand(options, done).go();
    }).goTo(shard, replica.source);
  if (kind === 'write') client.wrote(shard);
  new Errand(options, done).go();
}

export function sendToAll(
  client: ClusterClient,
  command: Command,
  framer: RequestFramer,
  merge: Merge,
): void {
  toEach(client, command, framer, (replies) => mergeReplies(replies, merge));
}

const NULL = /^(\$-1|_)\r/;
let turn = 0;

/** RANDOMKEY: of the shards that have a key, one after the other. */
export function sendRandom(client: ClusterClient, command: Command, framer: RequestFramer): void {
  const first = turn++;
  toEach(client, command, framer, (replies) => {
    const found = replies.filter((reply) => !NULL.test(reply.toString('latin1', 0, 4)));
    return found[first % found.length] ?? replies[0]!;
  });
}

function toEach(
  client: ClusterClient,
  command: Command,
  { data, start, end }: RequestFramer,
  merge: (replies: Buffer[]) => Buffer,
): void {
  const { shards, session } = client;
  const writes = command.group === 'write';
  if (writes && client.reads.underWay()) return session.untilQuiet(true);
  command.count++;
  const kind = writes ? 'write' : command.group === 'read' ? 'read' : 'other';
  const { all } = shards;
  const reply = client.expectReply();
  const filled = gather(all.length, (replies) => reply(merge(replies)));
  for (const [i, shard] of all.entries()) {
    if (writes) client.wrote(shard);
    new Errand({ ...client.errandOptions({ data, start, end }), shard, kind }, filled[i]!).go();
  }
}

/** SCAN: the shards one after the other, by a cursor that says which. */
export function sendScan(client: ClusterClient, command: Command, framer: RequestFramer): void {
  const { shards, session } = client;
  const { all } = shards;
  const words = wordsOf(framer);
  const at = readCursor(words[1]?.toString('latin1') ?? '0', all[0]?.number ?? 0);
  if (!at) return session.answer(errorReply('ERR invalid cursor'));
  const here = shards.byNumber(at.shard) ?? all.find(({ number }) => number > at.shard);
  command.count++;
  const reply = client.expectReply();
  if (!here) return reply(Buffer.from('*2\r\n$1\r\n0\r\n*0\r\n')); // its shard is gone, and was the last
  const cursor = here.number === at.shard ? at.cursor : '0';
  const { bytes } = encodeCommand(words.map((word, i) => (i === 1 ? cursor : word)));
  const options = { ...client.errandOptions(asRequest(bytes)), shard: here, kind: 'read' } as const;
  new Errand(options, (got) => {
    if (got[0] !== 42) return reply(got);
    const next = cursorOf(got).cursor;
    if (next !== '0') return reply(withCursor(got, writeCursor({ shard: here.number, cursor: next })));
    const after = shards.all.find(({ number }) => number > here.number);
    reply(withCursor(got, after ? writeCursor({ shard: after.number, cursor: '0' }) : '0'));
  }).go();
}

const wordsOf = ({ data, args, argc }: Arguments): Buffer[] =>
  Array.from({ length: argc }, (_, i) => data.subarray(args[2 * i], args[2 * i + 1]));
