// Promise: a scan goes on where it began; read-only scripts run at replicas; each connection may choose its consistency;
// INFO, metrics and the slow log tell of it. One primary with two replicas for all of them.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ambassador, type Deployment, deploy, PATIENCE, startAmbassador } from './running.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
}, 30_000);
afterAll(() => deployment[Symbol.asyncDispose]());

const settled = (of: Ambassador = deployment): Promise<void> =>
  expect.poll(() => of.status(), PATIENCE).not.toContain('behind');

const callsOf = (command: string): Promise<number[]> =>
  Promise.all([deployment.primary, ...deployment.replicas].map((server) => server.calls(command)));

/** Another ambassador in front of the same servers. */
const another = (...args: readonly string[]): Promise<Ambassador> =>
  startAmbassador(['--servers', deployment.primary.address, ...args], 2);

test('HSCAN over two replicas, each step on another connection: every field, and none at the primary', async () => {
  const clients = [deployment.client(), deployment.client(), deployment.client()];
  const fields = Array.from({ length: 5000 }, (_, i) => `f${i}`);
  await clients[0]!.hset('h', ...fields.flatMap((field) => [field, '1']));
  await settled();
  for (let round = 0; round < 4; round++) {
    const seen = new Set<string>();
    let [cursor, step] = ['0', round];
    do {
      const [next, pairs] = await clients[step++ % 3]!.hscan('h', cursor, 'COUNT', 100);
      for (let i = 0; i < pairs.length; i += 2) seen.add(pairs[i]!);
      cursor = next;
    } while (cursor !== '0');
    expect(seen.size).toBe(5000);
  }
  const [primary, ...replicas] = await callsOf('hscan');
  expect(primary).toBe(0);
  expect(Math.min(...replicas)).toBeGreaterThan(50); // both had scans to answer
});

test('SCAN finds what was written in its midst, and a wrong cursor is an error', async () => {
  const client = deployment.client();
  await client.mset(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`scan${i}`, `${i}`])));
  await settled();
  const [first] = await client.scan('0', 'COUNT', 10);
  await client.hset('h', 'f0', 'new');
  const [next] = await client.scan(first, 'COUNT', 10);
  expect(Number(first)).toBeGreaterThan(2 ** 40);
  expect(Number(next)).toBeGreaterThan(2 ** 40);
  await expect(client.scan('x')).rejects.toThrow('invalid cursor');
  const nobody = (Math.floor(Number(first) / 2 ** 40) % 4000) + 50;
  await expect(client.scan(nobody * 2 ** 40 + 1)).rejects.toThrow('begin again with cursor 0');
});

test('what the server knows beyond our table was asked', async () => {
  await expect.poll(() => deployment.status(), PATIENCE).toMatch(/commands of the server: \d{3}, 0 beyond/);
});

test('EVALSHA_RO at replicas after SCRIPT LOAD, after EVAL_RO and after SCRIPT FLUSH', async () => {
  const client = deployment.client();
  await client.set('a', 'A');
  await settled();
  const body = "return redis.call('GET', KEYS[1]) .. '!'";
  expect(await client.call('EVAL_RO', body, 1, 'a')).toBe('A!');
  const digest = createHash('sha1').update(body).digest('hex');
  for (let i = 0; i < 4; i++) expect(await client.call('EVALSHA_RO', digest, 1, 'a')).toBe('A!');
  const sha = String(await client.script('LOAD', "return redis.call('GET', KEYS[1])"));
  for (let i = 0; i < 20; i++) expect(await client.call('EVALSHA_RO', sha, 1, 'a')).toBe('A');
  expect((await callsOf('evalsha_ro'))[0]).toBe(0);
  await client.script('FLUSH');
  await expect(client.call('EVALSHA_RO', sha, 1, 'a')).rejects.toThrow('NOSCRIPT');
});

test('SORT without STORE runs at replicas with --rewrite-reads, as the same command', async () => {
  await using rewriting = await another('--rewrite-reads');
  const client = rewriting.client();
  await client.rpush('l', 3, 1, 2);
  await settled(rewriting);
  for (let i = 0; i < 10; i++) expect(await client.sort('l')).toEqual(['1', '2', '3']);
  expect(await client.sort('l', 'STORE', 'm')).toBe(3);
  const again = client.pipeline().sort('l').lrange('m', 0, -1).bitfield('b', 'GET', 'u8', 0);
  expect((await again.exec())?.map(([, reply]) => reply)).toEqual([['1', '2', '3'], ['1', '2', '3'], [0]]);
  const [primary, ...replicas] = await callsOf('sort_ro');
  expect(primary).toBe(0);
  expect(Math.min(...replicas)).toBeGreaterThanOrEqual(5);
});

test('a connection chooses its own consistency until RESET', async () => {
  const client = deployment.client();
  const [before = 0] = await callsOf('strlen');
  expect(await client.call('AMBASSADOR', 'CONSISTENCY', 'strong')).toBe('OK');
  expect(await client.call('AMBASSADOR', 'CONSISTENCY')).toBe('strong');
  for (let i = 0; i < 10; i++) await client.strlen('a');
  expect((await callsOf('strlen'))[0]).toBe(before + 10);
  expect(await deployment.client().call('AMBASSADOR', 'CONSISTENCY')).toBe('key'); // only its own
  await client.call('RESET');
  expect(await client.call('AMBASSADOR', 'CONSISTENCY')).toBe('key');
  await settled();
  await client.strlen('a');
  expect((await callsOf('strlen'))[0]).toBe(before + 10);
  await expect(client.call('AMBASSADOR', 'CONSISTENCY', 'odd')).rejects.toThrow('one of eventual');
});

test.each([2, 3] as const)(
  'RESP%i: INFO has a section of ours, and only where all sections are asked for',
  async (protocol) => {
    const client = deployment.client({ protocol });
    expect(await client.info()).toMatch(
      /\r\nrole:master\r\n[^]*\r\n\r\n# Ambassador\r\nambassador_clients:\d+\r\n/,
    );
    expect(await client.info('ambassador')).toMatch(/^# Ambassador\r\n[^]*ambassador_replica1:address=/);
    expect(await client.info('replication')).not.toContain('Ambassador');
    expect(String((await client.multi().info().exec())?.[0]?.[1])).not.toContain('# Ambassador');
    expect(await client.get('none')).toBeNull();
  },
);

test('counts, errors and times by server, role and class; slow commands without their values', async () => {
  await using slow = await another('--slowlog-threshold', '150ms');
  const client = slow.client();
  await client.set('k', 'v');
  await settled(slow);
  for (let i = 0; i < 6; i++) await client.get('k');
  await expect(client.incr('k')).rejects.toThrow('not an integer');
  await client.eval(SPIN, 0);
  const { primary, replicas } = deployment;
  const text = await (await fetch(`http://${slow.admin}/metrics`)).text();
  const count = (metric: string, server: string, role: string, of: string): number =>
    Number(
      new RegExp(`^${metric}{server="${server}",role="${role}",class="${of}"} (.*)$`, 'm').exec(text)?.[1],
    );
  for (const { address } of replicas)
    expect(count('redis_ambassador_server_reply_seconds_count', address, 'replica', 'read')).toBe(3);
  expect(count('redis_ambassador_server_errors_total', primary.address, 'primary', 'write')).toBe(1);
  expect(text).toMatch(/^redis_ambassador_replica_lag_bytes/m);
  const rows = await client.call('AMBASSADOR', 'SLOWLOG', 'GET', '5');
  expect(JSON.stringify(rows)).toMatch(/"eval \(\d+ bytes\)/i);
  expect(slow.image.stderr).toMatch(/slow command.*bytes/);
  expect(await client.call('AMBASSADOR', 'SLOWLOG', 'RESET')).toBe('OK');
  expect(await client.call('AMBASSADOR', 'SLOWLOG', 'LEN')).toBe(0);
});

const SPIN = 'local n = 0; for i = 1, 40000000 do n = n + i end; return n';
