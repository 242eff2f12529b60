// What a forward listener may reach, and that what clients choose does not pile up.
import { createLog } from '@podmate/base/log';
import { loadSettings } from '@podmate/base/settings';
import { expect, onTestFinished, test } from 'vitest';
import { Generation } from '../src/build.ts';
import { Deadlines } from '../src/deadlines.ts';
import type { ForwardMap } from '../src/forward-map.ts';
import { planListeners } from '../src/plan.ts';
import { settings } from '../src/settings.ts';

async function forward(allow: string): Promise<ForwardMap> {
  const file = `listeners: [{ listen: '127.0.0.1:1', mode: forward, allow: ${allow} }]`;
  const argv = ['--config', 'config.yaml'];
  const { values } = await loadSettings(settings, { argv, env: {}, readFile: () => file });
  const deadlines = new Deadlines();
  onTestFinished(() => deadlines.stop());
  const ground = { log: createLog({ write: ({ length }) => length }), deadlines, accessLog: undefined };
  const [map] = new Generation(values, planListeners(values, {}), ground, undefined, undefined).forwards;
  if (map === undefined) throw new Error('no forward listener');
  return map;
}

test.each([
  { allow: `['*']`, host: 'any.example', ok: true },
  { allow: `[a.example]`, host: 'A.example', ok: true },
  { allow: `[a.example]`, host: 'a.example:8080', ok: true },
  { allow: `['a.example:80']`, host: 'a.example', ok: true },
  { allow: `['a.example:80']`, host: 'a.example:8080', ok: false },
  { allow: `['*.example']`, host: 'a.b.example', ok: true },
  { allow: `['*.example']`, host: 'example', ok: false },
  { allow: `['*.example']`, host: 'evilexample', ok: false },
  { allow: `[]`, host: 'a.example', ok: false },
])('allow $allow: $host $ok', async ({ allow, host, ok }) => {
  const route = (await forward(allow)).routeTo('http', host);
  expect(typeof route === 'string' ? route : 'allowed').toBe(ok ? 'allowed' : 'not-allowed');
});

test('at most 256 upstreams, those asked for last; who is not asked for is forgotten', async () => {
  const map = await forward(`['*']`);
  const first = map.routeTo('http', '10.0.0.1');
  for (let at = 0; at < 1000; at++) {
    map.routeTo('http', `10.1.${at >> 8}.${at & 255}`);
    expect(map.routeTo('http', '10.0.0.1')).toBe(first);
  }
  expect(map.upstreams).toHaveLength(256);
  map.sweep(0);
  map.routeTo('http', '10.0.0.1');
  map.sweep(59_000);
  expect(map.upstreams).toHaveLength(256);
  map.sweep(60_000);
  expect(map.upstreams.map(({ plan }) => plan.name)).toEqual(['http://10.0.0.1:80']);
  map.sweep(120_000);
  expect(map.upstreams).toHaveLength(0);
});
