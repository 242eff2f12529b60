// Latency at a fixed rate, far below what any contestant can do, as ratios to nginx within a round: what a proxy adds
// when it is not busy. Absolute figures would say more of the machine.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { courses } from './courses.ts';
import { running } from './lap.ts';
import type { Track } from './track.ts';

/** Multiples of what nginx had in the same round. */
export type Paced = { readonly name: string; readonly p50: number; readonly p99: number };

const RATE = 1000;
const SECONDS = 3;

async function percentiles(name: string, track: Track): Promise<readonly number[]> {
  const course = courses['small'];
  if (course === undefined) throw new Error('there is no course of small requests');
  return running(name, course, track, async (_image, port) => {
    const program = resolve(import.meta.dirname, 'paced-client.mjs');
    const args = ['-c', '1', process.execPath, program, String(port), course.path];
    await promisify(execFile)('taskset', [...args, String(RATE), '2']); // warms up
    const { stdout } = await promisify(execFile)('taskset', [...args, String(RATE), String(SECONDS)]);
    return stdout.trim().split(' ').map(Number);
  });
}

/** @param names nginx first */
export async function paced(names: readonly string[], track: Track, rounds: number): Promise<Paced[]> {
  const found: Paced[] = [];
  for (let round = 0; round < rounds; round++) {
    const [base50 = NaN, base99 = NaN] = await percentiles('nginx', track);
    found.push({ name: 'nginx', p50: 1, p99: 1 });
    for (const name of names.slice(1)) {
      const [p50 = NaN, p99 = NaN] = await percentiles(name, track);
      found.push({ name, p50: p50 / base50, p99: p99 / base99 });
    }
  }
  return found;
}
