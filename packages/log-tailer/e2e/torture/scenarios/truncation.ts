// The file is emptied and written anew, with a copy (copytruncate) or without: scenarios 8 to 10, 12 and 13.
// What was unread at the truncation is in the copy; without a copy it is gone, and must be counted.

import { truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMMENT } from '../oracle.ts';
import { copyTruncate, truncate } from '../rotation-moves.ts';
import { LOSSLESS, type Scenario } from '../scenario.ts';
import { adminServer, type Trial } from '../trial.ts';

async function copyQuietly(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (let round = 0; round < 3; round++) {
    writer.write(1000);
    await trial.delivered(4000);
    copyTruncate(writer);
    writer.write(round === 1 ? 1200 : 20);
    await trial.delivered(4000);
  }
  await trial.settle();
}

async function copyUnderLoad(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (let round = 0; round < 5; round++) {
    await writer.flow({ linesPerSecond: 2000, forMs: 500 });
    copyTruncate(writer);
    writer.write(20);
  }
  await trial.settle();
}

/** The reader is behind by many megabytes when the file is copied and emptied. */
async function copyWithBacklog(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'), { paddingMax: 2000 });
  const tailing = await trial.follow(writer);
  tailing.pause();
  for (let megabyte = 0; megabyte < trial.scaled(20, 100); megabyte++) {
    writer.write(1000);
    await sleep(2);
  }
  copyTruncate(writer);
  writer.write(500);
  await sleep(1500);
  tailing.resume();
  await trial.settle();
}

async function copyWhileBlocked(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'), { paddingMax: 2000 });
  const tailing = await trial.follow(writer);
  tailing.pause();
  for (let round = 0; round < 5; round++) {
    writer.write(3000);
    await sleep(trial.random.integer(100, 600));
    copyTruncate(writer);
    writer.write(trial.random.integer(1, 1000));
    await sleep(trial.random.integer(100, 600));
  }
  tailing.resume();
  await trial.settle();
}

type Regrowth = 'smaller' | 'same' | 'bigger';

/** All is read; then the file is emptied and refilled within one tick, so that its size may tell nothing. */
async function regrow(trial: Trial, growth: Regrowth): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  let bytes = 0;
  for (let round = 0; round < 3; round++) {
    const before = writer.account.writtenBytes;
    writer.write(500);
    bytes = writer.account.writtenBytes - before;
    await trial.delivered(4000);
    truncate(writer);
    refill(writer, growth, bytes);
    await trial.delivered(4000);
    truncate(writer);
    writer.write(1);
    await trial.delivered(4000);
  }
  await trial.settle();
}

function refill(writer: ReturnType<Trial['writer']>, growth: Regrowth, bytes: number): void {
  if (growth === 'smaller') return writer.write(50);
  if (growth === 'bigger') return writer.write(1500);
  const before = writer.account.writtenBytes;
  writer.write(200);
  writer.writeRaw(`${COMMENT.padEnd(bytes - (writer.account.writtenBytes - before) - 1, 'filler ')}\n`);
}

/** Each epoch of the file begins with the same 4 KiB: a banner, as many programs print. */
async function regrowBehindBanner(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  const banner = `${COMMENT} ${trial.random.text(4096)}\n`;
  writer.writeRaw(banner);
  await trial.follow(writer);
  for (let round = 0; round < 3; round++) {
    writer.write(300);
    await trial.delivered(4000);
    truncate(writer);
    writer.writeRaw(banner);
    writer.write(600);
    await trial.delivered(4000);
  }
  await trial.settle();
}

async function countLost(trial: Trial): Promise<void> {
  const admin = await adminServer();
  const writer = trial.writer('a', trial.path('app.log'), { paddingMax: 1000 });
  const tailing = await trial.follow(writer, { flags: admin.flags });
  tailing.pause();
  writer.write(20_000);
  await sleep(2500); // two sweeps: the tailer has seen how large the file was
  truncate(writer);
  writer.write(100);
  await sleep(1500);
  tailing.resume();
  await trial.settle();
  const { missingBytes } = trial.oracle.verdict();
  const lost = await admin.metric('log_tailer_lost_bytes_total');
  trial.tolerance = { missing: Number.POSITIVE_INFINITY };
  trial.figure('missing', `${missingBytes} bytes`);
  trial.require(missingBytes > 0, 'nothing was lost: the scenario did not truncate unread lines');
  trial.require(lost === missingBytes, `${missingBytes} bytes are missing, lost_bytes_total says ${lost}`);
}

/** A writer that does not append goes on at its own offset: the emptied file begins with a hole of NULs. */
async function punchHole(trial: Trial, holeBytes: number): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'), { flags: 'w' });
  await trial.follow(writer);
  writer.write(20);
  await trial.delivered(4000);
  truncateSync(writer.path);
  writer.nextGeneration();
  writer.skip(holeBytes);
  const start = performance.now();
  writer.write(100);
  await trial.delivered(trial.scaled(10_000, 60_000));
  trial.figure('delivered after', `${Math.round(performance.now() - start)} ms`);
  await trial.settle();
}

export const truncation: readonly Scenario[] = [
  { number: 8, name: 'copytruncate x3, quiet', invariants: LOSSLESS, run: copyQuietly },
  { number: 8, name: 'copytruncate x5 under load', invariants: LOSSLESS, run: copyUnderLoad },
  { number: 9, name: 'copytruncate, reader 20 MB behind', invariants: LOSSLESS, run: copyWithBacklog },
  { number: 10, name: 'copytruncate x5 while stdout blocks', invariants: LOSSLESS, run: copyWhileBlocked },
  {
    number: 12,
    name: 'truncate, refill smaller',
    invariants: LOSSLESS,
    run: (trial) => regrow(trial, 'smaller'),
  },
  {
    number: 12,
    name: 'truncate, refill to the same size',
    invariants: LOSSLESS,
    run: (trial) => regrow(trial, 'same'),
  },
  {
    number: 12,
    name: 'truncate, refill bigger',
    invariants: LOSSLESS,
    run: (trial) => regrow(trial, 'bigger'),
  },
  {
    number: 12,
    name: 'truncate, refill behind the same banner',
    invariants: LOSSLESS,
    run: regrowBehindBanner,
  },
  {
    number: 12,
    name: 'truncate unread lines without a copy: counted',
    invariants: ['I1', 'I2', 'I4'],
    needs: ['ours'],
    run: countLost,
  },
  { number: 13, name: 'NUL hole of 1 KB', invariants: LOSSLESS, run: (trial) => punchHole(trial, 1000) },
  { number: 13, name: 'NUL hole of 256 MB', invariants: LOSSLESS, run: (trial) => punchHole(trial, 256e6) },
  {
    number: 13,
    name: 'NUL hole of 5 GB',
    invariants: LOSSLESS,
    longOnly: true,
    run: (trial) => punchHole(trial, 5e9),
  },
];
