// Runs an image of this repository as the process it is in its container: real argv, real signals, real exit code.
// The sources run by default; PODMATE_RUN=bundle takes docker/out/<image>.cjs, the very file that ships.
// Invariant: who starts a process ends it; `await using` kills what a failing test left behind.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { resolve } from 'node:path';
import { eventually, type Patience } from './eventually.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type ImageOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** Written to stdin, which is then closed; without it stdin is /dev/null. */
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
};

/** The program and first arguments that start an image: append the image's own arguments. */
export function imageCommand(image: string): readonly [string, ...string[]] {
  if (process.env['PODMATE_RUN'] === 'bundle')
    return [process.execPath, resolve(ROOT, `docker/out/${image}.cjs`)];
  return [process.execPath, resolve(ROOT, `packages/${image}/src/main.ts`)];
}

/** The environment of a fresh container: PATH and what is given, nothing of the one who runs the tests. */
export function containerEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: '/nonexistent', ...extra };
}

export class RunningImage implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly exited: Promise<Exit>;
  #stdout: Buffer[] = [];
  #stderr = '';

  constructor(command: readonly [string, ...string[]], options: ImageOptions = {}) {
    const stdin = options.input === undefined ? 'ignore' : 'pipe';
    this.process = spawn(command[0], command.slice(1), {
      stdio: [stdin, 'pipe', 'pipe'],
      env: containerEnvironment(options.env),
      cwd: options.cwd ?? '/',
    });
    this.process.stdin?.end(options.input);
    this.process.stdout?.on('data', (chunk: Buffer) => this.#stdout.push(chunk));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.exited = once(this.process, 'close').then(([code, signal]) => ({ code, signal }));
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`could not start ${this.process.spawnfile}`);
    return this.process.pid;
  }

  get stdoutBytes(): Buffer {
    const whole = Buffer.concat(this.#stdout);
    this.#stdout = [whole];
    return whole;
  }

  get stdout(): string {
    return this.stdoutBytes.toString('utf8');
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Waits until stdout matches; throws with both outputs when it does not. */
  async printed(expected: string | RegExp, patience: Patience = {}): Promise<void> {
    await eventually(() => {
      const found =
        typeof expected === 'string' ? this.stdout.includes(expected) : expected.test(this.stdout);
      if (!found) throw new Error(`stdout lacks ${String(expected)}\n${this.#outputs()}`);
    }, patience);
  }

  /** Sends the signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.process.kill(signal);
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.stop('SIGKILL');
  }

  #outputs(): string {
    return `--- stdout\n${this.stdout.slice(-2000)}\n--- stderr\n${this.#stderr.slice(-2000)}`;
  }
}

/** Starts `packages/<image>` with these arguments. */
export function startImage(image: string, args: readonly string[], options: ImageOptions = {}): RunningImage {
  const [program, ...first] = imageCommand(image);
  return new RunningImage([program, ...first, ...args], options);
}

/** The TCP port a listening server was given. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no TCP port');
  return address.port;
}

/** A loopback TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** The samples of a Prometheus exposition at `address`/metrics: `name{labels}` as printed -> value. */
export async function scrape(address: string): Promise<Map<string, number>> {
  const response = await fetch(`http://${address}/metrics`);
  if (!response.ok) throw new Error(`${address}/metrics answered ${response.status}`);
  const samples = new Map<string, number>();
  for (const line of (await response.text()).split('\n')) {
    const space = line.lastIndexOf(' ');
    if (line.startsWith('#') || space < 0) continue;
    samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}
