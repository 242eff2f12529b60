// The manifests of examples/http-ambassador, run as they are written, each with its before beside it: a database that takes
// nothing but TLS, an application that hangs up, a proxy with a list of what is allowed, TLS between two pods.

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildImage, skipsContainers } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { type KubernetesObject, readManifest } from '@podmate/testkit/manifest/documents';
import type { Pod } from '@podmate/testkit/pod/pod';
import { ManifestRun } from '@podmate/testkit/pod/run';
import { standIns } from '../stand-ins.ts';

const skipped = await skipsContainers();

const EXAMPLE = resolve(import.meta.dirname, '../http-ambassador');

const read = (file: string): readonly KubernetesObject[] => readManifest(`${EXAMPLE}/${file}`);

/** A manifest whose pod is called otherwise, so that several run side by side. */
function named(file: string, name: string): readonly KubernetesObject[] {
  return read(file).map((object) =>
    object.kind === 'Pod' ? { ...object, metadata: { ...object.metadata, name } } : object,
  );
}

/** What certificates.sh makes, anew. */
async function certificates(): Promise<readonly KubernetesObject[]> {
  await using folder = await temporaryDirectory('certificates');
  const { stdout } = await promisify(execFile)('sh', [`${EXAMPLE}/certificates.sh`]);
  await writeFile(folder.file('certificates.yaml'), stdout);
  return readManifest(folder.file('certificates.yaml'));
}

function start(objects: readonly KubernetesObject[]): Promise<ManifestRun> {
  return ManifestRun.start(objects, { standIns, pull: false, restartBackOffMs: 100 });
}

const says = (pod: Pod, container: string, what: RegExp): Promise<void> =>
  eventually(() => expect(pod.container(container).stdout).toMatch(what), {
    withinMs: 60_000,
    everyMs: 200,
  });

/** The sidecar began before the application, ended after it, and with 0. */
function wasNativeSidecar(pod: Pod, application: string): void {
  const [[app], [ambassador]] = [pod.container(application).exits, pod.container('http-ambassador').exits];
  expect(ambassador).toMatchObject({ code: 0 });
  expect(ambassador?.startedAt).toBeLessThan(app?.startedAt ?? 0);
  expect(ambassador?.endedAt).toBeGreaterThan(app?.endedAt ?? 0);
}

describe.skipIf(skipped).concurrent('the manifests of examples/http-ambassador', () => {
  beforeAll(() => buildImage('http-ambassador'), 180_000);

  test('pod.yaml, pod-classic.yaml and before.yaml, beside a database that takes nothing but TLS', async () => {
    await using run = await start([
      ...(await certificates()),
      ...read('postgres.yaml'),
      ...read('pod.yaml'),
      ...named('pod-classic.yaml', 'classic'),
      ...named('before.yaml', 'before'),
    ]);
    const pods = [run.podNamed('ledger'), run.podNamed('classic'), run.podNamed('before')];
    for (const pod of pods) await says(pod, 'ledger', /^entry \d+, encrypted: true$/m);
    const [ledger] = pods;
    const { stdout } = await run
      .podNamed('postgres-0')
      .container('postgres')
      .exec('sh', '-c', 'psql -h 127.0.0.1 "sslmode=disable user=ledger" 2>&1 || true');
    expect(stdout).toContain('no encryption');
    await Promise.all(pods.map((pod) => pod.end(15_000))); // the classic form waits for 5 s, so that its application goes first
    wasNativeSidecar(ledger ?? run.pod, 'ledger');
    expect(run.podNamed('classic').container('http-ambassador').exits).toMatchObject([{ code: 0 }]);
  });

  test('retries.yaml: the client sees no failure, with before-retries.yaml every third visit is one', async () => {
    await using run = await start(read('retries.yaml'));
    await using before = await start(read('before-retries.yaml'));
    await Promise.all([run.untilReady(), before.untilReady()]);
    await says(before.podNamed('visitor'), 'visitor', /(visit: ok\n[^]*){4}visit: failed/);
    const visitor = run.podNamed('visitor');
    const ready = visitor.container('visitor').stdout.length;
    await says(visitor, 'visitor', /(visit: ok\n){20}/);
    expect(visitor.container('visitor').stdout.slice(ready)).not.toContain('failed');
    await Promise.all([run.end(), before.end(1000)]);
    wasNativeSidecar(run.podNamed('web'), 'web');
  });

  test('forward.yaml: what the list allows is reached, the rest is refused and logged, as in before-forward.yaml', async () => {
    await using run = await start(read('forward.yaml'));
    await using before = await start(read('before-forward.yaml'));
    const [clock, old] = [run.podNamed('clock'), before.podNamed('clock')];
    for (const pod of [clock, old]) {
      await says(pod, 'clock', /^api: the time is money$/m);
      await says(pod, 'clock', /^tracker: [^]*403/m);
    }
    await says(clock, 'http-ambassador', /"host":"tracker:8080".*"status":403.*not-allowed/);
    await Promise.all([clock.end(), old.end(1000)]);
    expect(clock.container('http-ambassador').exits).toMatchObject([{ code: 0 }]);
    wasNativeSidecar(clock, 'clock');
  });

  test('mtls.yaml: both sides have shown who they are; nobody gets in without', async () => {
    const made = await certificates();
    await using run = await start([...made, ...read('mtls.yaml')]);
    await using before = await start([...made, ...read('before-mtls.yaml')]);
    const orders = run.podNamed('orders');
    await says(orders, 'orders', /^stock: 42$/m);
    await says(before.podNamed('orders'), 'orders', /^stock: 42$/m);
    const { stdout } = await orders
      .container('orders')
      .exec('sh', '-c', 'wget -q -O - --no-check-certificate https://stock:8443/ 2>&1 || echo refused');
    expect(stdout).toMatch(/refused$/m);
    await Promise.all([run.end(), before.end(1000)]);
    wasNativeSidecar(orders, 'orders');
  });
});
