// Race 2: what it costs to follow an application that writes 50,000 lines a second, each with a write(2) of its own.
// CPU seconds over the time in which the writer writes, until its last line is out.

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { busyboxTail, type Contestant, gnuTail, ours, present } from './contestants.ts';
import type { Race } from './course.ts';
import { Lane } from './lane.ts';
import { LINE_BYTES } from './log-files.ts';
import { median, type Row } from './race-table.ts';

const LINES_PER_SECOND = 50_000;
const OF_GNU_TAIL = 0.5;
const ROUNDS = 3;

/** Time for a contestant to have started and found its file. */
const SETTLING_MS = 1000;

const run = promisify(execFile);

export const steady: Race = async ({ files, scale, say }) => {
  const contestants = [ours('raw'), ...present(gnuTail, busyboxTail)];
  const shares = new Map(contestants.map((one): [Contestant, number[]] => [one, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contestant of contestants) {
      const path = join(files.directory, `steady-${contestant.name}-${round}.log`);
      const share = await follow(contestant, path, scale.steadySeconds);
      shares.get(contestant)?.push(share);
      say(`${contestant.title}: ${percent(share)} of a core at ${LINES_PER_SECOND} lines/s`);
    }
  }
  return rows(shares);
};

/** The share of one core that following costs. */
async function follow(contestant: Contestant, path: string, seconds: number): Promise<number> {
  writeFileSync(path, '');
  using lane = new Lane(contestant, [path]);
  await sleep(SETTLING_MS);
  const before = lane.cpuSeconds;
  const writer = join(import.meta.dirname, 'steady-writer.ts');
  const { stdout } = await run(process.execPath, [writer, path, String(LINES_PER_SECOND), String(seconds)]);
  await lane.arrived(Number(stdout) * LINE_BYTES);
  return (lane.cpuSeconds - before) / seconds;
}

function rows(shares: ReadonlyMap<Contestant, number[]>): Row[] {
  const [[, mine = []] = [], [, gnu = []] = [], ...others] = shares;
  const ratio = median(mine.map((share, round) => share / (gnu[round] ?? NaN)));
  const peers = [
    ['GNU tail', gnu] as const,
    ...others.map(([peer, values]) => [peer.title, values] as const),
  ];
  const words = peers.map(([title, values]) => `${title} ${percent(median(values))}`).join(', ');
  return [
    {
      race: '50,000 lines/s, CPU of a core',
      target: `<= ${OF_GNU_TAIL}x GNU tail`,
      measured: `${ratio.toFixed(2)}x: ${percent(median(mine))}; ${words}`,
      verdict: ratio <= OF_GNU_TAIL,
    },
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
