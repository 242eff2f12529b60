// The race: CPU of a proxy per request, against nginx, HAProxy and npm's proxies, with wrk (Debian) as client and nginx
// as upstream on the other core. Rounds are interleaved and each figure is a ratio within its round, because a shared
// machine is faster and slower by the minute. Whoever changes an answer is out.
//   npm run bench -w packages/http-ambassador -- [--quick] [--rounds N] [--courses small,mtls] [--only http-ambassador] [--write]
// --quick for a look; --write puts the table of a whole race into the README. Exit code 1 when a goal is missed.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceBetween } from '@podmate/base/settings-docs';
import { ensurePackages } from '@podmate/testkit/debian';
import { prepareOurs } from './contestants.ts';
import { type Course, courses } from './courses.ts';
import { type Lap, lap } from './lap.ts';
import { type Paced, paced } from './paced.ts';
import { startTrack, type Track } from './track.ts';

const OURS = 'http-ambassador';
const PEERS = ['haproxy', 'nginx', 'http-proxy', 'http-proxy-3', 'httpxy'];
const GOAL_RSS_MIB = 75;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Laps of one course, by contestant, a round each. */
type Result = { readonly course: Course; readonly laps: Map<string, Lap[]> };

async function run(
  course: Course,
  only: string | undefined,
  rounds: number,
  seconds: number,
  track: Track,
): Promise<Result> {
  const names = course.who.filter(
    (name) => only === undefined || name === course.base || only.split(',').includes(name),
  );
  const laps = new Map<string, Lap[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) laps.get(name)?.push(await lap(name, course, track, seconds));
  }
  return { course, laps };
}

const cost = ({ cpu, requests }: Lap): number => (cpu / requests) * 1e5;

/** The median of the ratios within a round; NaN for who did not take part. */
function ratio({ course, laps }: Result, name: string): number {
  const base = laps.get(course.base) ?? [];
  return median((laps.get(name) ?? []).map((mine, at) => cost(mine) / cost(base[at] ?? mine)));
}

const figure = (value: number, digits = 2): string => (Number.isNaN(value) ? '' : value.toFixed(digits));

function costTable(results: readonly Result[]): string {
  const head = `| CPU per request | base, CPU s per 100,000 | ${OURS} | goal | HAProxy | nginx | http-proxy | http-proxy-3 | httpxy |`;
  const rows = results.map((result) => {
    const { course, laps } = result;
    const base = `${course.base === 'nginx' ? 'nginx' : 'HAProxy'} ${figure(median((laps.get(course.base) ?? []).map(cost)))}`;
    const others = PEERS.map((name) => (name === course.base ? '' : figure(ratio(result, name))));
    return `| ${[course.title, base, `**${figure(ratio(result, OURS))}**`, `<= ${course.goal}`, ...others].join(' | ')} |`;
  });
  return [head, '| --- | --- | --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
}

const row = (title: string, values: readonly string[]): string => `| ${title} | ${values.join(' | ')} |`;
const most = (values: readonly number[]): number => (values.length === 0 ? NaN : Math.max(...values));

function memoryTable(results: readonly Result[], latency: readonly Paced[]): string {
  const names = ['nginx', 'haproxy', OURS, ...PEERS.slice(2)];
  const all = (name: string, of: (each: Lap) => number): number[] =>
    results.flatMap(({ laps }) => (laps.get(name) ?? []).map(of));
  const slower = (of: (each: Paced) => number) =>
    names.map((name) => figure(median(latency.filter((each) => each.name === name).map(of))));
  return [
    `| | nginx | HAProxy | ${OURS} | http-proxy | http-proxy-3 | httpxy |`,
    '| --- | --- | --- | --- | --- | --- | --- |',
    row(
      'most RSS under load, MiB',
      names.map((name) => figure(most(all(name, (each) => each.rssMib)), 0)),
    ),
    row(
      'RSS after the first answer, MiB',
      names.map((name) => figure(median(all(name, (each) => each.idleMib)), 0)),
    ),
    row(
      'CPU until the first answer, ms',
      names.map((name) => figure(1000 * median(all(name, (each) => each.startCpu)), 0)),
    ),
    row(
      'latency at 1,000 requests/s, median, x nginx',
      slower(({ p50 }) => p50),
    ),
    row(
      '99th percentile, x nginx',
      slower(({ p99 }) => p99),
    ),
  ].join('\n');
}

/** What falls short of its goal. */
function missed(results: readonly Result[]): string[] {
  const slow = results.filter((result) => ratio(result, OURS) > result.course.goal);
  const rss = Math.max(...results.flatMap(({ laps }) => (laps.get(OURS) ?? []).map(({ rssMib }) => rssMib)));
  return [
    ...slow.map(({ course }) => course.title),
    ...(rss > GOAL_RSS_MIB ? [`RSS ${rss.toFixed(0)} MiB`] : []),
  ];
}

function writeReadme(tables: string): void {
  const file = join(import.meta.dirname, '..', 'README.md');
  const machine =
    `Measured on ${availableParallelism()} shared cores, Node ${process.version.slice(1)}, with \`npm run bench -w packages/http-ambassador -- --write\`: ` +
    'one core for each proxy, everyone warm, ours with metrics on. A figure is the median of the ratios within a round, as a multiple of the base.';
  writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), 'race', `${tables}\n\n${machine}`));
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    courses: { type: 'string' },
    write: { type: 'boolean' },
  },
});
if (values.write === true && (values.quick ?? values.only ?? values.courses) !== undefined)
  throw new Error('--write: the README takes a whole race only');
for (const { package: name, reason } of await ensurePackages(
  ['nginx-light', 'libnginx-mod-stream', 'haproxy', 'wrk'],
  say,
))
  throw new Error(`without ${name} there is no race: ${reason}`);
await prepareOurs();
await using track = await startTrack();
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const seconds = Number(values.seconds ?? 2);
const results: Result[] = [];
for (const name of values.courses?.split(',') ?? Object.keys(courses)) {
  const course = courses[name];
  if (course === undefined)
    throw new Error(`--courses ${name}: there are ${Object.keys(courses).join(', ')}`);
  say(`--- ${course.title}`);
  results.push(await run(course, values.only, rounds, seconds, track));
  say(costTable(results.slice(-1)));
  say(`RSS ${most((results.at(-1)?.laps.get(OURS) ?? []).map(({ rssMib }) => rssMib)).toFixed(0)} MiB`);
}
const latency = values.courses === undefined ? await paced(['nginx', 'haproxy', OURS], track, rounds) : [];
const tables = `${costTable(results)}\n\n${memoryTable(results, latency)}`;
say(`\n${tables}`);
if (values.write === true) writeReadme(tables);
const short = missed(results);
if (short.length > 0) say(`missed: ${short.join(', ')}`);
process.exitCode = short.length > 0 ? 1 : 0;
