// Race 5: the peak of our memory where a tailer is tempted to buffer: under full load, with one line of 300 MB, and
// with a reader that does not read. The peak is the kernel's own (VmHWM), Node's 45 MB of program pages included.

import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { busyboxTail, type Contestant, gnuTail, type Format, ours, present } from './contestants.ts';
import type { Race } from './course.ts';
import { Lane } from './lane.ts';
import type { Row } from './race-table.ts';

const PEAK_RSS_MIB = 70;
const BLOCKED_MS = 10_000;
const MIB = 1024 * 1024;

export const memory: Race = async ({ files, scale, say }) => {
  const load = files.ofBytes('memory.log', scale.bytes);
  const longLine = writeLongLine(join(files.directory, 'long-line.log'), scale.longLineBytes);
  const rows: Row[] = [];
  const add = (race: string, mib: number, peers: string): void => {
    say(`${race}: peak ${mib.toFixed(1)} MiB RSS`);
    const measured = `${mib.toFixed(1)} MiB${peers}`;
    rows.push({
      race: `peak RSS, ${race}`,
      target: `<= ${PEAK_RSS_MIB} MiB`,
      measured,
      verdict: mib <= PEAK_RSS_MIB,
    });
  };
  for (const format of ['raw', 'prefix', 'json'] satisfies Format[]) {
    add(`${format} under full load`, await peakOfAll(ours(format), load, scale.bytes), '');
  }
  const peers = await Promise.all(
    present(gnuTail, busyboxTail).map(async (peer) => {
      return `${peer.title} ${(await peakOfAll(peer, longLine, scale.longLineBytes)).toFixed(1)}`;
    }),
  );
  const size = `a line of ${scale.longLineBytes / 1e6} MB`;
  add(size, await peakOfAll(ours('raw'), longLine, scale.longLineBytes), `; ${peers.join(', ')}`);
  add('stdout blocked', await peakWhenBlocked(ours('raw'), load), '');
  return rows;
};

function writeLongLine(path: string, bytes: number): string {
  const fd = openSync(path, 'w');
  const block = Buffer.alloc(MIB, 'long line ');
  for (let left = bytes - 1; left > 0; left -= block.length)
    writeSync(fd, block, 0, Math.min(left, block.length));
  writeSync(fd, '\n');
  closeSync(fd);
  return path;
}

/** The peak when `bytes` have come out. */
async function peakOfAll(contestant: Contestant, path: string, bytes: number): Promise<number> {
  using lane = new Lane(contestant, [path]);
  await lane.arrived(bytes);
  return lane.memory.peakRssMib;
}

async function peakWhenBlocked(contestant: Contestant, path: string): Promise<number> {
  using lane = new Lane(contestant, [path], 'blocked');
  await sleep(BLOCKED_MS);
  return lane.memory.peakRssMib;
}
