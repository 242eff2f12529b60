// Race 3: from the write(2) of a line to its last byte at the reader of our stdout; 400 lines, random gaps of 0-40 ms
// from a seed, so that every contestant gets the same ones. Writer and reader are one process with one clock; its own
// delay is in every figure alike.

import { closeSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { type Contestant, gnuTail, ours, tailFile } from './contestants.ts';
import type { Race } from './course.ts';
import { Lane } from './lane.ts';
import { LINE_BYTES, lineOf } from './log-files.ts';
import { median, quantile, type Row } from './race-table.ts';

const MEDIAN_OF_GNU_TAIL = 3;
const P99_OF_GNU_TAIL = 2;

const SEED = 20_261_120;
const LONGEST_GAP_MS = 40;
const ROUNDS = 3;

/** Milliseconds from write to arrival, one round of one contestant. */
type Delays = { p50: number; p99: number };

export const latency: Race = async ({ files, scale, say }) => {
  const contestants = [ours('raw'), gnuTail, tailFile];
  const rounds = new Map(contestants.map((one): [Contestant, Delays[]] => [one, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contestant of contestants) {
      const path = join(files.directory, `latency-${contestant.name}-${round}.log`);
      const delays = await measure(contestant, path, scale.latencyLines);
      rounds.get(contestant)?.push(delays);
      say(`${contestant.title}: p50 ${delays.p50.toFixed(2)} ms, p99 ${delays.p99.toFixed(2)} ms`);
    }
  }
  const [mine = [], gnu = [], peer = []] = rounds.values();
  return [row('p50', MEDIAN_OF_GNU_TAIL, mine, gnu, peer), row('p99', P99_OF_GNU_TAIL, mine, gnu, peer)];
};

async function measure(contestant: Contestant, path: string, lines: number): Promise<Delays> {
  const fd = openSync(path, 'a');
  using lane = new Lane(contestant, [path], 'ours');
  const arrivals = new Arrivals(lane.readEnd);
  const random = new SeededRandom(SEED);
  writeSync(fd, lineOf(0));
  await arrivals.reached(1); // it has started and found the file
  const writtenAt: number[] = [];
  for (let i = 1; i <= lines; i += 1) {
    await sleep(random.fraction() * LONGEST_GAP_MS);
    writtenAt.push(performance.now());
    writeSync(fd, lineOf(i));
  }
  await arrivals.reached(lines + 1);
  arrivals.close();
  closeSync(fd);
  const delays = writtenAt.map((written, i) => (arrivals.atMs[i + 1] ?? NaN) - written);
  return { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) };
}

/** When each line's last byte came out of the pipe. */
class Arrivals {
  readonly atMs: number[] = [];
  readonly #socket: Socket;
  #bytes = 0;

  constructor(readEnd: number) {
    this.#socket = new Socket({ fd: readEnd, readable: true, writable: false });
    this.#socket.on('data', (chunk) => {
      this.#bytes += chunk.length;
      const now = performance.now();
      while (this.atMs.length < Math.floor(this.#bytes / LINE_BYTES)) this.atMs.push(now);
    });
  }

  async reached(lines: number): Promise<void> {
    while (this.atMs.length < lines) await sleep(5);
  }

  close(): void {
    this.#socket.destroy();
  }
}

function row(
  quantileName: keyof Delays,
  limit: number,
  mine: readonly Delays[],
  gnu: readonly Delays[],
  peer: readonly Delays[],
): Row {
  const ratio = median(
    mine.map((delays, round) => delays[quantileName] / (gnu[round]?.[quantileName] ?? NaN)),
  );
  const ms = (rounds: readonly Delays[]): string =>
    `${median(rounds.map((one) => one[quantileName])).toFixed(2)} ms`;
  return {
    race: `append to stdout, ${quantileName}`,
    target: `<= ${limit}x GNU tail`,
    measured: `${ratio.toFixed(2)}x: ${ms(mine)}; GNU tail ${ms(gnu)}, tail-file ${ms(peer)}`,
    verdict: ratio <= limit,
  };
}
