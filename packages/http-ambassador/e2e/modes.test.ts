// Promise: the forward and tcp modes, TLS on either side, and the settings that lead there.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer as createSecure } from 'node:https';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { once } from 'node:events';
import { makeCertificate } from '@podmate/testkit/certificate';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { mirror, NodeBackend } from '@podmate/testkit/http-backend';
import { RawServer } from '@podmate/testkit/http-raw';
import { freePort, portOf, scrape, startImage } from '@podmate/testkit/image';
import { expect, onTestFinished, test } from 'vitest';
import { startAmbassador, startWith } from './running.ts';

const curl = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('curl', ['-s', '-m', '10', ...args])).stdout;

test('forward: absolute URLs and CONNECT where it is allowed, a clear refusal elsewhere', async () => {
  await using folder = await temporaryDirectory('forward');
  await using backend = await NodeBackend.start(mirror);
  const port = await freePort();
  const config = `listeners:\n  - { listen: '127.0.0.1:${port}', mode: forward, allow: ['127.0.0.1', '*.allowed.example'] }\n`;
  await writeFile(folder.file('config.yaml'), config);
  await using proxy = await startWith(port, ['--config', folder.file('config.yaml')]);
  expect(await curl('-x', proxy.url, `${backend.url}/plain`)).toContain('"url":"/plain"');
  expect(await curl('-p', '-x', proxy.url, `${backend.url}/tunnel`)).toContain('"url":"/tunnel"');
  expect(await curl('-x', proxy.url, 'http://evil.example/')).toBe('403 Forbidden: not-allowed\n');
  expect(await curl('-x', proxy.url, 'http://notallowed.example/')).toBe('403 Forbidden: not-allowed\n');
  expect(await curl(`${proxy.url}/here`)).toBe('403 Forbidden: not-a-proxy-request\n');
  await eventually(() =>
    expect(proxy.lines().filter(({ reason }) => reason === 'not-allowed')).toHaveLength(2),
  );
});

test('http with TLS to the upstream, verified; the same upstream under another name is refused', async () => {
  await using folder = await temporaryDirectory('tls');
  makeCertificate(folder);
  const server = createSecure(
    { key: readFileSync(folder.file('key.pem')), cert: readFileSync(folder.file('cert.pem')) },
    mirror,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const [good, bad] = [await freePort(), await freePort()];
  const to = `https://localhost:${portOf(server)}`;
  await writeFile(
    folder.file('config.yaml'),
    `listeners:\n  - { listen: '127.0.0.1:${good}', to: app }\n  - { listen: '127.0.0.1:${bad}', to: other }\n` +
      `upstreams:\n  - { name: app, targets: ['${to}'], tlsCa: '${folder.file('cert.pem')}' }\n` +
      `  - { name: other, targets: ['${to}'], tlsCa: '${folder.file('cert.pem')}', tlsServerName: elsewhere.example }\n`,
  );
  await using proxy = await startWith(good, ['--config', folder.file('config.yaml')]);
  const body = 'x'.repeat(300_000);
  for (let at = 0; at < 3; at++) {
    const response = await fetch(`${proxy.url}/echo`, { method: 'POST', body });
    expect(await response.text()).toBe(body);
  }
  expect((await fetch(`http://127.0.0.1:${bad}/`)).headers.get('x-ambassador-reason')).toBe(
    'connect-failure',
  );
  // Which of the many ways not to be connected it was is said in the log, though not for each attempt.
  const said = proxy.image.stderr.match(/endpoint not reached.*upstream=other.*elsewhere\.example/g);
  expect(said).toHaveLength(1);
});

test('tcp: bytes both ways with a half-close, TLS taken off in front and put on behind', async () => {
  await using folder = await temporaryDirectory('tcp');
  makeCertificate(folder);
  await using server = await RawServer.start((peer) => {
    peer.socket.on('data', (bytes: Buffer) => peer.socket.write(bytes));
    peer.socket.on('end', () => peer.socket.end('bye'));
  });
  await using plain = await startAmbassador(`tcp://127.0.0.1:${server.port}`);
  await using client = await plain.raw();
  const payload = 'p'.repeat(500_000);
  client.send(payload);
  client.socket.end();
  expect(await client.gotAll()).toBe(`${payload}bye`);
  await eventually(async () => {
    const samples = await scrape(plain.admin);
    expect(
      samples.get(`http_ambassador_tunnels_total{listener="127.0.0.1:${plain.port}",reason="closed"}`),
    ).toBe(1);
  });

  const [secure, chained] = [await freePort(), await freePort()];
  const [cert, key] = [folder.file('cert.pem'), folder.file('key.pem')];
  await writeFile(
    folder.file('config.yaml'),
    `listeners:\n  - { listen: '127.0.0.1:${secure}', mode: tcp, to: 'tcp://127.0.0.1:${server.port}', tlsCertificate: '${cert}', tlsKey: '${key}' }\n` +
      `  - { listen: '127.0.0.1:${chained}', mode: tcp, to: back }\n` +
      `upstreams:\n  - { name: back, targets: ['tls://127.0.0.1:${secure}'], tlsCa: '${cert}', tlsServerName: localhost }\n`,
  );
  await using both = await startWith(chained, ['--config', folder.file('config.yaml')]);
  await using throughTls = await both.raw();
  throughTls.send('over TLS and back');
  await throughTls.got('over TLS and back');
  const direct = connect({
    host: '127.0.0.1',
    port: secure,
    ca: readFileSync(cert),
    servername: 'localhost',
  });
  direct.write('direct');
  const [bytes] = await once(direct, 'data');
  expect(String(bytes)).toBe('direct');
  direct.destroy();
});

test('routes by host and path, header edits, and what --explain says of them', async () => {
  await using folder = await temporaryDirectory('routes');
  await using one = await NodeBackend.start(mirror);
  await using other = await NodeBackend.start(mirror);
  const port = await freePort();
  await writeFile(
    folder.file('config.yaml'),
    `listeners:
  - listen: 127.0.0.1:${port}
    routes:
      - { to: '${one.url}', path: /api, replacePath: /v1, setRequestHeaders: ['X-Env: qa'], removeRequestHeaders: [cookie] }
      - { to: '${other.url}', host: '*.example', hostHeader: keep, forwardedHeaders: true, setResponseHeaders: ['X-By: us'] }
`,
  );
  const args = ['--config', folder.file('config.yaml')];
  await using proxy = await startWith(port, args);
  const get = async (path: string, host: string): Promise<string> => {
    await using client = await proxy.raw();
    client.send(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nCookie: a\r\nX-Forwarded-For: forged\r\nConnection: close\r\n\r\n`,
    );
    return await client.gotAll();
  };
  expect(await get('/api/users?q', 'any')).toMatch(/"url":"\/v1\/users\?q".*"X-Env","qa"/);
  expect(await get('/api', 'any')).not.toContain('Cookie');
  expect(await get('/apis', 'any')).toContain('404 Not Found: no-route');
  expect(await get('/api/../secret', 'any')).toContain('400 Bad Request: dot-segment');
  expect(await get('/api/%2E%2e/secret', 'any')).toContain('400 Bad Request: dot-segment');
  const byHost = await get('/x', 'A.Example:80');
  expect(byHost).toMatch(
    /X-By: us[\s\S]*"Host","A.Example:80".*"X-Forwarded-For","127.0.0.1","X-Forwarded-Host","A.Example:80"/,
  );
  expect(byHost).not.toContain('forged');
  await using explained = startImage('http-ambassador', [
    ...args,
    '--explain',
    `http://localhost:${port}/api/users`,
  ]);
  expect((await explained.exited).code).toBe(0);
  expect(explained.stdout).toContain('path       /api/users with /api replaced by /v1');
});

const wrong: { name: string; args: string[]; says: RegExp }[] = [
  { name: 'nothing to do', args: [], says: /ROUTES: no listener/ },
  {
    name: 'all of it at once',
    args: ['8080=http://a', '--retry-on', '2xx', '--hedge-after', 'soon', '--health-check', 'hz'],
    says: /retryOn 2xx: not known[^]*hedgeAfter soon: not a duration[^]*healthCheck hz: not a path/,
  },
  { name: 'no URL', args: ['8080'], says: /8080: not PORT=URL/ },
  { name: 'a variable that is not set', args: ['8080=http://${DB_HOST}'], says: /DB_HOST is not set/ },
  { name: 'a path in the URL', args: ['8080=http://a/b'], says: /is no target/ },
  { name: 'no port for tcp', args: ['8080=tcp://a'], says: /has no port/ },
  { name: 'no port to listen at', args: ['x=http://a'], says: /not an address/ },
];

test.each(wrong)('--check says what is wrong: $name', async ({ args, says }) => {
  await using image = startImage('http-ambassador', ['--check', ...args]);
  expect((await image.exited).code).toBe(64);
  expect(image.stderr).toMatch(says);
});

test('ROUTES takes variables from the environment', async () => {
  await using backend = await NodeBackend.start(mirror);
  const port = await freePort();
  const env = {
    ROUTES: `${port}=http://\${APP_HOST}:\${APP_PORT:-1}`,
    APP_HOST: 'localhost',
    APP_PORT: String(backend.port),
  };
  await using proxy = await startWith(port, [], { env });
  expect((await fetch(proxy.url)).status).toBe(200);
});

test('SIGTERM: requests under way end, idle connections close, the log is complete, exit code 0', async () => {
  await using backend = await NodeBackend.start((_request, response) =>
    setTimeout(() => response.end('done'), 600),
  );
  await using proxy = await startAmbassador(backend.url);
  await using idle = await proxy.raw();
  const answer = fetch(proxy.url).then((response) => response.text());
  await eventually(() => expect(backend.requests).toHaveLength(1));
  const exited = proxy.image.stop();
  await idle.gotAll();
  expect(await answer).toBe('done');
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(proxy.lines()).toHaveLength(1);
});
