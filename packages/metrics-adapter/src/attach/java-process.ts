// A JVM seen through /proc, as a sidecar sees the application's when the pod shares its process namespace.
// For attach and hsperfdata. Only reads; signalling is attach's. Layouts: proc(5).

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type JavaProcess = {
  readonly pid: number;
  /** Its number in its own namespace, by which the JVM calls its files. */
  readonly ownPid: number;
  readonly uid: number;
  /** Whether the JVM catches SIGQUIT. It kills one that does not: the first milliseconds of a start, or -Xrs. */
  readonly catchesQuit: boolean;
  readonly commandLine: readonly string[];
  /** Its root directory, as seen by us. */
  readonly root: string;
  readonly cwd: string;
};

const SIGQUIT_BIT = 1n << 2n; // signal 3

/** The process with this number. @throws Error when there is none, it may not be looked at, or it is no HotSpot JVM. */
export async function javaProcess(pid: number, proc = '/proc'): Promise<JavaProcess> {
  const folder = join(proc, String(pid));
  const maps = await readFile(join(folder, 'maps'), 'latin1');
  if (!maps.includes('/libjvm.so'))
    throw new Error(`process ${pid} is no HotSpot JVM: libjvm.so is not loaded`);
  const status = new Map(
    (await readFile(join(folder, 'status'), 'latin1')).split('\n').map((line): [string, string] => {
      const [key = '', value = ''] = line.split(/:\s+/, 2);
      return [key, value];
    }),
  );
  const commandLine = (await readFile(join(folder, 'cmdline'), 'utf8')).split('\0').slice(0, -1);
  return {
    pid,
    ownPid: Number((status.get('NSpid') ?? String(pid)).split(/\s+/).at(-1)),
    uid: Number((status.get('Uid') ?? '').split(/\s+/)[1]),
    catchesQuit: (BigInt(`0x${status.get('SigCgt') ?? '0'}`) & SIGQUIT_BIT) !== 0n,
    commandLine,
    root: join(folder, 'root'),
    cwd: join(folder, 'cwd'),
  };
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
export function jmxPortOf({ commandLine }: Pick<JavaProcess, 'commandLine'>): number | undefined {
  const flag = commandLine
    .map((word) => /^-Dcom\.sun\.management\.jmxremote\.port=(\d+)$/.exec(word)?.[1])
    .findLast(Boolean);
  return flag === undefined || flag === '0' ? undefined : Number(flag);
}
