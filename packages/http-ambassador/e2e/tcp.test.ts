// Promise: a tunnel of a tcp listener ends as its sides end it, neither earlier nor otherwise: the next endpoint where
// one is dead, a reset that stays a reset, a silence that is too long, a reader that is slow.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { findCommand } from '@podmate/testkit/debian';
import { eventually, holds } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { RawPeer, RawServer, rawClient } from '@podmate/testkit/http-raw';
import { freePort, scrape } from '@podmate/testkit/image';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, startWith } from './running.ts';

const MIB = 1024 * 1024;
const stack = new AsyncDisposableStack();
const ports = { echo: 0, twoOfThree: 0, nobody: 0, impatient: 0 };
let server: RawServer;
let ambassador: Running;

beforeAll(async () => {
  const folder = stack.use(await temporaryDirectory('tcp'));
  server = stack.use(await RawServer.start());
  for (const name of ['echo', 'twoOfThree', 'nobody', 'impatient'] as const) ports[name] = await freePort();
  const [dead, alive] = [`tcp://127.0.0.1:${await freePort()}`, `tcp://127.0.0.1:${server.port}`];
  await writeFile(
    folder.file('config.yaml'),
    `listeners:
  - { listen: '127.0.0.1:${ports.echo}', mode: tcp, to: '${alive}' }
  - { listen: '127.0.0.1:${ports.twoOfThree}', mode: tcp, to: some }
  - { listen: '127.0.0.1:${ports.nobody}', mode: tcp, to: '${dead}' }
  - { listen: '127.0.0.1:${ports.impatient}', mode: tcp, to: impatient }
upstreams:
  - { name: some, targets: ['${dead}', '${alive}'], ejectAfter: 0, balance: round-robin }
  - { name: impatient, targets: ['${alive}'], idleTimeout: 300ms }
`,
  );
  ambassador = stack.use(await startWith(ports.echo, ['--config', folder.file('config.yaml')]));
});
afterAll(() => stack.disposeAsync());

/** A client, and the server's end of its tunnel. */
async function tunnel(port: number): Promise<{ client: RawPeer; far: RawPeer }> {
  const before = server.peers.length;
  const client = await rawClient({ host: '127.0.0.1', port });
  return { client, far: await server.peer(before) };
}

test('a dead endpoint costs no connection where there is another', async () => {
  for (let round = 0; round < 6; round++) {
    const { client, far } = await tunnel(ports.twoOfThree);
    client.send(`round ${round}`);
    expect(await far.got(/\d$/)).toBe(`round ${round}`);
    await client[Symbol.asyncDispose]();
  }
});

test('nobody there: a reset, counted and said', async () => {
  await using client = new RawPeer(connect({ host: '127.0.0.1', port: ports.nobody })); // Reset before we know that we are connected.
  await eventually(() => expect(client.error?.code).toBe('ECONNRESET'));
  await eventually(() => expect(ambassador.image.stderr).toMatch(/no connection.*ECONNREFUSED/));
  const samples = await scrape(ambassador.admin);
  const key = `http_ambassador_tunnels_total{listener="127.0.0.1:${ports.nobody}",reason="connect-failure"}`;
  expect(samples.get(key)).toBe(1);
});

test('a reset goes through as a reset, in both directions', async () => {
  const one = await tunnel(ports.echo);
  one.client.socket.resetAndDestroy();
  await eventually(() => expect(one.far.error?.code).toBe('ECONNRESET'));
  const other = await tunnel(ports.echo);
  other.far.socket.resetAndDestroy();
  await eventually(() => expect(other.client.error?.code).toBe('ECONNRESET'));
});

test('a half-close from the server leaves the other direction open', async () => {
  const { client, far } = await tunnel(ports.echo);
  far.socket.end('last words');
  expect(await client.gotAll()).toBe('last words');
  client.send('still here');
  await far.got('still here');
  client.socket.end();
  await far.gotAll();
});

test.skipIf(findCommand('ss') === undefined)('a silent tunnel is kept awake on both sides', async () => {
  const { far } = await tunnel(ports.echo);
  for (const filter of [`sport = :${ports.echo}`, `dport = :${server.port}`]) {
    await eventually(async () => {
      const { stdout } = await promisify(execFile)('ss', ['-Htno', 'state', 'established', filter]);
      expect(stdout).toContain('timer:(keepalive,');
    });
  }
  far.socket.end();
});

test('a silence that is too long ends both sides, one that is broken in time does not', async () => {
  const { client, far } = await tunnel(ports.impatient);
  for (let at = 0; at < 4; at++) {
    client.send('.');
    await far.got('.'.repeat(at + 1));
  }
  await eventually(() =>
    expect([client.closed || client.ended, far.closed || far.ended]).toEqual([true, true]),
  );
  const samples = await scrape(ambassador.admin);
  const key = `http_ambassador_tunnels_total{listener="127.0.0.1:${ports.impatient}",reason="idle-timeout"}`;
  expect(samples.get(key)).toBe(1);
});

test('the slower side sets the pace: what it does not read stays with the sender', async () => {
  const { client, far } = await tunnel(ports.echo);
  client.socket.pause();
  let isWritten = false;
  far.socket.write(Buffer.alloc(64 * MIB, 'x'), () => (isWritten = true));
  expect(await holds(() => isWritten, { withinMs: 300 })).toBe(false);
  const samples = await scrape(ambassador.admin);
  expect(samples.get('process_resident_memory_bytes')).toBeLessThan(200 * MIB);
  client.socket.resume();
  await eventually(() => expect([isWritten, client.received.length]).toEqual([true, 64 * MIB]));
});
