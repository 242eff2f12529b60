// The whole adapter, as its image starts it, against mawk's programs for the same: a file with --once, and between two
// pipes. What comes out is proven equal to mawk's first.
//   node packages/date-adapter/bench/adapter.ts [--mb 100]      (after `npm run bundle -- date-adapter`)
// CPU seconds (user and system) of whole processes, start included, the least of several rounds.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { least } from './course.ts';
import { type Command, cpuSeconds, cpuSecondsInPipe, outputHash } from './measure.ts';

const { values } = parseArgs({ options: { mb: { type: 'string', default: '100' } } });
const ROUNDS = 3;
const BUNDLE = join(import.meta.dirname, '../../../docker/out/date-adapter.cjs');
const NODE = [process.execPath, '--max-semi-space-size=2', '--v8-pool-size=1', BUNDLE];
const OURS = [...NODE, '--log-level', 'error', '--checkpoint', 'off'];

const two = (value: number): string => String(value).padStart(2, '0');

const plain = (at: number): string => `${two((at % 28) + 1)}/12/2022T16:25:${two(at % 60)}\n`;

function access(at: number): string {
  const time = `${two((at >> 14) % 24)}:${two((at >> 8) % 60)}:${two(at % 60)}`;
  const stamp = `${two(((at >> 19) % 28) + 1)}/Jul/2023:${time}`;
  return `10.1.${at % 255}.7 - - [${stamp} +0000] "GET /api/v1/items/${at % 100_000} HTTP/1.1" 200 ${at % 9999} "-" "kube-probe/1.29"\n`;
}

const SEED = `{print $3"/"$2"/"$1"T"$4}`;

/** All stamps are of July: mawk, which knows one zone at a time, may count two hours on. */
const ZONE = `BEGIN { split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", m, " "); for (i in m) n[m[i]] = i }
{
  i = index($0, "["); d = substr($0, i + 1, 26)
  day = substr(d, 8, 4) " " n[substr(d, 4, 3)] " " substr(d, 1, 2)
  t = mktime(day " " substr(d, 13, 2) " " substr(d, 16, 2) " " substr(d, 19, 2))
  print substr($0, 1, i) strftime("%Y-%m-%dT%H:%M:%S", t + 7200) "+02:00" substr($0, i + 27)
}`;

const JSON_LINES = `BEGIN { FS = "\\"" }
{
  split($1, a, " "); split($2, r, " "); split($3, s, " "); sub(/HTTP\\//, "", r[3])
  printf "{\\"remote_addr\\":\\"%s\\",\\"time_local\\":\\"%s\\",\\"method\\":\\"%s\\",\\"path\\":\\"%s\\",\\"http_version\\":\\"%s\\",\\"status\\":%s,\\"body_bytes_sent\\":%s,\\"http_user_agent\\":\\"%s\\"}\\n", a[1], substr(a[4], 2) " " substr(a[5], 1, 5), r[1], r[2], r[3], s[1], s[2], $6
}`;

type Race = {
  readonly name: string;
  readonly line: (at: number) => string;
  readonly args: readonly string[];
  readonly awk: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

const RACES: readonly Race[] = [
  { name: 'the seed', line: plain, args: ['-F[/T]', SEED], awk: ['-F[/T]', SEED] },
  {
    name: 'nginx to a zone',
    line: access,
    args: ['--from', 'httpd', '--to', 'rfc3339', '--to-zone', 'Europe/Berlin'],
    awk: [ZONE],
    env: { TZ: 'UTC' },
  },
  { name: 'nginx to JSON', line: access, args: ['--parse', 'nginx', '--output', 'json'], awk: [JSON_LINES] },
];

function write(path: string, line: (at: number) => string, bytes: number): number {
  const lines = Math.ceil(bytes / line(0).length);
  writeFileSync(path, Array.from({ length: lines }, (_, at) => line(at)).join(''));
  return lines;
}

const rounds = (measure: () => number): number => least(Array.from({ length: ROUNDS }, measure));

function run({ name, line, args, awk, env = {} }: Race, directory: string): void {
  const path = join(directory, 'input.log');
  const ours = (file: string): Command => ({ command: [...OURS, '--once', ...args, file], env: {} });
  const mawk = (file: string): Command => ({ command: ['mawk', ...awk, file], env });
  write(path, line, 1e6);
  const [found, expected] = [ours(path), mawk(path)].map((command) => outputHash(command, false));
  if (found !== expected) throw new Error(`${name}: the output is not mawk's`);
  const lines = write(path, line, Number(values.mb) * 1e6);
  const base = rounds(() => cpuSeconds(mawk(path)));
  const piped = { command: [...OURS, ...args], env: {}, stdin: path };
  const figures = [
    ['a file', rounds(() => cpuSeconds(ours(path)))] as const,
    ['a pipe', rounds(() => cpuSecondsInPipe(piped))] as const,
  ].map(([way, seconds]) => {
    const rate = (lines / seconds / 1e6).toFixed(2);
    return `${way} ${seconds.toFixed(2)} s (${rate} M lines/s, ${(seconds / base).toFixed(2)}x)`;
  });
  process.stdout.write(`${name.padEnd(16)} mawk ${base.toFixed(2)} s; ${figures.join('; ')}\n`);
}

const directory = mkdtempSync(join(tmpdir(), 'podmate-adapter-'));
try {
  for (const race of RACES) run(race, directory);
} finally {
  rmSync(directory, { recursive: true });
}
