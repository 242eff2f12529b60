// What a sidecar costs in memory beside one that is already there:
//   npm run memory -- <image>|all             builds the image, starts two idle containers of it, prints a table
//   npm run memory -- all --write             ... and puts it into docker/README.md
// Which number is right: not the resident size, most of which is pages of Node's file that all containers on the base
// layer share; one of them pays for those. Each further container costs what the kernel charges to its cgroup: its
// anonymous memory and the kernel's for it. That is what kubelet reports and what a limit is held against.
// The invariant: the numbers are those of the engine, whichever cgroup version it reads them from, and of the kernel; no
// root is needed.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { replaceBetween } from '@podmate/base/settings-docs';
import { repositoryRoot } from './bundle.ts';
import { runAsCommand } from './command.ts';
import { docker } from './engine.ts';
import { buildImage } from './image.ts';
import { selectImages } from './images.ts';
import type { Image } from './images.ts';
import { readOrigin } from './origin.ts';

/** In bytes. */
export type Memory = {
  /** All of it that is in RAM, as `ps` shows it. */
  readonly resident: number;
  /** Nobody else's: heap and stacks. */
  readonly anonymous: number;
  /** What its cgroup is charged with, without page cache that can be dropped: `docker stats`, kubelet's working set. */
  readonly charged: number;
};

const LOCKED_DOWN = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--network=none'];
const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** Two looks, some 2 s apart, that differ by less than this: start-up is over. */
const STEADY_BYTES = 256 * 1024;
const MOST_LOOKS = 15;

/** `16.2MiB / 23.5GiB`, as `docker stats` writes it: the first, in bytes. */
function parseUsage(text: string): number {
  const [, number, unit = ''] = /^([\d.]+)(\w+) \//.exec(text) ?? [];
  const factor = UNITS[unit];
  if (number === undefined || factor === undefined)
    throw new Error(`docker stats says "${text}": no memory usage`);
  return Math.round(Number(number) * factor);
}

function charges(ids: readonly string[]): number[] {
  return docker('stats', '--no-stream', '--format', '{{.MemUsage}}', ...ids)
    .split('\n')
    .map(parseUsage);
}

function steadyCharges(ids: readonly string[]): number[] {
  let before = charges(ids);
  for (let look = 0; look < MOST_LOOKS; look++) {
    const now = charges(ids);
    if (now.every((bytes, at) => Math.abs(bytes - (before[at] ?? 0)) < STEADY_BYTES)) return now;
    before = now;
  }
  throw new Error(`the containers do not idle: ${before.join(' and ')} bytes at the last look`);
}

/** Read inside, by the image's own Node, which works with an engine on any machine; after the charges, being a process. */
function ofProcess(id: string): Omit<Memory, 'charged'> {
  const script = "process.stdout.write(require('fs').readFileSync('/proc/1/smaps_rollup', 'utf8'))";
  const rollup = docker('exec', id, '/usr/local/bin/node', '-e', script);
  const kilobytes = (field: string): number =>
    Number(new RegExp(`^${field}: +(\\d+) kB$`, 'm').exec(rollup)?.[1]);
  return { resident: kilobytes('Rss') * 1024, anonymous: kilobytes('Anonymous') * 1024 };
}

/** Two containers of `tag`, as locked down as in a pod, idling side by side: what the first and the second take. */
export function measureIdle({ name, idle }: Image, tag: string): { first: Memory; second: Memory } {
  const suffix = randomBytes(4).toString('hex');
  const ids = ['first', 'second'].map((which) => `podmate-memory-${name}-${which}-${suffix}`);
  try {
    for (const id of ids) docker('run', '--detach', `--name=${id}`, ...LOCKED_DOWN, tag, ...idle.args);
    const charged = steadyCharges(ids);
    const [first, second] = ids.map((id, at) => ({ ...ofProcess(id), charged: charged[at] ?? Number.NaN }));
    if (first === undefined || second === undefined) throw new Error('two containers were started');
    return { first, second };
  } finally {
    docker('rm', '--force', ...ids);
  }
}

/** Throws when one more container of the image costs more than its row in images.ts allows. */
export function refuseGreed({ name, idle }: Image, { charged }: Memory): void {
  if (charged <= idle.memoryBudgetBytes) return;
  throw new Error(
    `${name}: a second container takes ${charged} bytes, over the budget of ${idle.memoryBudgetBytes} in docker/images.ts`,
  );
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function tableRow(label: string, { resident, anonymous, charged }: Memory): string {
  const cells = [resident, resident - anonymous, anonymous, charged].map(mebibytes);
  return `| ${[label, ...cells].join(' | ')} |`;
}

function measureAll(selected: readonly Image[]): string {
  const origin = readOrigin();
  const rows = selected.flatMap((image) => {
    const { first, second } = measureIdle(image, buildImage(image, origin));
    refuseGreed(image, second);
    return [tableRow(`${image.name}, first`, first), tableRow(`${image.name}, second`, second)];
  });
  const engine = docker('version', '--format', 'Docker {{.Server.Version}}, {{.Server.Os}}/{{.Server.Arch}}');
  const kernel = docker('info', '--format', '{{.KernelVersion}}, cgroup v{{.CgroupVersion}}');
  return [
    '| idle container | resident | of that files, shared | of that its own | charged to it |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `\`npm run memory -- all --write\`, with ${engine}, kernel ${kernel}.`,
  ].join('\n');
}

if (import.meta.main) {
  process.on('SIGINT', () => {}); // docker gets it, too, and fails; then the containers are removed
  await runAsCommand(() => {
    const [name, write] = process.argv.slice(2);
    if (write !== undefined && (write !== '--write' || name !== 'all')) {
      throw new Error('usage: npm run memory -- <image>|all, or: npm run memory -- all --write');
    }
    const table = measureAll(selectImages(name));
    writeSync(1, `${table}\n`);
    const readme = join(repositoryRoot, 'docker/README.md');
    if (write !== undefined)
      writeFileSync(readme, replaceBetween(readFileSync(readme, 'utf8'), 'memory', table));
  });
}
