// The start of the image: the adapter, or the command awk where we are called so. The one place of this package that
// touches the process. What only the adapter needs is loaded for the adapter alone: awk starts as fast as without it.
import os from 'node:os';
import type { Worker } from 'node:worker_threads';
import { type AwkInvocation, awkCommand } from './awk-command.ts';
import { rawArguments, rawEnvironment } from './raw-names.ts';
import { readShellCall } from './shell-call.ts';
import type { ToThread } from './thread/thread-messages.ts';
import type { ThreadData } from './thread/thread-run.ts';
import type { Surroundings } from './transform/surroundings.ts';
import root from '../../../package.json' with { type: 'json' };

/** Memory is taken as it is used: some 200 000 calls. */
const DEEP_STACK_MIB = 256;

/** The one argument of a thread of ours, so that only threads have to load what threads are made of (2 MB). */
const THREAD = '--as-thread';

const environment = (): ReadonlyMap<string, string> =>
  rawEnvironment(new Map(Object.entries(process.env).map(([name, value = '']) => [name, value])));

const processIds = (): ReadonlyMap<string, number> =>
  new Map([
    ['pid', process.pid],
    ['ppid', process.ppid],
    ['uid', process.getuid?.() ?? 0],
    ['gid', process.getgid?.() ?? 0],
    ['euid', process.geteuid?.() ?? 0],
    ['egid', process.getegid?.() ?? 0],
  ]);

/** @param args of awk; the last of those that we were called with */
function invocation(args: readonly string[]): AwkInvocation {
  return {
    args,
    environment: environment(),
    processIds: processIds(),
    version: root.version,
    hasDeepStack: false,
  };
}

/**
 * Recursive programs run on a thread of their own, whose stack may be as deep as they like (memory is taken as it is
 * used; the first thread's 1 MiB ends after some hundred calls).
 */
function awk(of: AwkInvocation): void {
  const result = awkCommand(of);
  if (typeof result === 'number') {
    process.exitCode = result;
    return;
  }
  const thread = startThread({ ...of, sources: result.recursive, hasDeepStack: true });
  thread.on('exit', (status) => (process.exitCode = status));
}

const threads = () => process.getBuiltinModule('node:worker_threads');

/** This program once more, with a stack as deep as recursion may want it. */
function startThread(workerData: AwkInvocation | ThreadData): Worker {
  const { Worker: Thread } = threads();
  const resourceLimits = { stackSizeMb: DEEP_STACK_MIB };
  return new Thread(process.argv[1] ?? '', { argv: [THREAD], workerData, resourceLimits });
}

async function adapter(argv: readonly string[]): Promise<void> {
  const { startAdapter } = await import('./adapter-start.ts');
  process.exitCode = await startAdapter({
    startThread,
    argv,
    version: root.version,
    surroundings: surroundings(),
  });
}

/** The thread of a transform. */
async function transform(data: ThreadData): Promise<void> {
  const { runThread } = await import('./thread/thread-run.ts');
  const { parentPort, receiveMessageOnPort } = threads();
  if (parentPort === null) return;
  const receive = (): ToThread | undefined => receiveMessageOnPort(parentPort)?.message;
  runThread({ post: (message) => parentPort.postMessage(message, []), receive }, data, surroundings());
}

const surroundings = (): Surroundings => ({
  environment: environment(),
  processIds: processIds(),
  hostname: os.hostname(),
  now: () => Date.now() / 1000,
  ticks: () => performance.now(),
});

function main(): void {
  const data: AwkInvocation | ThreadData | null = process.argv[2] === THREAD ? threads().workerData : null;
  if (data !== null) return 'kind' in data ? void transform(data) : awk(data);
  const call = readShellCall(rawArguments(process.argv.slice(1)));
  if (call.kind === 'awk') return awk(invocation(call.args));
  if (call.kind === 'refused') return fail(call.reason);
  adapter(call.args).catch((error: unknown) => {
    if (!(error instanceof Error) || !error.name.startsWith('SettingError')) throw error;
    fail(error.message);
  });
}

function fail(reason: string): void {
  process.stderr.write(`date-adapter: ${reason}\n`);
  process.exit(64);
}

main();
