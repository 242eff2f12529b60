// Heads in, heads out: what stays, what goes, what is said anew.
import { describe, expect, test } from 'vitest';
import { NO_EDITS, requestHead, type RequestPlan, responseHead } from '../../src/http1/forwarded-head.ts';
import { Head } from '../../src/http1/head.ts';
import { Target } from '../../src/http1/target.ts';

const plan: RequestPlan = { ...NO_EDITS, host: undefined, replacePath: undefined, setForwarded: false };

function forwarded(text: string, changes: Partial<RequestPlan> = {}, isUpgrade = false): string {
  const [head, target] = [new Head(), new Target()];
  const bytes = Buffer.from(text, 'latin1');
  expect(head.parseRequest(bytes, 0, bytes.length)).toBe(bytes.length);
  expect(target.read(head)).toBeUndefined();
  return requestHead(head, target, { ...plan, ...changes }, '1.2.3.4', 'http', isUpgrade);
}

const requests: {
  name: string;
  in: string;
  changes?: Partial<RequestPlan>;
  isUpgrade?: true;
  out: string;
}[] = [
  {
    name: 'kept as it came, in its order',
    in: 'GET /a HTTP/1.1\r\nX:  1 \r\nHost: h:1\r\ny:2\r\n\r\n',
    out: 'GET /a HTTP/1.1\r\nHost: h:1\r\nX:  1 \r\ny:2\r\n\r\n',
  },
  {
    name: 'hop-by-hop fields and those Connection names are gone',
    in: 'GET / HTTP/1.1\r\nHost: h\r\nConnection: x-a, close\r\nX-A: 1\r\nB: 2\r\nTE: trailers\r\nKeep-Alive: 1\r\nProxy-Authorization: s\r\nC: 3\r\n\r\n',
    out: 'GET / HTTP/1.1\r\nHost: h\r\nB: 2\r\nC: 3\r\n\r\n',
  },
  {
    name: 'framing is said anew',
    in: 'POST / HTTP/1.1\r\nHost: h\r\ntransfer-encoding:\tChunked \r\n\r\n',
    out: 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n',
  },
  {
    name: 'a length with zeros before it is said plainly, at its place',
    in: 'POST / HTTP/1.1\r\nHost: h\r\nA: 1\r\ncontent-length: 010 \r\nB: 2\r\n\r\n',
    out: 'POST / HTTP/1.1\r\nHost: h\r\nA: 1\r\nContent-Length: 10\r\nB: 2\r\n\r\n',
  },
  {
    name: 'a length that is the only field kept, of zeros only',
    in: 'POST / HTTP/1.1\r\nContent-Length: 00\r\nHost: h\r\n\r\n',
    out: 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n',
  },
  {
    name: 'a length of 0 stays as it came',
    in: 'POST / HTTP/1.1\r\nHost: h\r\ncontent-length:0\r\n\r\n',
    out: 'POST / HTTP/1.1\r\nHost: h\r\ncontent-length:0\r\n\r\n',
  },
  {
    name: 'absolute-form becomes a path, its authority Host',
    in: 'GET http://H:8/a?b HTTP/1.1\r\nHost: h:8\r\n\r\n',
    out: 'GET /a?b HTTP/1.1\r\nHost: H:8\r\n\r\n',
  },
  {
    name: 'a URL without a path',
    in: 'GET http://h?q HTTP/1.1\r\nHost: h\r\n\r\n',
    out: 'GET /?q HTTP/1.1\r\nHost: h\r\n\r\n',
  },
  {
    name: 'HTTP/1.0 without Host goes on as 1.1 with ours',
    in: 'GET / HTTP/1.0\r\nA: 1\r\n\r\n',
    changes: { host: 'up' },
    out: 'GET / HTTP/1.1\r\nHost: up\r\nA: 1\r\n\r\n',
  },
  {
    name: 'set, removed, replaced',
    in: 'GET /api/x HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\nX-Forwarded-For: forged\r\n\r\n',
    changes: {
      host: 'up',
      removed: new Set(['a', 'b']),
      added: 'B: 3\r\n',
      replacePath: { prefix: '/api', by: '/' },
      setForwarded: true,
    },
    out: 'GET /x HTTP/1.1\r\nHost: up\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: h\r\nX-Forwarded-Proto: http\r\nB: 3\r\n\r\n',
  },
  ...[
    { prefix: '/', by: '/v1', in: '/x?q', out: '/v1/x?q' },
    { prefix: '/', by: '/v1', in: '/?q', out: '/v1/?q' },
    { prefix: '/', by: '/v1/', in: '/', out: '/v1/' },
    { prefix: '/api/', by: '/v1', in: '/api/x', out: '/v1/x' },
    { prefix: '/api/', by: '/v1/', in: '/api/', out: '/v1/' },
    { prefix: '/api', by: '/v1', in: '/api', out: '/v1' },
    { prefix: '/api', by: '/v1', in: '/api?q', out: '/v1?q' },
    { prefix: '/api', by: '/', in: '/api', out: '/' },
    { prefix: '/api', by: '/', in: '/api//x', out: '//x' },
  ].map(({ prefix, by, in: path, out }) => ({
    name: `${path} with ${prefix} replaced by ${by}`,
    in: `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`,
    changes: { replacePath: { prefix, by } },
    out: `GET ${out} HTTP/1.1\r\nHost: h\r\n\r\n`,
  })),
  {
    name: 'forwarded fields in CGI writing are replaced, too; other underscores stay',
    in: 'GET / HTTP/1.1\r\nHost: h\r\nX_Forwarded-For: forged\r\nx_forwarded_proto: https\r\nKeep_Alive: 1\r\n\r\n',
    changes: { setForwarded: true },
    out: 'GET / HTTP/1.1\r\nHost: h\r\nKeep_Alive: 1\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: h\r\nX-Forwarded-Proto: http\r\n\r\n',
  },
  {
    name: 'an upgrade',
    in: 'GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n',
    isUpgrade: true,
    out: 'GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  },
];

test.each(requests)('request: $name', ({ in: input, changes, isUpgrade, out }) => {
  expect(forwarded(input, changes, isUpgrade)).toBe(out);
});

const back = (text: string, ...rest: [ending: 'close' | 'keep-alive' | 'keep', chunked: boolean]): string => {
  const head = new Head();
  const bytes = Buffer.from(text, 'latin1');
  expect(head.parseResponse(bytes, 0, bytes.length)).toBe(bytes.length);
  return responseHead(head, NO_EDITS, ...rest);
};

describe('responses', () => {
  test('the connection is ours to speak of', () => {
    const text =
      'HTTP/1.0 200 Fine\r\nConnection: close, x\r\nX: 1\r\nServer: s\r\nContent-Length: 3\r\n\r\n';
    expect(back(text, 'keep', false)).toBe('HTTP/1.1 200 Fine\r\nServer: s\r\nContent-Length: 3\r\n\r\n');
    expect(back(text, 'close', false)).toMatch(/Connection: close\r\n\r\n$/);
    expect(back(text, 'keep-alive', false)).toMatch(/Connection: keep-alive\r\n\r\n$/);
  });

  test('a length with zeros before it is said plainly, where there is one to say', () => {
    expect(back('HTTP/1.1 200 OK\r\nX: 1\r\nContent-Length: 0017\r\n\r\n', 'keep', false)).toBe(
      'HTTP/1.1 200 OK\r\nX: 1\r\nContent-Length: 17\r\n\r\n',
    );
    expect(back('HTTP/1.1 204 No\r\nContent-Length: 00\r\n\r\n', 'keep', false)).toBe(
      'HTTP/1.1 204 No\r\n\r\n',
    );
  });

  test('204 and 1xx say nothing of a length', () => {
    expect(back('HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\n', 'keep', false)).toBe(
      'HTTP/1.1 204 No\r\n\r\n',
    );
    expect(back('HTTP/1.1 103 Hints\r\nLink: a\r\n\r\n', 'keep', false)).toBe(
      'HTTP/1.1 103 Hints\r\nLink: a\r\n\r\n',
    );
  });

  test('101 keeps its Upgrade', () => {
    expect(back('HTTP/1.1 101 S\r\nUpgrade: w\r\nConnection: upgrade\r\n\r\n', 'keep', false)).toBe(
      'HTTP/1.1 101 S\r\nUpgrade: w\r\nConnection: Upgrade\r\n\r\n',
    );
  });
});
