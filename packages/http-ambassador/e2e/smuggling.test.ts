// Promise: what can be read in two ways is refused with 400 and a reason, and nothing of it reaches a backend that
// could be fooled; what passes is read alike by Node and by nginx.
import { NodeBackend, mirror, startNginx } from '@podmate/testkit/http-backend';
import { RawServer } from '@podmate/testkit/http-raw';
import { scrape } from '@podmate/testkit/image';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { expect, test } from 'vitest';
import { malformed } from '../test/http1/malformed.ts';
import { startAmbassador } from './running.ts';

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
      const answer = await client.gotAll();
      const status = reason === 'body-too-large' ? 413 : 400;
      expect([name, answer.split('\r\n')[0]]).toEqual([name, `HTTP/1.1 ${status} Bad Request`]);
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

test('a smuggled second request is never seen by Node or nginx', async () => {
  await using node = await NodeBackend.start(mirror);
  await using nginx = await startNginx('return 200 "$request_uri";');
  for (const url of [node.url, `http://127.0.0.1:${nginx.port}`]) {
    await using proxy = await startAmbassador(url);
    for (const { in: input } of malformed) {
      await using client = await proxy.raw();
      client.send(`${input}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
      client.socket.end();
      expect(await client.gotAll()).not.toMatch(/HTTP\/1.1 200/);
    }
  }
  expect(node.requests.filter((request) => request.includes('smuggled'))).toEqual([]);
});

const answers: { name: string; in: string; reason: string }[] = [
  {
    name: 'two lengths',
    in: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\n',
    reason: 'response-content-length-twice',
  },
  {
    name: 'length and chunks',
    in: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
    reason: 'response-length-and-transfer-encoding',
  },
  { name: 'a folded field', in: 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n', reason: 'response-obs-fold' },
  { name: 'no HTTP', in: '-ERR unknown command\r\n', reason: 'response-version' },
  { name: 'a split field', in: 'HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\n\r\n', reason: 'response-bare-cr' },
];

test.each(answers)('an ambiguous response is 502: $name', async ({ in: input, reason }) => {
  await using server = await RawServer.start((peer) => peer.socket.once('data', () => peer.send(input)));
  await using proxy = await startAmbassador(`http://127.0.0.1:${server.port}`);
  const response = await fetch(proxy.url);
  expect([response.status, response.headers.get('x-ambassador-reason')]).toEqual([502, reason]);
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
