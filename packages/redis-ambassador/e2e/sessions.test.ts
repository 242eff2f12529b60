// Promise: what Redis keeps per connection is kept per client: transactions, subscriptions, blocking, databases, names.
// One primary with two replicas and an ambassador for all of it: tests use keys of their own, and their clients end with them.
import { eventually } from '@podmate/testkit/eventually';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  type ClientOptions,
  type Deployment,
  PATIENCE,
  deploy,
  rawCommand,
  startAmbassador,
} from './running.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
});
afterAll(() => deployment?.[Symbol.asyncDispose]());

function newClient(options: ClientOptions = {}): Redis {
  const client = deployment.client(options);
  onTestFinished(() => client.disconnect());
  return client;
}

test('MULTI, EXEC, WATCH: isolated, and the connection is given back', async () => {
  const [a, b] = [newClient(), newClient()];
  await a.set('x', '1');
  await a.watch('x');
  await b.set('x', '2');
  expect(await a.multi().set('x', '3').exec()).toBeNull();
  await a.watch('x');
  expect(await a.multi().incr('x').get('x').exec()).toEqual([
    [null, 3],
    [null, '3'],
  ]);
  for (let i = 0; i < 100; i++) await a.multi().incr('n').exec();
  const status = await deployment.status();
  expect(Number(/primary up connections=(\d+)/.exec(status)?.[1])).toBeLessThanOrEqual(5);
  expect(await rawCommand(deployment.port, 'EXEC')).toBe('-ERR EXEC without MULTI\r\n');
});

test('what was executed by EXEC or pushed to a BLPOP is seen by the next read of another client', async () => {
  const latency = ['--servers', deployment.primary.address, '--balance', 'latency'];
  await using ambassador = await startAmbassador(latency, 2);
  const [a, b] = [ambassador.client(), ambassador.client()];
  for (let i = 0; i < 300; i++) {
    await a.multi().set('k', i).exec();
    expect(await b.get('k')).toBe(String(i));
    await a.rpush('list', i);
    await a.blpop('list', 1);
    expect(await b.llen('list')).toBe(0);
  }
});

test.each([2, 3] as const)('SUBSCRIBE with RESP%i', async (protocol) => {
  const [subscriber, publisher] = [newClient({ protocol }), newClient()];
  const heard: string[] = [];
  subscriber.on('message', (_channel: string, text: string) => heard.push(text));
  await subscriber.subscribe('news', 'other');
  for (let i = 0; i < 20; i++) await publisher.publish('news', `${i}`);
  await expect.poll(() => heard, PATIENCE).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
  await subscriber.unsubscribe();
  expect(await subscriber.get('still here')).toBeNull();
});

async function blocked(): Promise<number> {
  return Number(/blocked_clients:(\d+)/.exec(await deployment.primary.ask('INFO', 'clients'))?.[1]);
}

test('a blocked client keeps nobody waiting, and one that leaves frees its server', async () => {
  const [waiting, leaving, busy] = [newClient(), newClient(), newClient()];
  const popped = waiting.blpop('queue', 0);
  leaving.blpop('other', 0).catch(() => {});
  await expect.poll(blocked, PATIENCE).toBe(2);
  expect(await busy.set('a', 'b')).toBe('OK');
  leaving.disconnect();
  await expect.poll(blocked, PATIENCE).toBe(1);
  await busy.rpush('queue', 'job');
  expect(await popped).toEqual(['queue', 'job']);
});

test('SELECT, CLIENT SETNAME, HELLO and RESET are each client’s own', async () => {
  const [a, b] = [newClient(), newClient()];
  await a.select(2);
  await a.set('place', 'in 2');
  expect([await a.get('place'), await b.get('place')]).toEqual(['in 2', null]);
  await expect(a.select(99)).rejects.toThrow('DB index is out of range');
  expect(await a.get('place')).toBe('in 2');
  await a.client('SETNAME', 'alpha');
  expect([await a.client('GETNAME'), await b.client('GETNAME')]).toEqual(['alpha', null]);
  expect(await a.client('ID')).not.toBe(await b.client('ID'));
  const script = 'HELLO 3\r\nGET nothing\r\nRESET\r\nGET nothing\r\nHELLO 4\r\nQUIT';
  const replies = await rawCommand(deployment.port, script);
  expect(replies).toMatch(/^%7\r\n[^]*\r\n_\r\n\+RESET\r\n\$-1\r\n-NOPROTO [^\r]*\r\n\+OK\r\n$/);
});

test('CLIENT REPLY, and replies of our own between those of servers, keep their order', async () => {
  const script = [
    'SET a 1',
    'CLIENT REPLY OFF',
    'SET a 2',
    'GET a',
    'CLIENT REPLY ON',
    'GET a',
    'CLIENT REPLY SKIP',
    'GET a',
  ];
  const replies = await rawCommand(deployment.port, [...script, 'EXEC', 'ECHO end'].join('\r\n'));
  expect(replies).toBe('+OK\r\n+OK\r\n$1\r\n2\r\n-ERR EXEC without MULTI\r\n$3\r\nend\r\n');
});

test('WAIT covers the writes that went over shared connections', async () => {
  const client = newClient();
  for (let i = 0; i < 50; i++) {
    await client.set('k', i);
    expect(await client.wait(2, 1000)).toBe(2);
    for (const replica of deployment.replicas)
      expect(await replica.ask('GET', 'k')).toContain(`\r\n${i}\r\n`);
  }
});

test('AUTH: the server judges, and each user has connections of its own', async () => {
  for (const server of [deployment.primary, ...deployment.replicas])
    await server.ask('ACL', 'SETUSER', 'bob', 'on', '>secret', '~bob:*', '+@all');
  const bob = newClient({ username: 'bob', password: 'secret' });
  expect(await bob.set('bob:x', '1')).toBe('OK');
  await eventually(async () => expect(await bob.get('bob:x')).toBe('1'));
  await expect(bob.set('alice:x', '1')).rejects.toThrow('NOPERM');
  expect(await rawCommand(deployment.port, 'AUTH bob wrong\r\nSET free 1')).toMatch(
    /^-WRONGPASS [^\r]*\r\n\+OK\r\n$/,
  );
});
