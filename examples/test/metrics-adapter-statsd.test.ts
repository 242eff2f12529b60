// examples/metrics-adapter-statsd, run for real: the compose file with the Prometheus in it, and the manifests as they are
// written, where the application prints how many packets it has sent, and a scrape has to find as many.

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

const EXAMPLE = resolve(import.meta.dirname, '../metrics-adapter-statsd');

async function scrape(address: string): Promise<ScrapedPage> {
  const response = await fetch(`http://${address}/metrics`);
  return parsePrometheusText(await response.text());
}

/** The number that the application printed last: packets sent. */
const sent = (stdout: string): number => Number(stdout.trimEnd().split('\n').at(-1));

async function startFile(
  file: string,
  replaced: Readonly<Record<string, string>> = {},
): Promise<ManifestRun> {
  const manifest = readManifest(`${EXAMPLE}/${file}`);
  return ManifestRun.start(manifest, { standIns, replaced, pull: false, publish: ['127.0.0.1::9102'] });
}

/** Nothing is missing: what a scrape finds lies between what was sent before it and what was sent after it. */
async function countsEveryPacket(pod: Pod): Promise<void> {
  const shop = pod.container('shop');
  await eventually(() => expect(sent(shop.stdout)).toBeGreaterThan(3));
  const address = await pod.publishedAt(9102);
  const before = sent(shop.stdout);
  await eventually(async () => {
    const page = await scrape(address);
    expect(page.value('shop_orders_total', { city: 'oslo' })).toBeGreaterThanOrEqual(before);
  });
  const page = await scrape(address);
  expect(page.value('shop_orders_total', { city: 'oslo' })).toBe(
    page.value('shop_checkout_seconds_count', { step: 'pay' }),
  );
}

describe.skipIf(skipped)('compose.yaml: an application, its adapter, a Prometheus', () => {
  const project = new ComposeProject('examples/metrics-adapter-statsd/compose.yaml', {
    PROMETHEUS_PORT: '0',
  });

  beforeAll(async () => {
    await buildImage('metrics-adapter');
    await project.compose('build', 'shop', 'prometheus'); // up takes an image that is there, however old
    await project.up();
  }, 180_000);

  afterAll(() => project[Symbol.asyncDispose]());

  test('Prometheus has what the application has sent', async () => {
    const shop = await project.container('shop');
    const before = sent((await shop.logs()).stdout);
    const address = await project.address('prometheus', 9090);
    const number = async (query: string): Promise<number> => {
      const response = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(query)}`);
      const answer: { data: { result: { value: [number, string] }[] } } = JSON.parse(await response.text());
      return Number(answer.data.result[0]?.value[1]);
    };
    await eventually(
      async () => {
        expect(await number('shop_orders_total{city="oslo"}')).toBeGreaterThanOrEqual(before);
        expect(await number('shop_checkout_seconds_count{step="pay"}')).toBeGreaterThanOrEqual(before);
      },
      { withinMs: 30_000, everyMs: 300 },
    );
  });
});

describe.skipIf(skipped).concurrent('the manifests of examples/metrics-adapter-statsd', () => {
  test.each(['pod.yaml', 'unix-socket.yaml', 'pod-classic.yaml'])('%s counts every packet', async (file) => {
    await using run = await startFile(file);
    await run.pod.untilReady();
    await countsEveryPacket(run.pod);
    await run.pod.end();
    expect(run.pod.container('metrics-adapter').exits).toMatchObject([{ code: 0 }]);
  });

  test("before.yaml with nothing changed but the exporter's image", async () => {
    const ours = await buildImage('metrics-adapter');
    await using run = await startFile('before.yaml', { 'prom/statsd-exporter:v0.28.0': ours });
    await run.pod.untilReady();
    await countsEveryPacket(run.pod);
    await run.pod.end();
    expect(run.pod.container('statsd-exporter').exits).toMatchObject([{ code: 0 }]);
  });

  test('airflow.yaml: the mapping keeps its table, and the deployment is ready', async () => {
    await using run = await startFile('airflow.yaml');
    await run.pod.untilReady();
    expect(run.pod.container('mapping-test').stdout).toMatch(/\n8 passed, 0 failed\n$/);
    await run.pod.end();
  });
});
