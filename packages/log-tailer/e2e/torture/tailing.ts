// One run of a tailer: the process, and the reader at the other end of its stdout, which is a real pipe as in a pod
// (Node's own 'pipe' is a socket pair with other limits), can pause, be slow, or go away.
// Invariant: every byte that the process wrote before it ended reaches the sink before `ended` resolves,
// unless the reader was closed.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { containerEnvironment, type Exit } from '@podmate/testkit/image';
import type { Sink } from './oracle.ts';

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;

/** How the tailer's stdout is made. */
export type StdoutKind = 'pipe' | 'nonblocking-pipe' | 'socket';

export type TailingOptions = {
  readonly stdout?: StdoutKind;
  readonly env?: Readonly<Record<string, string>>;
  /** The reader does not begin to read until `resume`. */
  readonly paused?: boolean;
};

export class Tailing {
  readonly process: ChildProcess;
  readonly sink: Sink;
  /** The process is gone and all its output has been read. */
  readonly ended: Promise<Exit>;
  readonly exited: Promise<Exit>;
  readonly #reader: Socket;
  #stderr = '';
  #throttle: AbortController | undefined;
  exit: Exit | undefined;

  constructor(process: ChildProcess, reader: Socket, sink: Sink) {
    this.process = process;
    this.sink = sink;
    this.#reader = reader;
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-20_000);
    });
    reader.on('data', (chunk: Buffer) => sink.feed(chunk));
    const drained = once(reader, 'close').then(() => sink.end());
    reader.on('error', () => reader.destroy());
    this.exited = once(process, 'exit').then(([code, signal]) => (this.exit = { code, signal }));
    this.ended = Promise.all([this.exited, drained]).then(([exit]) => exit);
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`could not start ${this.process.spawnfile}`);
    return this.process.pid;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The reader stops: the pipe fills up, then the tailer's writes block. */
  pause(): void {
    this.#throttle?.abort();
    this.#reader.pause();
  }

  resume(): void {
    this.#throttle?.abort();
    this.#reader.resume();
  }

  /** The reader takes a chunk (up to 64 KiB) every `everyMs`. */
  slow(everyMs: number): void {
    this.pause();
    const throttle = new AbortController();
    this.#throttle = throttle;
    void this.#readSlowly(everyMs, throttle.signal);
  }

  /** The reader goes away: further writes of the tailer are broken pipes. */
  closeReader(): void {
    this.#reader.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** SIGTERM, and SIGKILL when that has not ended it within the time. */
  async stop(graceMs = 10_000): Promise<Exit> {
    this.resume();
    if (this.exit !== undefined) return this.ended;
    this.kill('SIGTERM');
    const late = setTimeout(() => this.kill('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(late);
    return this.ended;
  }

  async #readSlowly(everyMs: number, aborted: AbortSignal): Promise<void> {
    const pauseAgain = (): void => void (aborted.aborted || this.#reader.pause());
    this.#reader.on('data', pauseAgain);
    for (; !aborted.aborted; await sleep(everyMs)) this.#reader.resume();
    this.#reader.off('data', pauseAgain);
  }
}

/** Starts the command with its stdout read into the sink. `directory` holds the pipe's name for a moment. */
export async function startTailing(
  command: readonly [string, ...string[]],
  sink: Sink,
  directory: string,
  options: TailingOptions = {},
): Promise<Tailing> {
  const env = containerEnvironment(options.env);
  if (options.stdout === 'socket') return startOnSocket(command, sink, env);
  const { read, write } = await openPipe(directory, options.stdout === 'nonblocking-pipe');
  const process = spawn(command[0], command.slice(1), { stdio: ['ignore', write, 'pipe'], env });
  closeSync(write);
  const reader = new Socket({ fd: read, readable: true, writable: false });
  const tailing = new Tailing(process, reader, sink);
  if (options.paused === true) tailing.pause();
  return tailing;
}

function startOnSocket(
  command: readonly [string, ...string[]],
  sink: Sink,
  env: Record<string, string>,
): Tailing {
  const process = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], env });
  if (!(process.stdout instanceof Socket)) throw new Error('a spawned stdout is no socket here');
  return new Tailing(process, process.stdout, sink);
}

let pipes = 0;

async function openPipe(directory: string, nonblocking: boolean): Promise<{ read: number; write: number }> {
  const name = `${directory}/.stdout-${(pipes += 1)}`;
  await promisify(execFile)('mkfifo', [name]);
  const read = openSync(name, O_RDONLY | O_NONBLOCK); // opens at once; for Node's reader, which polls
  const write = openSync(name, O_WRONLY | (nonblocking ? O_NONBLOCK : 0));
  unlinkSync(name);
  return { read, write };
}
