// Promise: endpoints that are slow, sick, frozen or gone are passed over, keys stay where they are, and what may be sent
// again is. One ambassador with a listener for each way to deal with the same backends.
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { type Handler, mirror, NodeBackend } from '@podmate/testkit/http-backend';
import { freePort, RunningImage, scrape } from '@podmate/testkit/image';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, startAmbassador, startWith } from './running.ts';

/** A backend that can be frozen: a process of its own, which prints its port. */
const PROGRAM = `require('node:http').createServer((q, s) => s.end('frozen')).listen(0, '127.0.0.1', function () {
  console.log(this.address().port) })`;

type Backend = { readonly name: string; isSick: boolean; slowMs: number; readonly node: NodeBackend };

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());

async function backend(name: string, handler?: Handler): Promise<Backend> {
  const made = { name, isSick: false, slowMs: 0 };
  const node = await NodeBackend.start((request, response) => {
    if (request.url === '/healthz') return void response.writeHead(made.isSick ? 500 : 204).end();
    if (handler !== undefined) return handler(request, response);
    return void setTimeout(() => response.end(name), made.slowMs);
  });
  stack.use(node);
  return Object.assign(made, { node });
}

const ways = ['checked', 'ring', 'ewma', 'turns', 'careful', 'few', 'hedged'] as const;
const urls = new Map<string, string>();
let proxy: Running;
let [a, b]: Backend[] = [];
let frozen: RunningImage;
const ask = async (way: (typeof ways)[number], path = '/', init: RequestInit = {}): Promise<string> => {
  const response = await fetch(`${urls.get(way)}${path}`, init);
  return response.ok ? response.text() : `${response.status} ${await response.text()}`;
};
const sample = async (key: string): Promise<number> => (await scrape(proxy.admin)).get(key) ?? 0;

/** How many of so many requests each backend answers. */
async function share(way: (typeof ways)[number], count: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let at = 0; at < count; at++) {
    const name = await ask(way);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

beforeAll(async () => {
  const folder = stack.use(await temporaryDirectory('mesh'));
  [a, b] = [await backend('a'), await backend('b')];
  frozen = stack.use(new RunningImage([process.execPath, '-e', PROGRAM]));
  await frozen.printed(/^\d+\n/);
  const targets = [a.node.url, b.node.url, `http://127.0.0.1:${frozen.stdout.trim()}`].join("', '");
  const weighted = targets.replace(a.node.url, `${a.node.url} weight=2`);
  const check =
    'healthCheck: /healthz, healthInterval: 200ms, healthTimeout: 500ms, healthRise: 2, healthFall: 2';
  const patience = 'firstByteTimeout: 600ms, retryOn: [connect-failure, reset, timeout, gateway-error]';
  const settings: Record<(typeof ways)[number], string> = {
    checked: check,
    ring: 'balance: ring-hash, hashBy: header X-User',
    ewma: 'balance: peak-ewma',
    turns: 'balance: round-robin',
    careful: `balance: round-robin, ejectAfter: 1, ejectFor: 60s, ${patience}`,
    few: 'balance: round-robin, maxRequests: 2',
    hedged: 'balance: round-robin, hedgeAfter: 50ms',
  };
  const lines = await Promise.all(
    ways.map(async (way) => {
      const port = await freePort();
      urls.set(way, `http://127.0.0.1:${port}`);
      return {
        port,
        upstream: `  - { name: ${way}, targets: ['${way === 'turns' ? weighted : targets}'], ${settings[way]} }`,
        way,
      };
    }),
  );
  const listeners = lines.map(({ port, way }) => `  - { listen: '127.0.0.1:${port}', to: ${way} }`);
  const upstreams = lines.map(({ upstream }) => upstream);
  await writeFile(
    folder.file('config.yaml'),
    ['listeners:', ...listeners, 'upstreams:', ...upstreams, ''].join('\n'),
  );
  proxy = stack.use(await startWith(lines[0]?.port ?? 0, ['--config', folder.file('config.yaml')]));
});

test('round robin takes turns, by weight', async () => {
  expect(await share('turns', 8)).toEqual({ a: 4, b: 2, frozen: 2 });
});

test('ring hash: a user stays at one endpoint', async () => {
  const users = Array.from({ length: 30 }, (_, at) => ({ headers: { 'X-User': `user-${at}` } }));
  const first = await Promise.all(users.map((init) => ask('ring', '/', init)));
  const second = await Promise.all(users.map((init) => ask('ring', '/other', init)));
  expect(second).toEqual(first);
  expect(new Set(first)).toEqual(new Set(['a', 'b', 'frozen']));
});

test('peak EWMA: a slow endpoint is asked seldom', async () => {
  a!.slowMs = 100;
  const counts = await share('ewma', 30);
  a!.slowMs = 0;
  expect(counts['a'] ?? 0).toBeLessThanOrEqual(7);
});

test('no more requests under way than --max-requests', async () => {
  a!.slowMs = b!.slowMs = 600;
  const answers = await Promise.all([1, 2, 3, 4].map(() => ask('few')));
  a!.slowMs = b!.slowMs = 0;
  expect(answers.filter((text) => text.includes('too-many-requests'))).toHaveLength(2);
});

test('hedging: a slow endpoint costs the delay, the first answer wins and the other attempt is cancelled', async () => {
  a!.slowMs = 3000;
  const finished: boolean[] = [];
  const note = ({ url }: IncomingMessage, response: ServerResponse): void => {
    if (url === '/') response.on('close', () => finished.push(response.writableFinished));
  };
  a!.node.server.on('request', note);
  const started = performance.now();
  const counts = await share('hedged', 6);
  expect(performance.now() - started).toBeLessThan(2500);
  a!.slowMs = 0;
  expect(counts['a']).toBeUndefined();
  const won = await sample('http_ambassador_hedges_total{upstream="hedged",result="won"}');
  expect(won).toBeGreaterThanOrEqual(2);
  await eventually(() => expect(finished).toEqual(Array.from({ length: won }, () => false)));
  a!.node.server.off('request', note);
});

test('health checks: the sick and the frozen are passed over, and come back', async () => {
  const isHealthy = (port: number | string): Promise<number> =>
    sample(`http_ambassador_endpoint_healthy{upstream="checked",endpoint="127.0.0.1:${port}"}`);
  const port = frozen.stdout.trim();
  b!.isSick = true;
  frozen.process.kill('SIGSTOP');
  await eventually(async () =>
    expect([await isHealthy(b!.node.port), await isHealthy(port)]).toEqual([0, 0]),
  );
  expect(await share('checked', 20)).toEqual({ a: 20 });
  const ready = await fetch(`http://${proxy.admin}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([
    200,
    expect.stringContaining('2 of 3 endpoints unhealthy'),
  ]);
  expect(
    await sample('http_ambassador_health_checks_total{upstream="checked",result="status-500"}'),
  ).toBeGreaterThan(0);
  expect(
    await sample('http_ambassador_health_checks_total{upstream="checked",result="timeout"}'),
  ).toBeGreaterThan(0);
  expect(proxy.image.stderr).toMatch(/endpoint unhealthy.*upstream=checked.*reason=status-500/);
  b!.isSick = false;
  await eventually(async () => expect(await isHealthy(b!.node.port)).toBe(1));
  expect(Object.keys(await share('checked', 40)).toSorted()).toEqual(['a', 'b']);
});

test('a frozen endpoint: its requests are answered by others after the time-out, and it is ejected', async () => {
  frozen.process.kill('SIGSTOP');
  const started = performance.now();
  expect(Object.keys(await share('careful', 12)).toSorted()).toEqual(['a', 'b']);
  expect(performance.now() - started).toBeLessThan(5000);
  const endpoint = `endpoint="127.0.0.1:${frozen.stdout.trim()}"`;
  expect(await sample(`http_ambassador_endpoint_available{upstream="careful",${endpoint}}`)).toBe(0);
  expect(
    await sample('http_ambassador_retries_total{upstream="careful",reason="first-byte-timeout"}'),
  ).toBeGreaterThan(0);
  frozen.process.kill('SIGCONT');
});

const again: { name: string; path: string; init: RequestInit; answer: string; asked: number }[] = [
  {
    name: 'a PUT whose body is kept',
    path: '/close',
    init: { method: 'PUT', body: 'x'.repeat(40_000) },
    answer: '40000',
    asked: 2,
  },
  {
    name: 'a PUT too large to be kept',
    path: '/close',
    init: { method: 'PUT', body: 'x'.repeat(400_000) },
    answer: '502 upstream-closed',
    asked: 1,
  },
  {
    name: 'a POST',
    path: '/close',
    init: { method: 'POST', body: 'x' },
    answer: '502 upstream-closed',
    asked: 1,
  },
  {
    name: 'a POST with an Idempotency-Key',
    path: '/close',
    init: { method: 'POST', body: 'x', headers: { 'Idempotency-Key': '1' } },
    answer: '1',
    asked: 2,
  },
  { name: '503', path: '/503', init: {}, answer: '0', asked: 2 },
  { name: '503 for a POST', path: '/503', init: { method: 'POST', body: 'x' }, answer: '503', asked: 1 },
  { name: '429 that says when', path: '/429?after=1', init: {}, answer: '0', asked: 2 },
  {
    name: '429 that says later than is worth waiting',
    path: '/429?after=60',
    init: {},
    answer: '429',
    asked: 1,
  },
];

test('what is tried again, once the first attempt has failed', async () => {
  let asked = 0;
  await using node = await NodeBackend.start((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://a');
    let length = 0;
    request.on('data', (bytes: Buffer) => (length += bytes.length));
    request.on('end', () => {
      if (++asked > 1) return response.end(String(length));
      if (pathname === '/close') return request.socket.destroy();
      const after = searchParams.get('after');
      return response
        .writeHead(Number(pathname.slice(1)), after === null ? {} : { 'Retry-After': after })
        .end();
    });
  });
  await using one = await startAmbassador(node.url, [
    '--retry-on',
    'connect-failure,reset,gateway-error,429',
    '--retry-body',
    '64KiB',
  ]);
  for (const { name, path, init, ...expected } of again) {
    asked = 0;
    const response = await fetch(one.url + path, init);
    const text = await response.text();
    const reason = response.headers.get('x-ambassador-reason');
    const answer = response.ok ? text : `${response.status}${reason === null ? '' : ` ${reason}`}`;
    expect({ name, answer, asked }).toEqual({ name, ...expected });
  }
});

const slowly = (user: string): string => `GET /slow HTTP/1.1\r\nHost: a\r\nX-User: ${user}\r\n\r\n`;

test('rate limits of a listener and a route; 429 says when, and the connection stays', async () => {
  await using folder = await temporaryDirectory('rate');
  const port = await freePort();
  await writeFile(
    folder.file('config.yaml'),
    `listeners:
  - listen: '127.0.0.1:${port}'
    rateLimit: 100
    rateBurst: 6
    routes:
      - { path: /, to: '${a!.node.url}', addResponseHeaders: ['Via: one', 'Via: two'] }
      - { path: /slow, to: '${a!.node.url}', rateLimit: 0.5, rateBurst: 1, rateBy: header X-User }
`,
  );
  await using one = await startWith(port, ['--config', folder.file('config.yaml')]);
  await using client = await one.raw();
  client.send(slowly('eva') + slowly('eva') + slowly('adam') + slowly('adam'));
  const answers = await client.got(/(HTTP\/1.1 [^]*){4}\n$/);
  expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual([200, 429, 200, 429].map((status) => `HTTP/1.1 ${status}`));
  expect(answers).toMatch(/Retry-After: 2\r\n/);
  expect((await fetch(one.url)).headers.get('via')).toBe('one, two');
  const all = await Promise.all(Array.from({ length: 30 }, async () => (await fetch(one.url)).status));
  expect(all).toContain(429);
  const samples = await scrape(one.admin);
  const refused = samples.get(
    `http_ambassador_refusals_total{listener="127.0.0.1:${port}",reason="rate-limit"}`,
  );
  expect(refused).toBe(2 + all.filter((status) => status === 429).length);
});

test('traces: passed on and logged, made where there is none, and mended with the state of a broken one dropped', async () => {
  await using node = await NodeBackend.start(mirror);
  await using one = await startAmbassador(node.url, ['--trace', 'create']);
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const valid = `00-${traceId}-00f067aa0ba902b7-01`;
  const seen = async (headers: Record<string, string>): Promise<[string | undefined, boolean]> => {
    const { rawHeaders }: { rawHeaders: string[] } = JSON.parse(
      await (await fetch(one.url, { headers })).text(),
    );
    return [rawHeaders[rawHeaders.indexOf('traceparent') + 1], rawHeaders.includes('tracestate')];
  };
  expect(await seen({ traceparent: valid, tracestate: 'a=b' })).toEqual([valid, true]);
  const [made] = await seen({});
  expect(made).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
  const [mended, hasState] = await seen({ traceparent: '00-broken', tracestate: 'a=b' });
  expect([mended, hasState]).toEqual([expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-01$/), false]);
  await eventually(() =>
    expect(one.lines().map((line) => line['trace_id'])).toEqual([
      traceId,
      made?.slice(3, 35),
      mended?.slice(3, 35),
    ]),
  );
  expect(one.lines()[0]?.['first_byte_ms']).toBeGreaterThan(0);
});
