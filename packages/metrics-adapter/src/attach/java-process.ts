// A JVM seen through /proc, as a sidecar sees the application's when the pod shares its process namespace.
// For attach and hsperfdata. Only reads; signalling is attach's. Layouts: proc(5).

import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

export type JavaProcess = {
  readonly pid: number;
  /** Its number in its own namespace, by which the JVM calls its files. */
  readonly ownPid: number;
  readonly uid: number;
  /** Whether the JVM catches SIGQUIT. It kills one that does not: the first milliseconds of a start, or -Xrs. */
  readonly catchesQuit: boolean;
  /** Its command line, and before and after it what the JVM takes from its environment. */
  readonly flags: readonly string[];
  /** Main class or jar, without folders; what the program is called where there is neither. */
  readonly main: string;
  /** Clock ticks from boot to its start: with the number, which process it is. */
  readonly startedTicks: string;
  /** Its root directory, as seen by us. */
  readonly root: string;
  readonly cwd: string;
};

const SIGQUIT_BIT = 1n << 2n; // signal 3
/** libjvm.so as a program that runs: somebody who only looks at the file does not have it so. */
const RUNS_LIBJVM = /^\S+ r-xp .*\/libjvm\.so$/m;

/** The process with this number. @throws Error when there is none, it may not be looked at, or it is no HotSpot JVM. */
export async function javaProcess(pid: number, proc = '/proc'): Promise<JavaProcess> {
  const folder = join(proc, String(pid));
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  if (!RUNS_LIBJVM.test(await read('maps')))
    throw new Error(`process ${pid} is no HotSpot JVM: it does not run libjvm.so`);
  const status = new Map(
    (await read('status')).split('\n').map((line): [string, string] => {
      const [key = '', value = ''] = line.split(/:\s+/, 2);
      return [key, value];
    }),
  );
  const commandLine = (await read('cmdline')).split('\0').slice(0, -1);
  return {
    pid,
    ownPid: Number((status.get('NSpid') ?? String(pid)).split(/\s+/).at(-1)),
    uid: Number((status.get('Uid') ?? '').split(/\s+/)[1]),
    catchesQuit: (BigInt(`0x${status.get('SigCgt') ?? '0'}`) & SIGQUIT_BIT) !== 0n,
    flags: flagsOf(commandLine, await read('environ').catch(() => '')),
    main: mainOf(commandLine),
    startedTicks: startOf(await read('stat')),
    root: join(folder, 'root'),
    cwd: join(folder, 'cwd'),
  };
}

/** Field 22; the second one, in parentheses, may have blanks and parentheses. */
const startOf = (stat: string): string => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';

/** Whether it is still that process, and not another one of the same number. */
export async function isAlive({ pid, startedTicks }: JavaProcess, proc = '/proc'): Promise<boolean> {
  const stat = await readFile(join(proc, String(pid), 'stat'), 'utf8').catch(() => '');
  return startOf(stat) === startedTicks && !/\) [ZX] /.test(stat);
}

/** In the order in which the JVM reads them: the last one of a kind counts. */
function flagsOf(commandLine: readonly string[], environ: string): string[] {
  const variables = new Map(
    environ.split('\0').map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
  const words = (name: string): string[] => (variables.get(name) ?? '').split(/\s+/).filter(Boolean);
  return [
    ...words('JAVA_TOOL_OPTIONS'),
    ...words('JDK_JAVA_OPTIONS'),
    ...commandLine,
    ...words('_JAVA_OPTIONS'),
  ];
}

const WITH_VALUE = new Set(
  '-cp -classpath --class-path -p --module-path --add-modules --add-opens --add-exports --add-reads'.split(
    ' ',
  ),
);

function mainOf([program = '', ...args]: readonly string[]): string {
  if (basename(program) !== 'java') return basename(program);
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (/^(?:-jar|-m|--module)$/.test(word)) return basename(args[i + 1] ?? '');
    if (WITH_VALUE.has(word)) i++;
    else if (!/^[-@]/.test(word)) return word;
  }
  return 'java';
}

/** All JVMs that can be looked at, by number. */
export async function javaProcesses(proc = '/proc'): Promise<JavaProcess[]> {
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name)).map(Number);
  const looked = await Promise.allSettled(pids.map((pid) => javaProcess(pid, proc)));
  return looked
    .flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    .toSorted((a, b) => a.pid - b.pid);
}

/** The port of `-Dcom.sun.management.jmxremote.port=`, when the JVM was started with it. */
export function jmxPortOf({ flags }: Pick<JavaProcess, 'flags'>): number | undefined {
  const port = jmxFlag(flags, 'port');
  return port === undefined || port === '0' || !/^\d+$/.test(port) ? undefined : Number(port);
}

/** The address that its JMX port is bound to; undefined: any. */
export const jmxHostOf = ({ flags }: Pick<JavaProcess, 'flags'>): string | undefined =>
  jmxFlag(flags, 'host');

function jmxFlag(flags: readonly string[], name: string): string | undefined {
  const start = `-Dcom.sun.management.jmxremote.${name}=`;
  return flags.findLast((word) => word.startsWith(start))?.slice(start.length);
}

/** Programs of the JDK, which run for a moment beside the application; nobody wants their metrics. */
const TOOLS = new Set(
  'jcmd jps jstat jstack jmap jinfo jfr jhsdb jdb jshell jar jarsigner javac javadoc jdeps jlink jpackage keytool'.split(
    ' ',
  ),
);

export const isJdkTool = ({ main }: Pick<JavaProcess, 'main'>): boolean => TOOLS.has(main);
