// examples/metrics-adapter-jmx, run for real: Tomcat with a JMX port, without any JMX flag, jmx_exporter's manifest with
// nothing changed but the image, and the compose file with the Prometheus in it.

import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, ComposeProject, skipsContainers } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';
import { readManifest } from '@podmate/testkit/manifest/documents';
import type { Pod } from '@podmate/testkit/pod/pod';
import { ManifestRun } from '@podmate/testkit/pod/run';
import { type ScrapedPage, parsePrometheusText } from '@podmate/testkit/prometheus-text';
import { standIns } from '../stand-ins.ts';

const skipped = await skipsContainers();

const EXAMPLE = resolve(import.meta.dirname, '../metrics-adapter-jmx');

/** Tomcat and the JVM take their time where others run beside them. */
const PATIENCE = { withinMs: 90_000, everyMs: 500 };

async function scrape(address: string): Promise<ScrapedPage> {
  const response = await fetch(`http://${address}/metrics`);
  return parsePrometheusText(await response.text());
}

async function startFile(
  file: string,
  replaced: Readonly<Record<string, string>> = {},
): Promise<ManifestRun> {
  const manifest = readManifest(`${EXAMPLE}/${file}`);
  return ManifestRun.start(manifest, { standIns, replaced, pull: false, publish: ['127.0.0.1::5556'] });
}

/** The series of the file's own rules. */
async function hasTomcat(pod: Pod): Promise<void> {
  const address = await pod.publishedAt(5556);
  await eventually(async () => {
    const page = await scrape(address);
    expect(page.value('tomcat_threads_currentthreadcount', { connector: '8080' })).toBeGreaterThan(0);
    expect(page.value('jvm_heap_used_bytes', {})).toBeGreaterThan(1e6);
    expect(page.value('jmx_scrape_error', {})).toBe(0);
  }, PATIENCE);
}

describe.skipIf(skipped)('compose.yaml: Tomcat without a JMX flag, its adapter, a Prometheus', () => {
  const project = new ComposeProject('examples/metrics-adapter-jmx/compose.yaml', { PROMETHEUS_PORT: '0' });

  beforeAll(async () => {
    await buildImage('metrics-adapter');
    await project.compose('build', 'shop', 'prometheus'); // up takes an image that is there, however old
    await project.up();
  }, 180_000);

  afterAll(() => project[Symbol.asyncDispose]());

  test('Prometheus has the heap of a JVM that nobody told of JMX', async () => {
    const address = await project.address('prometheus', 9090);
    const query = encodeURIComponent('jvm_memory_used_bytes{area="heap"}');
    await eventually(async () => {
      const response = await fetch(`http://${address}/api/v1/query?query=${query}`);
      const answer: { data: { result: { value: [number, string] }[] } } = JSON.parse(await response.text());
      expect(Number(answer.data.result[0]?.value[1])).toBeGreaterThan(1e6);
    }, PATIENCE);
  });
});

describe.skipIf(skipped)('the manifests of examples/metrics-adapter-jmx', () => {
  test.concurrent.each(['pod.yaml', 'pod-classic.yaml'])('%s: the rules of a file', async (file) => {
    await using run = await startFile(file);
    await run.pod.untilReady(90_000);
    await hasTomcat(run.pod);
    await run.pod.end();
    expect(run.pod.container('metrics-adapter').exits).toMatchObject([{ code: 0 }]);
  });

  test.concurrent("before.yaml with nothing changed but the exporter's image", async () => {
    const ours = await buildImage('metrics-adapter');
    await using run = await startFile('before.yaml', { 'bitnami/jmx-exporter:1.0.1': ours });
    await run.pod.untilReady(90_000);
    await hasTomcat(run.pod);
    await run.pod.end();
    expect(run.pod.container('jmx-exporter').exits).toMatchObject([{ code: 0 }]);
  });

  test.concurrent('zero-touch.yaml: no JMX flag, no rules, and the JVM is found', async () => {
    await using run = await startFile('zero-touch.yaml');
    await run.pod.untilReady(90_000);
    const address = await run.pod.publishedAt(5556);
    await eventually(async () => {
      const page = await scrape(address);
      expect(page.value('jvm_memory_used_bytes', { area: 'heap' })).toBeGreaterThan(1e6);
    }, PATIENCE);
    await run.pod.end();
    expect(run.pod.container('metrics-adapter').exits).toMatchObject([{ code: 0 }]);
  });
});
