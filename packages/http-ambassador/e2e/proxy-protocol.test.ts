// Promise: who the client is survives proxies before and behind us, by the PROXY protocol, with real HAProxy and nginx
// on the other end; who does not announce a client where that is expected gets nowhere.
import { writeFile } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';
import { makeCertificate } from '@podmate/testkit/certificate';
import { findCommand } from '@podmate/testkit/debian';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { mirror, NodeBackend, type Nginx, startNginx } from '@podmate/testkit/http-backend';
import { rawClient, RawPeer } from '@podmate/testkit/http-raw';
import { freePort, RunningImage, scrape } from '@podmate/testkit/image';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, startWith } from './running.ts';

/** Ours, those of HAProxy in front of us, those behind us, and ours that lead there. */
const NAMES =
  'http tcp secure viaV1 viaV2 viaSecure viaTcp behindHaproxy behindNginx behindNginxTls toHaproxy toNginx toNginxTls toNginxHttp';
/** Whom everybody should see; every address of 127/8 is ours to use. */
const CLIENT = '127.0.0.2';
const REQUEST = 'GET /who HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

const FORWARDED = /"X-Forwarded-For","127\.0\.0\.2"/;

/** Whom nginx sees on a connection that is kept. */
async function seen(client: RawPeer): Promise<string> {
  client.received = '';
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  return (await client.got(/seen (\S+) \d+$/)).replace(/.*seen (\S+) .*/s, '$1');
}

describe.skipIf(findCommand('haproxy') === undefined)('PROXY protocol', () => {
  const stack = new AsyncDisposableStack();
  const ports = new Map<string, number>();
  const at = (name: string): number => ports.get(name) ?? 0;
  let ambassador: Running;

  beforeAll(async () => {
    for (const name of NAMES.split(' ')) ports.set(name, await freePort());
    const folder = stack.use(await temporaryDirectory('proxy-protocol'));
    const backend = stack.use(await NodeBackend.start(mirror));
    const { certificate, key } = makeCertificate(folder);
    stack.use(await haproxy(folder));
    stack.use(await nginx(certificate, key));
    await writeFile(
      folder.file('config.yaml'),
      `listeners:
  - listen: '127.0.0.1:${at('http')}'
    acceptProxyProtocol: true
    routes: [{ to: '${backend.url}', forwardedHeaders: true }]
  - listen: '127.0.0.1:${at('secure')}'
    acceptProxyProtocol: true
    tlsCertificate: '${certificate}'
    tlsKey: '${key}'
    routes: [{ to: '${backend.url}', forwardedHeaders: true }]
  - { listen: '127.0.0.1:${at('tcp')}', acceptProxyProtocol: true, mode: tcp, to: nginx-tcp }
  - { listen: '127.0.0.1:${at('toHaproxy')}', mode: tcp, to: haproxy }
  - { listen: '127.0.0.1:${at('toNginx')}', mode: tcp, to: nginx-tcp }
  - { listen: '127.0.0.1:${at('toNginxTls')}', mode: tcp, to: nginx-tls }
  - { listen: '127.0.0.1:${at('toNginxHttp')}', to: nginx-http }
upstreams:
  - { name: haproxy, targets: ['tcp://127.0.0.1:${at('behindHaproxy')}'], sendProxyProtocol: v2 }
  - { name: nginx-tcp, targets: ['tcp://127.0.0.1:${at('behindNginx')}'], sendProxyProtocol: v1 }
  - { name: nginx-tls, targets: ['tls://localhost:${at('behindNginxTls')}'], sendProxyProtocol: v2, tlsCa: '${certificate}' }
  - { name: nginx-http, targets: ['http://127.0.0.1:${at('behindNginx')}'], sendProxyProtocol: v1, maxConnections: 2 }
`,
    );
    ambassador = stack.use(
      await startWith(at('http'), ['--config', folder.file('config.yaml'), '--head-timeout', '1s']),
    );
  });
  afterAll(() => stack.disposeAsync());

  async function haproxy(folder: TemporaryDirectory): Promise<RunningImage> {
    const listen = (name: string, server: string): string =>
      `listen ${name}\n  bind 127.0.0.1:${at(name)}\n  ${server}\n`;
    await writeFile(
      folder.file('haproxy.cfg'),
      `defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n` +
        listen('viaV1', `server s 127.0.0.1:${at('http')} send-proxy`) +
        listen('viaV2', `server s 127.0.0.1:${at('http')} send-proxy-v2 proxy-v2-options crc32c,unique-id`) +
        listen('viaSecure', `server s 127.0.0.1:${at('secure')} send-proxy-v2 ssl verify none`) +
        listen('viaTcp', `server s 127.0.0.1:${at('tcp')} send-proxy-v2`) +
        `frontend behind\n  mode http\n  bind 127.0.0.1:${at('behindHaproxy')} accept-proxy\n` +
        `  http-request return status 200 content-type text/plain lf-string "seen %[src] %[dst_port]"\n`,
    );
    const running = new RunningImage(['haproxy', '-db', '-f', folder.file('haproxy.cfg')]);
    await eventually(async () => {
      if (running.process.exitCode !== null) throw new Error(running.stderr);
      const client = await rawClient({ host: '127.0.0.1', port: at('viaV1') });
      await client[Symbol.asyncDispose]();
    });
    return running;
  }

  const nginx = (certificate: string, key: string): Promise<Nginx> =>
    startNginx(
      `listen 127.0.0.1:${at('behindNginx')} proxy_protocol; listen 127.0.0.1:${at('behindNginxTls')} ssl proxy_protocol;
       ssl_certificate ${certificate}; ssl_certificate_key ${key};
       location / { return 200 "seen $proxy_protocol_addr $proxy_protocol_server_port"; }`,
    );

  /** Asks as CLIENT over a connection of its own. */
  async function ask(name: string, localAddress = CLIENT): Promise<string> {
    await using client = await rawClient({ host: '127.0.0.1', port: at(name), localAddress });
    client.send(REQUEST);
    return await client.gotAll();
  }

  test.each([
    { name: 'viaV1', sees: FORWARDED },
    { name: 'viaV2', sees: FORWARDED },
    { name: 'viaSecure', sees: FORWARDED },
    { name: 'viaTcp', sees: /seen 127\.0\.0\.2 / },
  ])('HAProxy announces its client to us: $name', async ({ name, sees }) => {
    expect(await ask(name)).toMatch(sees);
  });

  test('the access log has the client', async () => {
    await ask('viaV2', '127.0.0.3');
    await eventually(() =>
      expect(ambassador.lines()).toContainEqual(expect.objectContaining({ client: '127.0.0.3' })),
    );
  });

  test.each(['toHaproxy', 'toNginx', 'toNginxTls', 'toNginxHttp'])('we announce ours: %s', async (name) => {
    expect(await ask(name)).toContain(`seen 127.0.0.2 ${at(name)}`);
  });

  test('http: a connection to the upstream is for one client, and kept for it', async () => {
    const port = at('toNginxHttp');
    const connects = async (): Promise<number | undefined> => {
      const { admin } = ambassador;
      const key = `http_ambassador_upstream_connects_total{upstream="nginx-http",endpoint="127.0.0.1:${at('behindNginx')}"}`;
      return (await scrape(admin)).get(key);
    };
    const before = (await connects()) ?? 0;
    await using one = await rawClient({ host: '127.0.0.1', port, localAddress: '127.0.0.4' });
    expect(await seen(one)).toBe('127.0.0.4');
    await using two = await rawClient({ host: '127.0.0.1', port, localAddress: '127.0.0.5' });
    expect([await seen(two), await seen(one), await seen(two)]).toEqual([
      '127.0.0.5',
      '127.0.0.4',
      '127.0.0.5',
    ]);
    expect(await connects()).toBe(before + 2);
    await using three = await rawClient({ host: '127.0.0.1', port, localAddress: '127.0.0.6' });
    expect(await seen(three)).toBe('127.0.0.6'); // of two connections one makes room
    expect(await seen(one)).toBe('127.0.0.4');
  });

  test('without a header, with a wrong one, with half of one: closed, and nothing reaches a backend', async () => {
    for (const begin of [REQUEST, 'PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n', 'PROXY TCP4 ', '']) {
      await using client = await rawClient({ host: '127.0.0.1', port: at('http') });
      client.send(begin);
      await eventually(() => expect(client.closed || client.ended).toBe(true));
      expect(client.received).toBe('');
    }
    const samples = await scrape(ambassador.admin);
    expect(
      samples.get(
        `http_ambassador_refusals_total{listener="127.0.0.1:${at('http')}",reason="no-proxy-header"}`,
      ),
    ).toBe(4);
  });

  test('a header in pieces, and one with the request behind it in one piece, also before TLS', async () => {
    await using slow = await rawClient({ host: '127.0.0.1', port: at('http') });
    await slow.sendApart(
      'PROXY TCP6 2001:db8::7 ::1 7 8\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n'.split(/(?=.)/s),
    );
    await slow.got('"X-Forwarded-For","2001:db8::7"');
    await using atOnce = await rawClient({ host: '127.0.0.1', port: at('tcp') });
    atOnce.send(`PROXY TCP4 192.0.2.1 192.0.2.2 3 4\r\n${REQUEST}`);
    expect(await atOnce.gotAll()).toContain('seen 192.0.2.1 4');
    await using plain = await rawClient({ host: '127.0.0.1', port: at('secure') });
    plain.socket.removeAllListeners('data');
    plain.send('PROXY TCP4 192.0.2.1 192.0.2.2 3 4\r\n');
    const secure = connectTls({ socket: plain.socket, rejectUnauthorized: false });
    await using peer = new RawPeer(secure);
    peer.send(REQUEST);
    expect(await peer.gotAll()).toContain('"X-Forwarded-For","192.0.2.1"');
  });
});
