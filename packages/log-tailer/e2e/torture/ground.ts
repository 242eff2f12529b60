// The special ground that some scenarios need: another user, a PID namespace, kernel limits, a full file system.
// Each function gives a way to wrap a command, or throws NoGround with the reason why this machine cannot.

import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { NoGround } from './scenario.ts';
import type { Command } from './tailers.ts';

type Wrap = (command: Command) => Command;

const run = promisify(execFile);
const NOBODY = '65534';

const behind =
  (wrapper: Command): Wrap =>
  (command) => [...wrapper, ...command];

async function works(command: Command): Promise<boolean> {
  try {
    await run(command[0], command.slice(1), { timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

/** Runs the command as an ordinary user; as ourselves when we are one. */
export async function asNobody(): Promise<Wrap> {
  if (process.getuid?.() !== 0) return (command) => command;
  const wrapper: Command = ['setpriv', '--reuid', NOBODY, '--regid', NOBODY, '--clear-groups'];
  if (!(await works([...wrapper, 'true']))) throw new NoGround('setpriv cannot take another uid here');
  if (!(await works([...wrapper, 'test', '-r', import.meta.filename, '-a', '-x', process.execPath]))) {
    throw new NoGround(`uid ${NOBODY} may not read this checkout`);
  }
  return behind(wrapper);
}

/** Runs the command as PID 1 of a namespace of its own, with its own /proc, as in a container. */
export async function asPidOne(): Promise<Wrap> {
  const wrapper: Command = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
  if (!(await works([...wrapper, 'true']))) throw new NoGround('no new PID namespace can be made here');
  return behind(wrapper);
}

/** Runs the command where the kernel grants no more than `limit` of the inotify resource. */
export async function withInotifyLimit(resource: 'watches' | 'instances', limit: number): Promise<Wrap> {
  const script = `echo ${limit} > /proc/sys/user/max_inotify_${resource} && exec "$@"`;
  const wrapper: Command = ['unshare', '--user', '--map-root-user', 'sh', '-c', script, 'sh'];
  if (!(await works([...wrapper, 'true'])))
    throw new NoGround('no user namespace with limits of its own can be made here');
  return behind(wrapper);
}

/** Runs the command on a terminal, which turns each newline into CR LF. */
export async function onTerminal(): Promise<Wrap> {
  if (!(await works(['script', '-qec', 'true', '/dev/null'])))
    throw new NoGround('script(1) cannot make a terminal here');
  return (command) => ['script', '-qefc', `exec ${command.join(' ')}`, '/dev/null'];
}

/** A file system of this size at `path`; `undo` unmounts it. */
export async function tinyFileSystem(
  path: string,
  size: string,
): Promise<{ readonly undo: () => Promise<unknown> }> {
  mkdirSync(path);
  const mounted = await works(['mount', '-t', 'tmpfs', '-o', `size=${size},mode=0777`, 'tmpfs', path]);
  if (!mounted) throw new NoGround('no tmpfs can be mounted here');
  return { undo: () => run('umount', ['--lazy', path]) };
}
