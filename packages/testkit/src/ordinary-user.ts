// For servers that refuse to be run by root: the user `nobody` where we are root, ourselves where we are not.

import { chown } from 'node:fs/promises';
import { eventually } from './eventually.ts';
import { RunningImage } from './image.ts';

const NOBODY = 65_534;
const isRoot = (): boolean => process.getuid?.() === 0;

/** The command as an ordinary user runs it. */
export function asOrdinaryUser(program: string, ...args: string[]): [string, ...string[]] {
  if (!isRoot()) return [program, ...args];
  const uid = String(NOBODY);
  return ['setpriv', '--reuid', uid, '--regid', uid, '--clear-groups', program, ...args];
}

/** Makes files or folders those of the ordinary user. */
export async function giveToOrdinaryUser(...paths: string[]): Promise<void> {
  if (isRoot()) for (const path of paths) await chown(path, NOBODY, NOBODY);
}

/** Starts a server and waits until it says `ready` on stderr; one that does not is ended. @throws with what it said */
export async function startServer(
  command: readonly [string, ...string[]],
  ready: string,
): Promise<RunningImage> {
  const server = new RunningImage(command);
  try {
    await eventually(() => {
      if (!server.stderr.includes(ready)) throw new Error(server.stderr);
    });
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}
