import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Address, formatAddress } from '@podmate/base/address';
import { type Admin, type AdminOptions, probe, startAdmin } from '@podmate/base/admin';

const admins: Admin[] = [];
afterEach(() => Promise.all(admins.splice(0).map((admin) => admin.close())));

async function start(
  options: Omit<AdminOptions, 'listen'>,
  listen: Address = { host: '127.0.0.1', port: 0 },
) {
  const admin = await startAdmin({ listen, ...options });
  admins.push(admin);
  return admin.address;
}

const well = { ready: () => [], live: () => [], started: () => true };
const broken = (): never => {
  throw new Error('no', { cause: new Error('why') });
};
const ask = async (address: Address, path: string, method = 'GET') => {
  const response = await fetch(`http://${formatAddress(address)}${path}`, { method });
  return { status: response.status, text: await response.text(), headers: response.headers };
};

describe('health', () => {
  test.for([
    { path: '/livez', health: well, status: 200, text: 'ok\n' },
    { path: '/readyz', health: well, status: 200, text: 'ok\n' },
    { path: '/readyz?verbose=1', health: well, status: 200, text: 'ok\n' },
    { path: '/startupz', health: well, status: 200, text: 'ok\n' },
    { path: '/startupz', health: { ...well, started: () => false }, status: 503, text: 'starting\n' },
    {
      path: '/readyz',
      health: { ...well, ready: () => ['a: permission denied', 'b'] },
      status: 503,
      text: 'a: permission denied\nb\n',
    },
    { path: '/livez', health: { ...well, ready: () => ['not ready'] }, status: 200, text: 'ok\n' },
    { path: '/livez', health: { ...well, live: () => ['wedged'] }, status: 503, text: 'wedged\n' },
    {
      path: '/readyz',
      health: { ...well, warnings: () => ['polling'] },
      status: 200,
      text: 'ok\nwarning: polling\n',
    },
    { path: '/metrics', health: well, status: 404, text: 'not found\n' },
    { path: '/quitquitquit', health: well, status: 404, text: 'not found\n' },
    { path: '/', health: well, status: 404, text: 'not found\n' },
  ])('$path -> $status $text', async ({ path, health, status, text: body }) => {
    const address = await start({ health });
    expect(await ask(address, path)).toMatchObject({ status, text: body });
  });

  test('a check that throws is a 500 with the cause, and the server lives on', async () => {
    const address = await start({ health: { ...well, ready: broken } });
    expect(await ask(address, '/readyz')).toMatchObject({ status: 500, text: 'no: why\n' });
    expect(await ask(address, '/livez')).toMatchObject({ status: 200 });
  });

  test('HEAD is allowed and has no body; other methods are refused with those that are allowed', async () => {
    const address = await start({ health: well });
    expect(await ask(address, '/readyz', 'HEAD')).toMatchObject({ status: 200, text: '' });
    const refused = await ask(address, '/readyz', 'POST');
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

test('/metrics hands over text and content type', async () => {
  const metrics = {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    render: () => Promise.resolve('a 1\n'),
  };
  const got = await ask(await start({ metrics }), '/metrics');
  expect([got.status, got.text, got.headers.get('content-type')]).toEqual([
    200,
    'a 1\n',
    metrics.contentType,
  ]);
});

test('/quitquitquit quits on POST alone', async () => {
  let quits = 0;
  const address = await start({ quit: () => void quits++ });
  const refused = await ask(address, '/quitquitquit');
  expect([refused.status, refused.headers.get('allow'), quits]).toEqual([405, 'POST', 0]);
  expect(await ask(address, '/quitquitquit', 'POST')).toMatchObject({ status: 200, text: 'ending\n' });
  await vi.waitFor(() => expect(quits).toBe(1));
  expect(await ask(address, '/livez')).toMatchObject({ status: 404 });
});

describe('bounds', () => {
  test('headers beyond 8 KiB are refused', async () => {
    const address = await start({ health: well });
    const socket = connect(address);
    socket.write(`GET /livez HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 431 /);
  });

  test('garbage is refused and the server lives on', async () => {
    const address = await start({ health: well });
    const socket = connect(address);
    socket.write('\u0000\u0001 not http\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /);
    expect(await ask(address, '/livez')).toMatchObject({ status: 200 });
  });

  test('the 65th connection at once is closed', async () => {
    const address = await start({ health: well });
    const sockets = Array.from({ length: 64 }, () => connect(address));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const tooMany = connect(address);
    tooMany.on('error', () => {});
    await once(tooMany, 'close');
    expect(sockets.filter((socket) => socket.closed)).toEqual([]);
    sockets.forEach((socket) => socket.destroy());
  });

  test('closing does not wait for idle connections', async () => {
    const address = await start({ health: well });
    const socket = connect(address);
    await once(socket, 'connect');
    socket.on('error', () => {});
    await admins.pop()?.close();
    if (!socket.closed) await once(socket, 'close');
    await expect(ask(address, '/livez')).rejects.toThrow('fetch failed');
  });
});

describe('probe', () => {
  test('over TCP and over a unix socket', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'base-admin-')), 'a.sock');
    for (const address of [await start({ health: well }), await start({ health: well }, { path })]) {
      expect(await probe(address)).toEqual({ ok: true, text: 'ok\n' });
      expect(await probe(address, '/nowhere')).toEqual({ ok: false, text: 'not found\n' });
    }
  });

  test('is not ok, with the reason, when nobody answers', async () => {
    expect(await probe({ host: '127.0.0.1', port: 1 })).toEqual({
      ok: false,
      text: 'connect 127.0.0.1:1: connection refused (ECONNREFUSED)',
    });
  });

  test('does not wait for ever', async () => {
    const metrics = { contentType: 'text/plain', render: () => new Promise<string>(() => {}) };
    const address = await start({ metrics });
    const began = performance.now();
    expect((await probe(address, '/metrics', 100)).ok).toBe(false);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

test('neither node:http nor undici is loaded before a server starts, and undici not even then', () => {
  const script = `
    const { startAdmin } = await import('@podmate/base/admin');
    const loaded = (name) => process.moduleLoadList.some((one) => one.endsWith(name));
    const names = ['NativeModule http', 'NativeModule internal/deps/undici/undici'];
    const before = names.map(loaded);
    const admin = await startAdmin({ listen: { host: '127.0.0.1', port: 0 }, quit() {} });
    process.stdout.write(JSON.stringify([before, names.map(loaded)]));
    await admin.close();`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
  });
  expect(JSON.parse(stdout.toString())).toEqual([
    [false, false],
    [true, false],
  ]);
});
