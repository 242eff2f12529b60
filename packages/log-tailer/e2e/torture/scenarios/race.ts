// The one case that nobody can make lossless: scenario 11. The real logrotate copies and truncates while another
// process writes; what it wrote between the last read of the copy and the truncation is destroyed, unless the tailer
// was quick enough to have read it. Required: nothing that still is on disk is missing, nothing comes twice or
// garbled, and the tailer says so when bytes may be lost.

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Account } from '../ledger.ts';
import { readName } from '../numbered-lines.ts';
import type { Scenario } from '../scenario.ts';
import { adminServer, type Trial } from '../trial.ts';

const run = promisify(execFile);
const LINES_PER_SECOND = 20_000;
const ROTATE_EVERY_SECONDS = 0.6;
const WRITER = resolve(import.meta.dirname, '../writer-process.ts');

async function logrotateRace(trial: Trial): Promise<void> {
  await run('logrotate', ['--version']).catch(() => trial.noGround('logrotate is not installed'));
  const admin = await adminServer();
  const path = trial.path('app.log');
  const config = trial.path('logrotate.conf');
  writeFileSync(path, '');
  writeFileSync(config, `${path} {\n  copytruncate\n  rotate 100\n  size 1\n}\n`);
  await trial.start(path, { flags: admin.flags });
  await sleep(1500);
  const rotations = trial.scaled(5, 20);
  const account = trial.ledger.open('a');
  const lines = LINES_PER_SECOND * (rotations + 1) * ROTATE_EVERY_SECONDS;
  while (account.next < lines) account.owe(); // the other process makes the same lines from the same seed
  const writing = run(process.execPath, [
    WRITER,
    `${trial.seed}`,
    'a',
    path,
    `${LINES_PER_SECOND}`,
    `${lines}`,
  ]);
  for (let rotation = 0; rotation < rotations; rotation++) {
    await sleep(ROTATE_EVERY_SECONDS * 1000);
    await run('logrotate', ['-f', '-s', trial.path('logrotate.state'), config]);
  }
  await writing;
  await trial.settle(3000);
  holdToAccount(trial, account);
  if (trial.can('ours')) await holdToMetrics(trial, rotations, admin.metric);
}

/** What is missing must be destroyed on disk too, and may be no more than was written in 5 ms at each rotation. */
function holdToAccount(trial: Trial, account: Account): void {
  const onDisk = linesOnDisk(trial);
  let missing = 0;
  let missingOnDisk = 0;
  for (const { from, to } of account.missingRanges()) {
    missing += to - from;
    for (let sequence = from; sequence < to; sequence++) if (onDisk.has(sequence)) missingOnDisk += 1;
  }
  trial.tolerance = { missing };
  trial.figure('destroyed by logrotate', `${account.next - onDisk.size} of ${account.next} lines`);
  trial.figure('missing', `${missing} lines`);
  trial.require(missingOnDisk === 0, `${missingOnDisk} lines that still are on disk are missing`);
}

/** Each truncation must be noticed. Bytes that nobody saw cannot be counted; those that are, must really be missing. */
async function holdToMetrics(
  trial: Trial,
  rotations: number,
  metric: (name: string) => Promise<number>,
): Promise<void> {
  const { missing, missingBytes } = trial.oracle.verdict();
  const truncations = await metric('log_tailer_truncations_total');
  const lost = await metric('log_tailer_lost_bytes_total');
  const bound = rotations * LINES_PER_SECOND * 0.005;
  trial.figure('noticed', `${truncations} truncations, ${lost} of ${missingBytes} bytes lost`);
  trial.require(truncations === rotations, `${truncations} of ${rotations} truncations were noticed`);
  trial.require(lost <= missingBytes, `lost_bytes_total says ${lost}, only ${missingBytes} are missing`);
  trial.require(
    missing <= bound,
    `${missing} lines are missing, more than the ${bound} of 5 ms per rotation`,
  );
}

function linesOnDisk(trial: Trial): Set<number> {
  const sequences = new Set<number>();
  for (const name of readdirSync(trial.directory.path)) {
    if (!name.startsWith('app.log')) continue;
    for (const line of readFileSync(trial.path(name), 'latin1').split('\n')) {
      const found = readName(line);
      if (found !== undefined) sequences.add(found.sequence);
    }
  }
  return sequences;
}

export const race: readonly Scenario[] = [
  {
    number: 11,
    name: 'real logrotate copytruncate, 20,000 lines/s: nothing on disk missing',
    invariants: ['I1', 'I2', 'I4'],
    alone: true,
    run: logrotateRace,
  },
];
