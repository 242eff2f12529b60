// The start of the image. For now the command awk only: the one place of this package that touches the process.
// Recursive programs run on a thread of their own, whose stack may be as deep as they like (memory is taken as it is
// used; the first thread's 1 MiB ends after some hundred calls).
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { type AwkInvocation, awkCommand } from './awk-command.ts';
import { rawArguments, rawEnvironment } from './raw-names.ts';
import root from '../../../package.json' with { type: 'json' };

/** Some 200 000 calls. */
const DEEP_STACK_MIB = 256;

function invocation(): AwkInvocation {
  return {
    args: rawArguments(process.argv.slice(2)),
    environment: rawEnvironment(
      new Map(Object.entries(process.env).map(([name, value = '']) => [name, value])),
    ),
    processIds: new Map([
      ['pid', process.pid],
      ['ppid', process.ppid],
      ['uid', process.getuid?.() ?? 0],
      ['gid', process.getgid?.() ?? 0],
      ['euid', process.geteuid?.() ?? 0],
      ['egid', process.getegid?.() ?? 0],
    ]),
    version: root.version,
    hasDeepStack: false,
  };
}

const result = awkCommand(isMainThread ? invocation() : workerData);
if (typeof result === 'number') process.exitCode = result;
else {
  const again = { ...invocation(), sources: result.recursive, hasDeepStack: true };
  const thread = new Worker(process.argv[1] ?? '', {
    workerData: again,
    resourceLimits: { stackSizeMb: DEEP_STACK_MIB },
  });
  thread.on('exit', (status) => (process.exitCode = status));
}
