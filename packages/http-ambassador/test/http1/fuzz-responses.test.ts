// Seeded differential fuzzer, the other way: responses put together from good and bad parts go to our reader and to
// Node's client. Whatever we let pass, Node must read alike: status, fields and body of the first final response.
// FUZZ_SEED replays a run, FUZZ_ROUNDS makes it longer.
import { type ClientRequest, request } from 'node:http';
import { duplexPair } from 'node:stream';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { expect, test } from 'vitest';
import { Head } from '../../src/http1/head.ts';
import { type Reading, readResponses } from './reading.ts';

const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 700);

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
  '1',
  '\xff',
];
const versions = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0'];
const statuses = [
  '200 OK',
  '200 OK',
  '200 OK',
  '204 No Content',
  '304 Not Modified',
  '404 ',
  '500 a b',
  '20 OK',
  '099 x',
];
const fields = [
  'Content-Length: 3',
  'Content-Length: 3',
  'content-length:\t0 ',
  'Transfer-Encoding: chunked',
  'transfer-encoding:CHUNKED',
  'Transfer-Encoding: gzip, chunked',
  'Connection: close',
  'Connection: keep-alive',
  'Set-Cookie: a=b',
  'Set-Cookie: c=\xe4',
  'X: y',
  'Content_Length: 1',
  'X: a\r\n b',
  'Upgrade: h2c',
];
const bodies = [
  '',
  'abc',
  'abcdef',
  '0\r\n\r\n',
  '3\r\nabc\r\n0\r\n\r\n',
  '1;x=y\r\na\r\n0\r\nT: u\r\n\r\n',
  '3\nabc\n0\n\n',
];
const interims = ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n'];

function response(random: SeededRandom): string {
  const chosen = Array.from({ length: random.integer(0, 3) }, () => random.pick(fields));
  const head = [`${random.pick(versions)} ${random.pick(statuses)}`, ...chosen].join('\r\n');
  const interim = random.chance(0.1) ? random.pick(interims) : '';
  const text = `${interim}${head}\r\n\r\n${random.pick(bodies)}`;
  if (random.chance(0.5)) return text;
  const at = random.integer(0, text.length);
  return text.slice(0, at) + random.pick(odd) + text.slice(at + random.integer(0, 2));
}

type Seen = { status: number; fields: string[]; body: string; complete: boolean };

/** What Node's client makes of the bytes; its connection ends with them. */
async function readByNode(method: string, input: Buffer): Promise<Seen | undefined> {
  const [ours, theirs] = duplexPair();
  let seen: Seen | undefined;
  const client: ClientRequest = request({ method, createConnection: () => theirs });
  client.on('response', (incoming) => {
    const { rawHeaders } = incoming;
    const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}=${rawHeaders[at + 1]}`] : []));
    const one: Seen = { status: incoming.statusCode ?? 0, fields: pairs, body: '', complete: false };
    seen = one;
    incoming.on('data', (chunk: Buffer) => (one.body += chunk.toString('latin1')));
    incoming.on('end', () => (one.complete = incoming.complete)).on('error', () => {});
  });
  client.on('error', () => {}).end();
  ours.on('error', () => {}).resume();
  ours.end(input);
  for (let turn = 0; turn < 50 && !client.destroyed; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  theirs.destroy();
  client.destroy();
  return seen;
}

/** The first final response of ours; undefined where there is none, or one that changes the protocol. */
function final({ messages }: Reading): Seen | undefined {
  for (const { line, fields: pairs, body, complete } of messages) {
    const status = Number(line.slice(0, 3));
    if (status === 101) return undefined;
    if (status >= 200) return { status, fields: pairs, body, complete };
  }
  return undefined;
}

const hasLength = ({ fields: pairs }: Seen): boolean =>
  pairs.some((pair) => /^(content-length|transfer-encoding)=/i.test(pair));

test(
  'what we let pass of a response, Node reads alike',
  async () => {
    const random = new SeededRandom(Number(process.env['FUZZ_SEED'] ?? freshSeed()));
    const head = new Head();
    let passed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const text = response(random);
      const input = Buffer.from(text, 'latin1');
      const isHead = random.chance(0.1);
      const whole = readResponses(head, [input], isHead);
      for (const { name, chunks } of splits(input, random)) {
        if (!name.startsWith('random') || random.chance(0.8)) continue;
        const reading = readResponses(head, chunks, isHead);
        const expected = reading.refused === undefined ? { messages: whole.messages } : whole;
        expect({ seed: random.seed, text, name, ...reading }).toEqual({
          seed: random.seed,
          text,
          name,
          ...expected,
        });
      }
      const ours = final(whole);
      if (ours === undefined) continue;
      const theirs = await readByNode(isHead ? 'HEAD' : 'GET', input);
      const about = { seed: random.seed, text, isHead };
      // What is refused in the middle of a body was begun by both; only the status must agree.
      const isBegun = !ours.complete && whole.refused !== undefined;
      expect({ ...about, status: theirs?.status ?? ours.status }).toEqual({ ...about, status: ours.status });
      if (isBegun) continue;
      passed++;
      // Without a length, the end is the end of the bytes.
      const complete = ours.complete || !hasLength(ours);
      const body = complete ? ours.body : (theirs?.body ?? ours.body);
      expect({ ...about, ...theirs }).toEqual({ ...about, ...ours, body, complete });
    }
    expect(passed).toBeGreaterThan(ROUNDS / 20);
  },
  60_000 + 20 * ROUNDS,
);
