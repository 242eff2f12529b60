// The docker command line for the pod runner. Each command is in a session of its own: the Ctrl-C of a terminal goes to
// every process of the foreground group, and would end the very commands that read a pod's output and end it in its order.

import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Output } from '../containers.ts';

/** How a command went; `code` is null when it took longer than it had. */
export type Outcome = Output & { readonly code: number | null };

/** Starts a command; its output comes as it is written. */
export function startDocker(
  args: readonly string[],
  timeoutMs?: number,
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn('docker', args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
}

/** Runs a command to its end, whatever that is. Throws only when there is no docker to be run. */
export async function tryDocker(args: readonly string[], timeoutMs?: number): Promise<Outcome> {
  const child = startDocker(args, timeoutMs);
  const closed: Promise<(number | null)[]> = once(child, 'close');
  const [stdout, stderr, [code = null]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

/** Runs a command; throws with the engine's words when it fails. */
export async function docker(args: readonly string[]): Promise<Output> {
  const { code, stdout, stderr } = await tryDocker(args);
  if (code !== 0) throw new Error(`docker ${args[0]}: ${stderr.trim()}`);
  return { stdout, stderr };
}
