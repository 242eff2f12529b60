// The promise that a real Prometheus gets every kind of metric with the right value, in text and in protobuf with native
// histograms, also of a JVM that is read when it scrapes, and that promtool parses what we serve.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { ensurePackages } from '@podmate/testkit/debian';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { startPrometheus } from '@podmate/testkit/prometheus';
import { sendUdp } from '@podmate/testkit/statsd-sender';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Jvm, freePort, jmxFlags, missingJdk, startTarget } from './jvm.ts';
import { startAdapter } from './running.ts';

const [missing] = await ensurePackages(['prometheus']);

const MAPPING = `
mappings:
- match: lat.*
  name: lat_seconds
  observer_type: histogram
  labels: {route: $1}
`;
const PACKET = [
  'hits:3|c|#city:Zürich',
  'hits:2|c|#city:Zürich',
  'temp:-4|g',
  'job:250|ms',
  'lat.a:100|ms',
  'lat.a:100|ms|@0.5',
].join('\n');

describe.skipIf(missing !== undefined)(`prometheus ${missing?.reason ?? ''}`, { timeout: 90_000 }, () => {
  let jvm: Jvm | undefined;
  beforeAll(async () => {
    if (missingJdk === undefined) jvm = await startTarget(['counter a'], jmxFlags(await freePort()));
  });
  afterAll(() => jvm?.stop());

  test.each([
    { name: 'text', flags: [], native: false },
    { name: 'protobuf', flags: ['--enable-feature=native-histograms'], native: true },
  ])('understands our $name', async ({ flags, native }) => {
    await using directory = await temporaryDirectory('mapping');
    writeFileSync(directory.file('mapping.yml'), MAPPING);
    await using adapter = await startAdapter([
      `--statsd.mapping-config=${directory.file('mapping.yml')}`,
      ...(jvm === undefined ? [] : [`--jmx.target=127.0.0.1:${jvm.port}`, '--jmx.preset=none']),
    ]);
    await sendUdp([PACKET], { port: adapter.udpPort });
    await using prometheus = await startPrometheus({ target: `127.0.0.1:${adapter.webPort}`, flags });
    const values: [string, number][] = [
      ['up', 1],
      ['hits{city="Zürich"}', 5],
      ['temp', -4],
      ['job{quantile="0.99"}', 0.25],
      ['job_count', 1],
      ['metrics_adapter_statsd_samples_total', 6],
      ...(jvm === undefined
        ? []
        : ([
            ['fixture_Counter_Fixed{name="a"}', 7],
            ['jmx_scrape_error', 0],
          ] as const)
      ).map(([query, value]): [string, number] => [query, value]),
      ...(native
        ? ([
            ['histogram_count(lat_seconds{route="a"})', 3],
            ['round(histogram_quantile(0.5, lat_seconds), 0.1)', 0.1],
          ] as const)
        : ([
            ['lat_seconds_bucket{route="a",le="0.1"}', 3],
            ['lat_seconds_bucket{route="a",le="0.05"}', 0],
            ['lat_seconds_count', 3],
          ] as const)
      ).map(([query, value]): [string, number] => [query, value]),
    ];
    for (const [query, value] of values)
      await eventually(async () => expect([query, await prometheus.number(query)]).toEqual([query, value]), {
        withinMs: 20_000,
      });
  });

  test('promtool parses our text', async () => {
    await using adapter = await startAdapter([]);
    await sendUdp([PACKET, 'a"b\\c:1|c|#k:a"b\\c'], { port: adapter.udpPort });
    await eventually(async () => expect((await adapter.scrape()).value('hits', { city: 'Zürich' })).toBe(5));
    const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await (await adapter.get('/metrics')).text(),
      encoding: 'utf8',
    });
    expect(stderr).not.toMatch(/error while linting|parsing|unexpected/);
    expect([0, 3]).toContain(status); // 3: a matter of taste, such as a counter without _total.
  });
});
