// Promise: with `key` whoever reads a key through the ambassador after a write to it was acknowledged sees that write,
// whichever client wrote; with `session` the same for one client; and most reads are at the replicas all the same.
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { PATIENCE, type Deployment, deploy } from './running.ts';

const CLIENTS = 10;
const ROUNDS = 400;

/** SET on one connection, GET on another, beside random reads; how many GETs were stale. */
async function staleReads(deployment: Deployment, sameClient: boolean): Promise<number> {
  const random = new SeededRandom(freshSeed());
  const clients = Array.from({ length: CLIENTS }, () => deployment.client());
  let stale = 0;
  await Promise.all(
    clients.map(async (writer, who) => {
      for (let i = 0; i < ROUNDS; i++) {
        const key = `${who}:${random.integer(0, 3)}`;
        const reader = sameClient ? writer : clients[random.integer(0, CLIENTS - 1)]!;
        await writer.set(key, i);
        if ((await reader.get(key)) !== String(i)) stale++;
        await Promise.all(Array.from({ length: 9 }, () => writer.get(`other:${random.integer(0, 1000)}`)));
      }
    }),
  );
  return stale;
}

test('key: no stale read, and reads of other keys are at the replicas', async () => {
  await using deployment = await deploy();
  expect(await staleReads(deployment, false)).toBe(0);
  const reads = await Promise.all(deployment.replicas.map((replica) => replica.calls('get')));
  const atReplicas = reads.reduce((sum, count) => sum + count, 0);
  expect(atReplicas).toBeGreaterThan(0.85 * CLIENTS * ROUNDS * 9);
}, 60_000);

test('session: no stale read of a client’s own writes', async () => {
  await using deployment = await deploy({ args: ['--consistency', 'session'] });
  expect(await staleReads(deployment, true)).toBe(0);
}, 60_000);

test('eventual: the test can fail, as without marks reads are stale', async () => {
  await using deployment = await deploy({ args: ['--consistency', 'eventual'] });
  expect(await staleReads(deployment, false)).toBeGreaterThan(0);
}, 60_000);

test('a replica that stops to replicate is left alone: at first for dirty keys, soon for all', async () => {
  await using deployment = await deploy({ replicas: 1, args: ['--max-staleness', '1s'] });
  const client = deployment.client();
  await client.set('k', 'old');
  await expect.poll(() => deployment.status(), PATIENCE).not.toContain('behind');
  await deployment.replicas[0]?.ask('REPLICAOF', '127.0.0.1', '1');
  await client.set('k', 'new');
  for (let i = 0; i < 200; i++) expect(await client.get('k')).toBe('new');
  await expect.poll(() => deployment.status(), PATIENCE).not.toContain('replica up');
});
