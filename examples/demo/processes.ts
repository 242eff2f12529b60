// How the demo ends what it started.

import type { ChildProcess } from 'node:child_process';

/** Asks the process to end and waits until it and its output have; the exit code, or the signal that killed it. */
export function ended(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve(child.exitCode ?? child.signalCode);
  child.kill('SIGTERM');
  return new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
}
