// Runs a row on an engine, in a directory of its own. An engine is the beginning of a command line (`gawk`, `--posix`),
// so the same table runs on the peers and on ours; runRowInProcess is the seam for an engine that needs no process.
// Invariant: no row sees another's files, environment or standard input, and none outlives its time.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, type Row, toBytes } from './row.ts';

/** What an awk gets to see of the world. */
export type Invocation = {
  args: readonly string[];
  stdin: Uint8Array;
  env: Readonly<Record<string, string>>;
  /** The current directory, with the row's files in it. */
  directory: string;
};

/** An awk as a function. */
export type InProcessEngine = (invocation: Invocation) => Outcome | Promise<Outcome>;

/** A regex that backtracks takes centuries, everything else milliseconds; a busy machine may need some seconds. */
const TIMEOUT_MS = 10_000;

/** The outcome of a process; killed after `timeoutMs` it has the status -1. */
export function runRow(row: Row, engine: readonly string[], timeoutMs = TIMEOUT_MS): Promise<Outcome> {
  return runRowInProcess(row, (invocation) => runProcess(engine, invocation, timeoutMs));
}

export async function runRowInProcess(row: Row, engine: InProcessEngine): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'podmate-awk-'));
  try {
    for (const [name, text] of Object.entries(row.files ?? {})) {
      writeFileSync(join(directory, name), toBytes(text));
    }
    return await engine({
      args: argumentsOf(row),
      stdin: toBytes(row.stdin ?? ''),
      env: envOf(row),
      directory,
    });
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Runs `rows` on one engine, `width` at a time, and calls `each` as they end. */
export async function runRows(
  rows: readonly Row[],
  run: (row: Row) => Promise<Outcome>,
  each: (row: Row, outcome: Outcome) => void,
  width = 2,
): Promise<void> {
  const waiting = rows.values();
  const lane = async (): Promise<void> => {
    for (const row of waiting) each(row, await run(row));
  };
  await Promise.all(Array.from({ length: width }, lane));
}

function argumentsOf({ options = [], program, operands = [] }: Row): string[] {
  return [...options, ...(program === undefined ? [] : [program]), ...operands];
}

function envOf(row: Row): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC', ...row.env };
}

function runProcess(engine: readonly string[], invocation: Invocation, timeout: number): Promise<Outcome> {
  const { args, stdin, env, directory } = invocation;
  const [file = '', ...first] = engine;
  return new Promise((resolve, reject) => {
    const options = { cwd: directory, env, timeout, killSignal: 'SIGKILL' } as const;
    const child = spawn(file, [...first, ...args], options);
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => {}); // it ended without reading everything: its right
    child.stdin.end(stdin);
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? -1, stdout: Buffer.concat(stdout), stderr }));
  });
}
