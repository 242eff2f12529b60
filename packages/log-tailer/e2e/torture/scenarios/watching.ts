// When the kernel's notices fail or lie: scenarios 32 and 33. inotify queues overflow silently, its limits are
// shared by the whole node, and network file systems never notify. A sweep must find what no event told.

import { closeSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { withInotifyLimit } from '../ground.ts';
import { rotateByRename } from '../rotation-moves.ts';
import { LOSSLESS, type Scenario } from '../scenario.ts';
import type { Trial } from '../trial.ts';
import { rotation } from './rotation.ts';
import { absence } from './absence.ts';
import { truncation } from './truncation.ts';

/** More create and unlink events in the log's directory than the kernel's queue (16,384) holds, and rotations amid. */
async function overflow(trial: Trial): Promise<void> {
  mkdirSync(trial.path('logs'));
  const writer = trial.writer('a', trial.path('logs/app.log'));
  await trial.follow(writer);
  for (let file = 0; file < 30_000; file++) {
    const path = trial.path(`logs/noise-${file}`);
    closeSync(openSync(path, 'w'));
    unlinkSync(path);
    if (file % 5000 === 4999) {
      writer.write(50);
      rotateByRename(writer);
      writer.write(50);
    }
  }
  await trial.settle();
}

async function withoutInotify(trial: Trial, resource: 'watches' | 'instances', limit: number): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer, { wrap: await withInotifyLimit(resource, limit) });
  for (let round = 0; round < 5; round++) {
    await writer.flow({ linesPerSecond: 1000, forMs: 200 });
    rotateByRename(writer);
    writer.write(20);
  }
  await trial.settle();
}

/** The scenarios 1 to 12 again, without notices: the first variant of each that every run includes. */
const again: readonly Scenario[] = [...rotation, ...absence, ...truncation]
  .filter((scenario, index, all) => all.findIndex(({ number }) => number === scenario.number) === index)
  .filter(({ number }) => number <= 12);

const polled = (scenario: Scenario): Scenario => ({
  ...scenario,
  number: 33,
  name: `polling: ${scenario.name}`,
  needs: [...(scenario.needs ?? []), 'ours'],
  run: (trial) => scenario.run(trial.polling()),
});

const limited = (name: string, resource: 'watches' | 'instances', limit: number): Scenario => ({
  number: 32,
  name,
  invariants: LOSSLESS,
  run: (trial) => withoutInotify(trial, resource, limit),
});

export const watching: readonly Scenario[] = [
  { number: 32, name: 'inotify queue overflows', invariants: LOSSLESS, run: overflow },
  limited('no inotify watches left (ENOSPC)', 'watches', 0),
  limited('no inotify instances left (EMFILE)', 'instances', 0),
  ...again.map(polled),
];
