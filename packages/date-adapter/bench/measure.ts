// What a whole process costs: user and system CPU seconds to the millisecond, children included, as bash's `time` takes
// them from getrusage. Wall times of a shared machine are noise and are not taken.

import { spawnSync } from 'node:child_process';

export type Command = {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The file on standard input. */
  readonly stdin?: string;
};

/** Runs it with its output thrown away. CPU seconds. Throws when it fails. */
export function cpuSeconds(what: Command): number {
  return timed(what, 'time "$@" >/dev/null') ?? NaN;
}

/** The same for what may never end: undefined when `seconds` did not suffice. */
export function cpuSecondsWithin(what: Command, seconds: number): number | undefined {
  return timed(what, `time timeout -s KILL ${seconds} "$@" >/dev/null`);
}

/** The same between two pipes, from `cat` and to `cat`, which are not counted. */
export function cpuSecondsInPipe(what: Command): number {
  return timed(what, 'cat | { time "$@" 2>&3; } 3>/dev/null | cat >/dev/null') ?? NaN;
}

/** The md5 of its output, sorted where the order is open. */
export function outputHash(what: Command, sorted: boolean): string {
  const { stdout, status, stderr } = bash(what, `"$@" ${sorted ? '| LC_ALL=C sort ' : ''}| md5sum`);
  if (status !== 0) throw new Error(`${what.command.join(' ')}: status ${status}: ${stderr}`);
  return stdout.slice(0, 32);
}

/** bash's status for a command that SIGKILL ended. */
const KILLED = 137;

function timed(what: Command, script: string): number | undefined {
  const { stderr, status } = bash(what, `TIMEFORMAT='cpu %3U %3S'; ${script}`);
  if (status === KILLED) return undefined;
  const times = /^cpu ([\d.]+) ([\d.]+)$/m.exec(stderr);
  if (times === null || status !== 0)
    throw new Error(`${what.command.join(' ')}: status ${status}: ${stderr}`);
  return Number(times[1]) + Number(times[2]);
}

function bash({ command, env, stdin }: Command, script: string) {
  const input = stdin === undefined ? '' : 'exec <"$0"; ';
  return spawnSync(
    'bash',
    ['--norc', '-c', `set -o pipefail; ${input}${script}`, stdin ?? 'bash', ...command],
    {
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}
