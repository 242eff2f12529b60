// log-tailer as a process, in the few ways the tests of its promises start it.
import {
  type RunningImage,
  type ImageOptions,
  imageCommand,
  RunningImage as Running,
  startImage,
} from '@podmate/testkit/image';

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs it to its end. Without a checkpoint, unless one is named. */
export async function ended(args: readonly string[], options: ImageOptions = {}): Promise<Ended> {
  await using image = startImage('log-tailer', args, options);
  const { code } = await image.exited;
  return { code, stdout: image.stdout, stderr: image.stderr };
}

/** Without root's licence to read and write everything; a plain user has none to lose. */
export function startUnprivileged(args: readonly string[]): RunningImage {
  const command = [...imageCommand('log-tailer'), ...args];
  const [program = '', ...rest] =
    process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all', ...command] : command;
  return new Running([program, ...rest]);
}

/** The lines we said at this level. */
export function said({ stderr }: { readonly stderr: string }, level: 'error' | 'warn'): string[] {
  return stderr.split('\n').filter((line) => line.includes(`level=${level}`));
}
