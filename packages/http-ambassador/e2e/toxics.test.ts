// Promise: with --allow-faults a listener goes wrong as toxiproxy's toxics say, from the settings or through its API, on
// connections that are there, too; without it nothing of that is possible.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { temporaryDirectory } from '@podmate/testkit/files';
import { type RawPeer, RawServer, rawClient } from '@podmate/testkit/http-raw';
import { mirror, NodeBackend } from '@podmate/testkit/http-backend';
import { freePort, startImage } from '@podmate/testkit/image';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startWith } from './running.ts';

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());

const BIG = randomBytes(100_000).toString('latin1');
let tcp = 0;
let web = 0;
let api = '';

/** What a connection is sent: `N` bytes of BIG, then the end; anything else comes back. */
function serve(peer: RawPeer): void {
  peer.socket.on('data', (bytes: Buffer) => {
    const text = bytes.toString('latin1');
    const wanted = /^GIVE (\d+)\n$/.exec(text)?.[1];
    peer.send(wanted === undefined ? text : BIG.slice(0, Number(wanted)));
    if (wanted !== undefined) peer.socket.end();
  });
  peer.socket.on('end', () => peer.socket.end());
}

beforeAll(async () => {
  const folder = stack.use(await temporaryDirectory('toxics'));
  const server = stack.use(await RawServer.start(serve));
  const node = stack.use(await NodeBackend.start(mirror));
  const apiPort = await freePort();
  [tcp, web] = [await freePort(), await freePort()];
  await writeFile(
    folder.file('config.yaml'),
    `allowFaults: true
faultsListen: 127.0.0.1:${apiPort}
listeners:
  - { listen: '127.0.0.1:${tcp}', mode: tcp, to: 'tcp://127.0.0.1:${server.port}' }
  - { listen: '127.0.0.1:${web}', to: '${node.url}', faults: [{ type: abort, status: 503, toxicity: 0.5 }] }
`,
  );
  stack.use(await startWith(tcp, ['--config', folder.file('config.yaml')]));
  api = `http://127.0.0.1:${apiPort}`;
});

beforeEach(async () => {
  await fetch(`${api}/reset`, { method: 'POST' });
});

async function tell(method: string, path: string, body?: object): Promise<[number, string]> {
  const response = await fetch(api + path, { method, ...(body && { body: JSON.stringify(body) }) });
  return [response.status, await response.text()];
}

async function poison(type: string, attributes: object, stream = 'downstream'): Promise<void> {
  const path = `/proxies/127.0.0.1:${tcp}/toxics`;
  expect((await tell('POST', path, { name: 'it', type, attributes, stream }))[0]).toBe(200);
}

/** Asks for so many bytes. @returns what came, after how many ms, and how it ended */
async function give(bytes: number): Promise<{ got: string; ms: number; error: string | undefined }> {
  const started = performance.now();
  await using client = await rawClient({ host: '127.0.0.1', port: tcp });
  client.send(`GIVE ${bytes}\n`);
  const got = await client.gotAll();
  return { got, ms: performance.now() - started, error: client.error?.code };
}

/** How a connection ends that is reset, be it in the moment it is made. */
async function errorOf(): Promise<unknown> {
  const socket = connect(tcp, '127.0.0.1');
  const [error]: unknown[] = await once(socket, 'error');
  return error instanceof Error && 'code' in error ? error.code : error;
}

const same = (got: string, bytes: number): boolean =>
  createHash('sha1').update(got).digest('hex') ===
  createHash('sha1').update(BIG.slice(0, bytes)).digest('hex');

const slow: { name: string; attributes: object; bytes: number; least: number; stream?: string }[] = [
  { name: 'latency', attributes: { latency: 200 }, bytes: 100_000, least: 200 },
  { name: 'latency', attributes: { latency: 200 }, bytes: 10, least: 200, stream: 'upstream' },
  { name: 'bandwidth', attributes: { rate: 200 }, bytes: 80_000, least: 390 },
  {
    name: 'slicer',
    attributes: { average_size: 1000, size_variation: 500, delay: 2000 },
    bytes: 100_000,
    least: 100,
  },
  { name: 'slow_close', attributes: { delay: 200 }, bytes: 10, least: 200 },
];

test.each(slow)('$name: all arrives, later', async ({ name, attributes, bytes, least, stream }) => {
  await poison(name, attributes, stream);
  const { got, ms, error } = await give(bytes);
  expect([same(got, bytes), error]).toEqual([true, undefined]);
  expect(ms).toBeGreaterThanOrEqual(least - 5);
});

test('limit_data: exactly so much arrives; timeout: nothing does; reset_peer: a reset', async () => {
  await poison('limit_data', { bytes: 1234 });
  expect((await give(50_000)).got).toBe(BIG.slice(0, 1234));
  await tell('DELETE', `/proxies/127.0.0.1:${tcp}/toxics/it`);
  await poison('timeout', { timeout: 100 });
  const timedOut = await give(10);
  expect(timedOut.got).toBe('');
  expect(timedOut.ms).toBeGreaterThan(95);
  await tell('DELETE', `/proxies/127.0.0.1:${tcp}/toxics/it`);
  await poison('reset_peer', { timeout: 0 });
  expect(await errorOf()).toBe('ECONNRESET');
});

test('down: connections are reset; enabled again: they are served', async () => {
  await tell('POST', `/proxies/127.0.0.1:${tcp}`, { enabled: false });
  expect(await errorOf()).toBe('ECONNRESET');
  await tell('POST', `/proxies/127.0.0.1:${tcp}`, { enabled: true });
  expect((await give(10)).got).toBe(BIG.slice(0, 10));
});

test('a connection that is there meets toxics that come and go', async () => {
  await using client = await rawClient({ host: '127.0.0.1', port: tcp });
  client.send('one');
  await client.got('one');
  await poison('timeout', {});
  client.send('two');
  await refusals();
  expect(client.received).toBe('one');
  await tell('DELETE', `/proxies/127.0.0.1:${tcp}/toxics/it`);
  await client.got('onetwo');
});

/** Also gives the bytes on their way the time they would need. */
async function refusals(): Promise<void> {
  const path = `/proxies/127.0.0.1:${tcp}/toxics`;
  expect(await tell('POST', path, { name: 'it', type: 'latency' })).toEqual([
    409,
    expect.stringContaining('exists'),
  ]);
  expect((await tell('POST', path, { type: 'noise' }))[0]).toBe(400);
  expect((await tell('GET', `${path}/other`))[0]).toBe(404);
  expect((await tell('POST', '/proxies', { name: 'new' }))[0]).toBe(403);
  const [, text] = await tell('GET', '/proxies');
  expect(JSON.parse(text)).toMatchObject({
    [`127.0.0.1:${tcp}`]: { enabled: true, toxics: [{ name: 'it', type: 'timeout' }] },
  });
}

test('abort: a share of the requests, from the settings; without --allow-faults they are refused', async () => {
  const path = `/proxies/127.0.0.1:${web}/toxics`;
  await tell('POST', path, { type: 'abort', toxicity: 0.5, attributes: { status: 503 } });
  const all = await Promise.all(
    Array.from({ length: 60 }, async () => (await fetch(`http://127.0.0.1:${web}`)).status),
  );
  expect(new Set(all)).toEqual(new Set([200, 503]));
  await using image = startImage('http-ambassador', [
    '--check',
    '--faults-listen',
    '127.0.0.1:1',
    '2=http://a',
  ]);
  expect((await image.exited).code).toBe(64);
  expect(image.stderr).toContain('not allowed');
});
