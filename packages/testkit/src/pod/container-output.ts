// Reads what a container prints, as it prints it and to its last byte: both streams by line to whoever watches, and whole
// for tests, over all restarts of the container, as `kubectl logs` and its `--previous` would show together.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type Stream = 'stdout' | 'stderr';

export type OutputOptions = {
  readonly onLine: (stream: Stream, line: string) => void;
  /** Whether to keep all of it in memory. */
  readonly keep: boolean;
};

export class ContainerOutput {
  readonly #kept: Record<Stream, Buffer[]> = { stdout: [], stderr: [] };
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  get stdout(): string {
    return Buffer.concat(this.#kept.stdout).toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#kept.stderr).toString();
  }

  /** Reads the container's log from its beginning; resolves when the container has ended and all of it is read. */
  async follow(engineName: string): Promise<void> {
    const logs = spawn('docker', ['logs', '--follow', engineName], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of ['stdout', 'stderr'] as const) {
      const source = logs[stream];
      if (this.#options.keep) source.on('data', (chunk: Buffer) => this.#kept[stream].push(chunk));
      createInterface({ input: source }).on('line', (line) => this.#options.onLine(stream, line));
    }
    await once(logs, 'close');
  }
}
