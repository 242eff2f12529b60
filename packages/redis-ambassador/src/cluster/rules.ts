// What becomes of each command in front of a cluster: data only, for the client's router and the test that holds it against
// every command there is. A command with keys goes to the shard of their slot, and all must be in one, as Redis says; here
// stands what is otherwise: commands that may be split, and those without keys, each with its decision.
import type { Command } from '../commands/find.ts';

/** How the replies of several shards become one. */
export type Merge =
  | 'agree' // the same from each: one of them; an error of any is the answer
  | 'any' // one success is enough (SCRIPT KILL)
  | 'sum' // numbers are added, within arrays place by place
  | 'least' // the same with the least (SCRIPT EXISTS: there when it is everywhere)
  | 'concat'; // arrays one behind the other

export type Rule =
  /** To the shard of the slot of its keys. */
  | { readonly kind: 'slot' }
  /** To the shards of its keys, slot by slot, `step` arguments each: values in the order of the keys, a sum, or OK. */
  | { readonly kind: 'split'; readonly merge: 'values' | 'sum' | 'agree'; readonly step: 1 | 2 }
  /** To any one shard. */
  | { readonly kind: 'one' }
  /** To the primary of every shard. */
  | { readonly kind: 'all'; readonly merge: Merge }
  | { readonly kind: 'scan' }
  | { readonly kind: 'random' }
  /** WAIT: the shard of the client's last write. */
  | { readonly kind: 'last' }
  /** Its argument `at` is to be taken for a key. */
  | { readonly kind: 'like-key'; readonly at: number }
  | { readonly kind: 'refuse'; readonly why: string };

const SLOT: Rule = { kind: 'slot' };
/** Also for commands of modules and later versions: nearly all have their key first, and a node that knows better says MOVED. */
const LIKE_KEY: Rule = { kind: 'like-key', at: 1 };
const ONE: Rule = { kind: 'one' };
const NO: Rule = {
  kind: 'refuse',
  why: 'ERR the ambassador does not support this command in front of a cluster: it would be about one shard only',
};
/** What a Redis says that is no cluster: to the client this is one. */
const DISABLED: Rule = { kind: 'refuse', why: 'ERR This instance has cluster support disabled' };
const all = (merge: Merge): Rule => ({ kind: 'all', merge });

const rows: readonly (readonly [rule: Rule, names: string])[] = [
  [{ kind: 'split', merge: 'values', step: 1 }, 'mget'],
  [{ kind: 'split', merge: 'sum', step: 1 }, 'del unlink exists touch'],
  // Not atomic across slots, which the README says; MSETNX could not keep its word at all and stays in one slot.
  [{ kind: 'split', merge: 'agree', step: 2 }, 'mset'],
  [all('sum'), 'dbsize slowlog|len pubsub|shardnumsub'],
  [all('concat'), 'keys pubsub|shardchannels'],
  [{ kind: 'random' }, 'randomkey'],
  [{ kind: 'scan' }, 'scan'],
  [{ kind: 'last' }, 'wait waitaof'],
  [LIKE_KEY, 'spublish ssubscribe sunsubscribe'],
  [all('agree'), 'flushall flushdb script|flush script|load function|delete function|flush function|load'],
  [all('agree'), 'function|restore config|set config|resetstat config|rewrite slowlog|reset'],
  [all('agree'), 'acl|setuser acl|deluser acl|load acl|save client|pause client|unpause memory|purge'],
  [all('agree'), 'save bgsave bgrewriteaof script|debug trimslots'],
  [all('any'), 'script|kill function|kill'],
  [all('least'), 'script|exists'],
  [all('sum'), 'latency|reset'],
  [ONE, 'ping echo time lastsave lolwut command info role config latency slowlog acl module swapdb'],
  [
    ONE,
    'function|dump function|help function|list function|stats script|help script|show object|help memory|help',
  ],
  [ONE, 'memory|doctor memory|malloc-stats memory|stats xinfo|help xgroup|help pfselftest client|help'],
  [ONE, 'client|kill client|list client|unblock client|trackinginfo hotkeys commandlog unknown|'],
  // The bus of the cluster carries a message to all nodes; numbers of subscribers are those of one node.
  [ONE, 'publish pubsub subscribe psubscribe unsubscribe punsubscribe'],
  [NO, 'monitor sync psync replconf shutdown debug failover replicaof slaveof backup himport'],
  [NO, 'client|tracking client|caching client|no-evict client|no-touch client|import-source migrate'],
  [DISABLED, 'cluster asking readonly readwrite clusterscan sflush'],
  [ONE, 'multi'], // which then waits for its first key
];

const table = new Map(rows.flatMap(([rule, names]) => names.split(' ').map((name) => [name, rule] as const)));

/** Names in the table that are subcommands of one that the table of commands does not take apart. */
export const ruledSubcommands: readonly string[] = [...table.keys()].filter((name) => name.includes('|'));
const containers = new Set(ruledSubcommands.map((name) => name.slice(0, name.indexOf('|'))));

/** Whether a replica's reply can prove that it had the keys (evidence.ts): otherwise the primary is asked at once. */
export function replicaMayAnswer({ group }: Command, oneKey: boolean, rule: Rule | undefined): boolean {
  return group === 'read' && (oneKey || rule?.kind === 'split');
}

/** The decision for a command; `second` gives its second word in lower case, asked for only where it matters. */
export function ruleOf({ name, keys, group, sub: isSub }: Command, second: () => string): Rule | undefined {
  const sub = containers.has(name) ? table.get(`${name}|${second()}`) : undefined;
  if (group === 'local') return ONE; // answered here, or by the transaction
  const container = isSub ? table.get(name.slice(0, name.indexOf('|'))) : undefined;
  const own = sub ?? table.get(name) ?? container;
  if (own !== undefined || keys === null) return own;
  return keys === 'unknown' ? LIKE_KEY : SLOT;
}
