// Promise: what HTTP/1.1 lets a client and a server say to each other arrives, as bytes and in meaning.
import { once } from 'node:events';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { mirror, NodeBackend, startNginx } from '@podmate/testkit/http-backend';
import { RawServer } from '@podmate/testkit/http-raw';
import { freePort } from '@podmate/testkit/image';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { startAmbassador, startWith } from './running.ts';

const seen = (
  text: string,
): { rawHeaders: string[]; method: string; url: string; body: string; trailers: string[] } =>
  JSON.parse(Buffer.from(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1), 'latin1').toString());

test('bodies of every size and framing come back as they went', async () => {
  await using backend = await NodeBackend.start(mirror);
  await using proxy = await startAmbassador(backend.url);
  const random = new SeededRandom(7);
  for (const size of [0, 1, 100, 16_383, 16_384, 65_536, 65_537, 1_000_003]) {
    const body = Buffer.from(Array.from({ length: size }, () => random.bits() & 0xff));
    const whole = await fetch(`${proxy.url}/echo`, { method: 'POST', body });
    expect(Buffer.from(await whole.arrayBuffer()).equals(body)).toBe(true);
    const stream = new Blob([body]).stream();
    const chunked = await fetch(`${proxy.url}/echo`, { method: 'PUT', body: stream, duplex: 'half' });
    expect(Buffer.from(await chunked.arrayBuffer()).equals(body)).toBe(true);
  }
});

test('the head: hop-by-hop fields go, all others stay as they were, Host is that of the target', async () => {
  await using backend = await NodeBackend.start(mirror);
  await using proxy = await startAmbassador(backend.url);
  await using client = await proxy.raw();
  client.send(
    'GET /a?b=%20 HTTP/1.1\r\nhost: me\r\nX-One:  a  b \r\nConnection: keep-alive, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: 5\r\n' +
      'TE: trailers\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\nx-two: \xe4\r\n\r\n',
  );
  const { rawHeaders, url } = seen(await client.got('}'));
  expect(url).toBe('/a?b=%20');
  expect(rawHeaders).toEqual(['Host', `127.0.0.1:${backend.port}`, 'X-One', 'a  b', 'x-two', '\xe4']);
});

const numbered = (at: number): string =>
  `POST /echo?${at} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n<${at}>`;

test('several requests at once over one connection are answered in order', async () => {
  await using backend = await NodeBackend.start(mirror);
  await using proxy = await startAmbassador(backend.url);
  await using client = await proxy.raw();
  client.send(Array.from({ length: 9 }, (_, at) => numbered(at)).join(''));
  const text = await client.got('<8>');
  expect(text.match(/<\d>/g)).toEqual(['<0>', '<1>', '<2>', '<3>', '<4>', '<5>', '<6>', '<7>', '<8>']);
});

test('HEAD, 204 and 304 end with their head, and the next answer is not mistaken for their body', async () => {
  await using backend = await NodeBackend.start((request, response) => {
    const status = Number(request.url?.slice(1));
    response.writeHead(status, status === 200 ? { 'Content-Length': 5 } : { ETag: '"x"' });
    response.end(status === 200 ? 'hello' : undefined);
  });
  await using proxy = await startAmbassador(backend.url);
  await using client = await proxy.raw();
  client.send(
    'HEAD /200 HTTP/1.1\r\nHost: a\r\n\r\nGET /204 HTTP/1.1\r\nHost: a\r\n\r\nGET /304 HTTP/1.1\r\nHost: a\r\n\r\nGET /200 HTTP/1.1\r\nHost: a\r\n\r\n',
  );
  const text = await client.got('hello');
  expect(text.match(/HTTP\/1.1 \d+/g)).toEqual([
    'HTTP/1.1 200',
    'HTTP/1.1 204',
    'HTTP/1.1 304',
    'HTTP/1.1 200',
  ]);
});

test('trailers pass both ways', async () => {
  await using backend = await NodeBackend.start((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { Trailer: 'X-Back' });
      response.write('a');
      response.addTrailers({ 'X-Back': request.trailers['x-sum'] ?? 'none' });
      response.end();
    });
  });
  await using proxy = await startAmbassador(backend.url);
  await using client = await proxy.raw();
  client.send(
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 42\r\n\r\n',
  );
  expect(await client.got('X-Back: 42\r\n\r\n')).toContain('\r\n0\r\n');
});

test('Expect: 100-continue reaches the backend, which decides', async () => {
  await using backend = await NodeBackend.start(mirror);
  backend.server.on('checkContinue', (request, response) => {
    if (request.url === '/no') return response.writeHead(417).end();
    response.writeContinue();
    return mirror(request, response);
  });
  await using proxy = await startAmbassador(backend.url);
  await using client = await proxy.raw();
  client.send('POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
  await client.got('HTTP/1.1 100 Continue\r\n\r\n');
  client.send('hello');
  await client.got('hello');
  await using other = await proxy.raw();
  other.send('POST /no HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
  expect(await other.gotAll()).toMatch(/^HTTP\/1.1 417 .*\r\nConnection: close\r\n/s);
});

test('an answer before the end of the request reaches the client, whose connection then ends', async () => {
  await using backend = await NodeBackend.start((_request, response) =>
    response.writeHead(413).end('too much'),
  );
  await using proxy = await startAmbassador(backend.url);
  await using client = await proxy.raw();
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n${'x'.repeat(100_000)}`);
  expect(await client.gotAll()).toMatch(/^HTTP\/1.1 413 [\s\S]*Connection: close[\s\S]*too much/);
  expect(client.error).toBeUndefined();
});

test('HTTP/1.0 clients get no chunks, and keep the connection only if they ask', async () => {
  await using backend = await NodeBackend.start((_request, response) => {
    response.write('a'.repeat(70_000));
    response.end('end');
  });
  await using proxy = await startAmbassador(backend.url);
  await using client = await proxy.raw();
  client.send('GET / HTTP/1.0\r\n\r\n');
  const text = await client.gotAll();
  expect(text).not.toContain('Transfer-Encoding');
  expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe(`${'a'.repeat(70_000)}end`);
  await using nginx = await startNginx('return 200 "hello";');
  await using toNginx = await startAmbassador(`http://127.0.0.1:${nginx.port}`);
  await using old = await toNginx.raw();
  old.send('GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
  await old.got('Connection: keep-alive\r\n');
  old.send('GET /2 HTTP/1.0\r\n\r\n');
  expect((await old.gotAll()).match(/hello/g)).toHaveLength(2);
});

test('a response without a length ends with its connection; one cut off is never taken for whole', async () => {
  await using server = await RawServer.start((peer) => {
    peer.socket.once('data', (bytes: Buffer) => {
      peer.send('HTTP/1.0 200 OK\r\n\r\npart');
      if (bytes.includes('/cut')) setTimeout(() => peer.socket.resetAndDestroy(), 50);
      else peer.socket.end();
    });
  });
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`);
  const whole = await fetch(proxy.url);
  expect(await whole.text()).toBe('part');
  await using client = await proxy.raw();
  client.send('GET /cut HTTP/1.1\r\nHost: a\r\n\r\n');
  await client.got('part');
  await eventually(() => expect(client.error?.code).toBe('ECONNRESET'));
});

test('a client that half-closes after its request gets the answer', async () => {
  await using backend = await NodeBackend.start((_request, response) =>
    setTimeout(() => response.end('late'), 200),
  );
  await using proxy = await startAmbassador(backend.url);
  await using client = await proxy.raw();
  client.socket.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await client.gotAll()).toContain('late');
});

test('a client that leaves takes its request with it', async () => {
  await using server = await RawServer.start();
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`);
  await using client = await proxy.raw();
  client.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
  const peer = await server.peer(0);
  await peer.got('/slow');
  client.socket.resetAndDestroy();
  await eventually(() => expect(peer.ended || peer.closed).toBe(true));
  await eventually(() => expect(proxy.lines()).toMatchObject([{ path: '/slow', reason: 'client-closed' }]));
});

test('WebSocket and other upgrades become tunnels; a refused one is an ordinary answer', async () => {
  await using server = await RawServer.start((peer) => {
    peer.socket.once('data', (bytes: Buffer) => {
      if (bytes.includes('/no')) return peer.send('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
      peer.send('HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\nfirst');
      return peer.socket.on('data', (more: Buffer) => peer.socket.write(more));
    });
  });
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`);
  await using client = await proxy.raw();
  client.send(
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\nSec-WebSocket-Key: x\r\n\r\n',
  );
  await client.got(/^HTTP\/1.1 101 [\s\S]*Upgrade: chat\r\n[\s\S]*first$/);
  expect(server.received).toMatch(/Connection: Upgrade\r\nUpgrade: chat\r\n/);
  client.send('ping');
  await client.got('firstping');
  client.socket.end();
  await eventually(() => expect(server.peers[0]?.ended).toBe(true));
  await using other = await proxy.raw();
  other.send('GET /no HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n');
  expect(await other.got('no')).toContain('HTTP/1.1 403');
});

test('a real WebSocket client', async () => {
  await using backend = await NodeBackend.start(mirror);
  const { createHash } = await import('node:crypto');
  backend.server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(Buffer.concat([Buffer.from([0x81, 5]), Buffer.from('hello')]));
    socket.on('error', () => {});
  });
  await using proxy = await startAmbassador(backend.url);
  const client = new WebSocket(`ws://127.0.0.1:${proxy.port}/`);
  const [event] = await once(client, 'message').catch(() => [undefined]);
  expect(Reflect.get(event ?? {}, 'data')).toBe('hello');
  client.close();
});

test('Unix sockets on both sides', async () => {
  await using folder = await temporaryDirectory('unix');
  await using backend = await NodeBackend.start(mirror, { path: folder.file('app.sock') });
  const path = folder.file('in.sock');
  await using proxy = await startWith(await freePort(), [`unix:${path}=unix:${folder.file('app.sock')}`]);
  const { rawClient } = await import('@podmate/testkit/http-raw');
  await using client = await rawClient({ path });
  client.send('GET /over-unix HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(seen(await client.got('}')).url).toBe('/over-unix');
  expect(proxy.image.process.exitCode).toBeNull();
  expect(backend.requests).toEqual(['GET /over-unix']);
});

test('whoever is slow holds the other side back, in either direction', async () => {
  const megabytes = 40;
  let sent = 0;
  await using server = await RawServer.start((peer) => {
    peer.socket.once('data', () => {
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${megabytes * 1e6}\r\n\r\n`);
      const more = (): void => {
        while (sent < megabytes) {
          sent++;
          if (!peer.socket.write(Buffer.alloc(1e6))) return void peer.socket.once('drain', more);
        }
      };
      more();
    });
  });
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`);
  await using client = await proxy.raw();
  client.socket.pause();
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await eventually(() => expect(sent).toBeGreaterThan(0));
  let last = -1;
  await eventually(
    () => {
      const before = last;
      last = sent;
      expect(before).toBe(sent);
    },
    { everyMs: 300 },
  );
  expect(sent).toBeLessThan(megabytes);
  let bytes = 0;
  client.socket
    .removeAllListeners('data')
    .on('data', (chunk: Buffer) => (bytes += chunk.length))
    .resume();
  await eventually(() => expect(bytes).toBeGreaterThanOrEqual(megabytes * 1e6));
});
