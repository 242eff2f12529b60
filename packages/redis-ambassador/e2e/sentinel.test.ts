// Promise: with Sentinel the primary is found by any of them, and a failover of any kind costs the application no error that
// Redis would not owe it: planned, killed, hung. One deployment goes through all of it; three real Sentinels decide.
import { eventually } from '@podmate/testkit/eventually';
import { scrape } from '@podmate/testkit/image';
import { Sentinels } from '@podmate/testkit/redis-sentinel';
import { RedisServer } from '@podmate/testkit/redis-server';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Deployment, deploy, PATIENCE } from './running.ts';

const DOWN_AFTER_MS = 500;
let sentinels: Sentinels;
let deployment: Deployment;

beforeAll(async () => {
  deployment = await deploy({
    // One is enough: it names the others.
    find: async ({ primary, replicas }) => {
      sentinels = await Sentinels.start(primary, replicas, {
        downAfterMs: DOWN_AFTER_MS,
        sentinelPassword: 'of-sentinel',
      });
      return ['--sentinels', sentinels.addresses[1] ?? '', '--sentinel-password', 'of-sentinel'];
    },
  });
});
afterAll(async () => {
  await deployment?.[Symbol.asyncDispose]();
  await sentinels?.stop();
});

const servers = (): RedisServer[] => [deployment.primary, ...deployment.replicas];
const serverAt = (address: string): RedisServer => {
  const found = servers().find((each) => each.address === address);
  if (!found) throw new Error(`no server at ${address}`);
  return found;
};

/** Two replicas in sync and all Sentinels of one mind: ready for the next failover. Gives the primary. */
async function settled(): Promise<RedisServer> {
  const token = String(performance.now());
  return eventually(async () => {
    const [first, ...others] = await Promise.all(sentinels.all.map((each) => sentinels.primary(each)));
    expect(others).toEqual([first, first]);
    const primary = serverAt(first ?? '');
    // Sentinel takes 8 s to set a primary right that was deposed.
    for (const each of servers().filter((server) => server !== primary && server.running))
      if ((await each.ask('INFO', 'replication')).includes('role:master'))
        await each.ask('REPLICAOF', primary.host, String(primary.port));
    expect(await primary.ask('INFO', 'replication')).toMatch(/connected_slaves:2\r/);
    // A replica that has just got its copy says that its link is up, and gets nothing more for up to a second.
    await primary.ask('SET', 'settled', token);
    for (const each of servers().filter(({ running }) => running))
      expect(await each.ask('GET', 'settled')).toContain(token);
    const status = await deployment.status();
    expect(status).toContain(`${first} primary up`);
    expect(status.match(/replica up connections/g)).toHaveLength(2);
    expect(await sentinels.all[0]?.ask('INFO', 'sentinel')).toMatch(/status=ok.*slaves=2/);
    // The ambassador listens to each: it cannot hold writes for what it is not told.
    for (const each of sentinels.all) expect(await each.ask('CLIENT', 'LIST')).toMatch(/ psub=1 /);
    return primary;
  });
}

/** Writes and reads one after the other until stopped; a thousand of each in a second are plenty. */
function load(): {
  stop(): Promise<void>;
  acknowledged: number;
  failed: string[];
  readsFailed: number;
  reads: number;
} {
  const [writer, reader] = [deployment.client(), deployment.client()];
  const enough = new AbortController();
  const state = { acknowledged: 0, failed: [] as string[], readsFailed: 0, reads: 0 };
  const write = async (): Promise<void> => {
    while (!enough.signal.aborted)
      await writer
        .incr('n')
        .then(
          () => void state.acknowledged++,
          (error: unknown) => void state.failed.push(String(error)),
        )
        .then(() => pause(1));
  };
  const read = async (): Promise<void> => {
    while (!enough.signal.aborted)
      await reader
        .get('fixed')
        .then(
          () => void state.reads++,
          () => void state.readsFailed++,
        )
        .then(() => pause(1));
  };
  const both = Promise.all([write(), read()]);
  return Object.assign(state, {
    stop: async () => {
      enough.abort();
      await both;
    },
  });
}

async function counted(server: RedisServer): Promise<number> {
  return Number(/\r\n(\d+)/.exec(await server.ask('GET', 'n'))?.[1] ?? 0);
}

test('SENTINEL FAILOVER: no error, and nothing that was acknowledged is missing', async () => {
  const before = await settled();
  const had = await counted(before);
  const under = load();
  await expect.poll(() => under.acknowledged, PATIENCE).toBeGreaterThan(100);
  await sentinels.failover();
  const after = await eventually(async () => {
    const address = await sentinels.primary();
    expect(address).not.toBe(before.address);
    return serverAt(address);
  });
  const [then, reads] = [under.acknowledged, under.reads];
  await expect.poll(() => under.acknowledged, PATIENCE).toBeGreaterThan(then + 100);
  await expect.poll(() => under.reads, PATIENCE).toBeGreaterThan(reads + 100);
  await under.stop();
  expect(under.failed).toEqual([]);
  expect(under.readsFailed).toBe(0);
  expect(await counted(after)).toBe(had + under.acknowledged);
});

test.each(['SIGSTOP', 'SIGKILL'] as const)(
  '%s of the primary: at most what was under way fails, reads go on, nothing is repeated',
  async (signal) => {
    const before = await settled();
    const had = await counted(before);
    const under = load();
    await expect.poll(() => under.acknowledged, PATIENCE).toBeGreaterThan(100);
    before.signal(signal);
    onTestFinished(() => before.signal('SIGCONT'));
    const [then, reads] = [under.acknowledged, under.reads];
    await eventually(async () => expect(await sentinels.primary()).not.toBe(before.address));
    await expect.poll(() => under.acknowledged, PATIENCE).toBeGreaterThan(then + 100);
    expect(under.reads).toBeGreaterThan(reads + 100);
    await under.stop();
    expect(under.failed.length).toBeLessThanOrEqual(1);
    for (const error of under.failed) expect(error).toContain('may or may not have been executed');
    expect(under.readsFailed).toBe(0);
    // A killed primary takes with it what it had acknowledged a moment before, which is Redis' own.
    expect(await counted(serverAt(await sentinels.primary()))).toBeLessThanOrEqual(
      had + under.acknowledged + 1,
    );
    expect((await scrape(deployment.admin)).get('redis_ambassador_failovers_total')).toBeGreaterThan(0);
    if (signal === 'SIGKILL') return;
    // It wakes up and still thinks that it is the primary: not for us.
    before.signal('SIGCONT');
    const client = deployment.client();
    for (let i = 0; i < 50; i++) await client.set('awake', String(i));
    expect(await before.ask('GET', 'awake')).not.toMatch(/\r\n\d+/);
  },
);
