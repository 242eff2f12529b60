// The JMX race: one JVM with many Kafka-like beans, scraped by us and by a Java client with jmx_exporter's call
// pattern (fixtures/peer). Prints CPU seconds of scraper and target for one scrape at steady state, and memory.
// `node bench/jmx-race.ts [beans] [scrapes]`. Wall times are told, but on a shared machine only the ratios mean much.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { classesOf, freePort, jmxFlags, startTarget } from '../e2e/jvm.ts';

const beans = Number(process.argv[2] ?? 5000);
const scrapes = Number(process.argv[3] ?? 10);
/** After this many, each time, the JITs have settled; fewer do for very many beans. */
const WARM_UP = beans > 10_000 ? 2 : 10;

const RULES: readonly (readonly [pattern: string, name: string])[] = [
  ['kafka.controller<type=(.+), name=(.+)><>(Count|Value)', 'kafka_controller_$1_$2'],
  ['kafka.network<type=(.+), name=(.+), request=(.+)><>Count', 'kafka_network_$1_$2_total'],
  ['kafka.(\\w+)<type=(.+), name=(.+)PerSec\\w*, topic=(.+)><>Count', 'kafka_$1_$2_$3_total'],
  ['kafka.(\\w+)<type=(.+), name=(.+), topic=(.+)><>(\\w+Rate)', 'kafka_$1_$2_$3_$5'],
];
const YAML = [
  'includeObjectNames: ["kafka.server:*"]',
  'rules:',
  ...RULES.map(
    ([pattern, name]) =>
      `- pattern: '${pattern}'\n  name: ${name}${pattern.includes('topic') ? '\n  labels: {topic: $4}' : ''}`,
  ),
].join('\n');

type Scraper = { pid: number; scrape(times: number): Promise<string[]>; end(): void };

function scraper(command: string, args: readonly string[]): Scraper {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    end: () => void child.kill('SIGKILL'),
    async scrape(times) {
      child.stdin.write(`scrape ${times}\n`);
      const { value } = await lines.next();
      return String(value).split(' ');
    },
  };
}

/** CPU milliseconds of a process so far, user and system; the clock of /proc ticks each 10 ms. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function memoryKiB(pid: number, key: 'VmRSS' | 'RssAnon'): number {
  return Number(
    new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1],
  );
}

type Figures = {
  series: number;
  ms: number;
  cpu: number;
  targetCpu: number;
  rss: number;
  anon: number;
  heap: number;
};

async function measure(one: Scraper, target: number): Promise<Figures> {
  const before = [cpuMs(one.pid), cpuMs(target)];
  const [, series = '', , ms = '', heap = '0'] = await one.scrape(scrapes);
  const after = [cpuMs(one.pid), cpuMs(target)];
  return {
    series: Number(series),
    ms: Number(ms),
    cpu: ((after[0] ?? 0) - (before[0] ?? 0)) / scrapes,
    targetCpu: ((after[1] ?? 0) - (before[1] ?? 0)) / scrapes,
    rss: memoryKiB(one.pid, 'VmRSS') / 1024,
    anon: memoryKiB(one.pid, 'RssAnon') / 1024,
    heap: Number(heap) / 1024 / 1024,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'podmate-jmx-race-'));
const bundle = join(folder, 'client.cjs');
const entry = join(import.meta.dirname, 'jmx-race-client.ts');
// The entry awaits on its top level, which CommonJS has not: ESM here, at 15 MB of RSS that an image does not pay.
buildSync({
  entryPoints: [entry],
  outfile: bundle.replace('.cjs', '.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
});
const port = await freePort();
const jvm = await startTarget([`meters ${beans}`], jmxFlags(port));
const flags = ['--expose-gc', '--max-semi-space-size=2', '--v8-pool-size=1'];
const ours = scraper(process.execPath, [...flags, bundle.replace('.cjs', '.mjs'), String(port), YAML]);
const peer = scraper('java', [
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-cp',
  classesOf('peer', join(import.meta.dirname, 'fixtures')),
  'Peer',
  String(port),
  ...RULES.flat(),
]);
try {
  const [, , , , empty = '0'] = await ours.scrape(0); // heap of the client before it knows a bean
  for (const one of [ours, peer, ours]) await one.scrape(WARM_UP); // the target's JIT knows both ways before it counts
  const us = await measure(ours, jvm.pid);
  const them = await measure(peer, jvm.pid);
  if (us.series !== them.series) throw new Error(`not the same series: ${us.series} and ${them.series}`);
  process.stdout.write(
    `${beans} beans, ${us.series} series, ${scrapes} scrapes after ${WARM_UP}, one scrape:\n`,
  );
  for (const key of ['ms', 'cpu', 'targetCpu', 'rss', 'anon'] as const) {
    process.stdout.write(
      `${key.padEnd(10)} ours ${us[key].toFixed(1).padStart(8)}  peer ${them[key].toFixed(1).padStart(8)}  ratio ${(them[key] / us[key]).toFixed(1)}\n`,
    );
  }
  const own = us.heap - Number(empty) / 1024 / 1024;
  const each = ((own * 1024) / beans).toFixed(2);
  process.stdout.write(
    `heap       ours ${us.heap.toFixed(1)} MiB, ${each} KiB for each bean beyond an idle client\n`,
  );
} finally {
  ours.end();
  peer.end();
  await jvm.stop();
  rmSync(folder, { recursive: true });
}
