// What a running process has cost so far, read from /proc while it lives: CPU to the nanosecond, memory by kind.
// /proc/<pid>/stat counts CPU in ticks of 10 ms, a twentieth of what `cat` needs for 1 GB, hence schedstat.

import { readdirSync, readFileSync } from 'node:fs';

/** Mebibytes. rss counts shared pages in full, pss by its share, anonymous is the process's own data alone. */
export type Memory = { rssMib: number; peakRssMib: number; pssMib: number; anonymousMib: number };

/** CPU seconds, user and system, of all living threads. */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  }
  return nanoseconds / 1e9;
}

export function memory(pid: number): Memory {
  const status = kibibytes(`/proc/${pid}/status`);
  const rollup = kibibytes(`/proc/${pid}/smaps_rollup`);
  return {
    rssMib: status('VmRSS') / 1024,
    peakRssMib: status('VmHWM') / 1024,
    pssMib: rollup('Pss') / 1024,
    anonymousMib: rollup('Anonymous') / 1024,
  };
}

/** Bytes that a process has taken in by read(2) and the like. */
export function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1]);
}

/** Looks up rows like `VmRSS:  1784 kB`; NaN for one that is not there. */
function kibibytes(path: string): (key: string) => number {
  const rows = readFileSync(path, 'latin1').matchAll(/^(\w+):\s+(\d+) kB$/gm);
  const table = new Map(Array.from(rows, ([, key, value]) => [key, Number(value)]));
  return (key) => table.get(key) ?? NaN;
}
