// The manifests of examples/redis-ambassador, run as they are written, as a cluster would run them: one StatefulSet of
// Redis with the application before, after and in the classic form; Sentinel with a primary that hangs; a Redis Cluster.

import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { skipsContainers } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';
import { type KubernetesObject, readManifest } from '@podmate/testkit/manifest/documents';
import type { Pod } from '@podmate/testkit/pod/pod';
import { ManifestRun } from '@podmate/testkit/pod/run';
import { standIns } from '../stand-ins.ts';
import { callsOf, visits } from './visits.ts';

const skipped = await skipsContainers();

const EXAMPLE = resolve(import.meta.dirname, '../redis-ambassador');

const read = (file: string): readonly KubernetesObject[] => readManifest(`${EXAMPLE}/${file}`);

/** A manifest whose pod is called otherwise, so that several run side by side. */
function named(file: string, name: string): readonly KubernetesObject[] {
  return read(file).map((object) =>
    object.kind === 'Pod' ? { ...object, metadata: { ...object.metadata, name } } : object,
  );
}

function start(objects: readonly KubernetesObject[]): Promise<ManifestRun> {
  return ManifestRun.start(objects, { standIns, pull: false, restartBackOffMs: 100 });
}

/** The application goes on for some visits, sees no error, and reads back what it, or another, has written. */
async function goesOn(pod: Pod, from: number, deaths = 0): Promise<void> {
  const sinceThen = (): ReturnType<typeof visits> => visits(pod.container('shop').stdout.slice(from), deaths);
  await eventually(() => expect(sinceThen().length).toBeGreaterThan(3), { everyMs: 200 });
  for (const { counted, read: back } of sinceThen()) expect(back).toBeGreaterThanOrEqual(counted);
}

/** How far the application's output has come: before its Redis is there it cannot do much. */
const here = (pod: Pod): number => pod.container('shop').stdout.lastIndexOf('\n') + 1;

async function calls(run: ManifestRun, server: string, command: string): Promise<number> {
  const redis = run.podNamed(server).container('redis');
  const { stdout } = await redis.exec('redis-cli', 'info', 'commandstats');
  return callsOf(command, stdout);
}

/** The sidecar began before the application, ended after it, and with 0. */
function wasNativeSidecar(pod: Pod): void {
  const [[shop], [ambassador]] = [pod.container('shop').exits, pod.container('redis-ambassador').exits];
  expect(ambassador).toMatchObject({ code: 0 });
  expect(ambassador?.startedAt).toBeLessThan(shop?.startedAt ?? 0);
  expect(ambassador?.endedAt).toBeGreaterThan(shop?.endedAt ?? 0);
  expect((ambassador?.endedAt ?? 0) - (shop?.endedAt ?? 0)).toBeLessThan(3000); // of 30 s; within one where nothing else runs
}

describe.skipIf(skipped).concurrent('the manifests of examples/redis-ambassador', () => {
  test('pod.yaml, pod-classic.yaml and before.yaml, beside redis.yaml', async () => {
    await using run = await start([
      ...read('redis.yaml'),
      ...read('pod.yaml'),
      ...named('pod-classic.yaml', 'classic'),
      ...named('before.yaml', 'before'),
    ]);
    const [shop, classic, before] = [run.podNamed('shop'), run.podNamed('classic'), run.podNamed('before')];
    await run.untilReady();
    const ready = here(shop);
    await goesOn(shop, ready);
    const replicaReads = (await calls(run, 'redis-1', 'get')) + (await calls(run, 'redis-2', 'get'));
    expect(replicaReads).toBeGreaterThan(0);
    expect(before.container('shop').stdout).toMatch(/^visit \d+, read back: \d+$/m);
    expect(classic.container('shop').stdout).toMatch(/^visit \d+, read back: \d+$/m);
    await Promise.all([shop.end(), classic.end(), before.end(1000)]);
    wasNativeSidecar(shop);
    const [ambassador] = classic.container('redis-ambassador').exits;
    expect(ambassador).toMatchObject({ code: 0 });
    await goesOn(shop, ready); // no error at its end either
  });

  test('sentinel.yaml: the primary hangs, another takes its place, the application sees no error', async () => {
    await using run = await start(read('sentinel.yaml'));
    const shop = run.podNamed('shop');
    await run.untilReady();
    const ready = here(shop);
    await goesOn(shop, ready);
    const sentinelSays = (what: RegExp, ...command: string[]): Promise<void> =>
      eventually(
        async () => {
          const sentinel = run.podNamed('redis-1').container('sentinel');
          const { stdout } = await sentinel.exec('redis-cli', '-p', '26379', ...command);
          expect(stdout).toMatch(what);
        },
        { everyMs: 300, withinMs: 28_000 }, // Sentinels that split their votes try again
      );
    await sentinelSays(/slaves=2,sentinels=3/, 'info', 'sentinel'); // by the primary they find each other
    await run.podNamed('redis-0').container('redis').exec('redis-cli', 'client', 'pause', '30000');
    await sentinelSays(/^redis-[12]\.redis\n/, 'sentinel', 'get-master-addr-by-name', 'mymaster');
    await goesOn(shop, here(shop), 1);
    await shop.end();
    await goesOn(shop, ready, 1);
    wasNativeSidecar(shop);
  });

  test('cluster.yaml: a client that knows nothing of clusters uses one', async () => {
    await using run = await start(read('cluster.yaml'));
    const shop = run.podNamed('shop');
    await shop.untilReady();
    await goesOn(shop, here(shop));
    const cli = (...words: string[]): Promise<{ stdout: string }> =>
      shop.container('shop').exec('redis-cli', ...words);
    for (const key of ['a', 'b', 'c', 'd']) expect((await cli('set', key, `of ${key}`)).stdout).toBe('OK\n');
    expect((await cli('mget', 'a', 'b', 'c', 'd')).stdout).toBe('of a\nof b\nof c\nof d\n');
    await shop.end();
    wasNativeSidecar(shop);
  });
});
