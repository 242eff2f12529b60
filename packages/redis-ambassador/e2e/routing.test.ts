// Promise: writes reach the primary, reads the replicas; our table of commands agrees with a real server's own.
// One primary with two replicas and an ambassador for all of it: the tests use keys of their own.
import { RedisServer } from '@podmate/testkit/redis-server';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createClient } from 'redis';
import { findCommand } from '../src/commands/find.ts';
import { KeyFinder } from '../src/commands/keys.ts';
import { keyRows } from '../test/commands/key-rows.ts';
import { framed } from '../test/framing.ts';
import { type Deployment, PATIENCE, deploy } from './running.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
});
afterAll(() => deployment?.[Symbol.asyncDispose]());

type ServerCommand = { name: string; flags: Set<string>; first: number; last: number; step: number };

async function commandsOf(server: RedisServer): Promise<ServerCommand[]> {
  const redis = new Redis(server.port, '127.0.0.1');
  onTestFinished(() => redis.disconnect());
  const rows = await redis.call('COMMAND');
  const read = (row: unknown): ServerCommand[] => {
    if (!Array.isArray(row)) throw new Error('not a row of COMMAND');
    const [name, , flags, first, last, step, , , , subs = []] = row;
    const own = { name: String(name), flags: new Set<string>(flags.map(String)), first, last, step };
    return subs.length > 0 ? subs.flatMap(read) : [own];
  };
  return Array.isArray(rows) ? rows.flatMap(read) : [];
}

test("every command of the server is what the server's own flags say, or stricter", async () => {
  const all = await commandsOf(deployment.primary);
  expect(all.length).toBeGreaterThan(300);
  expect(all.flatMap(disagreements)).toEqual([]);
});

/** What our table says otherwise than the server, but for being stricter. */
function disagreements({ name, flags, first, last, step }: ServerCommand): string[] {
  const [container] = name.split('|');
  const { name: found, group, keys } = findCommand(framed(...name.split('|'), 'a', 'b', 'c'));
  // A container without rows for its subcommands: the primary, whatever they are.
  if (found === container && name !== container) return group === 'primary' ? [] : [`${name}: ${group}`];
  const mayWait = group === 'block' || name.startsWith('xread');
  const faults = {
    'is not in our table': found !== name,
    'is a read for us only': group === 'read' && !flags.has('readonly'),
    'is a write for the server': flags.has('write') && group !== 'write' && group !== 'block',
    'blocks for the server': flags.has('blocking') && !mayWait,
    'has its keys elsewhere':
      Array.isArray(keys) && !flags.has('movablekeys') && String(keys) !== String([first, last, step]),
  };
  return Object.entries(faults).flatMap(([what, is]) => (is ? [`${name} ${what}`] : []));
}

describe('COMMAND GETKEYS of a real server agrees', () => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(deployment.primary.port, '127.0.0.1');
  });
  afterAll(() => redis.disconnect());

  test.each(keyRows.filter(({ out, in: text }) => out !== 'any' && !text.startsWith('PING')))(
    '$in',
    async ({ in: text }) => {
      const words = text.split(' ').map((word) => (word === '""' ? '' : word));
      const finder = new KeyFinder();
      const framer = framed(...words);
      finder.find(findCommand(framer), framer);
      const ours = Array.from(finder.keyAt.subarray(0, finder.count), (index) => words[index]);
      const theirs = await redis.call('COMMAND', 'GETKEYS', ...words);
      // MIGRATE with KEYS names the empty argument, too; a destination may be named last.
      const named = (Array.isArray(theirs) ? theirs.map(String) : []).filter((key) => key !== '');
      expect(new Set(ours)).toEqual(new Set(named));
    },
  );
});

test.each([2, 3] as const)(
  'ioredis, RESP%i: writes at the primary, reads at the replicas',
  async (protocol) => {
    const { primary, replicas } = deployment;
    for (const server of [primary, ...replicas]) await server.ask('CONFIG', 'RESETSTAT');
    const client = deployment.client({ protocol });
    for (let i = 0; i < 50; i++) await client.set(`k${i}`, `v${i} of ${protocol}`);
    await expect.poll(() => deployment.status(), PATIENCE).not.toContain('behind');
    for (let i = 0; i < 50; i++) expect(await client.get(`k${i}`)).toBe(`v${i} of ${protocol}`);
    client.disconnect();
    expect([await primary.calls('set'), await primary.calls('get')]).toEqual([50, 0]);
    const shares = await Promise.all(replicas.map((replica) => replica.calls('get')));
    expect(shares).toEqual([25, 25]);
  },
);

test.each([2, 3] as const)('node-redis, RESP%i', async (RESP) => {
  const client = createClient({ url: `redis://127.0.0.1:${deployment.port}`, RESP });
  client.on('error', () => {}); // what fails is seen by our own calls
  await client.connect();
  onTestFinished(() => client.destroy());
  await client.hSet(`hash:${RESP}`, { a: '1', b: '2' });
  expect({ ...(await client.hGetAll(`hash:${RESP}`)) }).toEqual({ a: '1', b: '2' });
  expect(await client.multi().incr(`count:${RESP}`).incr(`count:${RESP}`).exec()).toEqual([1, 2]);
  await Promise.all(Array.from({ length: 500 }, (_, i) => client.set(`${RESP}:${i}`, `${i}`)));
  const got = await Promise.all(Array.from({ length: 500 }, (_, i) => client.get(`${RESP}:${i}`)));
  expect(got).toEqual(Array.from({ length: 500 }, (_, i) => `${i}`));
});

test('many clients share a few connections, and each gets its own replies', async () => {
  const clients = Array.from({ length: 100 }, () => deployment.client());
  await Promise.all(
    clients.map(async (client, who) => {
      for (let i = 0; i < 50; i++) {
        const key = `many:${who}:${i % 7}`;
        const pipeline = client
          .pipeline()
          .set(key, `${who}-${i}`)
          .get(key)
          .get(`missing${who}`)
          .incr(`n${who}`);
        expect((await pipeline.exec())?.map(([, reply]) => reply)).toEqual([
          'OK',
          `${who}-${i}`,
          null,
          i + 1,
        ]);
      }
    }),
  );
  const info = await deployment.primary.ask('INFO', 'clients');
  expect(Number(/connected_clients:(\d+)/.exec(info)?.[1])).toBeLessThan(10);
}, 60_000);
