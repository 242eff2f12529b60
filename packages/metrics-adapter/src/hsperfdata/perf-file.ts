// Where a JVM keeps its hsperfdata file, seen through /proc: in its own /tmp, by its own user name and number.
// For the tier without any contact. A JVM with -XX:-UsePerfData or -XX:+PerfDisableSharedMem has none.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JavaProcess } from '../attach/java-process.ts';
import { type PerfCounter, perfCounters } from './perf-counters.ts';

/** The counters now. @throws Error when the JVM keeps none, PerfDataError when they cannot be read. */
export async function readPerfCounters(
  jvm: Pick<JavaProcess, 'root' | 'ownPid' | 'pid'>,
): Promise<PerfCounter[]> {
  const temporary = join(jvm.root, 'tmp');
  const folders = (await readdir(temporary)).filter((name) => name.startsWith('hsperfdata_'));
  const reads = folders.map((folder) => readFile(join(temporary, folder, String(jvm.ownPid))));
  const found = (await Promise.allSettled(reads)).find((one) => one.status === 'fulfilled');
  if (found === undefined)
    throw new Error(`process ${jvm.pid} keeps no counters: -XX:-UsePerfData or +PerfDisableSharedMem`);
  return perfCounters(found.value);
}
