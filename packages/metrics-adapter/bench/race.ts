// The race: metrics-adapter, by its receive thread and by node:dgram, against Debian's collectd, in one run on one machine.
//   npm run bench -w packages/metrics-adapter -- [--quick] [--only lines,rate,scrape,memory,hostile]
// CPU is what the receiver's process spent, user and system, from /proc/PID/stat (ticks of 10 ms); wall times of a shared
// machine are noise. Loss is packets that the kernel took from the sender minus those that were counted.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensurePackages, findCommand } from '@podmate/testkit/debian';
import { eventually, holds } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { sendUdp } from '@podmate/testkit/statsd-sender';
import { type Running, startAdapter } from '../e2e/running.ts';

const TICKS_PER_SECOND = 100;
const LOAD = join(import.meta.dirname, 'load.ts');

type Load = {
  rate: number;
  seconds: number;
  lines: number;
  series: number;
  kind: 'tagged' | 'plain' | 'timer';
};

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function rssMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** @returns packets sent */
async function send(port: number, { rate, seconds, lines, series, kind }: Load): Promise<number> {
  const child = spawn(process.execPath, [LOAD, ...[port, rate, seconds, lines, series].map(String), kind], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await new Promise((resolve) => child.once('close', resolve));
  return Number(out);
}

type Figure = { cpuMicrosPerLine: number; lossPercent: number };

async function received(adapter: Running): Promise<number> {
  return (await adapter.scrape()).value('metrics_adapter_statsd_udp_packets_total') ?? 0;
}

async function oursUnder(load: Load, flags: readonly string[]): Promise<Figure> {
  await using adapter = await startAdapter([...flags, '--log-level=info']);
  const pid = adapter.process.pid ?? 0;
  await send(adapter.udpPort, { ...load, seconds: 1 }); // Compiled, and all series there.
  const [before, packets] = [cpuSeconds(pid), await received(adapter)];
  const sent = await send(adapter.udpPort, load);
  await holds(async () => (await received(adapter)) - packets >= sent, { withinMs: 1500, everyMs: 500 });
  const got = (await received(adapter)) - packets;
  return figure(cpuSeconds(pid) - before, sent, got, load);
}

function figure(cpu: number, sent: number, got: number, { lines }: Load): Figure {
  return { cpuMicrosPerLine: (cpu * 1e6) / (got * lines), lossPercent: (100 * (sent - got)) / sent };
}

const COLLECTD_PORT = 18_925;

/** Its counts come by the csv plugin's absence: CPU is divided by what was sent; its loss is the kernel's drop count. */
async function collectdUnder(load: Load): Promise<Figure> {
  await using directory = await temporaryDirectory('collectd');
  writeFileSync(
    directory.file('collectd.conf'),
    `BaseDir "${directory.path}"\nPIDFile "${directory.file('pid')}"\nInterval 10\nLoadPlugin statsd\n` +
      `<Plugin statsd>\nHost "127.0.0.1"\nPort "${COLLECTD_PORT}"\n</Plugin>\n`,
  );
  const child: ChildProcess = spawn(
    findCommand('collectd') ?? 'collectd',
    ['-f', '-C', directory.file('collectd.conf')],
    { stdio: 'ignore' },
  );
  const pid = child.pid ?? 0;
  try {
    await eventually(() => {
      if (udpLine(COLLECTD_PORT) === undefined) throw new Error('collectd does not listen');
    });
    await send(COLLECTD_PORT, { ...load, seconds: 1 });
    const [before, dropsBefore] = [cpuSeconds(pid), drops(COLLECTD_PORT)];
    const sent = await send(COLLECTD_PORT, load);
    await holds(() => queued(COLLECTD_PORT) === 0, { withinMs: 2000 });
    return figure(cpuSeconds(pid) - before, sent, sent - (drops(COLLECTD_PORT) - dropsBefore), load);
  } finally {
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
  }
}

function udpLine(port: number): string[] | undefined {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/udp', 'utf8').split('\n');
  return lines.map((line) => line.trim().split(/\s+/)).find((columns) => columns[1]?.endsWith(hex));
}
const drops = (port: number): number => Number(udpLine(port)?.[12] ?? 0);
const queued = (port: number): number => Number.parseInt(udpLine(port)?.[4]?.split(':')[1] ?? '0', 16);

const WAYS = [
  { name: 'ours, thread', run: (load: Load) => oursUnder(load, []) },
  { name: 'ours, dgram', run: (load: Load) => oursUnder(load, ['--statsd.receiver=dgram']) },
  { name: 'collectd', run: collectdUnder },
];

async function race(loads: readonly Load[], say: (line: string) => void): Promise<void> {
  for (const load of loads) {
    say(
      `${load.rate} packets/s of ${load.lines} ${load.kind} lines, ${load.series} series, ${load.seconds} s`,
    );
    for (const { name, run } of WAYS) {
      if (name === 'collectd' && (load.kind === 'tagged' || findCommand('collectd') === undefined)) continue;
      const { cpuMicrosPerLine, lossPercent } = await run(load);
      say(
        `  ${name.padEnd(14)} ${cpuMicrosPerLine.toFixed(3)} us/line, ${(cpuMicrosPerLine * load.lines).toFixed(2)} us/packet, lost ${lossPercent.toFixed(2)} %`,
      );
    }
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
      [50_000, 75_000, 100_000].map((rate): Load => ({
        rate,
        seconds: quick ? 2 : 5,
        lines: 20,
        series: 1000,
        kind: 'tagged',
      })),
      say,
    ),
  scrape: (_, say) => scrapes(say),
  memory: (_, say) => memory(say),
  hostile: (_, say) => hostile(say),
};

/** CPU of the whole process for a scrape, without the series' own lines moving. */
async function scrapes(say: (line: string) => void): Promise<void> {
  await using adapter = await startAdapter([]);
  const pid = adapter.process.pid ?? 0;
  const fill = (rate: number, series: number) =>
    send(adapter.udpPort, { rate, seconds: series / 20 / rate, lines: 20, series, kind: 'tagged' });
  await fill(2000, 100_000);
  const rounds = 10;
  const cost = async (series: number): Promise<number> => {
    let cpu = 0;
    for (let round = 0; round < rounds; round++) {
      if (series > 0) await fill(2000, series);
      const before = cpuSeconds(pid);
      await (await adapter.get('/metrics')).arrayBuffer();
      cpu += cpuSeconds(pid) - before;
    }
    return (cpu * 1000) / rounds;
  };
  await cost(100_000);
  const count = (await adapter.scrape()).value('metrics_adapter_series');
  for (const series of [100_000, 10_000, 0])
    say(
      `scrape of ${count} series, ${series} changed: ${(await cost(series)).toFixed(1)} ms CPU (ticks of 10 ms over ${rounds} scrapes)`,
    );
  say(
    `longest slice ${((await adapter.scrape()).value('metrics_adapter_scrape_longest_slice_seconds') ?? 0) * 1000} ms, RSS ${rssMiB(pid).toFixed(0)} MiB`,
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
  return `RSS idle ${idle.toFixed(0)} MiB, with ${series} ${kind} series ${rssMiB(pid).toFixed(0)} MiB (from sources; a bundle takes less)`;
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
    `six packets of @0.000001: ${(rssMiB(pid) - before.rss).toFixed(1)} MiB, ${((cpuSeconds(pid) - before.cpu) * 1000).toFixed(0)} ms with the scrapes`,
  );
}

const { quick = false, only } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' } },
}).values;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
if (findCommand('collectd') === undefined)
  for (const { package: name, reason } of await ensurePackages(['collectd-core']))
    if (findCommand('collectd') === undefined) say(`without ${name}: ${reason}`);
say(`${process.version}, ${execFileSync('nproc', { encoding: 'utf8' }).trim()} cores`);
for (const name of only?.split(',') ?? Object.keys(races)) {
  const chosen = races[name];
  if (chosen === undefined) throw new Error(`--only ${name}: there are ${Object.keys(races).join(', ')}`);
  await chosen(quick, say);
}
