// Race 4: what it costs to follow files in which nothing happens: 1,000 and 10,000 of them, CPU over 20 seconds and
// memory after it. Ours gets a glob, the tails, which know none, every path.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { busyboxTail, type Contestant, gnuTail, ours, present } from './contestants.ts';
import type { Race } from './course.ts';
import { Lane } from './lane.ts';
import { LINE_BYTES, lineOf } from './log-files.ts';
import type { Memory } from './process-account.ts';
import type { Row } from './race-table.ts';

const CPU_SHARE: Record<number, number> = { 1000: 0.002, 10_000: 0.01 };
const RSS_MIB_OF_1000_FILES = 60;

/** After all files are found and read: time for the last sweeps of a start to pass. */
const SETTLING_MS = 3000;

type Cost = Memory & { cpuShare: number; startSeconds: number };

export const idle: Race = async ({ files, scale, say }) => {
  const rows: Row[] = [];
  for (const count of [1000, 10_000]) {
    const directory = join(files.directory, `idle-${count}`);
    makeFiles(directory, count);
    for (const contestant of [ours('raw'), ...present(gnuTail, busyboxTail)]) {
      const cost = await measure(contestant, directory, count, scale.idleSeconds);
      say(`${contestant.title}, ${count} files: ${words(cost)}`);
      rows.push(row(contestant, count, cost));
    }
  }
  return rows;
};

function makeFiles(directory: string, count: number): void {
  mkdirSync(directory);
  for (let i = 0; i < count; i += 1) writeFileSync(join(directory, `${i}.log`), lineOf(i));
}

async function measure(
  contestant: Contestant,
  directory: string,
  count: number,
  seconds: number,
): Promise<Cost> {
  const every = Array.from({ length: count }, (_, i) => join(directory, `${i}.log`));
  const paths = contestant.name.startsWith('ours') ? [join(directory, '*.log')] : every;
  using lane = new Lane(contestant, paths);
  const startSeconds = await lane.arrived(count * LINE_BYTES);
  await sleep(SETTLING_MS);
  const before = lane.cpuSeconds;
  const startedAt = performance.now();
  await sleep(seconds * 1000);
  const cpuShare = (lane.cpuSeconds - before) / ((performance.now() - startedAt) / 1000);
  return { ...lane.memory, cpuShare, startSeconds };
}

function row(contestant: Contestant, count: number, cost: Cost): Row {
  const race = `${count.toLocaleString('en')} idle files, ${contestant.title}`;
  const limit = CPU_SHARE[count] ?? NaN;
  if (!contestant.name.startsWith('ours')) return { race, target: '', measured: words(cost) };
  const withinRss = count > 1000 || cost.rssMib <= RSS_MIB_OF_1000_FILES;
  return {
    race,
    target: `<= ${limit * 100} % CPU${count > 1000 ? '' : `, <= ${RSS_MIB_OF_1000_FILES} MiB RSS`}`,
    measured: words(cost),
    verdict: cost.cpuShare <= limit && withinRss,
  };
}

function words({ cpuShare, rssMib, pssMib, anonymousMib, startSeconds }: Cost): string {
  const memory = `${rssMib.toFixed(1)} MiB RSS (PSS ${pssMib.toFixed(1)}, anonymous ${anonymousMib.toFixed(1)})`;
  return `${(cpuShare * 100).toFixed(2)} % CPU, ${memory}, all found after ${startSeconds.toFixed(2)} s`;
}
