// The network of a pod is one for all its containers; pods find each other by their addresses and by the names of Services.

import { describe, expect, test } from 'vitest';
import { skipsContainers } from '../src/containers.ts';
import { bash, IDLE, node, pod, probe, start } from './pods.ts';
import type { Json } from './pods.ts';

const skipped = await skipsContainers();

/** Answers with the name of its pod, from `afterMs` on. */
function server(afterMs = 0): Json {
  const listen = "require('http').createServer((q, r) => r.end(require('os').hostname())).listen(8080)";
  const program = `setTimeout(() => ${listen}, ${afterMs})`;
  const ports = [{ name: 'web', containerPort: 8080 }];
  return node('server', program, { ports, readinessProbe: probe({ httpGet: { port: 'web' } }) });
}

/** A Service of port 8080, under a name or as it is. */
function service(name: string, selector: Json, targetPort: string | number): Json {
  const spec = { selector, ports: [{ port: 8080, targetPort }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'sales' }, spec };
}

const ask = (url: string): string[] => [
  'node',
  '-e',
  `fetch('${url}').then(async (r) => console.log(await r.text()), (e) => console.log(e.cause.code))`,
];

describe.skipIf(skipped).concurrent('network', () => {
  test('within a pod: localhost, one name, hostAliases, and from this machine what is published', async () => {
    await using run = await start(
      pod({
        hostname: 'harbour',
        hostAliases: [{ ip: '192.0.2.7', hostnames: ['far', 'far.example.com'] }],
        containers: [server(), node('other', 'setInterval(() => {}, 1e6)')],
      }),
      { publish: ['127.0.0.1::8080'] },
    );
    await run.untilReady();
    const { stdout } = await run.pod.container('other').exec(...ask('http://localhost:8080'));
    expect(stdout).toBe('harbour\n');
    const hosts = await run.pod.container('other').exec('cat', '/etc/hosts');
    expect(hosts.stdout).toMatch(/^192\.0\.2\.7\tfar$/m);
    expect(hosts.stdout).toMatch(/^192\.0\.2\.7\tfar\.example\.com$/m);
    expect(hosts.stdout).toMatch(new RegExp(`^${run.pod.address}\\tharbour`, 'm'));
    const answer = await fetch(`http://${await run.pod.publishedAt(8080)}`);
    expect(await answer.text()).toBe('harbour');
  });

  test('Services lead to the pods that they select, by all their names; to no others', async () => {
    const template = { metadata: { labels: { app: 'shop', tier: 'web' } }, spec: { containers: [server()] } };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'sales' },
      spec: { replicas: 2, selector: { matchLabels: { app: 'shop' } }, template },
    };
    const client = pod(
      { containers: [node('client', 'setInterval(() => {}, 1e6)')] },
      { name: 'client', namespace: 'sales' },
    );
    await using run = await start([
      service('shop', { app: 'shop' }, 'web'),
      service('nobody', { app: 'shop', tier: 'none' }, 8080),
      deployment,
      client,
    ]);
    await run.untilReady();
    const asks = (url: string): Promise<string> =>
      run.pods[2]!.container('client')
        .exec(...ask(url))
        .then(({ stdout }) => stdout.trim());
    const names = run.pods.slice(0, 2).map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
    for (const host of ['shop', 'shop.sales', 'shop.sales.svc', 'shop.sales.svc.cluster.local']) {
      expect(names).toContain(await asks(`http://${host}:8080`));
    }
    for (const { address, name } of run.pods.slice(0, 2))
      expect(await asks(`http://${address}:8080`)).toBe(name);
    expect(await asks('http://nobody:8080')).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  test('the pods of a StatefulSet start one after the other, each with a name in its Service', async () => {
    const metadata = { name: 'store', namespace: 'sales' };
    const template = { metadata: { labels: { app: 'store' } }, spec: { containers: [server(1500)] } };
    const spec = { replicas: 2, serviceName: 'store', selector: { matchLabels: { app: 'store' } }, template };
    await using run = await start([
      service('store', { app: 'store' }, 'web'),
      { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec },
    ]);
    await run.untilReady();
    const [first, second] = [run.podNamed('store-0'), run.podNamed('store-1')];
    for (const host of ['store-1.store', 'store-1.store.sales.svc.cluster.local']) {
      const { stdout } = await first.container('server').exec(...ask(`http://${host}:8080`));
      expect(stdout).toBe('store-1\n');
    }
    await run.end();
    const [startedFirst = 0, startedSecond = 0] = [first, second].map(
      (each) => each.container('server').exits[0]?.startedAt ?? 0,
    );
    expect(startedSecond).toBeGreaterThan(startedFirst + 1500);
  });

  test('shareProcessNamespace: containers see each other’s processes; else they do not', async () => {
    const containers = [bash('one', `exec -a marked-one bash -c "${IDLE}"`), bash('two', IDLE)];
    await using shared = await start(pod({ shareProcessNamespace: true, containers }));
    await using apart = await start(pod({ containers }));
    await Promise.all([shared.untilReady(), apart.untilReady()]);
    const processes = async (run: typeof shared): Promise<string> => {
      const { stdout } = await run.pod
        .container('two')
        .exec('bash', '-c', "cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
      return stdout;
    };
    expect(await processes(shared)).toContain('marked-one');
    expect(await processes(apart)).not.toContain('marked-one');
  });
});
