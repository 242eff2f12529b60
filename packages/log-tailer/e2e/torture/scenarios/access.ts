// Files that may not be read, yet: scenario 24. The tailer runs as an ordinary user, as it should in a pod;
// to root nothing is forbidden.

import { chmodSync, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { asNobody } from '../ground.ts';
import { rotateByRename } from '../rotation-moves.ts';
import { LOSSLESS, type Scenario } from '../scenario.ts';
import type { Trial } from '../trial.ts';

async function forbiddenFile(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  writer.write(100);
  chmodSync(writer.path, 0o000);
  const tailing = await trial.start(writer.path, { wrap: await asNobody() });
  await sleep(2500);
  trial.require(tailing.exit === undefined, 'it ended because it may not read the file');
  trial.requireOfOurs(/EACCES|permission|denied/i.test(tailing.stderr), 'it did not say why it cannot read');
  writer.write(100);
  chmodSync(writer.path, 0o644);
  writer.write(100);
  await trial.settle();
}

async function forbiddenDirectory(trial: Trial): Promise<void> {
  mkdirSync(trial.path('logs'));
  const writer = trial.writer('a', trial.path('logs/app.log'));
  writer.write(100);
  chmodSync(trial.path('logs'), 0o000);
  const tailing = await trial.start(writer.path, { wrap: await asNobody() });
  await sleep(2500);
  trial.require(tailing.exit === undefined, 'it ended because it may not read the directory');
  chmodSync(trial.path('logs'), 0o755);
  writer.write(100);
  await trial.settle();
}

/** Read-only log volume, read-only checkpoint directory: rotation is followed all the same. */
async function readOnlyVolume(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer, { wrap: await asNobody(), checkpoint: 'auto' });
  for (let round = 0; round < 3; round++) {
    writer.write(200);
    rotateByRename(writer);
    writer.write(200);
    await sleep(200);
  }
  await trial.settle();
}

export const access: readonly Scenario[] = [
  { number: 24, name: 'file forbidden, then allowed', invariants: LOSSLESS, run: forbiddenFile },
  { number: 24, name: 'directory forbidden, then allowed', invariants: LOSSLESS, run: forbiddenDirectory },
  {
    number: 24,
    name: 'ordinary user on a read-only volume',
    invariants: LOSSLESS,
    needs: ['ours'],
    run: readOnlyVolume,
  },
];
