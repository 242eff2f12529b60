// Promise: when the primary goes, writes wait for the next one and are sent there once; reads go on; nobody gets a reply
// that is another's. Static servers: the roles are changed by hand, as Sentinel would.
import { eventually } from '@podmate/testkit/eventually';
import { RedisServer } from '@podmate/testkit/redis-server';
import { expect, test } from 'vitest';
import { PATIENCE, type Deployment, deploy, replies } from './running.ts';

async function promote({ primary, replicas }: Deployment): Promise<RedisServer> {
  const [next, ...others] = replicas;
  await next!.ask('REPLICAOF', 'NO', 'ONE');
  for (const other of [...others, ...(primary.running ? [primary] : [])])
    await other.ask('REPLICAOF', '127.0.0.1', String(next!.port));
  return next!;
}

test('a planned failover: no error, every acknowledged INCR counted once', async () => {
  await using deployment = await deploy();
  const client = deployment.client();
  let [acknowledged, failed] = [0, 0];
  const enough = new AbortController();
  const writing = (async () => {
    while (!enough.signal.aborted)
      await client.incr('n').then(
        () => acknowledged++,
        () => new Promise((resolve) => setImmediate(resolve, failed++)),
      );
  })();
  await expect.poll(() => acknowledged, PATIENCE).toBeGreaterThan(100);
  await deployment.primary.ask('CLIENT', 'PAUSE', '20000', 'WRITE');
  await eventually(async () => {
    const info = await deployment.primary.ask('INFO', 'replication');
    const offsets = [...info.matchAll(/offset[=:](\d+)/g)].map(([, digits]) => Number(digits));
    expect(new Set(offsets.slice(0, 3)).size).toBe(1);
  });
  const next = await promote(deployment);
  await deployment.primary.ask('CLIENT', 'UNPAUSE');
  const before = acknowledged;
  await expect.poll(() => acknowledged, PATIENCE).toBeGreaterThan(before + 100);
  enough.abort();
  await writing;
  expect(failed).toBe(0);
  expect(await next.ask('GET', 'n')).toContain(`\r\n${acknowledged}\r\n`);
});

test('kill -9 of the primary: writes wait and go on, reads never stop, doubtful writes are told', async () => {
  await using deployment = await deploy();
  const [writer, reader] = [deployment.client(), deployment.client()];
  await writer.set('fixed', 'value');
  await expect.poll(() => deployment.status(), PATIENCE).not.toContain('behind');
  deployment.primary.signal('SIGKILL');
  for (let i = 0; i < 50; i++) expect(await reader.get('fixed')).toBe('value');
  const late = writer.set('late', '1').catch(String);
  await expect.poll(() => deployment.status(), PATIENCE).toContain('waiting=1');
  const next = await promote(deployment);
  expect(await late).toBe('OK');
  expect(await next.ask('GET', 'late')).toContain('\r\n1\r\n');
  for (let i = 0; i < 50; i++) expect(await reader.get('fixed')).toBe('value');
});

test('without a new primary a write fails in time, and says why', async () => {
  await using deployment = await deploy({ replicas: 1, args: ['--failover-timeout', '500ms'] });
  const client = deployment.client();
  await client.ping();
  await expect.poll(() => deployment.status(), PATIENCE).not.toContain('behind');
  deployment.primary.signal('SIGKILL');
  await expect.poll(() => deployment.status(), PATIENCE).toContain('primary down');
  await expect(client.set('a', '1')).rejects.toThrow(/TRYAGAIN .*no primary within 500 ms: .*127/);
  // MULTI never fails: who sends all of it in one go must not have its commands executed one by one.
  const transaction = await replies(deployment.port, 'MULTI\r\nSET a 1\r\nGET b\r\nEXEC\r\nGET b');
  expect(transaction).toMatch(/^\+OK\r\n-TRYAGAIN [^\n]+\n-TRYAGAIN [^\n]+\n-EXECABORT [^\n]+\n\$-1\r\n$/);
  expect(await client.get('b')).toBeNull(); // reads go on
});

test('a primary that hangs: what was sent is told to be in doubt, after the deadline', async () => {
  await using deployment = await deploy({
    replicas: 1,
    args: ['--command-timeout', '300ms', '--failover-timeout', '500ms', '--connect-timeout', '200ms'],
  });
  const client = deployment.client();
  await client.set('a', '1');
  deployment.primary.signal('SIGSTOP');
  try {
    await expect(client.set('a', '2')).rejects.toThrow(/may or may not have been executed/);
  } finally {
    deployment.primary.signal('SIGCONT');
  }
  await eventually(() => client.set('a', '3'));
  expect(await deployment.primary.ask('GET', 'a')).toContain('\r\n3\r\n');
});

test('a replica that is killed: its reads are repeated elsewhere, no error', async () => {
  await using deployment = await deploy();
  const client = deployment.client();
  await client.set('k', 'v');
  await expect.poll(() => deployment.status(), PATIENCE).not.toContain('behind');
  const reads = Array.from({ length: 5 }, async () => {
    for (let i = 0; i < 300; i++) expect(await client.get('k')).toBe('v');
  });
  deployment.replicas[0]?.signal('SIGKILL');
  await Promise.all(reads);
});
