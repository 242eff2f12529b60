// What --explain and AMBASSADOR ROUTE say in front of a cluster.
import { expect, test } from 'vitest';
import { explainRoute } from '../../src/explain.ts';

const policy = {
  readFrom: 'prefer-replica',
  consistency: 'key',
  readOnly: false,
  rewriteReads: false,
  denied: new Set<string>(),
  renamed: new Map<string, string>(),
} as const;

test.each([
  { in: 'GET a', out: /^GET a -> a replica, .*, of the shard of slot 15495: it only reads; keys: a; to the/ },
  { in: 'SET a 1', out: /the primary, .*, of the shard of slot 15495: it may write; keys: a$/ },
  {
    in: 'MGET a b',
    out: /taken apart, to the shards of slot 15495, slot 3300: one command for each: it only reads/,
  },
  { in: 'MGET {t}a {t}b', out: /the shard of slot 15891/ },
  { in: 'SINTER a b', out: /nowhere: refused: CROSSSLOT its keys are in several slots; keys: a b$/ },
  { in: 'SINTER {t}a {t}b', out: /the primary, .* proves that they have the key; keys: {t}a {t}b$/ },
  { in: 'HSCAN h 0', out: /the primary, .*of the shard of slot/ },
  { in: 'DBSIZE', out: /the primary of every shard; numbers are added/ },
  { in: 'SCAN 0', out: /all shards, one after the other/ },
  { in: 'MONITOR', out: /nowhere: refused: .*would be about one shard only/ },
  { in: 'WAIT 1 0', out: /the shard of this client's last write/ },
  { in: 'INFO', out: /of any one shard/ },
  { in: 'SPUBLISH a x', out: /slot 15495/ },
  { in: 'QUIT', out: /nowhere: the ambassador answers/ },
])('$in', ({ in: text, out }) => {
  expect(explainRoute(text.split(' '), policy, { ...policy, nameShard: () => undefined })).toMatch(out);
});

const nameShard = (slot: number): { primary: string; readers: string } => ({
  primary: `p${slot % 3}:1`,
  readers: `r${slot % 3}:1`,
});

test('a running ambassador names the shard', () => {
  const said = explainRoute(['GET', 'a'], policy, { ...policy, nameShard });
  expect(said).toMatch(/of the shard of slot 15495 \(p0:1\): .*; just now: r0:1$/);
});
