// There is no file, or no directory, for a while: scenarios 5 and 23.
// A sidecar often starts before its application; rotators leave gaps; volumes are cleaned.

import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOSSLESS, type Scenario } from '../scenario.ts';
import type { Trial } from '../trial.ts';

async function gap(trial: Trial, gapMs: number): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (let round = 0; round < 2; round++) {
    await writer.flow({ linesPerSecond: 400, forMs: 200 });
    renameSync(writer.path, `${writer.path}.${2 - round}`);
    writer.write(20);
    await sleep(gapMs);
    writer.reopen();
    writer.write(200);
  }
  await trial.settle();
}

/** The tailer starts first; the file appears later, written at once. */
async function appearLater(trial: Trial, name: string): Promise<void> {
  const path = trial.path(name);
  const tailing = await trial.start(path);
  await sleep(2500);
  trial.require(tailing.exit === undefined, 'it ended because the file was not there yet');
  mkdirSync(dirname(path), { recursive: true });
  const writer = trial.writer('a', path);
  writer.write(500);
  await writer.flow({ linesPerSecond: 500, forMs: 500 });
  await trial.settle();
}

async function removeDirectory(trial: Trial): Promise<void> {
  const path = trial.path('logs/app.log');
  mkdirSync(dirname(path));
  const writer = trial.writer('a', path);
  await trial.follow(writer);
  for (let round = 0; round < 3; round++) {
    writer.write(200);
    rmSync(dirname(path), { recursive: true });
    writer.write(20); // the open file outlives its name
    await sleep(trial.random.integer(0, 800));
    mkdirSync(dirname(path));
    writer.reopen();
    writer.write(200);
    await trial.delivered(4000);
  }
  await trial.settle();
}

export const absence: readonly Scenario[] = [
  { number: 5, name: 'no file for 1 s', invariants: LOSSLESS, run: (trial) => gap(trial, 1000) },
  { number: 5, name: 'no file for 4 s', invariants: LOSSLESS, run: (trial) => gap(trial, 4000) },
  {
    number: 5,
    name: 'no file for 60 s',
    invariants: LOSSLESS,
    longOnly: true,
    run: (trial) => gap(trial, 60_000),
  },
  {
    number: 23,
    name: 'file missing at start',
    invariants: LOSSLESS,
    run: (trial) => appearLater(trial, 'app.log'),
  },
  {
    number: 23,
    name: 'directory missing at start',
    invariants: LOSSLESS,
    run: (trial) => appearLater(trial, 'logs/app.log'),
  },
  {
    number: 23,
    name: 'parent directories missing at start',
    invariants: LOSSLESS,
    run: (trial) => appearLater(trial, 'var/log/app/app.log'),
  },
  { number: 23, name: 'directory removed and made again', invariants: LOSSLESS, run: removeDirectory },
];
