// Every command there is has a decision in front of a cluster; what has no key has one of its own.
import { describe, expect, test } from 'vitest';
import { commands, findCommand } from '../../src/commands/find.ts';
import { ruledSubcommands, ruleOf } from '../../src/cluster/rules.ts';
import { framed } from '../framing.ts';

const rule = (text: string): ReturnType<typeof ruleOf> =>
  ruleOf(findCommand(framed(...text.split(' '))), () => text.split(' ')[1]?.toLowerCase() ?? '');

describe.each(commands)('$name', (command) => {
  test('has a decision, and goes by slot only when its keys can be found', () => {
    const decided = ruleOf(command, () => '');
    expect(decided).toBeDefined();
    expect(decided?.kind === 'slot' && command.keys === null).toBe(false);
  });
});

test('no decision is for a command that does not exist', () => {
  const names = new Set(commands.map(({ name }) => name));
  const containers = new Set(['config', 'slowlog', 'latency', 'acl', 'pubsub', 'unknown']);
  const strange = ruledSubcommands.filter((name) => !names.has(name) && !containers.has(name.split('|')[0]!));
  expect(strange).toEqual([]);
});

test.each([
  ['GET a', 'slot'],
  ['SINTER a b', 'slot'],
  ['EVAL script 1 a', 'slot'],
  ['XREAD COUNT 1 STREAMS s 0', 'slot'],
  ['MSETNX a 1 b 2', 'slot'],
  ['OBJECT ENCODING a', 'slot'],
  ['MGET a b', 'split'],
  ['MSET a 1 b 2', 'split'],
  ['DEL a b', 'split'],
  ['UNLINK a b', 'split'],
  ['EXISTS a b', 'split'],
  ['TOUCH a b', 'split'],
  ['DBSIZE', 'all'],
  ['KEYS *', 'all'],
  ['FLUSHALL', 'all'],
  ['SCRIPT LOAD x', 'all'],
  ['FUNCTION LOAD x', 'all'],
  ['CONFIG SET a b', 'all'],
  ['CONFIG GET a', 'one'],
  ['SLOWLOG LEN', 'all'],
  ['SLOWLOG GET', 'one'],
  ['PUBSUB NUMSUB a', 'one'],
  ['PUBSUB SHARDCHANNELS', 'all'],
  ['PUBLISH a b', 'one'],
  ['SPUBLISH a b', 'like-key'],
  ['SSUBSCRIBE a', 'like-key'],
  ['JSON.GET a', 'like-key'],
  ['RANDOMKEY', 'random'],
  ['SCAN 0', 'scan'],
  ['HSCAN h 0', 'slot'],
  ['WAIT 1 0', 'last'],
  ['INFO', 'one'],
  ['PING', 'one'],
  ['CLUSTER INFO', 'refuse'],
  ['READONLY', 'refuse'],
  ['MONITOR', 'refuse'],
  ['SHUTDOWN', 'refuse'],
])('%s: %s', (text, kind) => expect(rule(text)?.kind).toBe(kind));
