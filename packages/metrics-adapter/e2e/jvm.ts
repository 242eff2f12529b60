// Real JVMs for the JMX tests: the fixture application, compiled by javac, with whatever flags a test needs.
// `await using jvm = await startTarget(...)` ends it with the block; it also ends by itself when its stdin closes.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findCommand } from '@podmate/testkit/debian';

/** What a suite says when it is skipped; undefined where there is a JDK. */
export const missingJdk =
  findCommand('javac') === undefined ? 'openjdk-17-jdk-headless is not installed' : undefined;

const SOURCES = join(import.meta.dirname, 'fixtures');

/** The folder of classes of one fixture, compiled when its sources are newer. */
export function classesOf(fixture: string, below = SOURCES, classPath = ''): string {
  const sources = readdirSync(join(below, fixture)).map((name) => join(below, fixture, name));
  const stamp = Math.max(...sources.map((path) => statSync(path).mtimeMs));
  const folder = join(tmpdir(), `podmate-classes-${fixture}-${Math.trunc(stamp)}`);
  if (existsSync(folder)) return folder;
  const made = `${folder}-${process.pid}`;
  mkdirSync(made, { recursive: true });
  const done = spawnSync('javac', ['--release', '17', '-cp', classPath, '-d', made, ...sources], {
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`javac: ${done.stderr}`);
  try {
    renameSync(made, folder);
  } catch {
    rmSync(made, { recursive: true }); // another worker was quicker
  }
  return folder;
}

export type Jvm = AsyncDisposable & {
  readonly pid: number;
  /** Of JMX, as its flags say; 0 without. */
  readonly port: number;
  /** Tells the application something and waits until it is done. */
  command(line: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
  readonly output: string[];
};

/** Starts the fixture application; `commands` are carried out before it counts as started. */
export async function startTarget(
  commands: readonly string[],
  flags: readonly string[] = [],
  program = 'java',
): Promise<Jvm> {
  const child = spawn(program, [
    '-Xmx256m',
    '-XX:+UseSerialGC',
    ...flags,
    '-cp',
    classesOf('target'),
    'Target',
    ...commands,
  ]);
  const lines = lineReader(child);
  const ready = await lines.next((line) => line.startsWith('READY'));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.stdin.end();
    child.kill('SIGKILL');
    await ended;
  };
  return {
    pid: Number(ready.split(' ')[1]),
    port: Number(/jmxremote\.port=(\d+)/.exec(flags.join(' '))?.[1] ?? 0),
    output: lines.seen,
    kill: (signal) => child.kill(signal),
    stop,
    [Symbol.asyncDispose]: stop,
    async command(line) {
      const answer = lines.next((one) => one === 'DONE' || one.startsWith('FAILED'));
      child.stdin.write(`${line}\n`);
      if ((await answer) !== 'DONE') throw new Error(`${line}: ${await answer}`);
    },
  };
}

type LineReader = { next(wanted: (line: string) => boolean): Promise<string>; readonly seen: string[] };

function lineReader(child: ChildProcessWithoutNullStreams): LineReader {
  const seen: string[] = [];
  const waiting: {
    wanted: (line: string) => boolean;
    resolve: (line: string) => void;
    reject: (e: Error) => void;
  }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.push(line);
    const index = waiting.findIndex((one) => one.wanted(line));
    if (index >= 0) waiting.splice(index, 1)[0]?.resolve(line);
  });
  createInterface({ input: child.stderr }).on('line', (line) => seen.push(line));
  child.on('exit', (code) => {
    for (const one of waiting)
      one.reject(new Error(`the JVM ended (${code}): ${seen.slice(-20).join('\n')}`));
  });
  return {
    seen,
    next: (wanted) => new Promise((resolve, reject) => waiting.push({ wanted, resolve, reject })),
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
  });
  return promise;
}

/** Flags that open JMX on this port of the loopback, without password and TLS unless `more` says otherwise. */
export function jmxFlags(port: number, more: Readonly<Record<string, string>> = {}): string[] {
  const options = {
    port: String(port),
    'rmi.port': String(port),
    host: '127.0.0.1',
    authenticate: 'false',
    ssl: 'false',
    ...more,
  };
  return Object.entries(options).map(([name, value]) => `-Dcom.sun.management.jmxremote.${name}=${value}`);
}
