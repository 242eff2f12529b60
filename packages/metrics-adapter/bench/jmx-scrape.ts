// The whole program, bundled and started as in an image, before a JVM with many beans, scraped over HTTP: CPU milliseconds of
// both for one scrape at steady state, and memory; then the same of a JVM that has only its own beans.
// `node bench/jmx-scrape.ts [beans] [scrapes]`. jmx-race.ts measures the client alone, beside a Java one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../../docker/bundle.ts';
import { selectImages } from '../../../docker/images.ts';
import { startProgram } from '../e2e/adapter-process.ts';
import { freePort, jmxFlags, startTarget } from '../e2e/jvm.ts';
import { cpuSeconds, rssMiB } from './measure.ts';

const beans = Number(process.argv[2] ?? 5000);
const scrapes = Number(process.argv[3] ?? 20);
const WARM_UP = 15;

const RULES = `
includeObjectNames: ["kafka.server:*"]
rules:
- pattern: 'kafka.controller<type=(.+), name=(.+)><>(Count|Value)'
  name: kafka_controller_$1_$2
- pattern: 'kafka.network<type=(.+), name=(.+), request=(.+)><>Count'
  name: kafka_network_$1_$2_total
- pattern: 'kafka.(\\w+)<type=(.+), name=(.+)PerSec\\w*, topic=(.+)><>Count'
  name: kafka_$1_$2_$3_total
  type: COUNTER
  labels: {topic: $4}
- pattern: 'kafka.(\\w+)<type=(.+), name=(.+), topic=(.+)><>(\\w+Rate)'
  name: kafka_$1_$2_$3_$5
  labels: {topic: $4}
`;
/** As docker/Dockerfile has them. */
const OPTIONS = '--max-semi-space-size=2 --v8-pool-size=1';
/** Half of a container's limit of 128 MiB, which is what its --max-old-space-size-percentage=50 makes of it. */
const SMALL = `${OPTIONS} --max-old-space-size=64`;

/** Bytes of one answer. */
function scrape(port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request({ port, host: '127.0.0.1', path: '/metrics' }, (response) => {
    let bytes = 0;
    response.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('end', () => resolve(bytes));
  })
    .on('error', reject)
    .end();
  return promise;
}

async function measure(
  program: string,
  commands: readonly string[],
  rules: string,
  title: string,
  options = OPTIONS,
): Promise<void> {
  const port = await freePort();
  await using jvm = await startTarget(commands, jmxFlags(port));
  const flags = [
    '--web.listen-address=127.0.0.1:0',
    `--jmx.target=127.0.0.1:${port}`,
    `--jmx.config=${rules}`,
  ];
  await using adapter = await startProgram(
    program,
    flags,
    { NODE_OPTIONS: options, MALLOC_ARENA_MAX: '1' },
    [],
  );
  const pid = adapter.process.pid ?? 0;
  for (let i = 0; i < WARM_UP; i++) await scrape(adapter.webPort);
  const before = [cpuSeconds(pid), cpuSeconds(jvm.pid)];
  const began = performance.now();
  let bytes = 0;
  for (let i = 0; i < scrapes; i++) bytes = await scrape(adapter.webPort);
  const each = (now: number, then = 0): string => (((now - then) * 1000) / scrapes).toFixed(1);
  const series = (await adapter.scrape()).value('metrics_adapter_jmx_series') ?? 0;
  process.stdout.write(
    `${title}: ${series} series, ${(bytes / 1024).toFixed(0)} KiB; one scrape ${each(cpuSeconds(pid), before[0])} ms of CPU, ` +
      `${((performance.now() - began) / scrapes).toFixed(1)} ms of wall time; target ${each(cpuSeconds(jvm.pid), before[1])} ms of CPU; ` +
      `RSS ${rssMiB(pid).toFixed(0)} MiB\n`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'podmate-jmx-scrape-'));
try {
  const [image] = selectImages('metrics-adapter');
  if (image === undefined) throw new Error('no such image');
  const { file } = await bundle(image, folder);
  writeFileSync(join(folder, 'rules.yaml'), RULES);
  writeFileSync(join(folder, 'all.yaml'), 'rules: [{pattern: ".*"}]\n');
  await measure(file, [`meters ${beans}`], join(folder, 'rules.yaml'), `${beans} beans`);
  await measure(file, [`meters ${beans}`], join(folder, 'rules.yaml'), 'the same with 64 MiB of heap', SMALL);
  await measure(file, [], join(folder, 'all.yaml'), 'a bare JVM');
} finally {
  rmSync(folder, { recursive: true });
}
