// Promise: whatever bytes come, from clients or from a server (a real one, whose replies a relay spoils on demand), only
// those whose they are suffer: nothing hangs, nothing grows, and the next command is answered.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { eventually } from '@podmate/testkit/eventually';
import { freePort, portOf, startImage } from '@podmate/testkit/image';
import { RedisServer } from '@podmate/testkit/redis-server';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { deploy, rawCommand } from './running.ts';

const rssMib = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** In front of a real server: what mentions `poison` gets these bytes instead of its reply. */
async function startSpoiler(
  server: RedisServer,
): Promise<AsyncDisposable & { port: number; spoil(poison: string, end?: boolean): void }> {
  let [poison, closes] = ['', false];
  const sockets = new Set<Socket>();
  const relay = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => (client.destroy(), upstream.destroy()));
    }
    client.on('data', (bytes) => {
      const spoilt = bytes.includes('poison');
      if (spoilt) client.write(poison);
      else upstream.write(bytes);
      if (spoilt && closes) client.end();
    });
    upstream.pipe(client);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    relay.close();
    await once(relay, 'close');
  };
  const spoil = (text: string, end = false): void => void ([poison, closes] = [text, end]);
  return { port: portOf(relay), spoil, [Symbol.asyncDispose]: stop };
}

test('a server that sends nonsense', async () => {
  await using server = await RedisServer.start();
  await using spoiler = await startSpoiler(server);
  const port = await freePort();
  await using image = startImage('redis-ambassador', [
    '--servers',
    `127.0.0.1:${spoiler.port}`,
    '--listen',
    `127.0.0.1:${port}`,
    '--failover-timeout',
    '300ms',
    '--command-timeout',
    '300ms',
  ]);
  await eventually(async () => expect(await rawCommand(port, 'SET a 1')).toBe('+OK\r\n'));
  const before = rssMib(image.pid);
  for (const { name, poison, end = false, out } of [
    { name: 'no reply', poison: 'HTTP/1.1 400 Bad Request\r\n\r\n', out: /^-ERR .*lost the server/ },
    { name: 'two replies to one', poison: ':1\r\n:2\r\n', out: /^:1\r\n/ },
    { name: 'an error without an end', poison: `-${'x'.repeat(8_000_000)}`, out: /^-ERR .*lost the server/ },
    { name: 'half a reply, and the end', poison: '$10\r\nabc', end: true, out: /^(\$10\r\nabc)?$/ },
    { name: 'an array without an end', poison: '*1000000000\r\n:1\r\n', out: /^\*1000000000\r\n:1\r\n$/ },
    { name: 'silence', poison: '', out: /^-ERR .*lost the server/ },
    { name: 'a push nobody asked for', poison: '>2\r\n+x\r\n+y\r\n:7\r\n', out: /^:7\r\n$/ },
  ]) {
    spoiler.spoil(poison, end);
    expect([name, await rawCommand(port, 'INCR poison')]).toEqual([name, expect.stringMatching(out)]);
    await eventually(async () =>
      expect([name, await rawCommand(port, 'GET a')]).toEqual([name, '$1\r\n1\r\n']),
    );
  }
  expect(rssMib(image.pid) - before).toBeLessThan(80);
  expect(image.process.exitCode).toBeNull();
});

test('clients that send nonsense, among one that does not', async () => {
  await using deployment = await deploy({ replicas: 0 });
  const random = new SeededRandom(freshSeed());
  const pieces = [
    '*',
    '$',
    '3',
    '\r\n',
    '-1',
    'GET',
    '*1\r\n$4\r\nPING\r\n',
    '*2\r\n$3\r\nGET\r\n$900\r\n',
    '"',
    '\0',
    'EXEC\r\n',
    'HELLO 3\r\n',
    'MULTI\r\n',
    'CLIENT REPLY SKIP\r\n',
    'RESET\r\n',
    '\x16\x03\x01\x02',
  ];
  const before = rssMib(deployment.image.pid);
  const client = deployment.client();
  const crowd = Array.from({ length: 300 }, () => {
    const socket = connect(deployment.port, '127.0.0.1').on('error', () => {});
    const text = Array.from({ length: random.integer(1, 60) }, () =>
      random.chance(0.2) ? random.text(20) : random.pick(pieces),
    );
    for (const piece of text) socket.write(piece);
    if (random.chance(0.5)) socket.end();
    return socket.resume();
  });
  for (let i = 0; i < 300; i++) {
    expect(await client.set(`k${i}`, String(i))).toBe('OK');
    expect(await client.get(`k${i}`)).toBe(String(i));
  }
  for (const socket of crowd) socket.destroy();
  await eventually(async () => expect(await deployment.status()).toMatch(/^clients=2 /m));
  expect(rssMib(deployment.image.pid) - before).toBeLessThan(64);
  expect([random.seed, deployment.image.stderr.includes('crashed')]).toEqual([random.seed, false]);
});
