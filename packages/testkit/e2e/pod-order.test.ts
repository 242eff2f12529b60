// A pod begins and ends in the order that Kubernetes promises: init containers one after the other, native sidecars among
// them gated by their start-up probes, then the mains; at the end preStop hooks, the mains, the sidecars in reverse.
// The containers themselves write the order down, in a volume they share, with the times of nobody but themselves.

import { describe, expect, test } from 'vitest';
import { skipsContainers } from '../src/containers.ts';
import { eventually, holds } from '../src/eventually.ts';
import { bash, IDLE, IS_UP, node, pod, probe, sidecar, start, UNTIL_TERM } from './pods.ts';

const skipped = await skipsContainers();

const volumes = [{ name: 'order', emptyDir: {} }];
const shared = { volumeMounts: [{ name: 'order', mountPath: '/order' }] };

const write = (words: string): string => `echo ${words} >> /order/file`;

/** Lives until SIGTERM; takes `seconds` to end. The last one shows the file. */
const lives = (name: string, { seconds = 0, last = 'true' } = {}): string =>
  `trap '${write(`${name} told`)}; sleep ${seconds}; ${write(`${name} ends`)}; ${last}; exit 0' TERM
   ${write(`${name} begins`)}; sleep infinity & wait`;

const hook = (script: string): { readonly exec: object } => ({ exec: { command: ['bash', '-c', script] } });

const begun = (name: string): object => probe(hook(`grep '${name} begins' /order/file`));

describe.skipIf(skipped).concurrent('order', () => {
  test('a pod that comes to its end by itself', async () => {
    const up = probe({ exec: { command: ['test', '-f', '/order/first-is-up'] } });
    const first = `(sleep 1.5; touch /order/first-is-up) & ${lives('first', { last: 'cat /order/file' })}`;
    await using run = await start(
      pod({
        volumes,
        restartPolicy: 'Never',
        initContainers: [
          bash('init-1', `${write('init-1 begins')}; sleep 0.3; ${write('init-1 ends')}`, shared),
          sidecar('first', first, { ...shared, startupProbe: up }),
          bash('init-2', `test -f /order/first-is-up && ${write('init-2')}`, shared),
          sidecar('second', lives('second'), shared),
        ],
        containers: [bash('main', `sleep 0.5; ${write('main')}`, shared)],
      }),
    );
    expect(await run.ended()).toBe(true);
    expect(run.pod.phase).toBe('Succeeded');
    expect(run.pod.container('first').stdout.trim().split('\n')).toEqual([
      'init-1 begins',
      'init-1 ends',
      'first begins',
      'init-2',
      'second begins',
      'main',
      'second told',
      'second ends',
      'first told',
      'first ends',
    ]);
    expect(run.pod.container('first').exits).toMatchObject([{ code: 0, outOfMemory: false }]);
  });

  test('a pod that is told to end: hooks first, then mains together, then sidecars in reverse', async () => {
    const events: string[] = [];
    await using run = await start(
      pod({
        volumes,
        terminationGracePeriodSeconds: 20,
        initContainers: [
          sidecar('first', lives('first', { last: 'cat /order/file' }), shared),
          sidecar('second', lives('second'), {
            ...shared,
            lifecycle: { preStop: hook(write('second preStop')) },
          }),
        ],
        containers: [
          bash('slow', lives('slow', { seconds: 2 }), { ...shared, readinessProbe: begun('slow') }),
          bash('quick', lives('quick'), {
            ...shared,
            readinessProbe: begun('quick'),
            lifecycle: { preStop: hook(write('quick preStop')) },
          }),
        ],
      }),
      { events },
    );
    await run.untilReady();
    await run.end();
    expect(run.pod.phase).toBe('Succeeded');
    const order = run.pod.container('first').stdout.trim().split('\n').slice(4);
    expect(order.toSorted()).toEqual([
      'first ends',
      'first told',
      'quick ends',
      'quick preStop',
      'quick told',
      'second ends',
      'second preStop',
      'second told',
      'slow ends',
      'slow told',
    ]);
    const before = (one: string, other: string): void =>
      expect(order.indexOf(one), `${one} before ${other}`).toBeLessThan(order.indexOf(other));
    before('quick preStop', 'quick told');
    before('second preStop', 'slow ends'); // a sidecar's hook does not wait for its turn
    before('quick told', 'slow ends'); // mains do not wait for each other
    before('slow ends', 'second told');
    before('quick ends', 'second told');
    before('second ends', 'first told');
    expect(events.at(-1)).toBe('Succeeded');
  });

  test('who does not end is killed when the grace period is over; sidecars have two seconds still', async () => {
    await using run = await start(
      pod({
        terminationGracePeriodSeconds: 1,
        initContainers: [
          sidecar('polite', `trap 'sleep 0.5; echo bye; exit 3' TERM; touch /tmp/up; sleep infinity & wait`, {
            startupProbe: IS_UP,
          }),
        ],
        containers: [
          bash('deaf', `trap '' TERM; while :; do sleep 1; done`),
          bash('stuck-hook', UNTIL_TERM, { readinessProbe: IS_UP, lifecycle: { preStop: hook('sleep 60') } }),
        ],
      }),
    );
    await run.untilReady();
    const askedAt = Date.now();
    await run.end();
    const { deaf, polite, stuck } = Object.fromEntries(
      ['deaf', 'polite', 'stuck-hook'].map((name) => [name.split('-')[0], run.pod.container(name).exits[0]]),
    );
    expect([deaf?.code, polite?.code, stuck?.code]).toEqual([137, 3, 0]);
    expect(run.pod.container('polite').stdout).toBe('bye\n');
    expect(deaf!.endedAt - askedAt).toBeGreaterThan(1900); // the engine's clock is ours: local socket
    expect(run.pod.phase).toBe('Failed');
  });

  test('SIGTERM that nobody handles kills what is not the first process of its namespace', async () => {
    await using run = await start(
      pod({ shareProcessNamespace: true, containers: [bash('main', 'exec sleep infinity')] }),
    );
    await run.untilReady();
    await run.end();
    expect(run.pod.container('main').exits).toMatchObject([{ code: 143 }]);
  });

  test('an init container that fails for good: no main starts, sidecars end', async () => {
    await using run = await start(
      pod({
        restartPolicy: 'Never',
        initContainers: [sidecar('side', UNTIL_TERM, { startupProbe: IS_UP }), bash('init', 'exit 4')],
        containers: [bash('main', 'echo never')],
      }),
    );
    expect(await run.ended()).toBe(false);
    expect(run.pod.phase).toBe('Failed');
    expect(run.pod.container('init').exits).toMatchObject([{ code: 4 }]);
    expect(run.pod.container('side').stdout).toBe('up\nbye\n');
    expect(run.pod.container('main').exits).toEqual([]);
  });

  test('an init container is tried again until it succeeds, also with restartPolicy Always', async () => {
    await using run = await start(
      pod({
        volumes,
        initContainers: [bash('init', `${write('x')}; test $(wc -l < /order/file) = 3`, shared)],
        containers: [bash('main', IDLE)],
      }),
    );
    await run.untilReady();
    expect(run.pod.container('init').exits.map(({ code }) => code)).toEqual([1, 1, 0]);
  });

  test('postStart is done before the next container starts; when it fails, the container ends', async () => {
    const events: string[] = [];
    await using run = await start(
      pod({
        volumes,
        restartPolicy: 'Never',
        containers: [
          bash('good', IDLE, { ...shared, lifecycle: { postStart: hook('sleep 0.5; touch /order/done') } }),
          bash('next', 'test -f /order/done', shared),
          bash('bad', UNTIL_TERM, {
            lifecycle: {
              postStart: hook('until [ -f /tmp/up ]; do sleep 0.05; done; echo sorry >&2; exit 7'),
            },
          }),
        ],
      }),
      { events },
    );
    await run.pod.until('bad has ended', () => run.pod.container('bad').exits.length > 0);
    expect(run.pod.container('next').exits).toMatchObject([{ code: 0 }]);
    expect(events).toContain('bad postStart failed: exit code 7: sorry');
    expect(run.pod.container('bad').stdout).toMatch(/bye\n$/);
  });

  test('a postStart that fails when its container has long been started again does not end the new one', async () => {
    const slowFirst = `let asked = 0; require('http').createServer((request, response) => {
      asked += 1;
      if (asked > 1) response.end();
      else setTimeout(() => { console.log('refused'); response.writeHead(500).end(); }, 2000);
    }).listen(8080)`;
    const server = node('server', slowFirst, {
      restartPolicy: 'Always',
      startupProbe: probe({ tcpSocket: { port: 8080 } }),
    });
    const count = `${write('x')}; [ $(wc -l < /order/file) = 2 ] || exit 1; ${UNTIL_TERM}`;
    await using run = await start(
      pod({
        volumes,
        initContainers: [server],
        containers: [
          bash('main', count, { ...shared, lifecycle: { postStart: { httpGet: { port: 8080 } } } }),
        ],
      }),
    );
    await eventually(() => expect(run.pod.container('server').stdout).toBe('refused\n'), {
      withinMs: 20_000,
    });
    const ended = (): boolean => run.pod.container('main').exits.length > 1;
    expect(await holds(ended, { withinMs: 1000 })).toBe(false);
    expect(run.pod.container('main').initiated).toBe(true);
  });
});
