// What a reload takes over from what runs, and what it makes anew.
import { createLog } from '@podmate/base/log';
import { loadSettings } from '@podmate/base/settings';
import { expect, onTestFinished, test } from 'vitest';
import { Generation, type Ground } from '../src/build.ts';
import { Deadlines } from '../src/deadlines.ts';
import { planListeners } from '../src/plan.ts';
import { settings } from '../src/settings.ts';
import type { Upstream } from '../src/upstream.ts';

function groundOf(): Ground {
  const deadlines = new Deadlines();
  onTestFinished(() => deadlines.stop());
  return { log: createLog({ write: ({ length }) => length }), deadlines, accessLog: undefined };
}

async function generation(ground: Ground, file: string, former?: Generation): Promise<Generation> {
  const argv = ['--config', 'config.yaml'];
  const { values } = await loadSettings(settings, { argv, env: {}, readFile: () => file });
  return new Generation(values, planListeners(values, {}), ground, undefined, former);
}

const named = (made: Generation, name: string): Upstream | undefined =>
  made.named.find(({ plan }) => plan.name === name);

const LISTENERS = `listeners:
  - { listen: '127.0.0.1:1', routes: [{ to: a }, { to: b, path: /b }] }
  - { listen: '127.0.0.1:2', mode: forward, allow: ['*'] }
`;
const A = `  - { name: a, targets: ['http://10.0.0.1', 'http://10.0.0.2'], balance: ring-hash, healthCheck: /up }\n`;
const B = `  - { name: b, targets: ['http://b.example'] }\n`;
const UPSTREAMS = `upstreams:\n${A}${B}`;

const changes: { name: string; file: string; keeps: ('a' | 'b' | 'forward')[] }[] = [
  { name: 'nothing', file: LISTENERS + UPSTREAMS, keeps: ['a', 'b', 'forward'] },
  {
    name: 'a route and a limit of clients',
    file: LISTENERS.replace('/b', '/c') + UPSTREAMS + 'maxHeadBytes: 8KiB\n',
    keeps: ['a', 'b', 'forward'],
  },
  {
    name: 'a setting of one upstream',
    file: LISTENERS + UPSTREAMS.replace('healthCheck: /up', 'retries: 7'),
    keeps: ['b', 'forward'],
  },
  {
    name: 'a target of one upstream',
    file: LISTENERS + UPSTREAMS.replace('b.example', 'c.example'),
    keeps: ['a', 'forward'],
  },
  { name: 'what all upstreams have', file: `${LISTENERS}${UPSTREAMS}retries: 7\n`, keeps: [] },
  { name: 'the name servers', file: `${LISTENERS}${UPSTREAMS}dnsServers: 10.0.0.10\n`, keeps: [] },
  {
    name: 'what may be forwarded',
    file: LISTENERS.replace("'*'", 'a.example') + UPSTREAMS,
    keeps: ['a', 'b'],
  },
];

test.each(changes)('after a change of $name, what is the same stays: $keeps', async ({ file, keeps }) => {
  const ground = groundOf();
  const before = await generation(ground, LISTENERS + UPSTREAMS);
  const after = await generation(ground, file, before);
  const kept = [
    ...['a', 'b'].filter((name) => named(after, name) === named(before, name)),
    ...(after.forwards[0] === before.forwards[0] ? ['forward'] : []),
  ];
  expect(kept).toEqual(keeps);
  // The sockets stay in any case, and what was counted goes on counting.
  for (const [address, { listener }] of before.listeners)
    expect(after.listeners.get(address)?.listener).toBe(listener);
  for (const name of ['a', 'b']) expect(named(after, name)?.traffic).toBe(named(before, name)?.traffic);
  expect(after.forwards[0]?.traffic).toBe(before.forwards[0]?.traffic);
  expect(after.routes[0]?.traffic).toBe(before.routes[0]?.traffic);
});

test('an upstream that two routes name is one; one that nobody names is not made', async () => {
  const file = `listeners: [{ listen: '127.0.0.1:1', routes: [{ to: a }, { to: a, path: /b }] }]\n${UPSTREAMS}`;
  const made = await generation(groundOf(), file);
  expect(made.routes[0]?.upstream).toBe(made.routes[1]?.upstream);
  expect(made.named).toHaveLength(1);
});
