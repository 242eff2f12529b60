// The environment of the commands a program runs: its ENVIRON, where it has changed that (gawk manual, "Auto-set": not
// with --posix). Pure; for both engines, which hand it to the world.
// Invariant: what is as it came is not handed on, so that names and values that are no text reach commands unharmed.
import type { Program } from './ast.ts';
import type { CommandEnvironment } from './world.ts';

/** Whether commands have to be told the environment at all. */
export function mayChangeEnvironment({ posix, specials }: Program): boolean {
  return !posix && specials.some(({ name }) => name === 'ENVIRON');
}

/**
 * @param original the environment of the process
 * @param current what ENVIRON holds, in the text model
 * @returns undefined when nothing was changed
 */
export function changedEnvironment(
  original: ReadonlyMap<string, string>,
  current: ReadonlyMap<string, string>,
): CommandEnvironment {
  const isSame =
    original.size === current.size && [...original].every(([name, value]) => current.get(name) === value);
  return isSame ? undefined : current;
}
