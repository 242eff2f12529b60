// The JMX race: JVMs with few, many and very many Kafka-like beans, read by metrics-adapter, by its JMX client alone, and by
// a Java client with jmx_exporter's call pattern (fixtures/peer). All see the same series in the same JVM, in turn.
//   npm run jmx-race -w packages/metrics-adapter -- [--quick] [--only bare,many,most,far] [--write]
// One scrape at steady state: CPU of the scraper's process and of the JVM, user and system, from /proc/PID/stat (ticks
// of 10 ms, hence several scrapes), wall time, resident memory. --write puts the figures of a whole race into the
// client's README.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceBetween } from '@podmate/base/settings-docs';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, type Jvm, jmxFlags, startTarget } from '../e2e/jvm.ts';
import { delayProxy } from './delay-proxy.ts';
import { type Builds, builds, type Scraper, WAYS } from './jmx-race-scrapers.ts';
import { cpuSeconds, rssMiB } from './measure.ts';

type Course = {
  readonly name: string;
  readonly about: string;
  readonly beans: number;
  readonly scrapes: number;
  /** Of the Java client, where it takes long. */
  readonly peerScrapes: number;
  readonly warmUp: number;
  readonly query: string;
  readonly rules: readonly (readonly [pattern: string, name: string])[];
  readonly delayMs?: number;
};

const KAFKA: Course['rules'] = [
  ['kafka.controller<type=(.+), name=(.+)><>(Count|Value)', 'kafka_controller_$1_$2'],
  ['kafka.network<type=(.+), name=(.+), request=(.+)><>Count', 'kafka_network_$1_$2_total'],
  ['kafka.(\\w+)<type=(.+), name=(.+)PerSec\\w*, topic=(.+)><>Count', 'kafka_$1_$2_$3_total'],
  ['kafka.(\\w+)<type=(.+), name=(.+), topic=(.+)><>(\\w+Rate)', 'kafka_$1_$2_$3_$5'],
];
const JVM: Course['rules'] = [['java.lang<type=(\\w+)(?:, name=.+)?><(\\w*)>(\\w+): ', 'jvm_$1_$2_$3']];
const kafka = { query: 'kafka.server:*', rules: KAFKA } as const;
const COURSES: readonly Course[] = [
  {
    name: 'bare',
    about: 'a bare JVM',
    beans: 0,
    scrapes: 100,
    peerScrapes: 50,
    warmUp: 100,
    query: 'java.lang:*',
    rules: JVM,
  },
  { name: 'many', about: '5,000 beans', beans: 5000, scrapes: 20, peerScrapes: 10, warmUp: 20, ...kafka },
  { name: 'most', about: '30,000 beans', beans: 30_000, scrapes: 5, peerScrapes: 3, warmUp: 3, ...kafka },
  {
    name: 'far',
    about: '500 beans, 10 ms away',
    beans: 500,
    scrapes: 10,
    peerScrapes: 1,
    warmUp: 4,
    delayMs: 5,
    ...kafka,
  },
];

const yamlOf = ({ query, rules }: Course): string =>
  [
    `includeObjectNames: ["${query}"]`,
    'rules:',
    ...rules.map(
      ([pattern, name]) =>
        `- pattern: '${pattern}'\n  name: ${name}${pattern.includes('topic') ? '\n  labels: {topic: $4}' : ''}`,
    ),
  ].join('\n');

type Figures = {
  readonly ms: number;
  readonly cpu: number;
  readonly targetCpu: number;
  readonly rss: number;
};

async function measure(one: Scraper, target: number, scrapes: number): Promise<Figures> {
  const before = [cpuSeconds(one.pid), cpuSeconds(target)];
  const ms = await one.scrape(scrapes);
  const after = [cpuSeconds(one.pid), cpuSeconds(target)];
  const each = (index: number): number => (((after[index] ?? 0) - (before[index] ?? 0)) * 1000) / scrapes;
  return { ms, cpu: each(0), targetCpu: each(1), rss: rssMiB(one.pid) };
}

/** One course: rows of the table, and what a bean costs the client. */
async function run(
  course: Course,
  quick: boolean,
  program: Builds,
  say: (line: string) => void,
): Promise<void> {
  const port = await freePort();
  const host = course.delayMs === undefined ? '127.0.0.1' : '127.0.0.2';
  const flags = [...jmxFlags(port), `-Djava.rmi.server.hostname=${host}`];
  await using jvm: Jvm = await startTarget(course.beans === 0 ? [] : [`meters ${course.beans}`], flags);
  await using stack = new AsyncDisposableStack();
  if (course.delayMs !== undefined) stack.use(await delayProxy(port, host, course.delayMs));
  const task = { host, port, yaml: yamlOf(course), query: course.query, rules: course.rules };
  const scrapers: Scraper[] = [];
  for (const way of WAYS) scrapers.push(stack.use(await way.start(program, task)));
  const idle = await scrapers[0]?.heapBytes?.();
  for (const one of [...scrapers, ...scrapers])
    await one.scrape(one.isPeer ? 1 : Math.ceil(course.warmUp / 2));
  const counts = await Promise.all(scrapers.map((one) => one.series()));
  if (new Set(counts).size !== 1)
    throw new Error(`${course.about}: not the same series: ${counts.join(', ')}`);
  const divisor = quick ? 4 : 1;
  const figures: Figures[] = [];
  for (const one of scrapers)
    figures.push(
      await measure(one, jvm.pid, Math.ceil((one.isPeer ? course.peerScrapes : course.scrapes) / divisor)),
    );
  const peer = figures.at(-1);
  for (const [index, { name }] of WAYS.entries()) {
    const own = figures[index];
    if (own === undefined || peer === undefined) continue;
    const ratio = (key: 'ms' | 'cpu' | 'targetCpu'): string =>
      own === peer ? '' : ` (1/${(peer[key] / own[key]).toFixed(1)})`;
    say(
      `| ${index === 0 ? `${course.about}, ${counts[0]} series` : ''} | ${name} | ${own.cpu.toFixed(1)} ms${ratio('cpu')} | ` +
        `${own.targetCpu.toFixed(1)} ms${ratio('targetCpu')} | ${own.ms.toFixed(0)} ms${ratio('ms')} | ${own.rss.toFixed(0)} MiB |`,
    );
  }
  const full = await scrapers[0]?.heapBytes?.();
  if (idle !== undefined && full !== undefined && course.beans >= 5000)
    notes.push(
      `- Memory of the client for each of ${course.about}: ${((full - idle) / 1024 / course.beans).toFixed(2)} KiB beyond an idle one.`,
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
const notes: string[] = [];
const said: string[] = [];
const say = (line: string): void => {
  said.push(line);
  process.stdout.write(`${line}\n`);
};
await using directory = await temporaryDirectory('jmx-race');
const program = await builds(directory.path);
say('| target | scraper | CPU | CPU of the target | time | RSS |');
say('| --- | --- | --- | --- | --- | --- |');
for (const course of COURSES)
  if (only === undefined || only.split(',').includes(course.name)) await run(course, quick, program, say);
say('');
for (const note of notes) say(note);
say('');
say(
  `\`npm run jmx-race -w packages/metrics-adapter -- --write\`, Node ${process.version}, Debian's OpenJDK 17 on both sides, ` +
    `${availableParallelism()} cores on which ${loadavg()[1]?.toFixed(0)} processes wanted to run, kernel ${release()}. ` +
    'In brackets: the part of what the Java client takes.',
);
const README = join(import.meta.dirname, '../src/jmx/README.md');
if (write) writeFileSync(README, replaceBetween(readFileSync(README, 'utf8'), 'jmx-race', said.join('\n')));
