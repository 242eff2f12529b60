// The other end of stdout: scenario 31. A reader that goes away, a pipe that the other side made non-blocking,
// and stdout as a file, a socket or a terminal.

import { closeSync, openSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { holds } from '@podmate/testkit/eventually';
import { containerEnvironment } from '@podmate/testkit/image';
import { recordOf } from '../byte-record.ts';
import { onTerminal } from '../ground.ts';
import { LOSSLESS, type Scenario } from '../scenario.ts';
import type { StdoutKind } from '../tailing.ts';
import type { Trial } from '../trial.ts';

/** A tailer whose reader is gone has no job: it must end, and not spin or swallow lines for ever. */
async function brokenPipe(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  const tailing = await trial.follow(writer);
  tailing.closeReader();
  for (let round = 0; round < 20 && tailing.exit === undefined; round++) {
    writer.write(100);
    await sleep(100);
  }
  writer.account.excuse({ from: 0, to: writer.account.next });
  trial.require(
    await holds(() => tailing.exit !== undefined, { withinMs: 5000 }),
    'it goes on without a reader',
  );
  const { code, signal } = tailing.exit ?? {};
  trial.require(code !== 0, 'it said with exit code 0 that all is well');
  trial.figure('ended with', signal ?? `exit code ${code}`);
}

async function throughStdout(trial: Trial, stdout: StdoutKind): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'), { paddingMax: 1000 });
  const tailing = await trial.follow(writer, { stdout });
  tailing.slow(5); // so that the pipe is full most of the time
  for (let round = 0; round < 5; round++) {
    writer.write(2000);
    await sleep(150);
  }
  tailing.resume();
  await trial.settle();
}

async function intoFile(trial: Trial): Promise<void> {
  const out = trial.path('out');
  const writer = trial.writer('a', trial.path('app.log'));
  writer.write(500);
  const descriptor = openSync(out, 'a');
  const [program, ...args] = trial.tailer.command({ paths: [writer.path] });
  const child = spawn(program, args, {
    stdio: ['ignore', descriptor, 'ignore'],
    env: containerEnvironment(),
  });
  closeSync(descriptor);
  trial.cleanup(() => child.kill('SIGKILL'));
  await writer.flow({ linesPerSecond: 5000, forMs: 1500 });
  const expected = await recordOf(writer.path);
  await holds(async () => (await recordOf(out)).bytes >= expected.bytes, { withinMs: 10_000, everyMs: 200 });
  child.kill('SIGTERM');
  await once(child, 'exit');
  const found = await recordOf(out);
  writer.account.excuse({ from: 0, to: writer.account.next }); // they went to the file, not past the oracle
  trial.require(
    found.digest === expected.digest,
    `${found.bytes} bytes in the file, ${expected.bytes} written`,
  );
}

async function ontoTerminal(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  const output = trial.oracle.output();
  const sink = {
    bytes: 0,
    feed(chunk: Buffer): void {
      this.bytes += chunk.length;
      output.feed(Buffer.from(chunk.toString('latin1').replaceAll('\r', ''), 'latin1'));
    },
    end: (): void => output.end(),
  };
  writer.write(100);
  const tailing = await trial.start(writer.path, { sink, wrap: await onTerminal() });
  await writer.flow({ linesPerSecond: 2000, forMs: 1000 });
  await trial.settle();
  tailing.kill('SIGKILL'); // of script(1), which does not pass SIGTERM on
  await tailing.ended;
}

export const outputs: readonly Scenario[] = [
  { number: 31, name: 'the reader goes away (EPIPE)', invariants: ['I4'], run: brokenPipe },
  {
    number: 31,
    name: 'stdout is a full pipe',
    invariants: LOSSLESS,
    run: (trial) => throughStdout(trial, 'pipe'),
  },
  {
    number: 31,
    name: 'stdout is a non-blocking pipe (EAGAIN)',
    invariants: LOSSLESS,
    run: (trial) => throughStdout(trial, 'nonblocking-pipe'),
  },
  {
    number: 31,
    name: 'stdout is a socket',
    invariants: LOSSLESS,
    run: (trial) => throughStdout(trial, 'socket'),
  },
  { number: 31, name: 'stdout is a file', invariants: LOSSLESS, run: intoFile },
  { number: 31, name: 'stdout is a terminal', invariants: LOSSLESS, run: ontoTerminal },
];
