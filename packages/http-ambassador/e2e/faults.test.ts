// Promise: upstreams that are dead, frozen, slow or gone in the middle cost no request that could safely be tried
// again, never more than their time limit, and never a crash.
import { mirror, NodeBackend } from '@podmate/testkit/http-backend';
import { RawServer } from '@podmate/testkit/http-raw';
import { freePort, scrape } from '@podmate/testkit/image';
import { temporaryDirectory } from '@podmate/testkit/files';
import { eventually } from '@podmate/testkit/eventually';
import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startAmbassador, startWith } from './running.ts';

const reasonOf = async (url: string, init: RequestInit = {}): Promise<[number, string | null]> => {
  const response = await fetch(url, init);
  await response.text();
  return [response.status, response.headers.get('x-ambassador-reason')];
};

test('nobody listens: 503 with the reason, and well again once somebody does', async () => {
  const port = await freePort();
  await using proxy = await startAmbassador(`http://127.0.0.1:${port}`);
  expect(await reasonOf(proxy.url)).toEqual([503, 'connect-failure']);
  await using backend = await NodeBackend.start(mirror, { port, host: '127.0.0.1' });
  expect(await reasonOf(proxy.url)).toEqual([200, null]);
  expect(backend.requests).toHaveLength(1);
});

test('frozen before the first byte, frozen in the middle, slow overall', async () => {
  await using server = await RawServer.start((peer) => {
    peer.socket.on('data', (bytes: Buffer) => {
      if (bytes.includes('/middle')) peer.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
      if (!bytes.includes('/drip')) return;
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      const timer = setInterval(() => peer.send('.'), 50);
      peer.socket.on('close', () => clearInterval(timer));
    });
  });
  const limits = ['--first-byte-timeout', '300ms', '--idle-timeout', '400ms', '--total-timeout', '900ms'];
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`, limits);
  expect(await reasonOf(`${proxy.url}/silent`)).toEqual([504, 'first-byte-timeout']);
  for (const [path, reason] of [
    ['/middle', 'idle-timeout'],
    ['/drip', 'total-timeout'],
  ]) {
    await using client = await proxy.raw();
    client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await eventually(() => expect(client.closed).toBe(true));
    expect(client.error?.code).toBe('ECONNRESET');
    await eventually(() => expect(proxy.lines().at(-1)).toMatchObject({ path, reason }));
  }
});

test('a connection that is accepted and goes no further: the time for connecting, at each attempt', async () => {
  await using server = await RawServer.start();
  const limits = ['--connect-timeout', '200ms', '--retries', '1'];
  await using proxy = await startAmbassador(`https://127.0.0.1:${server.port}`, limits);
  expect(await reasonOf(proxy.url, { method: 'POST', body: 'x' })).toEqual([504, 'connect-timeout']);
  await eventually(() => expect(proxy.lines()[0]).toMatchObject({ attempts: 2, status: 504 }));
});

test('a kept connection that the upstream closes just now costs no request', async () => {
  let answered = 0;
  // Answers the first request of a connection and, when the second comes, is gone: the stale keep-alive race.
  await using server = await RawServer.start((peer) => {
    let requests = 0;
    peer.socket.on('data', () => {
      if (++requests > 1) return void peer.socket.resetAndDestroy();
      answered++;
      return peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`);
  for (let at = 0; at < 20; at++) expect(await reasonOf(`${proxy.url}/${at}`)).toEqual([200, null]);
  expect(answered).toBe(20);
  const samples = await scrape(proxy.admin);
  const key = `http_ambassador_retries_total{upstream="http://127.0.0.1:${server.port}",reason="stale-connection"}`;
  expect(samples.get(key)).toBeGreaterThan(0);
  // What may have been done already is not done twice.
  expect(await reasonOf(proxy.url, { method: 'POST', body: 'x' })).toEqual([502, 'upstream-closed']);
});

test('of two endpoints one is killed under load: no GET is lost', async () => {
  await using folder = await temporaryDirectory('faults');
  await using one = await NodeBackend.start(mirror);
  await using other = await NodeBackend.start(mirror);
  const port = await freePort();
  const config = `listeners:\n  - { listen: '127.0.0.1:${port}', to: app }\nupstreams:\n  - name: app\n    targets: ['${one.url}', '${other.url}']\n`;
  await writeFile(folder.file('config.yaml'), config);
  await using proxy = await startWith(port, ['--config', folder.file('config.yaml')]);
  let failed = 0;
  const client = async (): Promise<void> => {
    for (let at = 0; at < 100; at++) {
      if (at === 30) await one.stop();
      const [status] = await reasonOf(`${proxy.url}/${at}`);
      if (status !== 200) failed++;
    }
  };
  await Promise.all([client(), client(), client(), client()]);
  expect(failed).toBe(0);
  const samples = await scrape(proxy.admin);
  expect(samples.get('http_ambassador_ejections_total{upstream="app"}')).toBeGreaterThan(0);
});

test('more than may wait is answered 503 at once', async () => {
  await using server = await RawServer.start();
  const limits = ['--max-connections', '1', '--max-pending', '1', '--first-byte-timeout', '2s'];
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`, limits);
  const all = await Promise.all([1, 2, 3].map(() => reasonOf(proxy.url)));
  expect(all.filter(([, reason]) => reason === 'too-many-pending')).toHaveLength(1);
});

test('slow clients are sent away', async () => {
  await using backend = await NodeBackend.start(mirror);
  await using proxy = await startAmbassador(backend.url, [
    '--head-timeout',
    '300ms',
    '--keep-alive-timeout',
    '300ms',
  ]);
  await using slow = await proxy.raw();
  slow.send('GET / HTTP/1.1\r\nHo');
  expect(await slow.gotAll()).toMatch(/^HTTP\/1.1 408 [\s\S]*head-timeout/);
  await using idle = await proxy.raw();
  expect(await idle.gotAll()).toBe('');
});
