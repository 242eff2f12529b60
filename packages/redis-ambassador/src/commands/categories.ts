// The ACL categories that --deny takes, as `ACL CAT` of Redis 7 lists them; an e2e test holds them against a real server.
// Data only. `@admin` inside a row stands for that row.

export const categories: Readonly<Record<string, string>> = {
  admin:
    'acl|deluser acl|dryrun acl|getuser acl|list acl|load acl|log acl|save acl|setuser acl|users ' +
    'bgrewriteaof bgsave client|kill client|list client|no-evict client|pause client|unblock ' +
    'client|unpause cluster|addslots cluster|addslotsrange cluster|bumpepoch ' +
    'cluster|count-failure-reports cluster|delslots cluster|delslotsrange cluster|failover ' +
    'cluster|flushslots cluster|forget cluster|meet cluster|replicas cluster|replicate cluster|reset ' +
    'cluster|saveconfig cluster|set-config-epoch cluster|setslot cluster|slaves config|get ' +
    'config|resetstat config|rewrite config|set debug failover lastsave latency|doctor latency|graph ' +
    'latency|histogram latency|history latency|latest latency|reset module|list module|load module|loadex ' +
    'module|unload monitor pfdebug pfselftest psync replconf replicaof role save shutdown slaveof ' +
    'slowlog|get slowlog|len slowlog|reset sync',
  dangerous: '@admin flushall flushdb info keys migrate restore restore-asking sort sort_ro swapdb',
  blocking: 'blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin xread xreadgroup',
  scripting:
    'eval eval_ro evalsha evalsha_ro fcall fcall_ro function|delete function|dump function|flush ' +
    'function|help function|kill function|list function|load function|restore function|stats script|debug ' +
    'script|exists script|flush script|help script|kill script|load',
  pubsub:
    'psubscribe publish pubsub|channels pubsub|numpat pubsub|numsub pubsub|shardchannels ' +
    'pubsub|shardnumsub punsubscribe spublish ssubscribe subscribe sunsubscribe unsubscribe',
  transaction: 'discard exec multi unwatch watch',
  connection:
    'asking auth client|caching client|getname client|getredir client|help client|id client|info ' +
    'client|kill client|list client|no-evict client|pause client|reply client|setname client|tracking ' +
    'client|trackinginfo client|unblock client|unpause command command|count command|docs command|getkeys ' +
    'command|getkeysandflags command|help command|info command|list echo hello ping quit readonly ' +
    'readwrite reset select wait',
  keyspace:
    'copy dbsize del dump exists expire expireat expiretime flushall flushdb keys migrate move ' +
    'object|encoding object|freq object|help object|idletime object|refcount persist pexpire pexpireat ' +
    'pexpiretime pttl randomkey rename renamenx restore restore-asking scan swapdb touch ttl type unlink',
};

/** The commands of `@name` (without the @), or undefined. */
export function categoryCommands(name: string): string[] | undefined {
  const row = Object.hasOwn(categories, name) ? categories[name] : undefined;
  return row
    ?.split(' ')
    .flatMap((word) => (word.startsWith('@') ? (categoryCommands(word.slice(1)) ?? []) : [word]));
}
