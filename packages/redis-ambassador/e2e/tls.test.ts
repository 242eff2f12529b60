// Promise: TLS on both sides, with certificates asked for on both, as real Redis and redis-cli speak it; certificates and
// passwords that a Secret renews are taken over without dropping a client, and bad ones are not.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, type RunningImage, scrape, startImage } from '@podmate/testkit/image';
import { RedisServer } from '@podmate/testkit/redis-server';
import { expect, test } from 'vitest';
import { PATIENCE, replies } from './running.ts';
import { type Certificates, makeCertificates, SecretVolume } from '@podmate/testkit/secret-volume';

const cli = async (...args: readonly string[]): Promise<string> =>
  promisify(execFile)('redis-cli', args).then(({ stdout }) => stdout.trim());

const readiness = async (admin: string): Promise<string> =>
  (await fetch(`http://${admin}/readyz`).catch(() => undefined))?.text() ?? '';

type TlsServer = AsyncDisposable & { readonly tlsPort: number };

/** A Redis that speaks TLS with those who have a certificate, beside the plain port that the testkit needs. */
async function startTlsServer(volume: SecretVolume): Promise<TlsServer> {
  const tlsPort = await freePort();
  const files = ['--tls-cert-file', volume.file('tls.crt'), '--tls-key-file', volume.file('tls.key')];
  const args = ['--tls-port', String(tlsPort), '--tls-ca-cert-file', volume.file('ca.crt'), ...files];
  const server = await RedisServer.start({ args });
  return { tlsPort, [Symbol.asyncDispose]: () => server.stop() };
}

const tlsFlags = (prefix: '--tls' | '--listen-tls', volume: SecretVolume): string[] =>
  Object.entries({ ca: 'ca.crt', cert: 'tls.crt', key: 'tls.key' }).flatMap(([flag, file]) => [
    `${prefix}-${flag}`,
    volume.file(file),
  ]);

/** The name of the authority behind the certificate that a listener shows. */
async function issuer(
  port: number,
  { 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key }: Certificates,
): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', ca, cert, key, rejectUnauthorized: false });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  const name = socket.getPeerCertificate().issuer.CN;
  socket.destroy();
  return String(name);
}

test('mutual TLS on both sides, beside a unix socket; renewed without dropping a client', async () => {
  const [first, second] = await Promise.all([
    makeCertificates('first', 'redis.example'),
    makeCertificates('second', 'redis.example'),
  ]);
  await using volume = await SecretVolume.mount(first);
  await using directory = await temporaryDirectory('socket');
  await using server = await startTlsServer(volume);
  const [listenPort, adminPort] = [await freePort(), await freePort()];
  const admin = `127.0.0.1:${adminPort}`;
  const unix = directory.file('redis.sock');
  await using image = startImage('redis-ambassador', [
    '--servers',
    `127.0.0.1:${server.tlsPort}`,
    '--admin-listen',
    admin,
    '--tls',
    ...tlsFlags('--tls', volume),
    '--listen',
    `tls:127.0.0.1:${listenPort},unix:${unix}`,
    ...tlsFlags('--listen-tls', volume),
  ]);
  await expect.poll(() => readiness(admin), PATIENCE).toMatch(/^ok/);
  const secure = ['--tls', '-p', String(listenPort), '--cacert', volume.file('ca.crt')];
  const shown = ['--cert', volume.file('tls.crt'), '--key', volume.file('tls.key')];
  expect(await cli(...secure, ...shown, 'SET', 'a', 'b')).toBe('OK');
  expect(await cli('-s', unix, 'GET', 'a')).toBe('b');
  await expect(cli(...secure, 'GET', 'a')).rejects.toThrow('closed');

  const staying = connectTls({
    port: listenPort,
    host: '127.0.0.1',
    ca: first['ca.crt'],
    cert: first['tls.crt'],
    key: first['tls.key'],
  });
  let got = '';
  staying.setEncoding('latin1').on('data', (text: string) => (got += text));
  staying.write('GET a\r\n');
  await expect.poll(() => got, PATIENCE).toBe('$1\r\nb\r\n');
  volume.swap({ ...first, 'tls.key': 'no key' });
  await expect.poll(() => image.stderr, PATIENCE).toMatch(/TLS material not reloaded.*not usable together/);
  expect(await issuer(listenPort, first)).toBe('first');
  volume.swap(second);
  await expect.poll(() => issuer(listenPort, second), PATIENCE).toBe('second');
  staying.write('GET a\r\n');
  await expect.poll(() => got, PATIENCE).toBe('$1\r\nb\r\n$1\r\nb\r\n');
  staying.destroy();

  const samples = await scrape(admin);
  expect(samples.get('redis_ambassador_closed_clients_total{reason="tls"}')).toBeGreaterThan(0);
  expect(await image.stop()).toEqual({ code: 0, signal: null });
  expect(existsSync(unix)).toBe(false);
});

test('a server whose certificate is not trusted is not spoken with, unless told so', async () => {
  await using volume = await SecretVolume.mount(await makeCertificates('ours', 'redis.example'));
  await using other = await SecretVolume.mount(await makeCertificates('other', 'redis.example'));
  await using server = await startTlsServer(volume);
  const own = ['--tls', ...tlsFlags('--tls', volume)];
  const start = (admin: string, args: readonly string[]): RunningImage => {
    const common = [
      '--servers',
      `127.0.0.1:${server.tlsPort}`,
      '--listen',
      '127.0.0.1:0',
      '--admin-listen',
      admin,
    ];
    return startImage('redis-ambassador', [...common, ...own, ...args]);
  };
  for (const { args, says } of [
    { args: ['--tls-ca', other.file('ca.crt')], says: /^no primary\n.*(unable to verify|self-signed)/ },
    {
      args: ['--tls-server-name', 'elsewhere.example'],
      says: /^no primary\n.*does not match certificate's altnames/,
    },
    { args: ['--tls-server-name', 'redis.example'], says: /^ok/ },
    { args: ['--tls-ca', other.file('ca.crt'), '--tls-insecure'], says: /^ok/ },
  ]) {
    const admin = `127.0.0.1:${await freePort()}`;
    await using image = start(admin, args);
    await expect.poll(() => readiness(admin), PATIENCE).toMatch(says);
    expect(image.stderr).not.toContain('crashed');
  }
});

test('a password that a Secret renews is used for the connections to come; clients stay', async () => {
  await using volume = await SecretVolume.mount({ password: 'one\n', ours: 'front\n' });
  await using server = await RedisServer.start({ args: ['--requirepass', 'one'], password: 'one' });
  const [port, adminPort] = [await freePort(), await freePort()];
  const admin = `127.0.0.1:${adminPort}`;
  await using image = startImage('redis-ambassador', [
    '--servers',
    server.address,
    '--listen',
    `127.0.0.1:${port}`,
    '--admin-listen',
    admin,
    '--password-file',
    volume.file('password'),
    '--client-password-file',
    volume.file('ours'),
  ]);
  await expect.poll(() => readiness(admin), PATIENCE).toMatch(/^ok/);
  expect(await replies(port, 'PING\r\nAUTH wrong\r\nAUTH front\r\nSET a 1\r\nRESET\r\nGET a')).toMatch(
    /^-NOAUTH [^\r]*\r\n-WRONGPASS [^\r]*\r\n\+OK\r\n\+OK\r\n\+RESET\r\n-NOAUTH [^\r]*\r\n$/,
  );
  expect(await replies(port, 'HELLO 3\r\nHELLO 3 AUTH default front\r\nGET a')).toMatch(
    /^-NOAUTH [^\r]*\r\n%7\r\n[^]*\$1\r\n1\r\n$/,
  );
  await server.ask('ACL', 'SETUSER', 'app', 'on', '>its-own', '~a', '+get');
  expect(await replies(port, 'AUTH app its-own\r\nGET a\r\nSET a 2')).toMatch(/^\+OK\r\n\$1\r\n1\r\n-NOPERM/);
  await server.ask('CONFIG', 'SET', 'requirepass', 'two');
  volume.swap({ password: 'two\n', ours: 'back\n' });
  await expect.poll(() => image.stderr, PATIENCE).toMatch(/settings reloaded/);
  expect(await replies(port, 'AUTH back\r\nSELECT 3\r\nSET a 3')).toBe('+OK\r\n+OK\r\n+OK\r\n');
  await eventually(async () =>
    expect(await replies(port, 'AUTH back\r\nBLPOP q 0.01')).toBe('+OK\r\n*-1\r\n'),
  );
  for (const secret of ['one', 'two', 'front', 'back', 'its-own'])
    expect(image.stderr).not.toMatch(new RegExp(`\\b${secret}\\b`));
});
