// Promise: what the settings file says anew is put into effect while running, as a whole or not at all; no connection,
// no request and no tunnel is lost by it; a file that is wrong changes nothing and says so.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { type Handler, NodeBackend } from '@podmate/testkit/http-backend';
import { rawClient, RawServer } from '@podmate/testkit/http-raw';
import { freePort, scrape } from '@podmate/testkit/image';
import { makeCertificates, SecretVolume } from '@podmate/testkit/secret-volume';
import { expect, test } from 'vitest';
import { startLoad, startWith } from './running.ts';

/** Answers with its name, for `/slow` after a while. */
const named =
  (name: string): Handler =>
  (request, response) => {
    if (request.url === '/slow') setTimeout(() => response.end(name), 800);
    else response.end(name);
  };

test('routes, upstreams and listeners are exchanged under load; connections, requests and tunnels live on', async () => {
  await using one = await NodeBackend.start(named('one'));
  await using two = await NodeBackend.start(named('two'));
  await using stream = await RawServer.start((peer) =>
    peer.socket.on('data', (bytes: Buffer) => peer.socket.write(bytes)),
  );
  const [http, tcp, removed, added] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const listeners = (to: string, extra: number): string =>
    `listeners:\n  - { listen: '127.0.0.1:${http}', routes: [{ to: ${to} }, { path: /same, to: same }] }\n` +
    `  - { listen: '127.0.0.1:${tcp}', mode: tcp, to: 'tcp://127.0.0.1:${stream.port}' }\n` +
    `  - { listen: '127.0.0.1:${extra}', to: same }\n`;
  const upstreams = `upstreams:\n  - { name: app, targets: ['${one.url}'] }\n  - { name: same, targets: ['${one.url}'] }\n`;
  await using volume = await SecretVolume.mount({ 'config.yaml': listeners('app', removed) + upstreams });
  const write = (text: string): void => volume.swap({ 'config.yaml': text });
  await using proxy = await startWith(http, [
    '--config',
    volume.file('config.yaml'),
    '--keep-alive-upstream',
    '60s',
  ]);
  const reloaded = (times: number): Promise<void> =>
    eventually(() => expect(proxy.image.stderr.split('settings reloaded')).toHaveLength(times + 1));

  await using client = await proxy.raw();
  const ask = async (path: string): Promise<string> => {
    const before = client.received.length;
    client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    return eventually(() => {
      const [, name] = /\r\n\r\n[^]*(one|two)/.exec(client.received.slice(before)) ?? [];
      if (name === undefined) throw new Error(client.received);
      return name;
    });
  };
  expect(await ask('/')).toBe('one');
  expect(await ask('/same')).toBe('one');
  await using tunnel = await rawClient({ host: '127.0.0.1', port: tcp });
  tunnel.send('before.');
  await tunnel.got('before.');
  const slow = fetch(`${proxy.url}/slow`).then((response) => response.text());
  const leaving = fetch(`http://127.0.0.1:${removed}/slow`).then((response) => response.text());
  await eventually(() => expect(one.requests.filter((line) => line.endsWith('/slow'))).toHaveLength(2));

  let failed = 0;
  const load = startLoad(3, async () => {
    const answer = await fetch(proxy.url, { method: 'POST', body: 'x' }).catch(() => undefined);
    if ((await answer?.text()) === undefined || answer?.status !== 200) failed++;
  });
  write(listeners(`'${two.url}'`, added) + upstreams);
  await reloaded(1);
  expect(await ask('/')).toBe('two');
  expect(await ask('/same')).toBe('one');
  expect(await (await fetch(`http://127.0.0.1:${added}/`)).text()).toBe('one');
  await expect(fetch(`http://127.0.0.1:${removed}/`)).rejects.toThrow('fetch failed');
  expect(await Promise.all([slow, leaving])).toEqual(['one', 'one']);
  tunnel.send('after.');
  await tunnel.got('before.after.');

  // Wrong files and an address that is taken: nothing changes, all errors are said.
  write(`${listeners('app', added)}typo: 1\nmaxClients: x\n${upstreams}`);
  await eventually(() => expect(proxy.image.stderr).toMatch(/not reloaded.*typo.*unknown key.*maxClients/));
  write(listeners('app', stream.port) + upstreams);
  await eventually(() => expect(proxy.image.stderr).toMatch(/not reloaded.*cannot listen/));
  expect(await ask('/')).toBe('two');
  expect(await (await fetch(`http://127.0.0.1:${added}/`)).text()).toBe('one');
  expect(await (await fetch(`http://${proxy.admin}/readyz`)).text()).toMatch(
    /^ok\nwarning: old settings in use/,
  );
  write(listeners('app', added) + upstreams);
  await reloaded(2);
  proxy.image.process.kill('SIGHUP');
  await reloaded(3);
  expect(await ask('/')).toBe('one');
  await load.end();
  expect(failed).toBe(0);

  const samples = await scrape(proxy.admin);
  expect(samples.get('http_ambassador_reloads_total{result="success"}')).toBe(3);
  expect(samples.get('http_ambassador_reloads_total{result="failure"}')).toBe(2);
  // The upstream that stayed the same kept its one connection through all of it.
  expect(
    samples.get(`http_ambassador_upstream_connects_total{upstream="same",endpoint="127.0.0.1:${one.port}"}`),
  ).toBeLessThanOrEqual(2);
  expect(proxy.image.stderr).not.toContain('crashed');
});

/** All that is answered to one request. */
const ask = async (socket: ReturnType<typeof connect>): Promise<string> => {
  socket.setEncoding('latin1').write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  let text = '';
  socket.on('data', (more: string) => (text += more)).on('error', () => {});
  await once(socket, 'close').catch(() => {});
  return text;
};

test('a listener may become another kind at its address; unix sockets come and go', async () => {
  await using folder = await temporaryDirectory('reload');
  await using backend = await NodeBackend.start(named('one'));
  const { 'ca.crt': ca, ...pair } = await makeCertificates('first', 'app.example');
  const port = await freePort();
  const to = `to: '${backend.url}'`;
  const at = `listen: '127.0.0.1:${port}'`;
  const files = (): string =>
    `tlsCertificate: '${volume.file('tls.crt')}', tlsKey: '${volume.file('tls.key')}'`;
  await using volume = await SecretVolume.mount({ ...pair, 'config.yaml': `listeners: [{ ${at}, ${to} }]` });
  await using proxy = await startWith(port, ['--config', volume.file('config.yaml')]);
  const write = (listener: string): void =>
    volume.swap({ ...pair, 'config.yaml': `listeners: [{ ${listener} }]` });
  await using idle = await proxy.raw();
  expect(await ask(connect(port, '127.0.0.1'))).toContain('one');
  write(`${at}, ${files()}, ${to}`);
  await eventually(async () =>
    expect(await ask(connectTls({ port, host: '127.0.0.1', ca }))).toMatch(/^HTTP\/1.1 200[^]*one/),
  );
  await idle.gotAll(); // It had spoken plain, which is no longer what this listener does.
  write(`${at}, mode: tcp, to: 'tcp://127.0.0.1:${backend.port}'`);
  await eventually(async () =>
    expect(await ask(connect(port, '127.0.0.1'))).toMatch(/^HTTP\/1.1 200[^]*one/),
  );
  const path = folder.file('app.sock');
  write(`listen: 'unix:${path}', ${to}`);
  await eventually(async () => expect(await ask(connect({ path }))).toContain('one'));
  write(`${at}, ${to}`);
  await eventually(async () => expect(await ask(connect(port, '127.0.0.1'))).toContain('one'));
  expect(existsSync(path)).toBe(false);
});
