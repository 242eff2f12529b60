// Promise: certificates, keys and authorities that change are used from the next connection on, on both sides; connections
// that there are go on, no request is lost, and material that cannot be used changes nothing.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, TLSSocket } from 'node:tls';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, portOf, scrape } from '@podmate/testkit/image';
import { type Certificates, makeCertificates, SecretVolume } from '@podmate/testkit/secret-volume';
import { expect, onTestFinished, test } from 'vitest';
import { startLoad, startWith } from './running.ts';

/** A server that takes clients of both authorities only and notes whose certificate each request came with. */
async function startBackend(first: Certificates, second: Certificates) {
  const seen: string[] = [];
  const ca = [first['ca.crt'], second['ca.crt']];
  const material = ({ 'tls.crt': cert, 'tls.key': key }: Certificates) => ({ ca, cert, key });
  const server = createServer({ ...material(first), requestCert: true }, (request, response) => {
    const { socket } = request;
    seen.push(socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : '');
    request.resume().on('end', () => response.end('ok'));
  });
  server.maxRequestsPerSocket = 5; // So that there are new connections all the time.
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, seen, show: (other: Certificates) => server.setSecureContext(material(other)) };
}

test('mutual TLS to the upstream, rotated under load on both sides: no request fails', async () => {
  const [first, second] = await Promise.all(
    ['first', 'second'].map((name) => makeCertificates(name, 'app.example')),
  );
  if (first === undefined || second === undefined) throw new Error('no certificates');
  const both = first['ca.crt'] + second['ca.crt'];
  const { server, seen, show } = await startBackend(first, second);
  await using volume = await SecretVolume.mount({ ...first, 'ca.crt': both });
  await using folder = await temporaryDirectory('certificates');
  const port = await freePort();
  const files = `tlsCa: '${volume.file('ca.crt')}', tlsCertificate: '${volume.file('tls.crt')}', tlsKey: '${volume.file('tls.key')}'`;
  writeFileSync(
    folder.file('config.yaml'),
    `listeners:\n  - { listen: '127.0.0.1:${port}', to: app }\n` +
      `upstreams:\n  - { name: app, targets: ['https://127.0.0.1:${portOf(server)}'], tlsServerName: app.example, ${files} }\n`,
  );
  await using proxy = await startWith(port, ['--config', folder.file('config.yaml')]);
  const wrong: unknown[] = [];
  const load = startLoad(3, async () => {
    const response = await fetch(proxy.url, { method: 'POST', body: 'x' }).catch(String);
    const text = typeof response === 'string' ? response : await response.text();
    if (text !== 'ok') wrong.push(text);
  });
  await eventually(() => expect(seen.filter((name) => name === 'first-leaf').length).toBeGreaterThan(20));
  volume.swap({ ...second, 'ca.crt': both, 'tls.key': first['tls.key'] });
  await eventually(() =>
    expect(proxy.image.stderr).toMatch(/TLS material not reloaded.*not usable together/),
  );
  expect(seen).not.toContain('second-leaf');
  expect(await (await fetch(`http://${proxy.admin}/readyz`)).text()).toMatch(
    /^ok\nwarning: old TLS material in use/,
  );
  volume.swap({ ...second, 'ca.crt': both });
  await eventually(() => expect(seen.at(-1)).toBe('second-leaf'));
  show(second);
  const before = seen.length;
  await eventually(() => expect(seen.length).toBeGreaterThan(before + 30));
  await load.end();
  expect(wrong).toEqual([]);

  const samples = await scrape(proxy.admin);
  expect(samples.get('http_ambassador_certificate_reloads_total{result="success"}')).toBe(1);
  expect(samples.get('http_ambassador_certificate_reloads_total{result="failure"}')).toBe(1);
  const expiry = samples.get(
    `http_ambassador_certificate_expiry_timestamp_seconds{file="${volume.file('tls.crt')}"}`,
  );
  expect(Math.abs((expiry ?? 0) - Date.now() / 1000 - 2 * 86_400)).toBeLessThan(600);
  // Who the upstream is no longer trusted by, is not spoken with.
  volume.swap({ ...second, 'ca.crt': first['ca.crt'] });
  await eventually(async () => expect((await fetch(proxy.url)).status).toBe(503));
});

/** The first bytes of the answer to a request, or `closed`. */
const ask = async (socket: TLSSocket): Promise<string> => {
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const [text] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => ['closed'])]);
  return String(text).slice(0, 12);
};

test('a listener shows its new certificate and asks for those of its new authority; who is in stays', async () => {
  const [first, second] = await Promise.all(
    ['first', 'second'].map((name) => makeCertificates(name, 'app.example')),
  );
  if (first === undefined || second === undefined) throw new Error('no certificates');
  const { server } = await startBackend(first, second);
  await using volume = await SecretVolume.mount(first);
  await using folder = await temporaryDirectory('certificates');
  const port = await freePort();
  const files = `tlsCa: '${volume.file('ca.crt')}', tlsCertificate: '${volume.file('tls.crt')}', tlsKey: '${volume.file('tls.key')}'`;
  writeFileSync(
    folder.file('config.yaml'),
    `listeners:\n  - { listen: '127.0.0.1:${port}', to: 'https://127.0.0.1:${portOf(server)}', ${files} }\n` +
      `tlsCa: '${volume.file('ca.crt')}'\ntlsCertificate: '${volume.file('tls.crt')}'\ntlsKey: '${volume.file('tls.key')}'\n`,
  );
  await using proxy = await startWith(port, ['--config', folder.file('config.yaml'), '--head-timeout', '1s']);
  const dialled: TLSSocket[] = [];
  const dial = ({ 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key }: Certificates): TLSSocket => {
    const socket = connect({ port, host: '127.0.0.1', ca, cert, key });
    dialled.push(socket);
    onTestFinished(() => void socket.destroy());
    return socket.setEncoding('latin1').on('error', () => {});
  };
  const staying = dial(first);
  expect(await ask(staying)).toBe('HTTP/1.1 200');
  expect(await ask(dial({ ...first, 'tls.crt': second['tls.crt'], 'tls.key': second['tls.key'] }))).toBe(
    'closed',
  );
  volume.swap(second);
  await eventually(async () => expect(await ask(dial(second))).toMatch(/^HTTP\/1.1 \d/));
  expect(await ask(dial({ ...second, 'tls.crt': first['tls.crt'], 'tls.key': first['tls.key'] }))).toBe(
    'closed',
  );
  expect(await ask(staying)).toMatch(/^HTTP\/1.1 \d/);
  expect(
    (await scrape(proxy.admin)).get(
      `http_ambassador_listener_tls_failures_total{listener="127.0.0.1:${port}"}`,
    ),
  ).toBeGreaterThanOrEqual(2);

  // Clients that go, fall silent or talk nonsense within the handshake leave nothing behind.
  const gone = [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()];
  const odd = [(socket: Socket) => void socket.write('GET / HTTP/1.1\r\n\r\n'), () => {}];
  for (const act of [...gone, ...odd]) {
    const socket = connectPlain(port, '127.0.0.1', () => act(socket)).on('error', () => {});
    onTestFinished(() => void socket.destroy());
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
  }
  for (const socket of dialled) socket.destroy();
  await eventually(async () =>
    expect((await scrape(proxy.admin)).get(`http_ambassador_clients{listener="127.0.0.1:${port}"}`)).toBe(0),
  );
});
