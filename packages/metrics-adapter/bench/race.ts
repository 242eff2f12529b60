// The race: metrics-adapter, by its receive thread and by node:dgram, against Debian's collectd and npm's statsd, in one run
// on one machine; what one process costs for scrapes, series, hostile packets and names without end.
//   npm run bench -w packages/metrics-adapter -- [--quick] [--only lines,rate,scrape,memory,hostile,names] [--write]
// CPU is what the receiver's process spent, user and system, from /proc/PID/stat (ticks of 10 ms); wall times of a shared
// machine are noise. Loss is packets that the kernel took from the sender minus those that were counted.
// --write puts the figures of a whole race into the README.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceBetween } from '@podmate/base/settings-docs';
import { ensurePackages, findCommand } from '@podmate/testkit/debian';
import { eventually, holds } from '@podmate/testkit/eventually';
import { sendUdp } from '@podmate/testkit/statsd-sender';
import { type Running, startProgram } from '../e2e/adapter-process.ts';
import { bundle } from '../../../docker/bundle.ts';
import { temporaryDirectory } from '@podmate/testkit/files';
import { type Figure, type Load, cpuSeconds, figure, rssMiB, send } from './measure.ts';
import { collectdUnder, statsdUnder } from './peers.ts';

await using directory = await temporaryDirectory('race');
const { file: PROGRAM } = await bundle(
  { name: 'metrics-adapter', bundleBudgetBytes: Infinity },
  directory.path,
);
/** With V8 as small as in the image. */
const IMAGE = {
  NODE_OPTIONS: '--max-semi-space-size=2 --v8-pool-size=1 --disable-warning=ExperimentalWarning',
  MALLOC_ARENA_MAX: '1',
};
const startAdapter = (flags: readonly string[]): Promise<Running> => startProgram(PROGRAM, flags, IMAGE);

async function received(adapter: Running): Promise<number> {
  return (await adapter.scrape()).value('metrics_adapter_statsd_udp_packets_total') ?? 0;
}

async function oursUnder(load: Load, flags: readonly string[]): Promise<Figure> {
  await using adapter = await startAdapter([...flags, '--log-level=info']);
  const pid = adapter.process.pid ?? 0;
  const warmUp = await send(adapter.udpPort, { ...load, seconds: 1 }); // Compiled, and all series there.
  await holds(async () => (await received(adapter)) >= warmUp, { withinMs: 1500, everyMs: 500 });
  const [before, packets] = [cpuSeconds(pid), await received(adapter)];
  const sent = await send(adapter.udpPort, load);
  await holds(async () => (await received(adapter)) - packets >= sent, { withinMs: 1500, everyMs: 500 });
  const got = (await received(adapter)) - packets;
  return figure(cpuSeconds(pid) - before, sent, got, load);
}

const WAYS = [
  { name: 'metrics-adapter, thread', run: (load: Load) => oursUnder(load, []) },
  { name: 'metrics-adapter, dgram', run: (load: Load) => oursUnder(load, ['--statsd.receiver=dgram']) },
  { name: 'collectd (C)', run: collectdUnder, reads: ['plain', 'timer'] },
  { name: 'npm statsd', run: statsdUnder },
];

/** One row of the table: a load, and what each of them made of it. */
async function race(loads: readonly Load[], say: (line: string) => void): Promise<void> {
  say(`| load | ${WAYS.map(({ name }) => name).join(' | ')} |`);
  say(`| --- |${WAYS.map(() => ' --- |').join('')}`);
  for (const load of loads) {
    const cells: string[] = [];
    for (const way of WAYS) cells.push(await cell(way, load));
    const { rate, lines, kind } = load;
    say(
      `| ${rate / 1000}k packets/s of ${lines} ${kind} line${lines > 1 ? 's' : ''} | ${cells.join(' | ')} |`,
    );
  }
}

async function cell({ run, reads }: (typeof WAYS)[number], load: Load): Promise<string> {
  if (reads?.includes(load.kind) === false) return 'no tags';
  try {
    const { cpuMicrosPerLine, lossPercent } = await run(load);
    const cpu =
      load.lines > 1 ? `${cpuMicrosPerLine.toFixed(2)} us/line` : `${cpuMicrosPerLine.toFixed(1)} us/packet`;
    return `${cpu}, lost ${lossPercent.toFixed(lossPercent < 0.1 ? 0 : 1)} %`;
  } catch (error) {
    return `did not run: ${error instanceof Error ? error.message.split('\n', 1)[0] : 'no reason'}`;
  }
}

const plain = { seconds: 4, series: 1000 } as const;
const races: Record<string, (quick: boolean, say: (line: string) => void) => Promise<void>> = {
  lines: (quick, say) =>
    race(
      [
        { ...plain, rate: 25_000, lines: 20, kind: 'tagged' },
        { ...plain, rate: 25_000, lines: 20, kind: 'plain' },
        { ...plain, rate: 25_000, lines: 20, kind: 'timer' },
        { ...plain, rate: 25_000, lines: 1, kind: 'tagged' },
        { ...plain, rate: 25_000, lines: 1, kind: 'plain' },
      ].map((load): Load => ({
        ...load,
        kind: load.kind === 'plain' ? 'plain' : load.kind === 'timer' ? 'timer' : 'tagged',
        seconds: quick ? 2 : 4,
      })),
      say,
    ),
  rate: (quick, say) =>
    race(
      [50_000, 75_000].map((rate): Load => ({
        rate,
        seconds: quick ? 2 : 5,
        lines: 20,
        series: 1000,
        kind: 'plain',
      })),
      say,
    ),
  scrape: (_, say) => scrapes(say),
  memory: (_, say) => memory(say),
  hostile: (_, say) => hostile(say),
  names: (quick, say) => names(quick ? 10 : 60, say),
};

/** CPU of the whole process for a scrape, without the series' own lines moving. */
async function scrapes(say: (line: string) => void): Promise<void> {
  await using adapter = await startAdapter([]);
  const pid = adapter.process.pid ?? 0;
  const fill = (rate: number, series: number) =>
    send(adapter.udpPort, { rate, seconds: series / 20 / rate, lines: 20, series, kind: 'tagged' });
  await fill(2000, 100_000);
  const rounds = 10;
  const cost = async (series: number, encoding: string): Promise<number> => {
    let cpu = 0;
    for (let round = 0; round < rounds; round++) {
      if (series > 0) await fill(2000, series);
      const before = cpuSeconds(pid);
      await (await adapter.get('/metrics', { headers: { 'accept-encoding': encoding } })).arrayBuffer();
      cpu += cpuSeconds(pid) - before;
    }
    return (cpu * 1000) / rounds;
  };
  await cost(100_000, 'identity');
  const count = (await adapter.scrape()).value('metrics_adapter_series');
  for (const series of [100_000, 10_000, 0])
    say(
      `- Scrape of ${count} series, ${series} of them changed: ${(await cost(series, 'identity')).toFixed(1)} ms CPU with HTTP, ` +
        `${(await cost(series, 'gzip')).toFixed(1)} ms with gzip (mean of ${rounds} scrapes each).`,
    );
  say(
    `- Longest time at a stretch: ${(((await adapter.scrape()).value('metrics_adapter_scrape_longest_slice_seconds') ?? 0) * 1000).toFixed(1)} ms of wall time; RSS then ${rssMiB(pid).toFixed(0)} MiB.`,
  );
}

async function memory(say: (line: string) => void): Promise<void> {
  say(await memoryOf(100_000, 'tagged'));
  say(await memoryOf(10_000, 'timer'));
}

async function memoryOf(series: number, kind: Load['kind']): Promise<string> {
  await using adapter = await startAdapter([]);
  const pid = adapter.process.pid ?? 0;
  const idle = rssMiB(pid);
  await send(adapter.udpPort, { rate: 2000, seconds: series / 20 / 2000, lines: 20, series, kind });
  await (await adapter.get('/metrics')).arrayBuffer();
  return `- RSS idle ${idle.toFixed(0)} MiB, with ${series} ${kind} series after a scrape ${rssMiB(pid).toFixed(0)} MiB.`;
}

async function hostile(say: (line: string) => void): Promise<void> {
  await using adapter = await startAdapter([]);
  const pid = adapter.process.pid ?? 0;
  const before = { cpu: cpuSeconds(pid), rss: rssMiB(pid) };
  await sendUdp(
    Array.from({ length: 6 }, (_, i) => `foo${i}:1|ms|@0.000001`),
    { port: adapter.udpPort },
  );
  await eventually(async () => {
    if ((await adapter.scrape()).value('foo5_count') !== 1e6) throw new Error('not counted');
  });
  say(
    `- Six packets of \`@0.000001\`: ${(rssMiB(pid) - before.rss).toFixed(1)} MiB, ${((cpuSeconds(pid) - before.cpu) * 1000).toFixed(0)} ms of CPU with the scrapes that looked.`,
  );
}

/** A million names that never come back. */
async function names(seconds: number, say: (line: string) => void): Promise<void> {
  await using adapter = await startAdapter([]);
  const pid = adapter.process.pid ?? 0;
  const load = { rate: 1e6 / 20 / seconds, lines: 20, series: 1e6, kind: 'tagged' } as const;
  await sendUdp(['old:1|c'], { port: adapter.udpPort });
  const sent = send(adapter.udpPort, { ...load, seconds });
  await eventually(
    async () => {
      if (((await adapter.scrape()).value('metrics_adapter_series') ?? 0) < 100_000)
        throw new Error('not full');
    },
    { withinMs: 60_000, everyMs: 500 },
  );
  const full = rssMiB(pid);
  await sent;
  await sendUdp(['old:1|c'], { port: adapter.udpPort });
  await eventually(async () => {
    if ((await adapter.scrape()).value('old') !== 2) throw new Error('the old series is gone');
  });
  const page = await adapter.scrape();
  const refused = page.value('metrics_adapter_series_refused_total', { reason: 'max_series' });
  const dropped = page.value('metrics_adapter_statsd_udp_packet_drops_total');
  say(
    `- A million different series in ${seconds} s: RSS ${full.toFixed(0)} MiB when the limit was reached, ` +
      `${rssMiB(pid).toFixed(0)} MiB at the end; ${refused} refused and counted, an older one went on, ` +
      `${dropped} packets dropped by the kernel.`,
  );
}

const { quick, only, write } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
}).values;
if (write && (quick || only !== undefined)) throw new Error('--write: the README takes a whole race only');
const said: string[] = [];
const say = (line: string): void => {
  said.push(line);
  process.stdout.write(`${line}\n`);
};
if (findCommand('collectd') === undefined) await ensurePackages(['collectd-core']);
for (const name of only?.split(',') ?? Object.keys(races)) {
  const chosen = races[name];
  if (chosen === undefined) throw new Error(`--only ${name}: there are ${Object.keys(races).join(', ')}`);
  await chosen(quick, say);
  say('');
}
say(
  `\`npm run bench -w packages/metrics-adapter -- --write\`, Node ${process.version}, ${availableParallelism()} cores ` +
    `on which ${loadavg()[1]?.toFixed(0)} processes wanted to run, kernel ${release()}. What is lost at the highest rates is ` +
    'processor time that others had.',
);
const README = join(import.meta.dirname, '../README.md');
if (write) writeFileSync(README, replaceBetween(readFileSync(README, 'utf8'), 'race', said.join('\n')));
