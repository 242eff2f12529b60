// Seeded differential fuzzer: requests put together from good and bad parts go to our reader and to Node's own parser
// (llhttp, through node:http). Whatever we let pass, Node must read alike: the same requests with the same bodies.
// FUZZ_SEED replays a run, FUZZ_ROUNDS makes it longer.
import type { EventEmitter } from 'node:events';
import { createServer, METHODS, type Server } from 'node:http';
import { duplexPair } from 'node:stream';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { expect, onTestFinished, test } from 'vitest';
import { Head } from '../../src/http1/head.ts';
import { readRequests } from './reading.ts';

const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 1500);

const odd = [
  '',
  ' ',
  '\t',
  '\r',
  '\n',
  '\r\n',
  '\0',
  '\xa0',
  '\x0b',
  '\x7f',
  ',',
  ';',
  ':',
  '"',
  '_',
  '-',
  '0',
  '\xff',
  '#',
  '%0a',
];
const parts = {
  method: ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'],
  target: ['/', '/a?b', '*', 'http://a/', 'http://b/c', '/%2e%2e/x', '//', '/a#b'],
  version: ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0'],
  field: [
    'Host: a',
    'host: b',
    'X: y',
    'Content-Length: 3',
    'Content-Length: 0',
    'content-length:3',
    'Transfer-Encoding: chunked',
    'transfer-encoding:\tchunked',
    'Transfer-Encoding: gzip, chunked',
    'Connection: close',
    'Connection: keep-alive, x',
    'Expect: 100-continue',
    'Connection: X-Forwarded-For',
    'transfer_encoding: chunked',
    'Upgrade: h2c',
    'TE: trailers',
    'Content_Length: 1',
    'X: a\r\n b',
  ],
  body: [
    '',
    'abc',
    '0\r\n\r\n',
    '3\r\nabc\r\n0\r\n\r\n',
    '1;x\r\na\r\n0\r\nT: u\r\n\r\n',
    '1;x=y;z="a\\"b"\r\na\r\n0;x\r\n\r\n',
    '03\r\nabc\r\n00\r\n\r\n',
    '3\nabc\n0\n\n',
  ],
};

function request(random: SeededRandom): string {
  const fields = Array.from({ length: random.integer(0, 4) }, () => random.pick(parts.field));
  if (random.chance(0.9)) fields.unshift('Host: a');
  const lines = [
    `${random.pick(parts.method)} ${random.pick(parts.target)} ${random.pick(parts.version)}`,
    ...fields,
  ];
  const text = `${lines.join('\r\n')}\r\n\r\n${random.pick(parts.body)}`;
  return random.chance(0.5) ? text : mutated(text, random);
}

function mutated(text: string, random: SeededRandom): string {
  const at = random.integer(0, text.length);
  return text.slice(0, at) + random.pick(odd) + text.slice(at + random.integer(0, 2));
}

type Seen = { line: string; body: string; complete: boolean };

/** What Node makes of the bytes; its connection ends with them. */
async function readByNode(server: Server, input: Buffer): Promise<{ seen: Seen[]; refused: boolean }> {
  const [ours, theirs] = duplexPair();
  const seen: Seen[] = [];
  const state = { refused: false };
  Object.assign(theirs, {
    onRequest(line: string, body: EventEmitter) {
      const one: Seen = { line, body: '', complete: false };
      seen.push(one);
      body.on('data', (chunk: Buffer) => (one.body += chunk.toString('latin1')));
      body.on('end', () => (one.complete = true)).on('error', () => {});
    },
    onRefusal: () => (state.refused = true),
  });
  server.emit('connection', theirs);
  ours.resume();
  ours.on('error', () => {});
  ours.end(input);
  await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
  theirs.destroy();
  return { seen, refused: state.refused };
}

test(
  'what we let pass, Node reads alike',
  async () => {
    const random = new SeededRandom(Number(process.env['FUZZ_SEED'] ?? freshSeed()));
    const server = createServer({ keepAliveTimeout: 0 }, (incoming, response) => {
      Reflect.get(incoming.socket, 'onRequest')(`${incoming.method} ${incoming.url}`, incoming);
      response.end();
    });
    server.on('checkContinue', (incoming, response) => server.emit('request', incoming, response));
    server.on('checkExpectation', (incoming, response) => server.emit('request', incoming, response));
    server.on('upgrade', (incoming) =>
      Reflect.get(incoming.socket, 'onRequest')(`${incoming.method} ${incoming.url}`, incoming),
    );
    server.on('clientError', (_error, socket) => Reflect.get(socket, 'onRefusal')());
    onTestFinished(() => void server.close());
    const head = new Head();
    let passed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const text = request(random) + (random.chance(0.5) ? request(random) : '');
      const input = Buffer.from(text, 'latin1');
      const whole = readRequests(head, [input]);
      for (const { name, chunks } of splits(input, random)) {
        if (!name.startsWith('random') || random.chance(0.8)) continue;
        const reading = readRequests(head, chunks);
        // A fault in a head that never ends is seen at once or never, as the chunks fall; nothing passes either way.
        const expected = reading.refused === undefined ? { messages: whole.messages } : whole;
        expect({ seed: random.seed, text, name, ...reading }).toEqual({
          seed: random.seed,
          text,
          name,
          ...expected,
        });
      }
      const node = await readByNode(server, input);
      // Node stops at close and at an upgrade; what it did read must be what we read.
      for (const [at, theirs] of node.seen.entries()) {
        const ours = whole.messages[at];
        if (ours === undefined) continue;
        passed++;
        // At a fault, also in the next request, Node hands on no more of a body it has read; and we refuse more.
        const isCutOff =
          whole.refused !== undefined && (!ours.complete || (node.refused && !theirs.complete));
        const body = ours.complete && !isCutOff ? ours.body : theirs.body;
        const complete = isCutOff ? theirs.complete : ours.complete;
        const told = {
          seed: random.seed,
          text,
          line: theirs.line,
          body: theirs.body,
          complete: theirs.complete,
        };
        expect(told).toEqual({ seed: random.seed, text, line: ours.line, body, complete });
      }
      const [first] = whole.messages;
      // llhttp knows a closed list of methods; RFC 9110 has an open one.
      const known = METHODS.includes(first?.line.split(' ')[0] ?? '');
      const isRefusedByNodeOnly = first?.complete === true && known && node.refused && node.seen.length === 0;
      expect({ seed: random.seed, text, isRefusedByNodeOnly }).toMatchObject({ isRefusedByNodeOnly: false });
    }
    expect(passed).toBeGreaterThan(ROUNDS / 20);
  },
  60_000 + 20 * ROUNDS,
);
