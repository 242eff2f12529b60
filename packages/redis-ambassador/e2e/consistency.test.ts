// Promise: with `key` whoever reads a key through the ambassador after a write to it was acknowledged sees that write,
// whichever client wrote; with `session` the same for one client; and most reads are at the replicas all the same.
// One primary with two replicas, and an ambassador in front of them for each setting.
import { startReplicated } from '@podmate/testkit/redis-server';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ambassador, PATIENCE, type Servers, startAmbassador } from './running.ts';

let servers: Servers & AsyncDisposable;
beforeAll(async () => {
  servers = await startReplicated(2);
});
afterAll(() => servers?.[Symbol.asyncDispose]());

const before = (...args: readonly string[]): Promise<Ambassador> =>
  startAmbassador(['--servers', servers.primary.address, ...args], 2);

const CLIENTS = 10;
const ROUNDS = 400;
/** Reads of other keys after each of them; STRLEN, so that the servers count them apart. */
const OTHERS = 2;

/** SET on one connection, GET on another, beside random reads; how many GETs were stale. */
async function staleReads(ambassador: Ambassador, sameClient: boolean): Promise<number> {
  const random = new SeededRandom(freshSeed());
  const clients = Array.from({ length: CLIENTS }, () => ambassador.client());
  let stale = 0;
  await Promise.all(
    clients.map(async (writer, who) => {
      for (let i = 0; i < ROUNDS; i++) {
        const key = `${who}:${random.integer(0, 3)}`;
        const reader = sameClient ? writer : clients[random.integer(0, CLIENTS - 1)]!;
        await writer.set(key, i);
        if ((await reader.get(key)) !== String(i)) stale++;
        await Promise.all(
          Array.from({ length: OTHERS }, () => writer.strlen(`other:${random.integer(0, 1000)}`)),
        );
      }
    }),
  );
  return stale;
}

test('key: no stale read, and reads of other keys are at the replicas', async () => {
  await using ambassador = await before();
  expect(await staleReads(ambassador, false)).toBe(0);
  const reads = await Promise.all(servers.replicas.map((replica) => replica.calls('strlen')));
  const atReplicas = reads.reduce((sum, count) => sum + count, 0);
  expect(atReplicas).toBeGreaterThan(0.85 * CLIENTS * ROUNDS * OTHERS);
}, 60_000);

test('session: no stale read of a client’s own writes', async () => {
  await using ambassador = await before('--consistency', 'session');
  expect(await staleReads(ambassador, true)).toBe(0);
}, 60_000);

test('eventual: the test can fail, as without marks reads are stale', async () => {
  await using ambassador = await before('--consistency', 'eventual');
  expect(await staleReads(ambassador, false)).toBeGreaterThan(0);
}, 60_000);

test('replicas that stop to replicate are left alone: at first for dirty keys, soon for all', async () => {
  await using ambassador = await before('--max-staleness', '1s');
  const client = ambassador.client();
  await client.set('k', 'old');
  await expect.poll(() => ambassador.status(), PATIENCE).not.toContain('behind');
  for (const replica of servers.replicas) await replica.ask('REPLICAOF', '127.0.0.1', '1');
  await client.set('k', 'new');
  for (let i = 0; i < 200; i++) expect(await client.get('k')).toBe('new');
  await expect.poll(() => ambassador.status(), PATIENCE).not.toContain('replica up');
});
