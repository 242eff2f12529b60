import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type Server, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { formatAddress, listen, parseAddress } from '@podmate/base/address';
import { SettingError } from '@podmate/base/errors';

describe('parseAddress and formatAddress', () => {
  test.for([
    { text: '127.0.0.1:6379', address: { host: '127.0.0.1', port: 6379 } },
    { text: 'redis.default.svc:6379', address: { host: 'redis.default.svc', port: 6379 } },
    { text: '[::1]:80', address: { host: '::1', port: 80 } },
    { text: '[fe80::1%eth0]:80', address: { host: 'fe80::1%eth0', port: 80 } },
    { text: ':9090', address: { host: '', port: 9090 } },
    { text: '127.0.0.1:0', address: { host: '127.0.0.1', port: 0 } },
    { text: 'unix:/run/a b.sock', address: { path: '/run/a b.sock' } },
  ])('$text, there and back', ({ text, address }) => {
    expect(parseAddress(text)).toEqual(address);
    expect(formatAddress(address)).toBe(text);
  });

  test.for([
    { text: '9090', todo: 'write 127.0.0.1:9090, or :9090 for every interface' },
    ...[
      '',
      'host',
      'host:',
      'host:65536',
      'host:-1',
      '::1',
      '::1:80',
      '[::1]',
      'a:b:80',
      'http://a:80',
      'unix:',
      'unix:x',
    ].map((text) => ({ text, todo: 'write host:port, [v6]:port or unix:/path' })),
  ])('refuses $text', ({ text, todo }) => {
    expect(() => parseAddress(text)).toThrow(new SettingError({ what: 'not an address', todo }));
  });
});

describe('listen', () => {
  const folder = mkdtempSync(join(tmpdir(), 'base-address-'));
  const servers: Server[] = [];
  const server = (): Server => {
    const one = createServer();
    servers.push(one);
    return one;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((one) => new Promise((resolve) => one.close(resolve))));
    rmSync(folder, { recursive: true, force: true });
  });

  test('tells the port that port 0 became', async () => {
    const bound = await listen(server(), { host: '127.0.0.1', port: 0 });
    expect(bound).toMatchObject({ host: '127.0.0.1', port: expect.toSatisfy((port: number) => port > 0) });
    const client = connect(bound);
    await once(client, 'connect');
    client.destroy();
  });

  test('rejects with the cause when the address is taken', async () => {
    const taken = await listen(server(), { host: '127.0.0.1', port: 0 });
    await expect(listen(server(), taken)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('takes over the unix socket of a killed predecessor, not that of a living one', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'base-address-')), 'admin.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
    const child = spawn(process.execPath, ['-e', script]);
    await once(child.stdout, 'data');
    await expect(listen(server(), { path })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(path)).toBe(true);
    expect(await listen(server(), { path })).toEqual({ path });
  });
});
