// The real logrotate of the demo: both of its ways with a log file, every few seconds, as cron would do it daily.
// shop.log is renamed and the application told 0.3 s later (until then it writes to the renamed file); billing.log is
// copied and truncated under the application's hands. Every copy is kept, so that the books can be balanced.

import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** logrotate stamps a copy with the second, so there can be no two rotations within one. */
export const ROTATE_EVERY_MS = 3000;

const settings = (directory: string): string => `
rotate 1000
nocompress
notifempty
dateext
dateformat .%s

${directory}/shop.log {
  create
  postrotate
    sleep 0.3; kill -HUP $(cat ${directory}/app.pid)
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

  async writeSettings(): Promise<void> {
    await writeFile(this.#path('logrotate.conf'), settings(this.#directory), { mode: 0o644 });
  }

  /** Rotates both files once, out of reach of the terminal's Ctrl-C. Throws with logrotate's words when it fails. */
  async rotate(): Promise<void> {
    const args = ['--force', '--state', this.#path('logrotate.state'), this.#path('logrotate.conf')];
    const logrotate = spawn(this.#program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    let words = '';
    logrotate.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
    const code = await new Promise((resolve) => logrotate.on('close', resolve).on('error', resolve));
    if (code !== 0) throw new Error(`logrotate failed: ${words.trim()}`);
  }

  /** The rotated files of `name`, oldest first. */
  async copiesOf(name: string): Promise<string[]> {
    const names = await readdir(this.#directory);
    return names
      .filter((entry) => entry.startsWith(`${name}.`))
      .toSorted()
      .map(this.#path);
  }

  readonly #path = (name: string): string => join(this.#directory, name);
}
