// Commands whose output awk reads or whose input it writes, without an event loop: the shell runs beside us, joined
// by named pipes that vanish as soon as both sides have them. For native-world.ts.
// Node can wait for a child only in its event loop or in spawnSync; so a first shell, waited for, starts the real one
// in the background, and the second pipe tells its exit status. Needs /bin/sh and mkfifo.
import type * as ChildProcess from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByteSink, type ByteSource, type CommandEnvironment, WorldError } from './awk/world.ts';
import { FileSink, FileSource, openForReading, openForWriting, worldError } from './native-files.ts';

const SHELL = '/bin/sh';

/** Loaded with the first command, which few programs have: it brings node:net and costs 3 MB and 2 ms. */
function childProcess(): typeof ChildProcess {
  // oxlint-disable-next-line typescript/no-unsafe-return
  return createRequire('/')('node:child_process');
}

/**
 * $1 the command, $2 the pipe of its data, $3 the pipe of its status; 4 is our standard input, 5 becomes the standard
 * error of the command. What the waiting shell says of it goes before the status: it speaks only when a signal ended
 * the command, which the status alone does not tell from an exit with 128 and more. In parentheses, because some
 * shells redirect themselves while they wait.
 */
const READ_FROM =
  'mkfifo "$2" "$3" || exit 1; ' +
  '{ (exec /bin/sh -c "$1" <&4 >"$2" 2>&5 3>&- 4<&- 5>&-); echo "$?"; } 3>"$3" 5>&2 2>&3 >&3 &';
const WRITE_TO =
  'mkfifo "$2" "$3" || exit 1; ' +
  '{ (exec /bin/sh -c "$1" <"$2" >&6 2>&5 3>&- 4<&- 5>&- 6>&-); echo "$?"; } 3>"$3" 5>&2 6>&1 2>&3 >&3 &';

type Link = { readonly data: string; readonly status: number; readonly directory: string };

/** @returns the exit status, or 256 + the signal */
export function runCommand(command: string, environment: CommandEnvironment): number {
  const { status, signal, error } = childProcess().spawnSync(
    SHELL,
    ['-c', command],
    optionsOf(environment, ['inherit', 'inherit', 'inherit']),
  );
  if (error !== undefined) return 127;
  if (status !== null) return status;
  return 256 + (signal === null ? 0 : constants.signals[signal]);
}

/** What the command prints. @throws WorldError */
export function openCommandSource(command: string, environment: CommandEnvironment): ByteSource {
  const link = start(READ_FROM, command, environment);
  const data = new FileSource(openForReading(link.data), true);
  rmSync(link.directory, { recursive: true, force: true });
  return {
    read: () => data.read(),
    close: () => {
      data.close();
      return readStatus(link.status);
    },
  };
}

/** What the command reads. It may end without reading everything. @throws WorldError */
export function openCommandSink(command: string, environment: CommandEnvironment): ByteSink {
  const link = start(WRITE_TO, command, environment);
  const data = new FileSink(openForWriting(link.data, true), true);
  rmSync(link.directory, { recursive: true, force: true });
  return {
    write: (bytes) => unlessGone(() => data.write(bytes)),
    flush: () => unlessGone(() => data.flush()),
    close: () => {
      data.close();
      return readStatus(link.status);
    },
  };
}

function start(script: string, command: string, environment: CommandEnvironment): Link {
  const directory = makeDirectory();
  const data = join(directory, 'data');
  const status = join(directory, 'status');
  const { status: started, error } = childProcess().spawnSync(
    SHELL,
    ['-c', script, 'sh', command, data, status],
    optionsOf(environment, ['inherit', 'inherit', 'inherit', 'ignore', 0]),
  );
  if (error !== undefined || started !== 0) {
    rmSync(directory, { recursive: true, force: true });
    throw error === undefined ? new WorldError('ECHILD', 'Cannot start a command') : worldError(error);
  }
  return { data, status: openForReading(status), directory };
}

function makeDirectory(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'awk-'));
  } catch (error) {
    throw worldError(error);
  }
}

function optionsOf(
  environment: CommandEnvironment,
  stdio: ('inherit' | 'ignore' | number)[],
): { stdio: ('inherit' | 'ignore' | number)[]; env?: Record<string, string> } {
  return environment === undefined ? { stdio } : { stdio, env: Object.fromEntries(environment) };
}

/** What shells say nothing of: SIGINT and SIGPIPE. */
const SILENT_STATUSES: ReadonlySet<number> = new Set([130, 141]);

/** Waits for the command's end. @returns its exit status, or 256 + the signal */
function readStatus(fd: number): number {
  const source = new FileSource(fd, true);
  let text = '';
  for (let chunk = source.read(); chunk !== undefined; chunk = source.read())
    text += Buffer.from(chunk).toString();
  source.close();
  const lines = text.trimEnd().split('\n');
  const status = Number.parseInt(lines.at(-1) ?? '', 10);
  if (Number.isNaN(status)) return -1;
  const isSignal = status > 128 && (lines.length > 1 || SILENT_STATUSES.has(status));
  return isSignal ? status - 128 + 256 : status;
}

function unlessGone(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof WorldError) || error.code !== 'EPIPE') throw error;
  }
}
