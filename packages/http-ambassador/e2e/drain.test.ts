// Promise: the end is orderly. What is under way ends, with `Connection: close` on the last response; tunnels live to the
// deadline and no longer; a classic sidecar goes on serving for a while; a second signal ends at once.
import { writeFileSync } from 'node:fs';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { NodeBackend } from '@podmate/testkit/http-backend';
import { type RawPeer, RawServer } from '@podmate/testkit/http-raw';
import { expect, test } from 'vitest';
import { type Running, startAmbassador, startWith } from './running.ts';
import { freePort } from '@podmate/testkit/image';

/** Answers an upgrade and then echoes. */
const startSockets = (): Promise<RawServer> =>
  RawServer.start((peer) =>
    peer.socket.on('data', (bytes: Buffer) => {
      const isHead = bytes.includes('HTTP/1.1');
      if (isHead)
        peer.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      else peer.socket.write(bytes);
    }),
  );

async function openSocket(proxy: Running): Promise<RawPeer> {
  const peer = await proxy.raw();
  peer.send('GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await peer.got('101 Switching Protocols');
  return peer;
}

const readiness = async (proxy: Running): Promise<string> =>
  (await fetch(`http://${proxy.admin}/readyz`)).text();

test('SIGTERM: the last response says close, a tunnel lives to the deadline, then all is over with code 0', async () => {
  await using sockets = await startSockets();
  await using backend = await NodeBackend.start((_request, response) =>
    setTimeout(() => response.end('done'), 500),
  );
  await using folder = await temporaryDirectory('drain');
  const port = await freePort();
  const config = `listeners:\n  - { listen: '127.0.0.1:${port}', routes: [{ to: '${backend.url}' }, { path: /chat, to: 'http://127.0.0.1:${sockets.port}' }] }\n`;
  writeFileSync(folder.file('config.yaml'), config);
  await using proxy = await startWith(port, [
    '--config',
    folder.file('config.yaml'),
    '--drain-timeout',
    '1500ms',
  ]);
  await using tunnel = await openSocket(proxy);
  await using working = await proxy.raw();
  working.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await eventually(() => expect(backend.requests).toHaveLength(1));
  const startedAt = performance.now();
  const exited = proxy.image.stop();
  expect(await working.gotAll()).toMatch(/^HTTP\/1.1 200 OK\r\n(?=[^]*\r\nConnection: close\r\n)[^]*done/);
  tunnel.send('still here.');
  await tunnel.got('still here.');
  expect(await readiness(proxy)).toBe('draining\n');
  await expect(fetch(proxy.url)).rejects.toThrow('fetch failed');
  await tunnel.gotAll();
  expect(performance.now() - startedAt).toBeGreaterThan(1400);
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(proxy.lines().map(({ path, status, reason }) => [path, status, reason])).toEqual([
    ['/', 200, undefined],
    ['/chat', 101, 'drained'],
  ]);
});

test('--min-sigterm-delay: goes on serving, not ready any more; a second signal ends at once', async () => {
  await using backend = await NodeBackend.start((_request, response) => response.end('served'));
  await using proxy = await startAmbassador(backend.url, ['--min-sigterm-delay', '30s']);
  const exited = proxy.image.stop();
  await eventually(async () => expect(await readiness(proxy)).toBe('draining\n'));
  for (let at = 0; at < 3; at++) expect(await (await fetch(proxy.url)).text()).toBe('served');
  await proxy.image.stop();
  expect(await exited).toEqual({ code: 143, signal: null });
});

test('a tunnel of a listener that the settings no longer have lives on, for as long as the drain may take', async () => {
  await using sockets = await startSockets();
  await using folder = await temporaryDirectory('drain');
  const [port, other] = [await freePort(), await freePort()];
  const config = (at: number): void =>
    writeFileSync(
      folder.file('config.yaml'),
      `listeners:\n  - { listen: '127.0.0.1:${at}', to: 'http://127.0.0.1:${sockets.port}' }\ndrainTimeout: 1s\n`,
    );
  config(port);
  await using proxy = await startWith(port, ['--config', folder.file('config.yaml')]);
  await using tunnel = await openSocket(proxy);
  config(other);
  await eventually(() => expect(proxy.image.stderr).toContain('settings reloaded'));
  tunnel.send('still here.');
  await tunnel.got('still here.');
  await tunnel.gotAll();
  expect(await proxy.image.stop()).toEqual({ code: 0, signal: null });
});
