// The table of good messages and that of malformed ones, each through every split; limits; what a head says of itself.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { describe, expect, test } from 'vitest';
import { Head } from '../../src/http1/head.ts';
import { malformed } from './malformed.ts';
import { malformedBodies, malformedHeads } from './malformed-responses.ts';
import { type Message, readRequests, readResponses } from './reading.ts';

const message = (line: string, fields: string[] = [], body = ''): Message => ({
  line,
  fields,
  body,
  complete: true,
});

const requests: { name: string; in: string; out: Message[] }[] = [
  { name: 'the least', in: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', out: [message('GET /', ['Host=a'])] },
  { name: 'HTTP/1.0 without Host', in: 'GET / HTTP/1.0\r\n\r\n', out: [message('GET /')] },
  {
    name: 'an empty line before',
    in: '\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n',
    out: [message('GET /', ['Host=a'])],
  },
  {
    name: 'a body of a length, then the next request',
    in: 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcdeGET /b HTTP/1.1\r\nhost:b:80\r\n\r\n',
    out: [message('POST /a', ['Host=a', 'Content-Length=5'], 'abcde'), message('GET /b', ['host=b:80'])],
  },
  {
    name: 'chunks with extensions and trailers, then the next request',
    in: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n3;x="y z"\r\nabc\r\n0A\r\n0123456789\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n',
    out: [
      message('POST /', ['Host=a', 'Transfer-Encoding=CHUNKED'], 'abc0123456789'),
      message('GET /', ['Host=a']),
    ],
  },
  {
    name: 'white space around values, none in them lost',
    in: 'GET / HTTP/1.1\r\nHost:\ta \r\nX: \t a  b\t \r\nEmpty:\r\nBlank:  \r\n\r\n',
    out: [message('GET /', ['Host=a', 'X=a  b', 'Empty=', 'Blank='])],
  },
  {
    name: 'bytes beyond ASCII in values',
    in: 'GET / HTTP/1.1\r\nHost: a\r\nX: \xa0\xe4\xff\xa0\r\n\r\n',
    out: [message('GET /', ['Host=a', 'X=\xa0\xe4\xff\xa0'])],
  },
  {
    name: 'forms of targets',
    in: 'GET http://a/b?c HTTP/1.1\r\nHost: A\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nCONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n',
    out: [
      message('GET http://a/b?c', ['Host=A']),
      message('OPTIONS *', ['Host=a']),
      message('CONNECT [::1]:443', ['Host=[::1]:443']),
    ],
  },
  {
    name: 'lengths with leading zeros',
    in: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 003\r\n\r\nabc',
    out: [message('POST /', ['Host=a', 'Content-Length=003'], 'abc')],
  },
  {
    name: 'unusual characters that are allowed',
    in: 'M!#$%&\'*+-.^_`|~ /a{b}|c\\d"<>^` HTTP/1.1\r\nHost: a_b.c-d~\r\nX!#$%&\'*+-.^_`|~: "\r\n\r\n',
    out: [message('M!#$%&\'*+-.^_`|~ /a{b}|c\\d"<>^`', ['Host=a_b.c-d~', 'X!#$%&\'*+-.^_`|~="'])],
  },
];

const responses: { name: string; in: string; out: Message[]; isHead?: true }[] = [
  {
    name: 'with a length',
    in: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab',
    out: [message('200 OK', ['Content-Length=2'], 'ab')],
  },
  { name: 'without a reason', in: 'HTTP/1.1 204\r\n\r\n', out: [message('204')] },
  {
    name: 'to HEAD',
    in: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n',
    isHead: true,
    out: [message('200 OK', ['Content-Length=2'])],
  },
  {
    name: '304 with a length',
    in: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n',
    out: [message('304 Not Modified', ['Content-Length=2'])],
  },
  {
    name: '1xx before the answer',
    in: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    out: [
      message('100 Continue'),
      message('103 Early Hints', ['Link=x']),
      message('200 OK', ['Transfer-Encoding=chunked'], 'a'),
    ],
  },
  {
    name: 'until the end',
    in: 'HTTP/1.0 200 OK\r\n\r\nabc',
    out: [{ ...message('200 OK', [], 'abc'), complete: false }],
  },
];

const chunkings = (text: string) => splits(Buffer.from(text, 'latin1'), new SeededRandom(1));

describe('requests', () => {
  test.each(requests)('$name', ({ in: input, out }) => {
    const head = new Head();
    for (const { name, chunks } of chunkings(input)) {
      expect([name, readRequests(head, chunks)]).toEqual([name, { messages: out }]);
    }
  });

  test.each(malformed)('refused: $name', ({ in: input, reason }) => {
    const head = new Head();
    for (const { name, chunks } of chunkings(input)) {
      expect([name, readRequests(head, chunks).refused]).toEqual([name, reason]);
    }
  });
});

describe('responses', () => {
  test.each(responses)('$name', ({ in: input, out, isHead }) => {
    const head = new Head();
    for (const { name, chunks } of chunkings(input)) {
      expect([name, readResponses(head, chunks, isHead)]).toEqual([name, { messages: out }]);
    }
  });

  test.each([...malformedHeads, ...malformedBodies])('refused: $name', ({ in: input, reason }) => {
    const head = new Head();
    for (const { name, chunks } of chunkings(input)) {
      expect([name, readResponses(head, chunks).refused]).toEqual([name, reason]);
    }
  });
});

test('what Connection, Upgrade and Expect say', () => {
  const head = new Head();
  const parse = (fields: string): Head => {
    const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n`);
    expect(head.parseRequest(bytes, 0, bytes.length)).toBe(bytes.length);
    return head;
  };
  expect(parse('Connection: close')).toMatchObject({
    close: true,
    keepAlive: false,
    connectionUpgrade: false,
  });
  expect(parse('Connection: ,Keep-Alive ,\tUPGRADE, x-Private,')).toMatchObject({
    close: false,
    keepAlive: true,
    connectionUpgrade: true,
    nominated: ['x-private'],
  });
  expect(parse('Expect: 100-Continue')).toMatchObject({ expectContinue: true, nominated: [] });
  const { upgradeStart, upgradeEnd } = parse('Upgrade: websocket');
  expect(head.text(upgradeStart, upgradeEnd)).toBe('websocket');
});

test('a client who sends byte by byte costs linear time', () => {
  let calls = 0;
  const head = new Head();
  const input = Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(8000)}\r\n\r\n`);
  const parse = head.parseRequest.bind(head);
  head.parseRequest = (...args) => (calls++, parse(...args));
  expect(
    readRequests(
      head,
      [...input].map((byte) => Buffer.from([byte])),
    ).messages,
  ).toHaveLength(1);
  expect(calls).toBeLessThan(20);
});
