// The awks in the race, each as its users run it: ours bundled and with the Node flags of its image, Debian's as they
// are. What a machine lacks does not race; ours does as soon as it has a main.ts.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { findCommand } from '@podmate/testkit/debian';
import { bundleOurs } from '../test/conformance/ours.ts';

export type Engine = {
  readonly name: string;
  readonly command: readonly string[];
  /** Prints each line as soon as it has read it: options, and a program's way to ask for it. Absent: it cannot. */
  readonly immediate?: { readonly options: readonly string[]; readonly program: (text: string) => string };
  readonly env: Readonly<Record<string, string>>;
  /** Many times slower than the others: runs in the first round only. */
  readonly slow?: true;
  /** Counts characters, not bytes. */
  readonly utf8?: true;
};

/** As docker/Dockerfile sets them. */
const IMAGE_ENVIRONMENT = {
  NODE_OPTIONS: '--max-semi-space-size=2 --v8-pool-size=1 --max-old-space-size-percentage=50',
  MALLOC_ARENA_MAX: '1',
};

const asItIs = { options: [], program: (text: string) => text };

/** The last statement of the seed's only action is its print: what follows it is done for each line. */
const flushing = { options: [], program: (text: string) => text.replace(/\}$/, '; fflush() }') };

const peers: readonly Engine[] = [
  {
    name: 'mawk',
    command: ['mawk'],
    immediate: { options: ['-W', 'interactive'], program: (text) => text },
    env: {},
  },
  { name: 'gawk', command: ['gawk'], immediate: flushing, env: {}, slow: true, utf8: true },
  { name: 'original-awk', command: ['original-awk'], immediate: flushing, env: {}, slow: true },
  { name: 'busybox', command: ['busybox', 'awk'], immediate: asItIs, env: {}, slow: true },
];

export const engineNames: readonly string[] = ['ours', ...peers.map(({ name }) => name)];

/** The engines of these names that can run here. `directory` takes the bundle of ours. Throws for an unknown name. */
export async function enginesFor(
  names: readonly string[],
  directory: string,
  say: (line: string) => void,
): Promise<Engine[]> {
  const unknown = names.find((name) => !engineNames.includes(name));
  if (unknown !== undefined)
    throw new Error(`--engines ${unknown}: no such engine; there are ${engineNames.join(', ')}`);
  const present = peers.filter(({ name, command }) => names.includes(name) && has(command[0] ?? '', say));
  return names.includes('ours') ? [...(await ours(directory, say)), ...present] : present;
}

async function ours(directory: string, say: (line: string) => void): Promise<Engine[]> {
  if (!existsSync(resolve(import.meta.dirname, '../src/main.ts'))) {
    say('without ours: no src/main.ts yet');
    return [];
  }
  const command = await bundleOurs(directory);
  return [{ name: 'ours', command, immediate: asItIs, env: IMAGE_ENVIRONMENT, utf8: true }];
}

function has(command: string, say: (line: string) => void): boolean {
  const found = findCommand(command) !== undefined;
  if (!found) say(`without ${command}: not installed`);
  return found;
}
