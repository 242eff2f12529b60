// The end of the pod: scenarios 25 to 27. On SIGTERM the tailer reads on to the end of all files, within its
// deadline, and says with exit code 0 that it is done; what it could not deliver the checkpoint still knows.

import { setTimeout as sleep } from 'node:timers/promises';
import { holds } from '@podmate/testkit/eventually';
import { asPidOne } from '../ground.ts';
import { childrenOf } from '../process-sample.ts';
import { BATCH_BYTES, LOSSLESS, type Scenario } from '../scenario.ts';
import type { Tailing } from '../tailing.ts';
import type { Trial } from '../trial.ts';

/** Starts with a slow reader, so that SIGTERM finds nearly everything undelivered. */
async function startBehind(
  trial: Trial,
  path: string,
  flags: readonly string[],
  checkpoint?: string,
): Promise<Tailing> {
  const options = checkpoint === undefined ? { flags } : { flags, checkpoint };
  const tailing = await trial.start(path, options);
  tailing.slow(20);
  await holds(() => tailing.sink.bytes > 0, { withinMs: 10_000 });
  return tailing;
}

async function backlog(trial: Trial, megabytes: number, readEveryMs: number): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'), { paddingMax: 2000 });
  for (let written = 0; written < megabytes; written++) writer.write(1000);
  const tailing = await startBehind(trial, writer.path, []);
  tailing.kill('SIGTERM');
  const start = performance.now();
  if (readEveryMs === 0) tailing.resume();
  else tailing.slow(readEveryMs);
  const late = setTimeout(() => tailing.kill('SIGKILL'), 40_000);
  const exit = await tailing.exited;
  clearTimeout(late);
  tailing.resume();
  await tailing.ended;
  trial.figure('ended after', `${((performance.now() - start) / 1000).toFixed(1)} s`);
  trial.requireOfOurs(exit.code === 0, `ended with ${exit.signal ?? `exit code ${exit.code}`}`);
}

/** Nobody reads any more: it must end at the deadline, and the next run must deliver the rest. */
async function deadReader(trial: Trial): Promise<void> {
  const checkpoint = trial.path('checkpoint');
  const writer = trial.writer('a', trial.path('app.log'), { paddingMax: 2000 });
  for (let megabyte = 0; megabyte < 20; megabyte++) writer.write(1000);
  const tailing = await startBehind(trial, writer.path, ['--drain-timeout', '2s'], checkpoint);
  tailing.pause();
  await sleep(500);
  const start = performance.now();
  tailing.kill('SIGTERM');
  const late = setTimeout(() => tailing.kill('SIGKILL'), 20_000);
  const exit = await tailing.exited;
  clearTimeout(late);
  const seconds = (performance.now() - start) / 1000;
  trial.figure('ended after', `${seconds.toFixed(1)} s`);
  trial.require(seconds < 6, `it took ${seconds.toFixed(1)} s with a deadline of 2 s`);
  trial.require(exit.signal !== 'SIGKILL', 'only SIGKILL ended it');
  tailing.resume();
  await tailing.ended;
  trial.tolerance = { duplicatedBytes: BATCH_BYTES };
  await trial.start(writer.path, { checkpoint });
  await trial.settle();
  trial.figure('delivered twice', `${trial.oracle.duplicatedBytes} bytes`);
}

async function justWritten(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  const tailing = await trial.follow(writer);
  writer.write(5000);
  await tailing.stop();
}

/** The writer has lines to say for a while after the tailer was asked to end. */
async function linger(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  const tailing = await trial.follow(writer, { flags: ['--linger', '2s'] });
  tailing.kill('SIGTERM');
  await writer.flow({ linesPerSecond: 500, forMs: 1000 });
  await sleep(100);
  trial.require(tailing.exit === undefined, 'it ended before its time to linger was over');
  await tailing.ended;
}

async function pidOne(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  const tailing = await trial.follow(writer, { wrap: await asPidOne() });
  const [first] = childrenOf(tailing.pid);
  if (first === undefined) return trial.require(false, 'it did not stay up as PID 1');
  await sleep(300);
  const start = performance.now();
  process.kill(first, 'SIGTERM');
  const ended = await holds(() => tailing.exit !== undefined, { withinMs: 5000, everyMs: 5 });
  const tookMs = Math.round(performance.now() - start);
  trial.figure('ended after', `${tookMs} ms`);
  trial.require(ended && tookMs < 1000, 'as PID 1 it did not end within a second of SIGTERM');
  if (!ended) process.kill(first, 'SIGKILL');
  trial.requireOfOurs(tailing.exit?.code === 0, `exit code ${tailing.exit?.code}`);
}

export const shutdown: readonly Scenario[] = [
  {
    number: 25,
    name: 'SIGTERM with a backlog, fast reader',
    invariants: LOSSLESS,
    run: (trial) => backlog(trial, trial.scaled(30, 1000), 0),
  },
  {
    number: 25,
    name: 'SIGTERM with a backlog, slow reader',
    invariants: LOSSLESS,
    run: (trial) => backlog(trial, 15, 10),
  },
  {
    number: 25,
    name: 'SIGTERM, nobody reads any more',
    invariants: LOSSLESS,
    needs: ['checkpoint'],
    run: deadReader,
  },
  { number: 25, name: 'SIGTERM just after a write', invariants: LOSSLESS, run: justWritten },
  {
    number: 26,
    name: 'SIGTERM while the writer still writes, --linger',
    invariants: LOSSLESS,
    needs: ['ours'],
    run: linger,
  },
  { number: 27, name: 'SIGTERM as PID 1', invariants: LOSSLESS, run: pidOne },
];
