// Promise: a client that knows of no cluster uses one through localhost. A real cluster of six nodes, one for the whole file;
// the tests that change it come last. Redirects are followed, failover and resharding under load lose and repeat nothing.
import { eventually } from '@podmate/testkit/eventually';
import { freePort, type RunningImage, scrape, startImage } from '@podmate/testkit/image';
import { type ClusterNode, RedisCluster, type SlotMove } from '@podmate/testkit/redis-cluster';
import { RedisServer } from '@podmate/testkit/redis-server';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { provesKey } from '../src/cluster/evidence.ts';
import { slotOf } from '../src/cluster/slots.ts';
import { ReplyFramer } from '../src/resp/reply-framer.ts';
import { PATIENCE, rawCommand } from './running.ts';

let cluster: RedisCluster;
let image: RunningImage;
let port: number;
let admin: string;

beforeAll(async () => {
  cluster = await RedisCluster.start();
  [port, admin] = [await freePort(), `127.0.0.1:${await freePort()}`];
  const seed = cluster.servers[4]!.address; // any node will do
  image = startImage('redis-ambassador', [
    '--cluster',
    seed,
    '--listen',
    `127.0.0.1:${port}`,
    '--poll-interval',
    '300ms',
    '--admin-listen',
    admin,
  ]);
  await eventually(async () => {
    const text = await status();
    if (!/(replica up connections.*\n[^]*){3}/.test(text)) throw new Error(`${text}\n${image.stderr}`);
  });
}, 60_000);

afterAll(async () => {
  await image[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

const status = (): Promise<string> => rawCommand(port, 'AMBASSADOR STATUS').catch(String);

function client(protocol: 2 | 3 = 2): Redis {
  const made = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 0, protocol });
  made.on('error', () => {}); // what fails is seen by the test's own calls
  onTestFinished(() => made.disconnect());
  return made;
}

/** Keys in the slots of different shards, by their first key: a, b, c are in three. */
const [A, B, C] = ['a', 'b', 'c'];

test('slots are what CLUSTER KEYSLOT says', async () => {
  const keys = [
    'a',
    'foo',
    '{foo}bar',
    'foo{}{bar}',
    'foo{{bar}}zap',
    'foo{bar}{zap}',
    '{',
    '}{',
    'ä€😀',
    'x'.repeat(500),
  ];
  for (const key of keys) {
    const bytes = Buffer.from(key);
    expect(await cluster.servers[0]!.ask('CLUSTER', 'KEYSLOT', key)).toBe(
      `:${slotOf(bytes, 0, bytes.length)}\r\n`,
    );
  }
});

describe('a plain client', () => {
  test.each([2, 3] as const)(
    'RESP%i: keys of all shards, writes seen by the reads after them',
    async (protocol) => {
      const redis = client(protocol);
      for (let i = 0; i < 200; i++) {
        await redis.set(`k${i}`, `${protocol}:${i}`);
        expect(await redis.get(`k${i}`)).toBe(`${protocol}:${i}`);
      }
      await expect.poll(status, PATIENCE).not.toContain('behind');
      const pipeline = redis.pipeline();
      for (let i = 0; i < 200; i++) pipeline.get(`k${i}`);
      const replies = await pipeline.exec();
      expect(replies?.map(([, value]) => value)).toEqual(
        Array.from({ length: 200 }, (_, i) => `${protocol}:${i}`),
      );
      const reads = await Promise.all(
        (await cluster.nodes()).map(async ({ server, role }) => [role, await server.calls('get')] as const),
      );
      expect(reads.filter(([role, calls]) => role === 'replica' && calls > 0)).toHaveLength(3);
    },
  );

  test('node-redis, which asks for much at its start', async () => {
    const redis = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 3 });
    redis.on('error', () => {}); // its end is the test's
    await redis.connect();
    onTestFinished(() => redis.destroy());
    expect(await redis.hSet('h', { a: '1' })).toBe(1);
    expect(await redis.multi().incr('{h}n').hGet('h', 'a').exec()).toEqual([1, '1']);
  });

  test('commands with keys in several slots', async () => {
    const redis = client();
    expect(await redis.mset(A, '1', B, '2', C, '3')).toBe('OK');
    expect(await redis.mget(C, 'none', A, B, A)).toEqual(['3', null, '1', '2', '1']);
    expect(await redis.exists(A, B, C, C, 'none')).toBe(4);
    expect(await redis.touch(A, B)).toBe(2);
    expect(await redis.unlink(A, 'none')).toBe(1);
    expect(await redis.del(A, B, C)).toBe(2);
    await expect(redis.sinter(A, B)).rejects.toThrow("CROSSSLOT Keys in request don't hash to the same slot");
    await expect(redis.msetnx(A, '1', B, '2')).rejects.toThrow('CROSSSLOT');
    await expect(redis.call('MSET', A, '1', B)).rejects.toThrow(
      "wrong number of arguments for 'mset' command",
    );
    await expect(redis.call('MGET')).rejects.toThrow("wrong number of arguments for 'mget' command");
  });

  test('commands about all keys', async () => {
    const redis = client();
    await redis.flushall();
    const keys = Array.from({ length: 500 }, (_, i) => `key:${i}`);
    await Promise.all(keys.map((key) => redis.set(key, key)));
    expect(await redis.dbsize()).toBe(500);
    expect((await redis.keys('key:*')).toSorted()).toEqual(keys.toSorted());
    const scanned: string[] = [];
    let cursor = '0';
    do {
      const [next, found] = await redis.scan(cursor, 'COUNT', 40);
      scanned.push(...found);
      cursor = next;
    } while (cursor !== '0');
    expect(new Set(scanned)).toEqual(new Set(keys));
    expect(keys).toContain(await redis.randomkey());
    await expect(redis.scan('nonsense')).rejects.toThrow('invalid cursor');
  });

  test('scripts run wherever their keys are', async () => {
    const redis = client();
    const sha = String(await redis.script('LOAD', "return redis.call('INCR', KEYS[1])"));
    for (const key of ['s1', 's2', 's3', 's4']) expect(await redis.evalsha(sha, 1, key)).toBe(1);
    expect(await redis.script('EXISTS', sha, '0'.repeat(40))).toEqual([1, 0]);
    await expect(redis.eval('return 1', 2, A, B)).rejects.toThrow('CROSSSLOT');
    expect(await redis.eval('return 7', 0)).toBe(7);
  });

  test('what one Redis would say to what is about clusters', async () => {
    const redis = client();
    await expect(redis.call('CLUSTER', 'INFO')).rejects.toThrow('This instance has cluster support disabled');
    expect(await redis.select(0)).toBe('OK');
    await expect(redis.select(1)).rejects.toThrow('SELECT is not allowed in cluster mode');
    await expect(redis.call('MONITOR')).rejects.toThrow('does not support');
    expect(await redis.call('HELLO')).toContain('standalone');
  });
});

describe('transactions', () => {
  test('are for one slot, which is that of the first key', async () => {
    const redis = client();
    await redis.del('{t}1', '{t}2');
    expect(await redis.multi().ping().incr('{t}1').incr('{t}2').exec()).toEqual([
      [null, 'PONG'],
      [null, 1],
      [null, 1],
    ]);
    expect(await rawCommand(port, `MULTI\r\nSET ${A} 1\r\nSET ${B} 1\r\nGET ${A}\r\nEXEC\r\nGET {t}1`)).toBe(
      "+OK\r\n+QUEUED\r\n-CROSSSLOT Keys in request don't hash to the same slot\r\n+QUEUED\r\n" +
        '-EXECABORT Transaction discarded because of previous errors.\r\n$1\r\n1\r\n',
    );
    expect(await redis.exists(A)).toBe(0);
    expect(await rawCommand(port, 'MULTI\r\nDISCARD\r\nMULTI\r\nPING\r\nEXEC\r\nMULTI\r\nEXEC')).toBe(
      '+OK\r\n+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n+PONG\r\n+OK\r\n*0\r\n',
    );
  });

  test('see a watched key that changed, with reads of other slots between', async () => {
    const [redis, other] = [client(), client()];
    await redis.mset('w', '1', A, '5');
    await redis.watch('w');
    expect(await redis.get(A)).toBe('5');
    await other.set('w', '2');
    expect(await redis.multi().set('w', '3').exec()).toBeNull();
    await redis.watch('w');
    expect(await redis.multi().set('w', '3').exec()).toEqual([[null, 'OK']]);
  });
});

test('who waits for a list waits at its shard; others go on', async () => {
  const [redis, waiting] = [client(), client()];
  const popped = [A, B, C].map((key) => client().blpop(`list:${key}`, 5));
  const missed = waiting.blpop('list:none', 0.05);
  for (const key of [A, B, C]) await redis.rpush(`list:${key}`, key);
  expect(await Promise.all(popped)).toEqual([A, B, C].map((key) => [`list:${key}`, key]));
  expect(await missed).toBeNull();
  await expect(redis.blpop(A, B, 1)).rejects.toThrow('CROSSSLOT');
});

test('channels: any node for the plain ones, the slot for sharded ones', async () => {
  const [redis, subscriber, sharded] = [client(), client(), client()];
  const got: string[] = [];
  subscriber.on('message', (channel, text) => got.push(`${channel}=${text}`));
  sharded.on('smessage', (channel, text) => got.push(`${channel}=${text}`));
  await subscriber.subscribe('news');
  await sharded.ssubscribe('{shard}news');
  expect(await redis.publish('news', '1')).toBe(1);
  expect(await redis.spublish('{shard}news', '2')).toBe(1);
  await expect.poll(() => got.toSorted(), PATIENCE).toEqual(['news=1', '{shard}news=2'].toSorted());
});

test('AMBASSADOR ROUTE, INFO and the metrics are about all shards', async () => {
  const redis = client();
  const { primary, replicas } = await cluster.ofKey(A);
  expect(await redis.call('AMBASSADOR', 'ROUTE', 'GET', A)).toMatch(
    `of the shard of slot ${slotOf(Buffer.from(A), 0, 1)} (${primary.server.address})`,
  );
  expect(await redis.call('AMBASSADOR', 'ROUTE', 'GET', A)).toContain(
    `just now: ${replicas[0]!.server.address}`,
  );
  const info = await redis.info();
  const primaries = /ambassador_primary:(.*)\r/.exec(info)?.[1]?.split(',');
  expect(primaries?.toSorted()).toEqual(
    (await cluster.nodes())
      .filter(({ role }) => role === 'primary')
      .map(({ server }) => server.address)
      .toSorted(),
  );
  expect(info).toContain('ambassador_replicas:3');
  const seen = await scrape(admin);
  const reads = [...seen].filter(([name]) => /reply_seconds_count.*role="replica".*class="read"/.test(name));
  expect(reads).toHaveLength(3);
  expect(seen.get('redis_ambassador_confirmed_reads_total')).toBeGreaterThan(0);
});

test('what a real Redis says of a missing key is never taken for proof that it is there', async () => {
  const reads = [
    'GET|STRLEN|GETRANGE 0 9|SUBSTR 0 9|BITCOUNT|BITPOS 0|BITPOS 1|GETBIT 0|BITFIELD_RO GET u8 0|TYPE|TTL|PTTL|EXPIRETIME',
    'PEXPIRETIME|DUMP|EXISTS|LLEN|LRANGE 0 9|LINDEX 0|LPOS x|LPOS x COUNT 0|SORT_RO|HGET f|HMGET f g|HGETALL|HKEYS|HVALS',
    'HLEN|HSTRLEN f|HEXISTS f|HRANDFIELD|HRANDFIELD 3|SCARD|SMEMBERS|SISMEMBER m|SMISMEMBER m n|SRANDMEMBER',
    'SRANDMEMBER 3|ZCARD|ZCOUNT 0 9|ZLEXCOUNT - +|ZRANGE 0 9|ZRANGEBYSCORE 0 9|ZRANK m|ZREVRANK m|ZSCORE m|ZMSCORE m n',
    'ZRANDMEMBER|ZRANDMEMBER 3|XLEN|XRANGE - +|XREVRANGE + -|GEOPOS m|GEOHASH m|GEODIST a b|PFCOUNT',
    'GEOSEARCH FROMLONLAT 1 1 BYRADIUS 9 m ASC|XPENDING g',
  ];
  await using server = await RedisServer.start();
  for (const protocol of ['2', '3'])
    for (const read of reads.join('|').split('|')) {
      const [name = '', ...rest] = read.split(' ');
      const words = [name, 'missing', ...rest].join(' ');
      const reply = Buffer.from(
        (await rawCommand(server.port, `HELLO ${protocol}\r\n${words}\r\nQUIT`, 5000)).replace(
          /\+OK\r\n$/,
          '',
        ),
        'latin1',
      );
      const framer = new ReplyFramer();
      const from = framer.next(reply, 0, reply.length);
      expect(from).toBeLessThan(reply.length);
      expect([words, String(reply.subarray(from)), provesKey(reply, from, reply.length)]).toEqual([
        words,
        expect.any(String),
        false,
      ]);
    }
});

/** Counters in all shards, incremented until told to stop; every acknowledged INCR is counted. */
function counting(keys: readonly string[]): { counts: number[]; errors: string[]; end: () => Promise<void> } {
  const counts = keys.map(() => 0);
  const errors: string[] = [];
  const ending = new AbortController();
  const clients = keys.map(() => client());
  const running = keys.map(async (key, i) => {
    while (!ending.signal.aborted)
      await clients[i]!.incr(key).then(
        (n) => {
          if (n !== ++counts[i]!) errors.push(`${key}: ${n} instead of ${counts[i]}`);
        },
        (error: unknown) => errors.push(`${key}: ${String(error)}`),
      );
  });
  const end = async (): Promise<void> => {
    ending.abort();
    await Promise.all(running);
  };
  onTestFinished(end);
  return { counts, errors, end };
}

describe('a slot that is on its way', () => {
  let move: SlotMove;
  let to: ClusterNode;
  const [first, second, third, fourth, list] = [
    '{moving}1',
    '{moving}2',
    '{moving}3',
    '{moving}4',
    '{moving}list',
  ];

  test('a key that has left is found at once, although replicas say that it is missing', async () => {
    const redis = client();
    for (const key of [first, second, third, fourth]) await redis.set(key, key);
    await expect.poll(status, PATIENCE).not.toContain('behind');
    const { primary } = await cluster.ofKey(first);
    to = (await cluster.nodes()).find(({ role, id }) => role === 'primary' && id !== primary.id)!;
    move = await cluster.beginMove(first, to);
    await move.keys(first);
    expect(await redis.get(first)).toBe(first);
    expect(await redis.mget(first)).toEqual([first]);
    expect(await redis.exists(first)).toBe(1);
    expect(await redis.strlen(first)).toBe(first.length);
  });

  test('ASK: what has left and what is new is written where the slot goes, and read there', async () => {
    const redis = client();
    expect(await redis.append(first, '!')).toBe(first.length + 1);
    expect(await redis.get(first)).toBe(`${first}!`);
    expect(await redis.set('{moving}new', 'x')).toBe('OK');
    expect(await redis.get('{moving}new')).toBe('x');
    expect(await redis.get(second)).toBe(second);
  });

  test('a transaction follows its keys; with one of them watched it is null', async () => {
    const [redis, both, watching, late] = [client(), client(), client(), client()];
    expect(await redis.multi().get(first).append(first, '?').exec()).toEqual([
      [null, `${first}!`],
      [null, first.length + 2],
    ]);
    expect(await watching.watch(first)).toBe('OK');
    expect(await watching.multi().set(first, 'never').exec()).toBeNull();
    expect(await late.watch(second)).toBe('OK');
    const waiting = both.multi().get(first).get(second).exec(); // in two places until the next test moves the second, too
    await late.call('MULTI');
    expect(await late.call('SET', third, 'early')).toBe('QUEUED');
    await move.keys(second, third);
    expect(await late.call('EXEC')).toBeNull();
    expect(await waiting).toEqual([
      [null, `${first}!?`],
      [null, second],
    ]);
    expect(await redis.mget(first, third)).toEqual([`${first}!?`, third]);
  });

  test('TRYAGAIN: keys in both places are waited for; so does a client that waits for a list', async () => {
    const [redis, waiting] = [client(), client()];
    const popped = waiting.blpop(list, 10);
    const both = redis.mget(first, fourth);
    const summed = client().exists(first, fourth);
    const executed = client();
    await executed.call('MULTI');
    expect(await executed.call('GET', fourth)).toBe('QUEUED');
    await move.keys(fourth);
    expect(await executed.call('EXEC')).toEqual([fourth]);
    expect(await both).toEqual([`${first}!?`, fourth]);
    expect(await summed).toBe(2);
    await move.finish();
    expect(await redis.rpush(list, 'came')).toBe(1);
    expect(await popped).toEqual([list, 'came']);
    expect(await redis.get(third)).toBe(third);
    expect(await redis.multi().del(first).exec()).toEqual([[null, 1]]);
  });
});

test('slots are moved under load: no error, every INCR once', async () => {
  const keys = Array.from({ length: 12 }, (_, i) => `count{${i}}`);
  const redis = client();
  await redis.del(...keys);
  const { counts, errors, end } = counting(keys);
  const { primary: from } = await cluster.ofKey(keys[0]!);
  const to = (await cluster.nodes()).find(({ role, id }) => role === 'primary' && id !== from.id)!;
  await cluster.reshard(from, to, 400);
  await end();
  expect(errors).toEqual([]);
  expect(Math.min(...counts)).toBeGreaterThan(10);
  expect(await redis.mget(keys)).toEqual(counts.map(String));
}, 40_000);

test('kill -9 of one primary: its writes wait, the other shards go on', async () => {
  const keys = [A, B, C].map((tag) => `fail{${tag}}`);
  const redis = client();
  await redis.del(...keys);
  await expect.poll(status, PATIENCE).not.toContain('behind');
  const { primary, replicas } = await cluster.ofKey(keys[0]!);
  const nodes = await Promise.all(keys.map((key) => cluster.ofKey(key)));
  const elsewhere = nodes.findIndex((node) => node.primary.id !== primary.id);
  primary.server.signal('SIGKILL');
  await expect.poll(status, PATIENCE).toContain(`${primary.server.address} primary down`);
  const [waiting, others] = [client(), client()];
  const late = waiting.set(keys[0]!, 'late');
  for (let i = 1; i <= 100; i++) expect(await others.incr(keys[elsewhere]!)).toBe(i);
  expect(await others.get('{a}read')).toBeNull(); // its replica answers
  expect(await late).toBe('OK');
  expect(await replicas[0]!.server.ask('GET', keys[0]!)).toContain('late');
  expect(await waiting.get(keys[0]!)).toBe('late');
}, 40_000);
