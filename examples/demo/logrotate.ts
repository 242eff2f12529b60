// The real logrotate of the demo: both of its ways with a log file, every few seconds, as cron would do it daily.
// shop.log is renamed and the application told 0.3 s later (until then it writes to the renamed file); billing.log is
// copied and truncated under the application's hands. Every copy is kept, so that the books can be balanced.
// As a program, for a container: logrotate.ts DIRECTORY, until SIGTERM; ends with 1 as soon as logrotate fails.

import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PID_FILE } from './journal.ts';
import { announce } from './screen.ts';

/** logrotate stamps a copy with the second, so there can be no two rotations within one. */
const ROTATE_EVERY_MS = 3000;

/** What one rotation does, in words. */
export const ROTATED = 'shop.log renamed and created anew, billing.log copied and truncated';

const settings = (directory: string): string => `
rotate 1000
nocompress
notifempty
dateext
dateformat .%s

${directory}/shop.log {
  create
  postrotate
    sleep 0.3; kill -HUP $(cat ${directory}/${PID_FILE})
  endscript
}

${directory}/billing.log {
  copytruncate
}
`;

export class Logrotate {
  readonly #program: string;
  readonly #directory: string;

  constructor(program: string, directory: string) {
    this.#program = program;
    this.#directory = directory;
  }

  /** Rotates every few seconds until `end`; after each rotation, the new copy of billing.log. Throws as `#rotate`. */
  async *rotations(end: AbortSignal): AsyncGenerator<string> {
    await writeFile(this.#path('logrotate.conf'), settings(this.#directory), { mode: 0o644 });
    const pause = (): Promise<boolean> => sleep(ROTATE_EVERY_MS, true, { signal: end }).catch(() => false);
    while (await pause()) {
      await this.#rotate();
      const copy = (await copiesOf(this.#directory, 'billing.log')).at(-1);
      if (copy !== undefined) yield copy;
    }
  }

  /** Rotates both files once, out of reach of the terminal's Ctrl-C. Throws with logrotate's words when it fails. */
  async #rotate(): Promise<void> {
    const args = ['--force', '--state', this.#path('logrotate.state'), this.#path('logrotate.conf')];
    const logrotate = spawn(this.#program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    let words = '';
    logrotate.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
    const code = await new Promise((resolve) => logrotate.on('close', resolve).on('error', resolve));
    if (code !== 0) throw new Error(`logrotate failed: ${words.trim() || String(code)}`);
  }

  readonly #path = (name: string): string => join(this.#directory, name);
}

/** The rotated files of `name` in `directory`, oldest first. */
export async function copiesOf(directory: string, name: string): Promise<string[]> {
  const names = await readdir(directory);
  return names
    .filter((entry) => entry.startsWith(`${name}.`))
    .toSorted()
    .map((entry) => join(directory, entry));
}

async function main(directory: string | undefined): Promise<void> {
  if (directory === undefined) throw new Error('usage: logrotate.ts DIRECTORY');
  const end = new AbortController();
  process.on('SIGTERM', () => end.abort());
  for await (const _ of new Logrotate('logrotate', directory).rotations(end.signal)) announce(ROTATED);
}

if (import.meta.main) {
  await main(process.argv[2]).catch((error: unknown) => {
    announce(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
