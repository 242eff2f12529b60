// Memory, descriptors and CPU of a running process as /proc has them: what "bounded" means in invariant I5.
// Reads are of a live process, so any of them may find it gone; then the sample is undefined.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Clock ticks per second of /proc/<pid>/stat (USER_HZ, 100 on every Linux that Node supports). */
const TICKS_PER_SECOND = 100;

export type Sample = { readonly rssBytes: number; readonly descriptors: number };

export function sample(pid: number): Sample | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const rssKib = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
    if (rssKib === undefined) return undefined;
    return { rssBytes: Number(rssKib) * 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

/** CPU seconds used so far, user and system. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from field 3 of proc(5) on
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** What the process' open descriptors point to, as readlink says: a deleted file ends in ' (deleted)'. */
export function openFiles(pid: number): string[] {
  const targets: string[] = [];
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    try {
      targets.push(readlinkSync(`/proc/${pid}/fd/${descriptor}`));
    } catch {
      // closed between the two calls
    }
  }
  return targets;
}

/** The children of a process, as pids. */
export function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

/** Watches a process' memory and descriptors until disposed. */
export class Gauge implements Disposable {
  readonly samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number, everyMs = 100) {
    this.#timer = setInterval(() => {
      const now = sample(pid);
      if (now !== undefined) this.samples.push(now);
    }, everyMs);
  }

  get peakRssBytes(): number {
    return Math.max(0, ...this.samples.map((one) => one.rssBytes));
  }

  get peakDescriptors(): number {
    return Math.max(0, ...this.samples.map((one) => one.descriptors));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
