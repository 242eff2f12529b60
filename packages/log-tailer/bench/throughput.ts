// Race 1: 1 GB of 120-byte lines from the page cache into a pipe whose reader is `cat >/dev/null`.
// Before it, every contestant's output is proven: raw byte by byte, prefix and json against a transform of the input.
// The time is from the start of the process to the last byte out of the pipe, Node's start included.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { busyboxTail, cat, type Contestant, gnuTail, ours, present } from './contestants.ts';
import type { Race } from './course.ts';
import { Lane } from './lane.ts';
import type { LogFiles } from './log-files.ts';
import { median, type Row } from './race-table.ts';

const RAW_OVER_CAT = 1.25;

/** The targets for prefix and json are rates where cat makes 3 GB/s; on another machine they scale with its cat. */
const CAT_BYTES_PER_SECOND = 3e9;
const PREFIX_OVER_CAT = CAT_BYTES_PER_SECOND / 500e6;
const JSON_OVER_CAT = CAT_BYTES_PER_SECOND / 200e6;

const PROOF_BYTES = 24e6;

type Run = { wallSeconds: number; cpuSeconds: number };
type Runs = ReadonlyMap<Contestant, Run[]>;

export const throughput: Race = async ({ files, scale, say }) => {
  proveOutputs(files);
  say('outputs proven: raw equals the file, prefix and json equal its transform');
  const peers = [cat, ...present(gnuTail, busyboxTail)];
  const formats = [ours('raw'), ours('prefix'), ours('json')];
  const path = files.ofBytes('throughput.log', scale.bytes);
  const expected = new Map([...peers, ...formats].map((one) => [one, outputBytes(one, path)]));
  const runs = new Map([...expected.keys()].map((one): [Contestant, Run[]] => [one, []]));
  for (let round = 0; round < scale.rounds; round += 1) {
    for (const [contestant, bytes] of expected) {
      const run = await follow(contestant, path, bytes);
      runs.get(contestant)?.push(run);
      say(`${contestant.title}: ${run.wallSeconds.toFixed(3)} s, CPU ${run.cpuSeconds.toFixed(3)} s`);
    }
  }
  return rows(runs, formats, scale.bytes);
};

async function follow(contestant: Contestant, path: string, bytes: number): Promise<Run> {
  using lane = new Lane(contestant, [path]);
  const wallSeconds = await lane.arrived(bytes);
  return { wallSeconds, cpuSeconds: lane.cpuSeconds };
}

function rows(runs: Runs, [raw, prefix, json]: readonly Contestant[], bytes: number): Row[] {
  const peers = [...runs.keys()].filter((one) => one.name === 'gnu' || one.name === 'busybox');
  const size = `${(bytes / 1e9).toFixed(bytes < 1e9 ? 1 : 0)} GB of 120-byte lines`;
  const against = (one: Contestant | undefined, target: number, title: string): Row[] => {
    if (one === undefined) return [];
    const wall = ratio(runs, one, cat, 'wallSeconds');
    const words = `${wall.toFixed(2)}x wall, ${ratio(runs, one, cat, 'cpuSeconds').toFixed(1)}x CPU; ${rate(runs, one, bytes)}`;
    return [
      {
        race: `${size}, ${title}`,
        target: `<= ${target}x cat's wall`,
        measured: words,
        verdict: wall <= target,
      },
    ];
  };
  return [
    ...against(raw, RAW_OVER_CAT, 'raw'),
    ...(raw === undefined ? [] : peers.map((peer) => versusTail(runs, raw, peer, size))),
    ...against(prefix, PREFIX_OVER_CAT, 'prefix'),
    ...against(json, JSON_OVER_CAT, 'json'),
    { race: `${size}, cat`, target: '', measured: rate(runs, cat, bytes) },
  ];
}

function versusTail(runs: Runs, raw: Contestant, peer: Contestant, size: string): Row {
  const wall = ratio(runs, raw, peer, 'wallSeconds');
  const measured = `${wall.toFixed(2)}x wall, ${ratio(runs, raw, peer, 'cpuSeconds').toFixed(2)}x CPU`;
  return { race: `${size}, raw`, target: `faster than ${peer.title}`, measured, verdict: wall < 1 };
}

/** The median of the ratios within a round: what the machine does to one it does to the other. */
function ratio(runs: Runs, one: Contestant, other: Contestant, what: keyof Run): number {
  const others = runs.get(other) ?? [];
  return median((runs.get(one) ?? []).map((run, round) => run[what] / (others[round]?.[what] ?? NaN)));
}

function rate(runs: Runs, contestant: Contestant, bytes: number): string {
  const seconds = median((runs.get(contestant) ?? []).map(({ wallSeconds }) => wallSeconds));
  return `${Math.round(bytes / seconds / 1e6)} MB/s`;
}

/** Throws when a contestant's output is not what it should be. */
function proveOutputs(files: LogFiles): void {
  const path = files.ofBytes('proof.log', PROOF_BYTES);
  const input = readFileSync(path);
  for (const contestant of [cat, ...present(gnuTail, busyboxTail), ours('raw')]) {
    if (sha256(print(contestant, path)) !== sha256(input))
      throw new Error(`${contestant.title}: output differs`);
  }
  const lines = input.toString('latin1').split('\n').slice(0, -1);
  const prefixed = lines.map((line) => `[${basename(path)}] ${line}\n`).join('');
  if (print(ours('prefix'), path).toString('latin1') !== prefixed) throw new Error('prefix: output differs');
  const records = print(ours('json'), path).toString('utf8').split('\n').slice(0, -1);
  const messages = records.map((record): unknown => Object(JSON.parse(record)).message);
  if (messages.length !== lines.length || messages.some((message, i) => message !== lines[i])) {
    throw new Error('json: output differs');
  }
}

function outputBytes(contestant: Contestant, path: string): number {
  return inScratch((scratch) => {
    const counting = ['-c', '"$@" | wc -c', 'sh', ...contestant.once(path, scratch)];
    const env = { ...process.env, ...contestant.env };
    return Number(
      spawnSync('sh', counting, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).stdout,
    );
  });
}

function print(contestant: Contestant, path: string): Buffer {
  return inScratch((scratch) => {
    const [file = '', ...args] = contestant.once(path, scratch);
    const env = { ...process.env, ...contestant.env };
    return spawnSync(file, args, { env, maxBuffer: 10 * PROOF_BYTES, stdio: ['ignore', 'pipe', 'inherit'] })
      .stdout;
  });
}

function inScratch<T>(use: (scratch: string) => T): T {
  const scratch = mkdtempSync(join(tmpdir(), 'podmate-race-'));
  try {
    return use(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
