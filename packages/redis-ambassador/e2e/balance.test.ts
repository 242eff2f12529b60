// Promise: reads go where --read-from, --balance and --zone say, to slow servers less and to lost ones not at all. One primary
// with two replicas, and an ambassador in front of them for each setting.
import { type RedisServer } from '@podmate/testkit/redis-server';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Ambassador, type Deployment, deploy, PATIENCE, startAmbassador } from './running.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy({ server: { args: ['--enable-debug-command', 'local'] } });
}, 30_000);
afterAll(() => deployment[Symbol.asyncDispose]());

const before = (...args: readonly string[]): Promise<Ambassador> =>
  startAmbassador(['--servers', deployment.primary.address, ...args], 2);

/** How often each of primary, first and second replica was asked this while `work` went on. */
async function shares(command: string, work: () => Promise<unknown>): Promise<number[]> {
  const calls = (): Promise<number[]> =>
    Promise.all(
      [deployment.primary, ...deployment.replicas].map(async (server) =>
        server.running ? server.calls(command) : 0,
      ),
    );
  const then = await calls();
  await work();
  const now = await calls();
  return now.map((count, i) => count - then[i]!);
}

async function ask(client: Redis, command: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await client.call(command, 'k');
}

/** Makes a server slow, 20 ms at a time, until the returned function is called. */
function slowDown({ port }: RedisServer): () => Promise<void> {
  const redis = new Redis(port, '127.0.0.1');
  onTestFinished(() => redis.disconnect());
  const end = new AbortController();
  const sleeping = (async () => {
    while (!end.signal.aborted) await redis.call('DEBUG', 'SLEEP', '0.02');
  })().catch(() => {}); // the test is over
  return () => {
    end.abort();
    return sleeping;
  };
}

test('any: the primary and both replicas in turn', async () => {
  await using all = await before('--read-from', 'any');
  const client = all.client();
  expect(await shares('type', () => ask(client, 'TYPE', 30))).toEqual([10, 10, 10]);
});

test('--zone: the replica of our zone gets all the reads', async () => {
  const { address } = deployment.replicas[1]!;
  await using zoned = await before('--zone', 'a', '--server-zones', `${address}=a`);
  const client = zoned.client();
  expect(await shares('type', () => ask(client, 'TYPE', 10))).toEqual([0, 0, 10]);
});

describe.each([
  { name: '--read-from nearest', args: ['--read-from', 'nearest'] },
  { name: '--balance latency', args: ['--balance', 'latency'] },
])('$name', ({ args }) => {
  test('a slow replica gets few reads, and its share again when it is as fast as the others', async () => {
    await using nearest = await before(...args);
    const client = nearest.client();
    await ask(client, 'TYPE', 30);
    const quick = slowDown(deployment.replicas[0]!);
    await ask(client, 'TYPE', 60); // it is found out
    const slow = await shares('type', () => ask(client, 'TYPE', 200));
    expect(slow[1]).toBeLessThan(20);
    expect(slow.reduce((sum, count) => sum + count)).toBe(200);
    await quick();
    await expect
      .poll(async () => (await shares('type', () => ask(client, 'TYPE', 100)))[1], PATIENCE)
      .toBeGreaterThan(10);
  });
});

test('--balance least-outstanding: while a replica does not answer, the other gets all the reads', async () => {
  await using balanced = await before('--balance', 'least-outstanding');
  const [client, ...waiting] = [balanced.client(), balanced.client(), balanced.client()];
  await Promise.all([client, ...waiting].map((each) => each.ping()));
  const sleeper = new Redis(deployment.replicas[0]!.port, '127.0.0.1');
  onTestFinished(() => sleeper.disconnect());
  await sleeper.ping();
  const sleeping = sleeper.call('DEBUG', 'SLEEP', '1');
  // The first two are one at each replica; one of them stays, and whoever comes then goes to the other.
  const stuck = waiting.map((each) => each.call('TYPE', 'k'));
  await Promise.race(stuck);
  let answered = 0;
  while (answered < 100 && (await Promise.race([sleeping, client.call('TYPE', 'k')])) !== 'OK') answered++;
  expect(answered).toBe(100);
  await Promise.all([sleeping, ...stuck]);
});

describe('servers go', () => {
  test('--read-from replica: an error while none is fit, and writes go on', async () => {
    const [first] = deployment.replicas;
    const only = ['--primary', deployment.primary.address, '--replicas', first!.address, '--no-discover'];
    await using strict = await startAmbassador([...only, '--read-from', 'replica'], 1);
    const client = strict.client();
    expect(await shares('type', () => ask(client, 'TYPE', 5))).toEqual([0, 5, 0]);
    await first!.stop();
    await expect.poll(() => client.get('k').catch(String), PATIENCE).toMatch('TRYAGAIN');
    expect(await client.set('k', 'w')).toBe('OK');
  });

  test('--read-from prefer-primary: replicas only while there is no primary', async () => {
    await using preferring = await startAmbassador(
      ['--servers', deployment.primary.address, '--read-from', 'prefer-primary'],
      1,
    );
    const client = preferring.client();
    await client.set('k', 'v');
    const [, , second] = await shares('type', () => ask(client, 'TYPE', 5));
    expect(second).toBe(0);
    await expect.poll(() => preferring.status(), PATIENCE).not.toContain('behind');
    await deployment.primary.stop();
    await expect.poll(() => client.get('k').catch(String), PATIENCE).toBe('v');
    expect(await deployment.replicas[1]!.calls('get')).toBeGreaterThan(0);
  });
});
