// date-adapter as a process, in the few ways the tests of its promises start it.
import { type ImageOptions, type RunningImage, startImage } from '@podmate/testkit/image';

/** Quiet, and without a checkpoint unless one is named later. */
const QUIET = ['--log-level', 'warn', '--checkpoint', 'off'];

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export function start(args: readonly string[], options: ImageOptions = {}): RunningImage {
  return startImage('date-adapter', [...QUIET, ...args], options);
}

/** Runs it to its end. */
export async function ended(args: readonly string[], options: ImageOptions = {}): Promise<Ended> {
  await using image = start(args, options);
  return await finished(image);
}

/** As `ended`, with nothing but these arguments: for commands and other names. */
export async function called(args: readonly string[], options: ImageOptions = {}): Promise<Ended> {
  await using image = startImage('date-adapter', args, options);
  return await finished(image);
}

async function finished(image: RunningImage): Promise<Ended> {
  const { code } = await image.exited;
  return { code, stdout: image.stdout, stderr: image.stderr };
}
