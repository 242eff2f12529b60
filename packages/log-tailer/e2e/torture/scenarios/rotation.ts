// Rotation by rename, as logrotate's `create` and most loggers do it: scenarios 1 to 4, 6, 7 and 18.
// The tailer must read the old file to its end, whoever still writes to it, and go on in the new one.

import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { LogWriter } from '../log-writer.ts';
import { authorNames } from '../numbered-lines.ts';
import { rotateByRename, shift } from '../rotation-moves.ts';
import { LOSSLESS, type Scenario } from '../scenario.ts';
import type { Trial } from '../trial.ts';

async function rotateUnderLoad(trial: Trial, files: number): Promise<void> {
  const writers = authorNames(files).map((author) => trial.writer(author, trial.path(`${author}.log`)));
  for (const writer of writers) writer.write(1);
  await trial.start(files === 50 ? trial.path('*.log') : writers.map((writer) => writer.path));
  await trial.delivered();
  for (let rotation = 0; rotation < trial.scaled(20, 200); rotation++) {
    for (const writer of writers) {
      writer.write(trial.random.integer(1, 400 / files + 20));
      rotateByRename(writer);
      writer.write(trial.random.integer(1, 20));
    }
    await sleep(50);
  }
  await trial.settle();
}

/** The file is renamed, the writer goes on in it for a while, and only then opens the new one. */
async function keepOldFile(trial: Trial, keepMs: number): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (let rotation = 0; rotation < 2; rotation++) {
    await writer.flow({ linesPerSecond: 400, forMs: 200 });
    shift(writer.path);
    renameSync(writer.path, `${writer.path}.1`);
    writeFileSync(writer.path, '');
    await writer.flow({ linesPerSecond: 400, forMs: keepMs });
    writer.reopen();
    writer.write(100);
  }
  await trial.settle();
}

async function writeToBoth(trial: Trial): Promise<void> {
  const old = trial.writer('old', trial.path('app.log'));
  await trial.follow(old);
  await old.flow({ linesPerSecond: 500, forMs: 200 });
  renameSync(old.path, `${old.path}.1`);
  const young = trial.writer('young', trial.path('app.log'));
  await Promise.all([
    old.flow({ linesPerSecond: 300, forMs: 1500 }),
    young.flow({ linesPerSecond: 300, forMs: 1500 }),
  ]);
  await trial.settle();
}

async function rotateAtOnce(trial: Trial, rotations: number): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (let round = 0; round < 3; round++) {
    for (let rotation = 0; rotation < rotations; rotation++) {
      writer.write(trial.random.integer(1, 50));
      rotateByRename(writer);
    }
    writer.write(50);
    await trial.delivered(3000);
  }
  await trial.settle();
}

async function compressAtOnce(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (let rotation = 0; rotation < 5; rotation++) {
    writer.write(2000);
    rotateByRename(writer);
    const old = `${writer.path}.1`;
    writeFileSync(`${old}.gz`, gzipSync(readFileSync(old)));
    unlinkSync(old);
    await sleep(trial.random.integer(100, 400)); // the next generation is opened meanwhile, as with any real interval
    writer.write(10);
    await trial.delivered(2000);
  }
  await trial.settle();
}

/** logrotate's delaycompress: .1 stays plain for one rotation and becomes .2.gz in the next. */
async function delayCompress(trial: Trial, flags: readonly string[]): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  writer.write(100);
  await trial.start(trial.path('app.log*'), { flags });
  await trial.delivered(5000);
  for (let rotation = 0; rotation < 4; rotation++) {
    writer.write(500);
    compressSecond(writer);
    renameSync(writer.path, `${writer.path}.1`);
    writer.reopen();
    await writer.flow({ linesPerSecond: 1000, forMs: 600 });
  }
  await trial.settle();
}

function compressSecond(writer: LogWriter): void {
  const old = `${writer.path}.1`;
  for (let n = 9; n >= 2; n--) {
    try {
      renameSync(`${writer.path}.${n}.gz`, `${writer.path}.${n + 1}.gz`);
    } catch {
      // there are not that many yet
    }
  }
  try {
    writeFileSync(`${writer.path}.2.gz`, gzipSync(readFileSync(old)));
    unlinkSync(old);
  } catch {
    // the first rotation has no .1
  }
}

/** Rotators that link the old name before they unlink the live one: for a moment one file has two names. */
async function linkAndRename(trial: Trial, pattern: string): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  writer.write(100);
  await trial.start(trial.path(pattern));
  await trial.delivered(10_000);
  for (let rotation = 0; rotation < 4; rotation++) {
    writer.write(200);
    shift(writer.path);
    linkSync(writer.path, `${writer.path}.1`);
    unlinkSync(writer.path);
    writer.reopen();
    writer.write(200);
    await sleep(trial.random.integer(0, 300));
  }
  await trial.settle();
}

export const rotation: readonly Scenario[] = [
  {
    number: 1,
    name: 'rename + create every 50 ms',
    invariants: LOSSLESS,
    run: (trial) => rotateUnderLoad(trial, 1),
  },
  {
    number: 1,
    name: 'rename + create every 50 ms, 2 files',
    invariants: LOSSLESS,
    needs: ['many'],
    run: (trial) => rotateUnderLoad(trial, 2),
  },
  {
    number: 1,
    name: 'rename + create every 50 ms, 50 files by glob',
    invariants: LOSSLESS,
    needs: ['many'],
    run: (trial) => rotateUnderLoad(trial, 50),
  },
  {
    number: 2,
    name: 'writer keeps the old file 0.7 s',
    invariants: LOSSLESS,
    run: (trial) => keepOldFile(trial, 700),
  },
  {
    number: 2,
    name: 'writer keeps the old file 2.5 s',
    invariants: LOSSLESS,
    run: (trial) => keepOldFile(trial, 2500),
  },
  {
    number: 2,
    name: 'writer keeps the old file 20 s',
    invariants: LOSSLESS,
    longOnly: true,
    run: (trial) => keepOldFile(trial, 20_000),
  },
  {
    number: 3,
    name: 'old and new file written in parallel',
    invariants: ['I1', 'I2', 'I4'],
    run: writeToBoth,
  },
  { number: 4, name: '3 rotations at once', invariants: LOSSLESS, run: (trial) => rotateAtOnce(trial, 3) },
  { number: 4, name: '20 rotations at once', invariants: LOSSLESS, run: (trial) => rotateAtOnce(trial, 20) },
  { number: 6, name: 'old file compressed and deleted at once', invariants: LOSSLESS, run: compressAtOnce },
  {
    number: 7,
    name: 'delaycompress, .1 and .gz in the glob',
    invariants: LOSSLESS,
    needs: ['many'],
    run: (trial) => delayCompress(trial, []),
  },
  {
    number: 7,
    name: 'delaycompress, .gz read too',
    invariants: LOSSLESS,
    needs: ['many'],
    run: (trial) => delayCompress(trial, ['--gzip']),
  },
  {
    number: 18,
    name: 'hard link, then unlink',
    invariants: LOSSLESS,
    run: (trial) => linkAndRename(trial, 'app.log'),
  },
  {
    number: 18,
    name: 'hard link, then unlink, both names in the glob',
    invariants: LOSSLESS,
    needs: ['many'],
    run: (trial) => linkAndRename(trial, 'app.log*'),
  },
];
