// Promise: what can be read in two ways is refused with 400 and a reason, and nothing of it reaches a backend that
// could be fooled; what passes is read alike by Node and by nginx.
import { readFile, writeFile } from 'node:fs/promises';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { NodeBackend, mirror, startNginx } from '@podmate/testkit/http-backend';
import { RawServer } from '@podmate/testkit/http-raw';
import { freePort, scrape } from '@podmate/testkit/image';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { expect, test } from 'vitest';
import { malformed } from '../test/http1/malformed.ts';
import { malformedBodies, malformedHeads } from '../test/http1/malformed-responses.ts';
import { startAmbassador, startWith } from './running.ts';

/** Hundreds of rows, each answered at once. */
const soon = { everyMs: 2 };
/** Where it is not 400. */
const statusOf: Record<string, number> = {
  expect: 417,
  'head-too-large': 431,
  'too-many-fields': 431,
  'target-too-long': 414,
};
/** Refused only once part of it has gone on: the fault is in the body. */
const isInBody = (text: string): boolean => /^POST [^]*Transfer-Encoding: chunked\r\n\r\n/.test(text);

test('malformed requests: whole and in pieces, none reaches the backend complete', async () => {
  await using server = await RawServer.start();
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`);
  const random = new SeededRandom(3);
  for (const { name, in: input, reason } of malformed) {
    const all = [...splits(Buffer.from(input, 'latin1'), random)].filter(({ chunks }) => chunks.length <= 12);
    for (const { chunks } of [all[0]!, random.pick(all)]) {
      await using client = await proxy.raw();
      await client.sendApart(chunks);
      client.socket.end(); // What is not complete yet never will be.
      const answer = await client.gotAll(soon);
      const status = statusOf[reason] ?? 400;
      expect([name, answer.slice(0, 12)]).toEqual([name, `HTTP/1.1 ${status}`]);
      expect([name, answer]).toEqual([name, expect.stringContaining(`X-Ambassador-Reason: ${reason}\r\n`)]);
    }
    // Of a fault in the body the beginning has gone on, but never an end.
    const allowed = isInBody(input) ? /^(?![^]*\r\n0\r\n\r\n$)/ : /^$/;
    expect([name, server.received]).toEqual([name, expect.stringMatching(allowed)]);
    for (const peer of server.peers.splice(0)) peer.socket.destroy();
  }
  const samples = await scrape(proxy.admin);
  const refused = [...samples].filter(([key]) => key.startsWith('http_ambassador_refusals_total'));
  expect(refused.reduce((sum, [, count]) => sum + count, 0)).toBe(2 * malformed.length);
});

const after = 'GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

test('a smuggled second request is never seen by Node or nginx, and the next client gets its own answer', async () => {
  await using folder = await temporaryDirectory('smuggling');
  await using node = await NodeBackend.start(mirror);
  const seenByNginx = folder.file('seen.log');
  await using nginx = await startNginx(
    `access_log ${seenByNginx} combined; location / { return 200 "<$request_method $request_uri>"; }`,
  );
  for (const url of [node.url, `http://127.0.0.1:${nginx.port}`]) {
    await using proxy = await startAmbassador(url);
    for (const { name, in: input } of malformed) {
      await using client = await proxy.raw();
      client.send(`${input}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
      client.socket.end();
      expect([name, await client.gotAll(soon)]).toEqual([name, expect.not.stringContaining('HTTP/1.1 200')]);
      await using next = await proxy.raw();
      next.send(after);
      expect([name, await next.gotAll(soon)]).toEqual([
        name,
        expect.stringMatching(/^HTTP\/1.1 200 [^]*\/after/),
      ]);
    }
  }
  // Of a fault in its body, the beginning of a request has gone on; a backend may have seen its head.
  const begun = malformed.filter(({ in: input }) => isInBody(input)).length;
  const seen = node.requests.filter((request) => request !== 'GET /after');
  expect(node.requests.length - seen.length).toBe(malformed.length);
  expect(seen.filter((request) => request !== 'POST /')).toEqual([]);
  expect(seen.length).toBeLessThanOrEqual(begun);
  const lines = (await readFile(seenByNginx, 'utf8')).trim().split('\n');
  expect(lines.filter((line) => line.includes('"GET /after '))).toHaveLength(malformed.length);
  expect(lines.filter((line) => line.includes('smuggled'))).toEqual([]);
}, 60_000);

test('an ambiguous response is 502, or cut off where it was begun, and spoils no other', async () => {
  let input = '';
  await using server = await RawServer.start((peer) => peer.socket.on('data', () => peer.send(input)));
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`, ['--eject-after', '0']);
  for (const row of malformedHeads) {
    input = row.in;
    const response = await fetch(proxy.url);
    const reason = response.headers.get('x-ambassador-reason');
    expect([row.name, response.status, reason]).toEqual([row.name, 502, `response-${row.reason}`]);
  }
  for (const row of malformedBodies) {
    input = row.in;
    await using client = await proxy.raw();
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(() => expect([row.name, client.error?.code]).toEqual([row.name, 'ECONNRESET']));
    expect(client.received).not.toMatch(/\r\n0\r\n\r\n$/);
    await eventually(() => expect(proxy.lines().at(-1)).toMatchObject({ reason: `response-${row.reason}` }));
  }
  input = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood';
  expect(await (await fetch(proxy.url)).text()).toBe('good');
  expect(server.peers).toHaveLength(malformedHeads.length + malformedBodies.length + 1);
});

const hostile: { name: string; in: string; reason: string; request?: string }[] = [
  {
    name: '101 that nobody asked for',
    in: 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    reason: 'response-101-not-asked-for',
  },
  {
    name: '101 to a request for HTTP/2, which is not passed on',
    in: 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    request:
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n',
    reason: 'response-101-not-asked-for',
  },
  {
    name: '101 to a choice that HTTP/2 is in',
    in: 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    request: 'Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n',
    reason: 'response-101-not-asked-for',
  },
  {
    name: 'a flood of 1xx',
    in: 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(101),
    reason: 'response-interim-flood',
  },
];

test('a response that nobody asked for is none', async () => {
  let input = '';
  await using server = await RawServer.start((peer) => peer.socket.on('data', () => peer.send(input)));
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`, ['--eject-after', '0']);
  for (const row of hostile) {
    input = row.in;
    await using client = await proxy.raw();
    client.send(`GET / HTTP/1.1\r\nHost: a\r\n${row.request ?? ''}\r\n`);
    await client.got(`HTTP/1.1 502 Bad Gateway\r\n`);
    expect([row.name, client.received]).toEqual([
      row.name,
      expect.stringContaining(`Reason: ${row.reason}\r\n`),
    ]);
  }
  expect(server.received).not.toMatch(/upgrade|h2c|settings/i);
});

const suspicious: { name: string; first: string; request?: string }[] = [
  { name: 'a body behind 204', first: 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nevil' },
  { name: 'chunks behind 204', first: 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n' },
  { name: 'a body behind 304', first: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nevil' },
  { name: 'a body behind HEAD', first: 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil', request: 'HEAD' },
  {
    name: 'more than its length',
    first: 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoodHTTP/1.1 200 OK\r\n',
  },
  {
    name: 'more than its chunks',
    first: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1',
  },
  { name: 'close', first: 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n' },
];

test('a connection that may hold more than its response is not used again', async () => {
  let answer = '';
  await using server = await RawServer.start((peer) => peer.socket.on('data', () => peer.send(answer)));
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`);
  for (const { name, first, request = 'GET' } of suspicious) {
    const before = server.peers.length;
    answer = first;
    await fetch(proxy.url, { method: request }).then((response) => response.text());
    answer = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood';
    expect([name, await (await fetch(proxy.url)).text()]).toEqual([name, 'good']);
    expect([name, server.peers.length - before]).toEqual([name, 2]);
    for (const peer of server.peers) peer.socket.destroy();
  }
});

test('a server that answers without having asked for the body it was offered does not take it for a request', async () => {
  // Answers at once, reads no body: what follows the head is its next request.
  await using server = await RawServer.start((peer) =>
    peer.socket.on('data', () => peer.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood')),
  );
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`);
  await using client = await proxy.raw();
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
  client.send(
    `POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  );
  await client.got('good');
  client.send('GET /next HTTP/1.1\r\nHost: a\r\n\r\n');
  await eventually(() => expect(server.peers[1]?.received).toMatch(/^GET \/next /));
  expect(server.peers).toHaveLength(2);
});

test('no path leads past its route', async () => {
  await using backend = await NodeBackend.start(mirror);
  await using folder = await temporaryDirectory('paths');
  const port = await freePort();
  const route = `{ path: /api, to: '${backend.url}', replacePath: /v1 }`;
  await writeFile(
    folder.file('c.yaml'),
    `listeners: [{ listen: '127.0.0.1:${port}', routes: [${route}] }]\n`,
  );
  await using proxy = await startWith(port, ['--config', folder.file('c.yaml')]);
  const status = async (path: string): Promise<string> => {
    await using client = await proxy.raw();
    client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    return (await client.gotAll(soon)).slice(9, 12);
  };
  const refused = [
    '/api/../admin',
    '/api/..;/admin',
    '/api/%2e%2E/admin',
    '/api/.%2e/',
    '/api/x/..',
    '/api/..%2fadmin',
  ];
  const also = [
    '/api/..%5cadmin',
    '/api/..\\admin',
    '/api/..%3b/admin',
    '/api/.;a=b/',
    '/api/./x',
    '/api/a/%2e%2e?x',
  ];
  for (const path of [...refused, ...also]) expect([path, await status(path)]).toEqual([path, '400']);
  for (const path of ['/apix', '/api%2fx', '/API', '//api', '/%61pi', '/api;x']) {
    expect([path, await status(path)]).toEqual([path, '404']);
  }
  for (const path of [
    '/api',
    '/api/...',
    '/api/..a',
    '/api/a..;b',
    '/api?/../x',
    '/api//x',
    '/api/%252e%252e/x',
  ]) {
    expect([path, await status(path)]).toEqual([path, '200']);
  }
  const kept = ['/...', '/..a', '/a..;b', '?/../x', '//x', '/%252e%252e/x'];
  expect(backend.requests).toEqual(['GET /v1', ...kept.map((rest) => `GET /v1${rest}`)]);
});

test('bytes behind a response are not taken for the next one', async () => {
  await using server = await RawServer.start((peer) => {
    peer.socket.on('data', (bytes: Buffer) => {
      const extra = bytes.includes('/first') ? 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil' : '';
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood${extra}`);
    });
  });
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`);
  expect(await (await fetch(`${proxy.url}/first`)).text()).toBe('good');
  expect(await (await fetch(`${proxy.url}/second`)).text()).toBe('good');
  expect(server.peers).toHaveLength(2);
});
