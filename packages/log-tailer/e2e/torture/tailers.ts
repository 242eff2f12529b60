// The programs under torture: ours, and the peers that people use for the same job, each driven as its own
// documentation shows. An ability is something a scenario may need; a peer without it is shown as n/a, not as failed.

import { existsSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { imageCommand } from '@podmate/testkit/image';

/** checkpoint: resumes after a restart; many: several files, globs; from end: can begin at the end of what is there;
 * ours: flags, metrics or promises that only log-tailer makes. */
export type Ability = 'checkpoint' | 'many' | 'from end' | 'ours';

export type Job = {
  readonly paths: readonly string[];
  /** Where to keep the checkpoint; without one there is none. */
  readonly checkpoint?: string;
  /** Follow by polling alone. */
  readonly poll?: boolean;
  /** Begin at the end of what is there (default: its beginning). */
  readonly fromEnd?: boolean;
  /** Further flags of log-tailer; the peers have none of these. */
  readonly flags?: readonly string[];
};

/** A program and its arguments. */
export type Command = readonly [string, ...string[]];

export type Tailer = {
  readonly name: string;
  readonly title: string;
  readonly abilities: readonly Ability[];
  command(job: Job): Command;
  /** Why it cannot run here; undefined when it can. */
  missing(): string | undefined;
};

const peer = (script: string): string => resolve(import.meta.dirname, 'peers', script);

const ours: Tailer = {
  name: 'ours',
  title: 'log-tailer',
  abilities: ['checkpoint', 'many', 'from end', 'ours'],
  missing: () =>
    existsSync(imageCommand('log-tailer')[1]!) ? undefined : 'packages/log-tailer/src/main.ts is missing',
  command(job) {
    const [node, ...main] = imageCommand('log-tailer');
    const flags = ['--checkpoint', job.checkpoint ?? 'off', '--log-level', 'warn'];
    if (job.poll === true) flags.push('--watch', 'poll');
    if (job.fromEnd === true) flags.push('--start-at', 'end');
    return [node, ...main, ...flags, ...(job.flags ?? []), ...job.paths];
  },
};

const gnu: Tailer = {
  name: 'gnu',
  title: 'GNU tail -F',
  abilities: ['from end'],
  missing: () => inPath('tail'),
  command: ({ paths, fromEnd }) => ['tail', fromEnd === true ? '-n0' : '-n+1', '-F', ...paths],
};

const busybox: Tailer = {
  name: 'busybox',
  title: 'busybox tail -F',
  abilities: ['from end'],
  missing: () => inPath('busybox'),
  command: ({ paths, fromEnd }) => ['busybox', 'tail', '-n', fromEnd === true ? '0' : '+1', '-F', ...paths],
};

const nodePeer = (name: string, title: string, script: string): Tailer => ({
  name,
  title,
  abilities: [],
  missing: () => undefined,
  command: ({ paths }) => [process.execPath, peer(script), ...paths],
});

export const tailers: readonly Tailer[] = [
  ours,
  gnu,
  busybox,
  nodePeer('tail-file', 'tail-file 1.4', 'tail-file.mjs'),
  nodePeer('logdna', '@logdna/tail-file 4.0', 'logdna.mjs'),
  nodePeer('tail', 'tail 2.2', 'tail.mjs'),
];

/** Throws RangeError for a name that is none of `tailers`. */
export function tailerNamed(name: string): Tailer {
  const found = tailers.find((tailer) => tailer.name === name);
  if (found === undefined)
    throw new RangeError(`no tailer ${name}: take one of ${tailers.map((t) => t.name).join(', ')}`);
  return found;
}

function inPath(program: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter);
  if (directories.some((directory) => existsSync(resolve(directory, program)))) return undefined;
  return `${program} is not installed`;
}
