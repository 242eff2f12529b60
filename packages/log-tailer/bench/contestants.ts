// The programs in the races, each as its users run it: ours as the image runs it (its bundle, its Node flags, its
// default settings with a checkpoint), the tails with -n+1 -F. What a machine lacks does not race.

import { resolve } from 'node:path';
import { findCommand } from '@podmate/testkit/debian';
import { bundle } from '../../../docker/bundle.ts';
import { selectImages } from '../../../docker/images.ts';

export type Contestant = {
  name: string;
  title: string;
  env: Readonly<Record<string, string>>;
  /** Follows `paths` from their beginning; `scratch` is an empty directory that is its own. */
  follow(paths: readonly string[], scratch: string): readonly string[];
  /** Prints `path` and ends. */
  once(path: string, scratch: string): readonly string[];
};

/** As docker/Dockerfile sets them. */
const IMAGE_ENVIRONMENT = {
  NODE_OPTIONS: '--max-semi-space-size=2 --v8-pool-size=1 --max-old-space-size-percentage=50',
  MALLOC_ARENA_MAX: '1',
};

/** `cat` ends with its input: the `-` keeps it alive on our never-ending stdin, to be accounted like the others. */
export const cat: Contestant = {
  name: 'cat',
  title: 'cat',
  env: {},
  follow: (paths) => ['cat', ...paths, '-'],
  once: (path) => ['cat', path],
};

export const gnuTail: Contestant = {
  name: 'gnu',
  title: 'GNU tail',
  env: {},
  follow: (paths) => ['tail', '-q', '-n+1', '-F', ...paths],
  once: (path) => ['tail', '-n+1', path],
};

export const busyboxTail: Contestant = {
  name: 'busybox',
  title: 'busybox tail',
  env: {},
  follow: (paths) => ['busybox', 'tail', '-q', '-n', '+1', '-F', ...paths],
  once: (path) => ['busybox', 'tail', '-n', '+1', path],
};

/** The npm package of that name, driven by the same script as in the torture suite. */
export const tailFile: Contestant = {
  name: 'tail-file',
  title: 'tail-file (npm)',
  env: {},
  follow: (paths) => [
    process.execPath,
    resolve(import.meta.dirname, '../e2e/torture/peers/tail-file.mjs'),
    ...paths,
  ],
  once: () => [],
};

export type Format = 'raw' | 'prefix' | 'json';

/** log-tailer with one of its formats, freshly bundled by prepareOurs. */
export function ours(format: Format): Contestant {
  const file = resolve(import.meta.dirname, '../../../docker/out/log-tailer.cjs');
  const command = [process.execPath, file, '--format', format, '--log-level', 'warn'];
  return {
    name: `ours-${format}`,
    title: `log-tailer ${format}`,
    env: IMAGE_ENVIRONMENT,
    follow: (paths, scratch) => [...command, '--checkpoint', scratch, ...paths],
    once: (path, scratch) => [...command, '--checkpoint', scratch, '--once', path],
  };
}

export async function prepareOurs(): Promise<void> {
  for (const image of selectImages('log-tailer')) await bundle(image);
}

/** The peers of a race that this machine has. */
export function present(...peers: readonly Contestant[]): Contestant[] {
  return peers.filter((peer) => peer.name !== 'busybox' || findCommand('busybox') !== undefined);
}
