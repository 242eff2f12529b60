// The date engine: conversions a second, whole nginx lines against awks, and the great run against Temporal.
//   node bench/dates.ts [--lines 500000] [--rounds 5] [--only engine,race]     ratios to mawk; exit code 1 above 0.6
//   node bench/dates.ts --oracle 2000000 [--seed 7]                            exit code 1 when a stamp differs
// CPU seconds (user + system, whole processes), best of interleaved rounds; outputs are proven equal first.
// Our side of the race is a bundle, as in an image: `--contestant FILE ZONE` is what the bundle runs.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ByteOutput } from '../src/byte-output.ts';
import { compileDateRule, type DateRule } from '../src/dates/date-rule.ts';

const CHUNK_BYTES = 256 * 1024;
const TARGET_RATIO = 0.6;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What an image's main does with this engine: chunks in, whole lines out. */
function contestant(file: string, toZone: string): void {
  const converter = compileDateRule(
    { from: ['httpd'], to: '%Y-%m-%dT%H:%M:%S%:z', toZone },
    { now: () => Date.now() / 1000 },
  );
  const input = openSync(file, 'r');
  const buffer = Buffer.allocUnsafe(2 * CHUNK_BYTES);
  const out = new ByteOutput();
  let kept = 0;
  for (let read = 1; read > 0;) {
    read = readSync(input, buffer, kept, CHUNK_BYTES, null);
    const end = kept + read;
    const done = converter.convertLines(buffer, 0, end, out);
    buffer.copyWithin(0, done, end);
    kept = end - done;
    for (let written = 0; written < out.length;)
      written += writeSync(1, out.bytes, written, out.length - written);
    out.length = 0;
  }
  closeSync(input);
}

interface Course {
  readonly name: string;
  readonly rule: DateRule;
  readonly stamp: (index: number) => string;
}

const berlin = { fromZone: 'Europe/Berlin', toZone: 'UTC' };
const at = (ms: number): string => new Date(ms).toISOString();
const slashed = (iso: string): string =>
  `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(0, 4)}T${iso.slice(11, 19)}`;
const START = Date.UTC(2022, 11, 1, 16, 25, 21);

const COURSES: readonly Course[] = [
  {
    name: 'java, a new second each',
    rule: { from: ['dd/MM/yyyyTHH:mm:ss'], to: 'rfc3339', ...berlin },
    stamp: (i) => slashed(at(START + i * 1000)),
  },
  {
    name: 'strptime, a new second each',
    rule: { from: ['%d/%m/%YT%H:%M:%S'], to: 'rfc3339', ...berlin },
    stamp: (i) => slashed(at(START + i * 1000)),
  },
  {
    name: 'java, a new minute each',
    rule: { from: ['dd/MM/yyyyTHH:mm:ss'], to: 'rfc3339', ...berlin },
    stamp: (i) => slashed(at(START + i * 60_000)),
  },
  {
    name: 'java, another day each',
    rule: { from: ['dd/MM/yyyyTHH:mm:ss'], to: 'rfc3339', ...berlin },
    stamp: (i) => slashed(at(START + i * 86_407_000)),
  },
  {
    name: 'strptime, another day each',
    rule: { from: ['%d/%m/%YT%H:%M:%S'], to: 'rfc3339', ...berlin },
    stamp: (i) => slashed(at(START + i * 86_407_000)),
  },
  {
    name: 'java, the same second',
    rule: { from: ['dd/MM/yyyyTHH:mm:ss'], to: 'rfc3339', ...berlin },
    stamp: () => slashed(at(START)),
  },
  {
    name: 'rfc3339, milliseconds',
    rule: { from: ['rfc3339'], to: 'unix_ns' },
    stamp: (i) => at(START + i * 7),
  },
  {
    name: 'auto, rfc3339, milliseconds',
    rule: { from: ['auto'], to: 'rfc3339' },
    stamp: (i) => at(START + i * 7),
  },
];

const STAMPS = 4096;
const CONVERSIONS = 4_000_000;

function engine(): void {
  for (const { name, rule, stamp } of COURSES) {
    const converter = compileDateRule(rule, { now: () => START / 1000 });
    const lines = Array.from({ length: STAMPS }, (_, index) => Buffer.from(stamp(index)));
    const bytes = Buffer.concat(lines);
    const ends: number[] = [];
    for (const line of lines) ends.push((ends.at(-1) ?? 0) + line.length);
    const out = new ByteOutput();
    const turn = (): void => {
      let from = 0;
      for (let index = 0; index < STAMPS; index++) {
        converter.convertStamp(bytes, from, ends[index]!, out);
        from = ends[index]!;
        if (out.length > 32_768) out.length = 0;
      }
    };
    for (let count = 0; count < 500_000; count += STAMPS) turn();
    const before = process.cpuUsage();
    for (let count = 0; count < CONVERSIONS; count += STAMPS) turn();
    const { user, system } = process.cpuUsage(before);
    if (converter.passed > 0) throw new Error(`${name}: stamps were not read`);
    say(`${name.padEnd(30)} ${(CONVERSIONS / (user + system)).toFixed(1).padStart(6)} M conversions/s`);
  }
}

/** Combined log lines, about 30 a second. */
function writeLog(file: string, lines: number): void {
  const text: string[] = [];
  for (let index = 0; index < lines; index++) {
    const iso = at(Date.UTC(2023, 0, 1) + Math.floor(index / 30) * 1000);
    const month = MONTHS.split(' ')[Number(iso.slice(5, 7)) - 1];
    const stamp = `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
    const client = `10.${index % 251}.${(index * 7) % 253}.${(index * 13) % 249}`;
    text.push(
      `${client} - - [${stamp}] "GET /api/v1/items/${index % 9973}?page=${index % 17} HTTP/1.1" ${index % 50 === 0 ? 404 : 200} ` +
        `${(index * 37) % 50_000} "https://shop.example.com/catalogue" "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/115.0"`,
    );
  }
  writeFileSync(file, `${text.join('\n')}\n`);
}

const awkProgram = (zone: string, suffix: string): string =>
  `BEGIN { n = split("${MONTHS}", names, " "); for (i = 1; i <= n; i++) month[names[i]] = i }
{ split(substr($4, 2), a, /[\\/:]/)
  ${zone === 'UTC' ? '' : 'ENVIRON["TZ"] = "UTC"'}
  t = mktime(a[3] " " month[a[2]] " " a[1] " " a[4] " " a[5] " " a[6])
  ${zone === 'UTC' ? '' : `ENVIRON["TZ"] = "${zone}"`}
  print substr($0, 1, index($0, "[")) strftime("%Y-%m-%dT%H:%M:%S${suffix}", t) substr($0, index($0, "]")) }`;

interface Runner {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** CPU seconds of a command whose output goes nowhere. */
function cpuOf({ command }: Runner): number {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" > /dev/null';
  const environment = { ...process.env, TZ: 'UTC', LC_ALL: 'C' };
  const text = execFileSync('bash', ['-c', `{ ${script}; } 2>&1`, 'bash', ...command], {
    env: environment,
    encoding: 'utf8',
  });
  return text
    .trim()
    .split(/\s+/)
    .map(Number)
    .reduce((sum, value) => sum + value, 0);
}

function outputOf({ command: [program, ...args] }: Runner): string {
  const output = execFileSync(program, args, {
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    maxBuffer: 2 ** 31 - 1,
  });
  return createHash('sha256').update(output).digest('hex');
}

function raceIn(
  zone: string,
  suffix: string,
  peers: readonly (readonly [string, ...string[]])[],
  file: string,
  bundle: string,
  rounds: number,
): number[] {
  const runners: Runner[] = [
    {
      name: 'date-adapter',
      command: [process.execPath, '--max-semi-space-size=2', bundle, '--contestant', file, '--zone', zone],
    },
    ...peers.map((peer): Runner => ({
      name: peer.join(' '),
      command: [...peer, awkProgram(zone, suffix), file],
    })),
  ];
  const outputs = runners.map(outputOf);
  const other = outputs.findIndex((output) => output !== outputs[0]);
  if (other !== -1) throw new Error(`the output of ${runners[other]?.name} differs`);
  const best = runners.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    runners.forEach((runner, index) => (best[index] = Math.min(best[index] ?? Infinity, cpuOf(runner))));
  }
  runners.forEach(({ name }, index) =>
    say(`${zone.padEnd(14)} ${name.padEnd(14)} ${best[index]?.toFixed(3)} s`),
  );
  return best;
}

async function race(lines: number, rounds: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'dates-race-'));
  try {
    const file = join(folder, 'access.log');
    const bundle = join(folder, 'dates.cjs');
    writeLog(file, lines);
    const { build } = await import('esbuild');
    await build({
      entryPoints: [import.meta.filename],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: bundle,
      external: ['esbuild', '../test/*'],
      logLevel: 'silent',
    });
    const awks = [['mawk'], ['gawk'], ['busybox', 'awk']] as const;
    const [ours = NaN, mawk = NaN] = raceIn('UTC', '+00:00', awks, file, bundle, rounds);
    const [berlinOurs = NaN, gawk = NaN] = raceIn(
      'Europe/Berlin',
      '+01:00',
      [['gawk']],
      file,
      bundle,
      rounds,
    );
    say(
      `date-adapter / mawk ${(ours / mawk).toFixed(2)} (target ${TARGET_RATIO}); with a zone change / gawk ${(berlinOurs / gawk).toFixed(2)}, / mawk without ${(berlinOurs / mawk).toFixed(2)}`,
    );
    return berlinOurs / mawk <= TARGET_RATIO;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function oracle(stamps: number, seed: number): Promise<boolean> {
  const { runOracle } = await import('../test/dates/temporal-oracle.ts');
  const { mismatches, ...counts } = runOracle(stamps, 20_000, seed);
  say(
    `${JSON.stringify(counts)}, seed ${seed}: ${mismatches.length === 0 ? 'all as Temporal has them' : ''}`,
  );
  for (const mismatch of mismatches) say(mismatch);
  return mismatches.length === 0;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      lines: { type: 'string', default: '500000' },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: 'engine,race' },
      oracle: { type: 'string' },
      seed: { type: 'string', default: '7' },
      contestant: { type: 'string' },
      zone: { type: 'string', default: 'UTC' },
    },
  });
  if (values.contestant !== undefined) {
    contestant(values.contestant, values.zone);
    return true;
  }
  if (values.oracle !== undefined) return oracle(Number(values.oracle), Number(values.seed));
  if (values.only.includes('engine')) engine();
  return !values.only.includes('race') || race(Number(values.lines), Number(values.rounds));
}

void main().then((met) => (process.exitCode = met ? 0 : 1));
