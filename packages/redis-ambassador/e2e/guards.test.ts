// Promise: what the operator forbids is refused, what the servers have renamed is found, and clients that try to exhaust
// something (logins, memory, time, descriptors) harm nobody else.
// One server, and an ambassador in front of it for each setting.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from '@podmate/testkit/eventually';
import { imageCommand, freePort, RunningImage, scrape } from '@podmate/testkit/image';
import { RedisServer } from '@podmate/testkit/redis-server';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { categories, categoryCommands } from '../src/commands/categories.ts';
import { type Ambassador, PATIENCE, replies, startAmbassador } from './running.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start({
    args: ['--rename-command', 'SLOWLOG', 'x9', '--rename-command', 'FLUSHALL', 'x10'],
  });
});
afterAll(() => server?.stop());

const before = (...args: readonly string[]): Promise<Ambassador> =>
  startAmbassador(['--servers', server.address, ...args], 0);

/** A raw client, and what came for it so far. */
function rawClient(port: number): { socket: Socket; got: () => string; closed: Promise<void> } {
  const closed = Promise.withResolvers<void>();
  let text = '';
  const socket = connect(port, '127.0.0.1')
    .setEncoding('latin1')
    .on('error', () => {});
  socket.on('data', (chunk: string) => (text += chunk));
  socket.once('close', () => closed.resolve());
  onTestFinished(() => void socket.destroy());
  return { socket, got: () => text, closed: closed.promise };
}

const closedClients = async ({ admin }: Ambassador, reason: string): Promise<number | undefined> =>
  (await scrape(admin)).get(`redis_ambassador_closed_clients_total{reason="${reason}"}`);

test('denied, renamed, read-only: for plain, pipelined and queued commands', async () => {
  const denials = ['--deny', '@scripting,keys', '--deny', 'client|list'];
  await using ambassador = await before(...denials, '--rename', 'slowlog=x9 flushall=x10');
  const { port } = ambassador;
  const denied = '-NOPERM [^\\r]*\\r\\n';
  expect(await replies(port, 'SET a 1\r\nKEYS *\r\nEVAL x 0\r\nclient list\r\nGET a')).toMatch(
    new RegExp(`^\\+OK\\r\\n${denied}${denied}${denied}\\$1\\r\\n1\\r\\n$`),
  );
  expect(await replies(port, 'MULTI\r\nSLOWLOG LEN\r\nKEYS *\r\nEXEC')).toMatch(
    new RegExp(`^\\+OK\\r\\n\\+QUEUED\\r\\n${denied}-EXECABORT [^\\r]*\\r\\n$`),
  );
  expect(await replies(port, 'SLOWLOG LEN\r\nFlushAll\r\nGET a')).toMatch(/^:\d+\r\n\+OK\r\n\$-1\r\n$/);
  for (const name of Object.keys(categories)) {
    const words = (await replies(server.port, `ACL CAT ${name}`)).match(/(?<=\r\n)[a-z][^\r]*/g) ?? [];
    const theirs = words.map((word) => ({ x9: 'slowlog', x10: 'flushall' })[word] ?? word);
    expect(new Set(categoryCommands(name))).toEqual(new Set(theirs));
  }
});

test('wrong logins and databases by the hundred: the primary stays trusted, connections few', async () => {
  await using ambassador = await before();
  const client = ambassador.client();
  await client.set('a', '1');
  const attempts = Array.from({ length: 200 }, (_, i) =>
    replies(ambassador.port, i % 2 ? `AUTH u${i} p` : `SELECT ${100 + i}`),
  );
  for (let i = 0; i < 50; i++) expect(await client.get('a')).toBe('1');
  for (const reply of await Promise.all(attempts)) expect(reply).toMatch(/^-(WRONGPASS|ERR) /);
  const status = await ambassador.status();
  expect(status).toContain('primary up');
  expect(ambassador.image.stderr).not.toContain('a connection failed');
  await eventually(async () => {
    const connections = Number(/ up connections=(\d+)/.exec(await ambassador.status())?.[1]);
    expect(connections).toBeLessThanOrEqual(4);
  });
});

test('--client-timeout closes the silent, not those that wait', async () => {
  await using ambassador = await before('--client-timeout', '300ms');
  const { port } = ambassador;
  const [blocked, subscribed] = [rawClient(port), rawClient(port)];
  blocked.socket.write('BLPOP q 0\r\n');
  subscribed.socket.write('SUBSCRIBE c\r\n');
  // one after the other: those that wait have been silent for twice the timeout then
  for (const silent of [1, 2]) {
    const client = rawClient(port);
    client.socket.write('PING\r\n');
    await client.closed;
    expect([silent, client.got()]).toEqual([silent, '+PONG\r\n']);
  }
  expect(await closedClients(ambassador, 'idle')).toBe(2);
  expect(subscribed.socket.readyState).toBe('open');
  rawClient(port).socket.write('LPUSH q x\r\n');
  await expect.poll(() => blocked.got(), PATIENCE).toBe('*2\r\n$1\r\nq\r\n$1\r\nx\r\n');
});

test('--max-memory: who holds most is cut off, others go on', async () => {
  await using ambassador = await before('--max-memory', '8MiB');
  const { port } = ambassador;
  const client = ambassador.client();
  await client.setrange('big', 12 * 1024 * 1024 - 1, 'x');
  const modest = rawClient(port);
  modest.socket.write(`*3\r\n$3\r\nSET\r\n$1\r\na\r\n$${1024 * 1024}\r\n${'y'.repeat(1000)}`);
  const greedy = rawClient(port);
  greedy.socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$${64 * 1024 * 1024}\r\n`);
  const feed = setInterval(() => greedy.socket.write(Buffer.alloc(1024 * 1024, 'z')), 10);
  onTestFinished(() => clearInterval(feed));
  await greedy.closed;
  clearInterval(feed);
  expect(await closedClients(ambassador, 'memory')).toBe(1);
  modest.socket.write(`${'y'.repeat(1024 * 1024 - 1000)}\r\n`);
  await expect.poll(modest.got, PATIENCE).toBe('+OK\r\n');
  expect(await client.strlen('big')).toBe(12 * 1024 * 1024);
});

test('a large reply to a client that does not read stays at the server, until another client needs the connection', async () => {
  await using ambassador = await before('--max-memory', '8MiB');
  const client = ambassador.client();
  await client.setrange('big', 24 * 1024 * 1024 - 1, 'x');
  const slow = rawClient(ambassador.port);
  slow.socket.pause();
  slow.socket.write('GET big\r\nPING\r\n');
  for (let i = 0; i < 100; i++) await client.ping();
  expect(await closedClients(ambassador, 'memory')).toBe(0);
  slow.socket.resume();
  await expect.poll(() => slow.got().length, PATIENCE).toBe(24 * 1024 * 1024 + 13 + 7);
  expect(slow.got().endsWith('x\r\n+PONG\r\n')).toBe(true);
});

test('drain: pipelines that are longer than what is under way lose no reply that was executed', async () => {
  await using ambassador = await before();
  const idle = rawClient(ambassador.port);
  const subscriber = rawClient(ambassador.port);
  subscriber.socket.write('SUBSCRIBE c\r\n');
  const busy = rawClient(ambassador.port);
  const feed = setInterval(() => busy.socket.write('INCR n\r\n'.repeat(2000)), 1);
  onTestFinished(() => clearInterval(feed));
  await expect.poll(() => busy.got().length, PATIENCE).toBeGreaterThan(10_000);
  const exit = ambassador.image.stop('SIGTERM');
  await Promise.all([idle.closed, subscriber.closed, busy.closed]);
  clearInterval(feed);
  expect(await exit).toEqual({ code: 0, signal: null });
  const received = busy.got().split('\r\n').slice(0, -1);
  expect(await server.ask('GET', 'n')).toContain(`\r\n${received.length}\r\n`);
  expect(received.at(-1)).toBe(`:${received.length}`);
});

test('out of descriptors: clients beyond them are dropped, those inside go on, and it recovers', async () => {
  const port = await freePort();
  const args = ['--servers', server.address, '--listen', `127.0.0.1:${port}`];
  const command = [...imageCommand('redis-ambassador'), ...args].map((word) => `'${word}'`).join(' ');
  await using image = new RunningImage(['sh', '-c', `ulimit -n 64; exec ${command}`]);
  await eventually(async () => expect(await replies(port, 'SET a 1')).toBe('+OK\r\n'));
  const inside = rawClient(port);
  inside.socket.write('GET a\r\n');
  await expect.poll(inside.got, PATIENCE).toBe('$1\r\n1\r\n');
  const crowd = Array.from({ length: 200 }, () => rawClient(port));
  await Promise.race(crowd.map(({ closed }) => closed));
  inside.socket.write('GET a\r\n');
  await expect.poll(inside.got, PATIENCE).toBe('$1\r\n1\r\n'.repeat(2));
  for (const { socket } of crowd) socket.destroy();
  await eventually(async () => expect(await replies(port, 'GET a')).toBe('$1\r\n1\r\n'));
  expect(image.process.exitCode).toBeNull();
});

test('3,000 clients over a few connections, closed in a drain', { timeout: 60_000 }, async () => {
  const most = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' })) || Infinity;
  const count = Math.min(3_000, most - 500);
  await using _ = await RedisServer.start({ replicaOf: server });
  await using ambassador = await startAmbassador(['--servers', server.address, '--max-clients', '10001'], 1);
  let received = 0;
  const sockets: Socket[] = [];
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  for (let batch = 0; batch < count; batch += 500) {
    const some = Array.from({ length: Math.min(500, count - batch) }, () =>
      connect(ambassador.port, '127.0.0.1'),
    );
    sockets.push(...some);
    await Promise.all(some.map((socket) => once(socket, 'connect')));
  }
  for (const [i, socket] of sockets.entries()) {
    socket.on('data', (chunk: Buffer) => (received += chunk.length));
    socket.write(i % 10 === 0 ? `SET k${i} v\r\n` : `GET nosuch${i}\r\n`);
  }
  await expect.poll(() => received, { timeout: 30_000, interval: 50 }).toBe(count * 5);
  const status = await ambassador.status();
  const connections = Array.from(status.matchAll(/connections=(\d+)/g), ([, number]) => Number(number));
  expect(connections.reduce((a, b) => a + b)).toBeLessThanOrEqual(8);
  let open = sockets.length;
  for (const socket of sockets) socket.once('end', () => (open--, socket.end()));
  expect(await ambassador.image.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  await expect.poll(() => open, PATIENCE).toBe(0);
});
