// Every command of Redis 7 and 8 and Valkey: what it may do to data, and where its keys are. Data only; for find.ts and the
// tests, which hold it against COMMAND of a real server and against every-command.tsv. Where our class differs from the
// server's flags, a comment says why.
// Not listed (modules, later versions): goes to the primary as a write with unknown keys, which is always right.

/**
 * info: the primary, and we add to its answer. everywhere: the primary answers, and all replicas are told the same. read: may be answered by a replica. write: the primary; its keys are marked. primary: the primary, marks nothing.
 * scan: a read whose cursor means something only to the server that gave it. block: may wait; gets a connection for itself.
 * pin: begins or goes on with state of one connection (MULTI, WATCH, WAIT). relay: the connection belongs to the client
 * from then on (SUBSCRIBE, MONITOR). local: about the client's own connection; session.ts answers. script: a write, or with
 * _RO a read, that may last: on a connection where nothing else waits behind it. admin: the primary, and from then on all
 * reads of this client as well.
 */
export type CommandClass =
  | 'info'
  | 'read'
  | 'write'
  | 'primary'
  | 'everywhere'
  | 'scan'
  | 'block'
  | 'pin'
  | 'relay'
  | 'local'
  | 'script'
  | 'admin';

/** Where keys are: none, or [first, last, step] as in COMMAND (last < 0 counts from the end), or how to find them. */
export type KeySpec =
  | null
  | readonly [first: number, last: number, step: number]
  | 'numkeys-1' // number of keys at argument 1, keys behind it
  | 'numkeys-2'
  | 'destination' // the same, with a destination key before
  | 'store' // key at 1, and the one behind STORE or STOREDIST
  | 'patterns' // key at 1; with BY or GET any other
  | 'streams' // behind STREAMS, the first half of what follows
  | 'migrate' // argument 3, or all behind KEYS
  | 'pairs-1' // number of key-value pairs at argument 1
  | 'unknown'; // may touch anything

type Row = readonly [group: CommandClass, keys: KeySpec, names: string];

const ONE = [1, 1, 1] as const;
const TWO = [1, 2, 1] as const;
const ALL = [1, -1, 1] as const;
const SUB = [2, 2, 1] as const;

export const commandRows: readonly Row[] = [
  // Keys and strings
  [
    'read',
    ONE,
    'dump expiretime pexpiretime pttl ttl type get getbit getrange strlen substr bitcount bitfield_ro bitpos digest',
  ],
  ['read', ALL, 'exists mget'],
  ['read', TWO, 'lcs'],
  ['read', null, 'dbsize keys randomkey'],
  ['read', 'patterns', 'sort_ro'],
  ['write', ALL, 'del unlink'],
  ['write', [1, -1, 2], 'mset msetnx'],
  ['write', 'pairs-1', 'msetex'],
  [
    'write',
    ONE,
    'append decr decrby incr incrby incrbyfloat increx getdel getex getset psetex set setbit setex setnx setrange delex delifeq',
  ],
  ['write', ONE, 'expire expireat pexpire pexpireat persist move restore restore-asking bitfield'],
  ['write', TWO, 'rename renamenx copy'],
  ['write', [2, -1, 1], 'bitop'],
  ['write', 'store', 'sort'],
  ['write', 'migrate', 'migrate'],
  ['write', 'unknown', 'flushall flushdb swapdb sflush trimslots'],
  // About the server's own LRU clock and encodings: a replica's answer would be another, and TOUCH there is in vain.
  ['primary', ALL, 'touch'],
  ['primary', SUB, 'object|encoding object|freq object|idletime object|refcount memory|usage'],
  ['primary', null, 'object|help memory|help memory|doctor memory|malloc-stats memory|purge memory|stats'],
  // Hashes, lists, sets, sorted sets
  [
    'read',
    ONE,
    'hexists hget hgetall hkeys hlen hmget hrandfield hstrlen hvals hexpiretime hpexpiretime hpttl httl',
  ],
  [
    'write',
    ONE,
    'hdel hincrby hincrbyfloat hmset hset hsetnx hexpire hexpireat hpersist hpexpire hpexpireat hgetdel hgetex hsetex',
  ],
  ['read', ONE, 'lindex llen lpos lrange'],
  ['write', ONE, 'linsert lpop lpush lpushx lrem lset ltrim rpop rpush rpushx'],
  ['write', TWO, 'lmove rpoplpush lmovem'],
  ['write', 'numkeys-1', 'lmpop zmpop'],
  ['read', ONE, 'scard sismember smembers smismember srandmember'],
  ['read', ALL, 'sdiff sinter sunion'],
  ['read', 'numkeys-1', 'sintercard sunioncard sdiffcard'],
  ['write', ONE, 'sadd spop srem'],
  ['write', TWO, 'smove'],
  ['write', ALL, 'sdiffstore sinterstore sunionstore'],
  [
    'read',
    ONE,
    'zcard zcount zlexcount zmscore zrandmember zrange zrangebylex zrangebyscore zrank zrevrange zrevrangebylex',
  ],
  ['read', ONE, 'zrevrangebyscore zrevrank zscore'],
  ['read', 'numkeys-1', 'zdiff zinter zintercard zunion'],
  ['write', ONE, 'zadd zincrby zpopmax zpopmin zrem zremrangebylex zremrangebyrank zremrangebyscore'],
  ['write', TWO, 'zrangestore'],
  ['write', 'destination', 'zdiffstore zinterstore zunionstore'],
  ['scan', null, 'scan'],
  ['scan', ONE, 'hscan sscan zscan'],
  // Blocking: until served or timed out the connection answers nobody else.
  ['block', [1, -2, 1], 'blpop brpop bzpopmax bzpopmin'],
  ['block', TWO, 'blmove brpoplpush blmovem'],
  ['block', 'numkeys-2', 'blmpop bzmpop'],
  // HyperLogLog. PFCOUNT may write its cached cardinality, but not on a replica, which is what COMMAND promises too.
  ['read', ALL, 'pfcount'],
  ['write', ONE, 'pfadd'],
  ['write', ALL, 'pfmerge'],
  ['write', SUB, 'pfdebug'],
  ['primary', null, 'pfselftest'],
  // Geo. The two old ones are writes because of STORE; their _RO sisters are not.
  ['read', ONE, 'geodist geohash geopos georadius_ro georadiusbymember_ro geosearch'],
  ['write', ONE, 'geoadd'],
  ['write', TWO, 'geosearchstore'],
  ['write', 'store', 'georadius georadiusbymember'],
  // Streams. XREAD and XREADGROUP with BLOCK become `block` in find.ts.
  ['read', ONE, 'xlen xpending xrange xrevrange'],
  ['read', 'streams', 'xread'],
  ['write', 'streams', 'xreadgroup'],
  // How long consumers were idle, and how many nodes the tree has, is the server's own.
  ['primary', SUB, 'xinfo|consumers xinfo|groups xinfo|stream'],
  ['primary', null, 'xinfo|help xgroup|help'],
  ['write', ONE, 'xack xadd xautoclaim xclaim xdel xsetid xtrim xackdel xcfgset xdelex xidmprecord xnack'],
  ['write', SUB, 'xgroup|create xgroup|createconsumer xgroup|delconsumer xgroup|destroy xgroup|setid'],
  // Vector sets and arrays of Redis 8
  ['read', ONE, 'vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vrange vsim'],
  ['write', ONE, 'vadd vrem vsetattr'],
  ['read', ONE, 'arcount arget argetrange argrep arinfo arlastitems arlen armget arnext arop arscan'],
  ['write', ONE, 'ardel ardelrange arinsert armset arring arseek arset'],
  // Scripts: without _RO they may write (and COMMAND says neither). What was loaded at the primary is not at replicas, so
  // they are told, too: scripts.ts. Functions are replicated.
  ['script', 'numkeys-2', 'eval evalsha fcall eval_ro evalsha_ro fcall_ro'],
  ['primary', null, 'script|exists script|help script|show'],
  ['everywhere', null, 'script|flush script|kill script|load function|kill'],
  ['write', 'unknown', 'function|delete function|flush function|load function|restore'],
  ['primary', null, 'function|dump function|help function|list function|stats'],
  // State of one connection
  ['pin', null, 'multi wait waitaof'],
  ['pin', ALL, 'watch'],
  ['local', null, 'exec discard unwatch'], // outside of a transaction; within one, session.ts sends them on
  [
    'relay',
    null,
    'subscribe psubscribe unsubscribe punsubscribe ssubscribe sunsubscribe monitor sync psync replconf',
  ],
  [
    'relay',
    null,
    'client|tracking client|no-evict client|no-touch client|caching client|import-source script|debug himport replicaof slaveof debug',
  ],
  ['local', null, 'auth hello select quit reset'],
  ['local', null, 'post host:'], // HTTP: Redis closes the connection, which would be everybody's
  [
    'local',
    null,
    'client|id client|getname client|setname client|setinfo client|info client|reply client|getredir client|capa',
  ],
  ['local', null, 'client|list client|kill client|unblock client|trackinginfo'],
  ['primary', null, 'client|help'],
  ['pin', null, 'client|pause client|unpause'], // on shared connections they would wait with those whom they hold
  [
    'local',
    null,
    'ambassador|status ambassador|route ambassador|consistency ambassador|slowlog ambassador|help',
  ], // ours
  // The server itself
  ['info', null, 'info'],
  [
    'primary',
    null,
    'ping echo time lastsave lolwut role command publish spublish pubsub failover shutdown save bgsave',
  ],
  ['primary', null, 'bgrewriteaof acl latency slowlog module cluster asking readonly readwrite'],
  ['primary', null, 'backup hotkeys commandlog clusterscan config|get config|help config|rewrite'],
  // Who sets up a server means that very one, and wants to see what comes of it.
  ['admin', null, 'config|set config|resetstat'],
];
