// What a running process has cost so far, read from /proc: CPU to the nanosecond (/proc/<pid>/stat counts ticks of 10 ms),
// resident memory now and at its peak.
import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds, user and system, of all living threads. */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  }
  return nanoseconds / 1e9;
}

/** Mebibytes. */
export function residentMib(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const row = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  return { now: row('VmRSS'), peak: row('VmHWM') };
}
