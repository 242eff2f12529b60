// A lane of a race: one contestant writing into a real pipe, and at its other end a sink.
// A real pipe, made by mkfifo: what Node calls a pipe to a child is a socket, and a pipeline of a shell would hide the
// process ids. The two ends are two descriptions, so that O_NONBLOCK set at one of them does not reach the other.
// Invariant: who starts a lane ends it; disposing kills contestant and sink and removes every trace.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant } from './contestants.ts';
import { bytesRead, cpuSeconds, memory, type Memory } from './process-account.ts';

/** discard: `cat >/dev/null`; ours: the bench itself reads `readEnd`; blocked: nobody reads. */
export type Sink = 'discard' | 'ours' | 'blocked';

const SINK_POLL_MS = 2;

export class Lane implements Disposable {
  readonly #startedAtMs: number;
  /** The reading end of the pipe; with the sink `ours` it belongs to the caller, who closes it. */
  readonly readEnd: number;
  readonly #scratch = mkdtempSync(join(tmpdir(), 'podmate-lane-'));
  readonly #sink: ChildProcess | undefined;
  readonly #contestant: ChildProcess;
  readonly #ownsReadEnd: boolean;
  #words = '';

  constructor(contestant: Contestant, paths: readonly string[], sink: Sink = 'discard') {
    const { readEnd, writeEnd } = openPipe(join(this.#scratch, 'pipe'));
    this.readEnd = readEnd;
    this.#ownsReadEnd = sink !== 'ours';
    this.#sink = sink === 'discard' ? spawn('cat', { stdio: [readEnd, 'ignore', 'ignore'] }) : undefined;
    const checkpoint = join(this.#scratch, 'checkpoint');
    mkdirSync(checkpoint);
    const [file = '', ...args] = contestant.follow(paths, checkpoint);
    const env = { ...process.env, ...contestant.env };
    this.#startedAtMs = performance.now();
    this.#contestant = spawn(file, args, { env, stdio: ['pipe', writeEnd, 'pipe'] });
    this.#contestant.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#words += text));
    closeSync(writeEnd);
  }

  /** The contestant's process id. Throws with its own words when it has ended. */
  get pid(): number {
    const { pid, exitCode, signalCode } = this.#contestant;
    if (pid !== undefined && exitCode === null && signalCode === null) return pid;
    throw new Error(`${this.#contestant.spawnargs.slice(0, 8).join(' ')} has ended: ${this.#words.trim()}`);
  }

  get cpuSeconds(): number {
    return cpuSeconds(this.pid);
  }

  get memory(): Memory {
    return memory(this.pid);
  }

  /**
   * Resolves with the seconds since the start when `bytes` have come out at the far end of the pipe, give or take the
   * few KiB that the sink reads of its own libraries.
   */
  async arrived(bytes: number): Promise<number> {
    const sink = this.#sink?.pid;
    if (sink === undefined) throw new Error('only a discarding sink counts bytes');
    while (bytesRead(sink) < bytes) {
      void this.pid;
      await sleep(SINK_POLL_MS);
    }
    return (performance.now() - this.#startedAtMs) / 1000;
  }

  [Symbol.dispose](): void {
    this.#contestant.kill('SIGKILL');
    this.#sink?.kill('SIGKILL');
    if (this.#ownsReadEnd) closeSync(this.readEnd);
    rmSync(this.#scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Opening one end alone would wait for the other, hence the third description that has both. */
function openPipe(path: string): { readEnd: number; writeEnd: number } {
  execFileSync('mkfifo', [path]);
  const both = openSync(path, 'r+');
  const readEnd = openSync(path, 'r');
  const writeEnd = openSync(path, 'w');
  closeSync(both);
  return { readEnd, writeEnd };
}
