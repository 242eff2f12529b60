// Probes look from outside, as kubelet does: at the pod's own address, by number or name of a port, with their thresholds;
// the start-up probe holds the others back, liveness restarts, readiness comes and goes.

import { describe, expect, test } from 'vitest';
import { skipsContainers } from '../src/containers.ts';
import { eventually } from '../src/eventually.ts';
import type { Pod } from '../src/pod/pod.ts';
import { bash, IDLE, node, pod, probe, sidecar, start, UNTIL_TERM } from './pods.ts';

const skipped = await skipsContainers();

const exec = (script: string): { exec: object } => ({ exec: { command: ['bash', '-c', script] } });

const at = (path: string): object => probe({ httpGet: { port: 8080, path }, failureThreshold: 1 });

const server = (host: string, port: number): string =>
  `require('http').createServer((q, r) => r.end(q.url)).listen(${port}, '${host}', () => console.log('listens'))`;

/** Those of the containers that are ready. */
function ready(of: Pod, ...names: string[]): string[] {
  return names.filter((name) => of.container(name).ready);
}

describe.skipIf(skipped).concurrent('probes', () => {
  test('a server passes on the pod’s address, by number and by name; one on loopback alone does not', async () => {
    const events: string[] = [];
    const ports = [{ name: 'web', containerPort: 8080 }];
    const failing = { failureThreshold: 1 };
    const nobody = probe({ tcpSocket: { port: 9 }, ...failing });
    await using run = await start(
      pod({
        containers: [
          node('http', server('0.0.0.0', 8080), {
            ports,
            readinessProbe: probe({ httpGet: { port: 'web' } }),
          }),
          node('tcp', server('0.0.0.0', 8081), { readinessProbe: probe({ tcpSocket: { port: 8081 } }) }),
          node('local-http', server('127.0.0.1', 8082), {
            readinessProbe: probe({ httpGet: { port: 8082 }, ...failing }),
          }),
          node('local-tcp', server('127.0.0.1', 8083), {
            readinessProbe: probe({ tcpSocket: { port: 8083 }, initialDelaySeconds: 1, ...failing }),
          }),
          bash('inside', IDLE, { readinessProbe: probe(exec('exec 3<>/dev/tcp/127.0.0.1/8082')) }),
          bash('nobody', IDLE, { readinessProbe: nobody }),
        ],
      }),
      { events },
    );
    await run.pod.until('good ones', () => ready(run.pod, 'http', 'tcp', 'inside').length === 3);
    await eventually(() => expect(run.pod.container('local-tcp').stdout).toBe('listens\n'));
    await expect(run.pod.untilReady(2500)).rejects.toThrow('ready: not within');
    expect(ready(run.pod, 'local-http', 'local-tcp', 'nobody')).toEqual([]);
  });

  test('HTTP: 200 to 399 is good; path, headers and kubelet’s name arrive; the answer has its time', async () => {
    const program = `require('http').createServer((request, response) => {
      const { url, headers } = request;
      const status = Number.parseInt(url.slice(1));
      if (url === '/0') return; // never answers
      console.log(url, headers['x-a'], headers['user-agent'], headers.accept);
      response.writeHead(status, { location: '/' }).end();
    }).listen(8080)`;
    const httpHeaders = [{ name: 'X-A', value: 'b c' }];
    await using run = await start(
      pod({
        containers: [
          node('server', program, {
            readinessProbe: probe({ httpGet: { port: 8080, path: '/204', httpHeaders } }),
          }),
          bash('redirect', IDLE, { readinessProbe: at('302') }),
          bash('missing', IDLE, { readinessProbe: at('/404') }),
          bash('broken', IDLE, { readinessProbe: at('/500?x=1') }),
          bash('hangs', IDLE, { readinessProbe: at('/0') }),
        ],
      }),
    );
    await run.pod.until('good ones', () => ready(run.pod, 'server', 'redirect').length === 2);
    await eventually(() => {
      const { stdout } = run.pod.container('server');
      expect(stdout).toContain('/204 b c kube-probe/1 */*\n');
      for (const path of ['/302', '/404', '/500?x=1'])
        expect(stdout).toContain(`${path} undefined kube-probe`);
    });
    expect(ready(run.pod, 'missing', 'broken', 'hangs')).toEqual([]);
  });

  test('the start-up probe holds the others and the next container back, then liveness restarts', async () => {
    const events: string[] = [];
    const slow = `trap 'exit 0' TERM; (sleep 2.5; touch /tmp/up) & sleep infinity & wait`;
    await using run = await start(
      pod({
        terminationGracePeriodSeconds: 3,
        initContainers: [
          sidecar('slow', slow, {
            startupProbe: probe({ ...exec('test -f /tmp/up'), failureThreshold: 30 }),
            // would kill it at once, were it asked before
            livenessProbe: probe({ ...exec('test -f /tmp/up'), failureThreshold: 1 }),
            readinessProbe: probe(exec('test -f /tmp/up')),
          }),
        ],
        containers: [
          bash('main', UNTIL_TERM, {
            livenessProbe: probe({ ...exec('test ! -f /tmp/sick'), failureThreshold: 2 }),
          }),
        ],
      }),
      { events },
    );
    await run.untilReady();
    // a sidecar's readiness holds nobody back: it may be told after the main container has started
    expect(events.toSorted()).toEqual(['main ready', 'main started', 'slow ready', 'slow started']);
    await eventually(() => expect(run.pod.container('main').stdout).toBe('up\n'));
    await run.pod.container('main').exec('touch', '/tmp/sick');
    await run.pod.until('restart', () => run.pod.container('main').exits.length === 1 && run.pod.ready);
    expect(run.pod.container('main').exits).toMatchObject([{ code: 0 }]);
    expect(run.pod.container('main').stdout).toMatch(/^up\nbye\n/);
    expect(events.slice(4, 6)).toEqual([
      expect.stringMatching(/^main liveness probe failed: exit code 1/),
      'main told to end',
    ]);
    expect(run.pod.container('slow').exits).toEqual([]);
  });

  test('a start-up probe that never passes: the container is killed and tried again, the next never starts', async () => {
    await using run = await start(
      pod({
        terminationGracePeriodSeconds: 600,
        initContainers: [
          sidecar('never', "trap '' TERM; while :; do sleep 1; done", {
            startupProbe: probe({ ...exec('exit 1'), failureThreshold: 2, terminationGracePeriodSeconds: 1 }),
          }),
        ],
        containers: [bash('main', 'echo never')],
      }),
    );
    await run.pod.until('two lives', () => run.pod.container('never').exits.length >= 2);
    expect(run.pod.container('never').exits.map(({ code }) => code)).toEqual([137, 137]);
    expect([
      run.pod.phase,
      run.pod.container('main').exits.length,
      run.pod.container('main').running,
    ]).toEqual(['Pending', 0, false]);
  });

  test('readiness comes and goes, and restarts nothing', async () => {
    const events: string[] = [];
    const readinessProbe = probe({ ...exec('cat /tmp/open'), successThreshold: 2, failureThreshold: 2 });
    await using run = await start(pod({ containers: [bash('main', IDLE, { readinessProbe })] }), { events });
    const main = run.pod.container('main');
    await run.pod.until('runs', () => main.running);
    await main.exec('touch', '/tmp/open');
    await run.untilReady();
    await main.exec('rm', '/tmp/open');
    await run.pod.until('not ready', () => !run.pod.ready);
    expect(events).toEqual([
      'main started',
      'main ready',
      expect.stringMatching(/^main not ready: exit code 1: cat: /),
    ]);
    expect(main.exits).toEqual([]);
  });

  test('hooks by HTTP and sleep', async () => {
    const program = `require('http').createServer((q, r) => { console.log(q.url); r.end(); }).listen(8080)`;
    const lifecycle = { preStop: { httpGet: { port: 8080, path: '/stopping' } } };
    await using run = await start(
      pod({
        terminationGracePeriodSeconds: 10,
        initContainers: [
          {
            ...node('server', program),
            restartPolicy: 'Always',
            startupProbe: probe({ tcpSocket: { port: 8080 } }),
          },
        ],
        containers: [
          bash('main', IDLE, {
            lifecycle: { postStart: { httpGet: { port: 8080, path: 'started' } }, ...lifecycle },
          }),
          bash('sleeper', IDLE, { lifecycle: { preStop: { sleep: { seconds: 1 } } } }),
        ],
      }),
    );
    await run.untilReady();
    const askedAt = Date.now();
    await run.end();
    expect(run.pod.container('server').stdout).toBe('/started\n/stopping\n');
    const [end] = run.pod.container('sleeper').exits;
    expect(end).toMatchObject({ code: 0 });
    expect(end!.endedAt - askedAt).toBeGreaterThanOrEqual(1000);
  });
});
