// Promise: everything a client can make large, many or slow has a limit, and whoever goes beyond it is told, counted by
// reason, and costs the upstream nothing.
import { eventually } from '@podmate/testkit/eventually';
import { RawServer } from '@podmate/testkit/http-raw';
import { scrape } from '@podmate/testkit/image';
import { expect, test } from 'vitest';
import { type Running, startAmbassador } from './running.ts';

const limits = [
  ['--max-head-bytes', '2KiB'],
  ['--max-target-bytes', '1KiB'],
  ['--max-headers', '10'],
  ['--max-body-bytes', '1000B'],
  ['--max-clients', '20'],
  ['--head-timeout', '400ms'],
  ['--keep-alive-timeout', '400ms'],
  ['--client-timeout', '400ms'],
].flat();

const get = 'GET / HTTP/1.1\r\nHost: a\r\n';
const post = 'POST / HTTP/1.1\r\nHost: a\r\n';

const refused: { name: string; send: string; status: string; reason: string }[] = [
  {
    name: 'a head of more bytes',
    send: `${get}X: ${'x'.repeat(2048)}`,
    status: '431',
    reason: 'head-too-large',
  },
  {
    name: 'more fields',
    send: `${get}${'X: 1\r\n'.repeat(10)}\r\n`,
    status: '431',
    reason: 'too-many-fields',
  },
  { name: 'a longer target', send: `GET /${'x'.repeat(1024)}`, status: '414', reason: 'target-too-long' },
  {
    name: 'a longer body',
    send: `${post}Content-Length: 1001\r\n\r\n`,
    status: '413',
    reason: 'body-too-large',
  },
  {
    name: 'more chunks',
    send: `${post}Transfer-Encoding: chunked\r\n\r\n100\r\n${'x'.repeat(256)}\r\n400\r\n${'x'.repeat(1024)}`,
    status: '413',
    reason: 'body-too-large',
  },
  { name: 'a head that stops', send: 'GET / HTTP/1.1\r\nHo', status: '408', reason: 'head-timeout' },
  {
    name: 'a body that stops',
    send: `${post}Content-Length: 9\r\n\r\nabc`,
    status: '408',
    reason: 'body-timeout',
  },
  {
    name: 'chunks that stop',
    send: `${post}Transfer-Encoding: chunked\r\n\r\n3\r\nab`,
    status: '408',
    reason: 'body-timeout',
  },
];

const count = async (proxy: Running, reason: string): Promise<number> => {
  const samples = await scrape(proxy.admin);
  const keys = [...samples.keys()].filter((key) => key.startsWith('http_ambassador_refusals_total'));
  return samples.get(keys.find((key) => key.includes(`reason="${reason}"`)) ?? '') ?? 0;
};

test('what is too large, too many or too slow', async () => {
  await using server = await RawServer.start();
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`, limits);
  for (const { name, send, status, reason } of refused) {
    const before = await count(proxy, reason);
    await using client = await proxy.raw();
    client.send(send);
    const answer = await client.gotAll();
    expect([name, answer.slice(9, 12)]).toEqual([name, status]);
    expect([name, answer]).toEqual([name, expect.stringContaining(`X-Ambassador-Reason: ${reason}\r\n`)]);
    expect([name, await count(proxy, reason)]).toEqual([name, before + 1]);
    // What had gone on of it is cut off.
    await eventually(() => expect(server.peers.every(({ ended, closed }) => ended || closed)).toBe(true));
  }
  expect(proxy.lines().map(({ reason }) => reason)).toEqual(refused.map(({ reason }) => reason));
  // None of it counts against the upstream.
  expect([...(await scrape(proxy.admin)).keys()].filter((key) => key.includes('upstream_failures'))).toEqual(
    [],
  );
});

test('a head that comes byte by byte has no more time than one that stops', async () => {
  await using proxy = await startAmbassador('http://127.0.0.1:1', limits);
  await using client = await proxy.raw();
  const timer = setInterval(() => client.socket.writable && client.send('a'), 30);
  client.send('GET /');
  const answer = await client.gotAll().finally(() => clearInterval(timer));
  expect(answer).toMatch(/^HTTP\/1.1 408 [^]*head-timeout/);
});

test('a client that does not read its answer is cut off; one that reads slowly is not', async () => {
  const body = 'x'.repeat(30_000_000);
  await using server = await RawServer.start((peer) => {
    peer.socket.once('data', () =>
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    );
  });
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`, limits);
  await using idle = await proxy.raw();
  idle.socket.pause();
  idle.send(`${get}\r\n`);
  await eventually(() => expect(proxy.lines()).toMatchObject([{ status: 200, reason: 'client-stalled' }]));
  expect(await count(proxy, 'client-stalled')).toBe(1);
  await using slow = await proxy.raw();
  let bytes = 0;
  // Twenty pauses, some of them within the limit's length of each other, all together beyond it.
  slow.socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
    const isPause = Math.floor(bytes / 1.5e6) !== Math.floor((bytes + chunk.length) / 1.5e6);
    bytes += chunk.length;
    if (isPause) setTimeout(() => slow.socket.resume(), 50);
    if (isPause) slow.socket.pause();
  });
  slow.send(`${get}\r\n`);
  await eventually(() => expect(bytes).toBeGreaterThan(body.length));
});

test('more clients than there may be are closed at once, and counted', async () => {
  await using proxy = await startAmbassador('http://127.0.0.1:1', ['--max-clients', '2']);
  await using first = await proxy.raw();
  await using second = await proxy.raw();
  await using third = await proxy.raw();
  await eventually(() => expect(third.ended || third.closed).toBe(true));
  expect([first.ended, second.ended, await count(proxy, 'too-many-clients')]).toEqual([false, false, 1]);
  first.socket.destroy();
  await eventually(async () => {
    await using fourth = await proxy.raw();
    fourth.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(await fourth.got('HTTP/1.1 503', { withinMs: 1000 })).toContain('connect-failure');
  });
});
