// What the adapter takes of memory: resident pages when nothing has come yet, and while it is fed through a pipe, by how
// much has come. Of these, `own` is what no other process could share (RssAnon); the rest is Node's program file, of
// which all containers of a node share one copy.
//   node packages/date-adapter/bench/memory.ts [--mb 1000]      (after `npm run bundle -- date-adapter`)
// With the image's own flags of Node. Exit code 1 where it grows: more than GROWTH_MIB between the first tenth and the end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { mb: { type: 'string', default: '1000' } } });
const BYTES = Number(values.mb) * 1e6;
const BUNDLE = join(import.meta.dirname, '../../../docker/out/date-adapter.cjs');
const FLAGS = ['--max-semi-space-size=2', '--v8-pool-size=1', BUNDLE, '--log-level', 'error'];
const GROWTH_MIB = 4;
const START_MS = 1500;

const PLAIN = '01/12/2022T16:25:21\n';
const NGINX =
  '10.1.2.3 - - [01/Jan/2023:00:00:01 +0000] "GET /api/v1/items/42 HTTP/1.1" 200 512 "-" "curl/8.5.0"\n';
const SEED = `{print $3"/"$2"/"$1"T"$4}`;

const JOBS = [
  { name: 'seed program', args: ['-F[/T]', SEED], line: PLAIN },
  { name: 'dates, to a zone', args: ['--from', 'httpd', '--to-zone', 'Europe/Berlin'], line: NGINX },
  { name: 'nginx to JSON', args: ['--parse', 'nginx', '--output', 'json'], line: NGINX },
  { name: 'rules', args: [], line: PLAIN, rules: [{ match: '^0', awk: '{ print $1 }' }, { from: 'httpd' }] },
  { name: 'program on a thread', args: ['{ i = 0; while (i++ < 1) print $1 }'], line: PLAIN },
];

type Memory = { readonly rss: number; readonly own: number };

function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]) / 1024;
  return { rss: mib('VmRSS'), own: mib('RssAnon') };
}

function words({ rss, own }: Memory): string {
  return `${rss.toFixed(1)} MiB (own ${own.toFixed(1)})`;
}

async function measure({ name, args, line, rules }: (typeof JOBS)[number]): Promise<boolean> {
  const env = {
    PATH: process.env['PATH'],
    MALLOC_ARENA_MAX: '1',
  };
  const config = join(directory, 'config.yaml');
  writeFileSync(config, JSON.stringify({ rules: rules ?? [] }));
  const flags = [...FLAGS, ...(rules ? ['--config', config] : [])];
  const child = spawn(process.execPath, [...flags, ...args], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env,
  });
  const ended = once(child, 'close');
  try {
    const pid = child.pid ?? 0;
    await sleep(START_MS);
    const idle = memoryOf(pid);
    const chunk = Buffer.from(line.repeat(Math.ceil(65_536 / line.length)));
    let early: Memory | undefined;
    for (let fed = 0; fed < BYTES; fed += chunk.length) {
      if (!child.stdin.write(chunk)) await once(child.stdin, 'drain');
      if (fed >= BYTES / 10) early ??= memoryOf(pid);
    }
    const late = memoryOf(pid);
    process.stdout.write(
      `${name.padEnd(20)} idle ${words(idle)}, a tenth ${words(early ?? late)}, all ${words(late)}\n`,
    );
    return late.own - (early ?? late).own <= GROWTH_MIB;
  } finally {
    child.stdin.end();
    child.kill('SIGKILL');
    await ended;
  }
}

const directory = mkdtempSync(join(tmpdir(), 'podmate-memory-'));
try {
  for (const job of JOBS) if (!(await measure(job))) process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true });
}
