// What a running process has cost so far, to the nanosecond: /proc/<pid>/stat counts CPU in ticks of 10 ms.
import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds, user and system, of all living threads. */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  }
  return nanoseconds / 1e9;
}
