// Promise: slow readers, large values, wrong settings, garbage and the end of the process do no harm beyond their own.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { freePort, scrape, startImage } from '@podmate/testkit/image';
import { RedisServer } from '@podmate/testkit/redis-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Ambassador,
  type Deployment,
  PATIENCE,
  deploy,
  rawCommand,
  startAmbassador,
} from './running.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy({ replicas: 0 });
}, 30_000);
afterAll(() => deployment[Symbol.asyncDispose]());

/** Another ambassador in front of the same server. */
const another = (...args: readonly string[]): Promise<Ambassador> =>
  startAmbassador(['--servers', deployment.primary.address, ...args], 0);

const rssMib = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

test('a client that does not read its replies costs little memory and delays nobody', async () => {
  const client = deployment.client();
  await client.set('big', 'x'.repeat(10_000));
  const before = rssMib(deployment.image.pid);
  const slow = connect(deployment.port, '127.0.0.1').pause();
  slow.on('error', () => {});
  slow.write('GET big\r\n'.repeat(30_000));
  for (let i = 0; i < 500; i++) expect((await client.get('big'))?.length).toBe(10_000);
  expect(rssMib(deployment.image.pid) - before).toBeLessThan(64);
  let bytes = 0;
  slow.on('data', (chunk) => (bytes += chunk.length));
  slow.resume();
  await expect.poll(() => bytes, { timeout: 30_000 }).toBe(30_000 * 10_010);
  slow.destroy();
});

test('a value of 100 MB goes both ways', async () => {
  const client = deployment.client();
  const value = Buffer.alloc(100 * 1024 * 1024, 'abcdefghij');
  await client.set('huge', value);
  expect(value.equals((await client.getBuffer('huge')) ?? Buffer.alloc(0))).toBe(true);
  expect(await client.get('small')).toBeNull();
});

test('garbage is answered like Redis does, and only its sender is cut off', async () => {
  const client = deployment.client();
  await client.set('a', '1');
  for (const { name, in: text, out } of [
    { name: 'HTTP', in: 'GET / HTTP/1.1\r\nHost: x\r\n', out: /^-ERR wrong number of arguments/ },
    { name: 'no bulk', in: '*1\r\n:1\r\n', out: /^-ERR Protocol error: expected '\$', got ':'\r\n$/ },
    {
      name: 'a wrong length',
      in: '*1\r\n$2\r\nPING\r\n',
      out: /^-ERR Protocol error: invalid bulk length\r\n$/,
    },
    {
      name: 'a huge count',
      in: '*1000000000\r\n',
      out: /^-ERR Protocol error: invalid multibulk length\r\n$/,
    },
  ]) {
    expect([name, await rawCommand(deployment.port, text)]).toEqual([name, expect.stringMatching(out)]);
    expect(await client.get('a')).toBe('1');
  }
});

test('SIGTERM: what is under way is answered, then clients are closed and the process ends with 0', async () => {
  await using ending = await another();
  const socket = connect(ending.port, '127.0.0.1').setEncoding('latin1');
  let got = '';
  socket.on('data', (text: string) => (got += text));
  socket.write('SET a 1\r\nBLPOP q 1\r\n');
  await expect.poll(() => got, PATIENCE).toBe('+OK\r\n');
  const exit = ending.image.stop('SIGTERM');
  await once(socket, 'close');
  expect(got).toBe('+OK\r\n*-1\r\n');
  expect(await exit).toEqual({ code: 0, signal: null });
});

test('more clients than allowed are told so', async () => {
  await using small = await another('--max-clients', '2');
  const [a, b] = [small.client(), small.client()];
  await Promise.all([a.ping(), b.ping()]);
  expect(await rawCommand(small.port, 'PING')).toBe('-ERR max number of clients reached\r\n');
});

describe('readiness says why', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start({ args: ['--requirepass', 'secret'], password: 'secret' });
  }, 30_000);
  afterAll(() => server.stop());

  test.each([
    {
      name: 'no server',
      args: ['--servers', '127.0.0.1:1'],
      out: /^no primary\n127\.0\.0\.1:1: .*ECONNREFUSED[^]*no server can be reached\n$/,
    },
    { name: 'a wrong password', args: ['--password', 'nonsense'], out: /^no primary\n.*WRONGPASS/ },
    { name: 'no password', args: [], out: /^no primary\n.*NOAUTH/ },
  ])('$name', async ({ args, out }) => {
    const admin = `127.0.0.1:${await freePort()}`;
    const all = [
      '--listen',
      '127.0.0.1:0',
      '--admin-listen',
      admin,
      ...(args.includes('--servers') ? args : ['--servers', server.address, ...args]),
    ];
    await using image = startImage('redis-ambassador', all);
    const reason = async (): Promise<string> =>
      (await fetch(`http://${admin}/readyz`).catch(() => undefined))?.text() ?? '';
    await expect.poll(reason, PATIENCE).toMatch(out);
    expect(image.stderr).not.toContain('nonsense');
  });
});

test('metrics tell what went where', async () => {
  await using counted = await deploy({ replicas: 1 });
  const client = counted.client();
  await client.set('a', '1');
  await expect.poll(() => counted.status(), PATIENCE).not.toContain('behind');
  await client.get('a');
  const samples = await scrape(counted.admin);
  expect(samples.get('redis_ambassador_commands_total{command="set"}')).toBe(1);
  expect(samples.get('redis_ambassador_commands_total{command="get"}')).toBe(1);
  expect(samples.get('redis_ambassador_clients')).toBe(1);
  const replica = `{server="${counted.replicas[0]?.address}",role="replica"}`;
  expect(samples.get(`redis_ambassador_server_up${replica}`)).toBe(1);
  expect(samples.get(`redis_ambassador_server_commands_total${replica}`)).toBe(1);
});
