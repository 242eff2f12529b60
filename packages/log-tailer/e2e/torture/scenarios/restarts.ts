// Restarts with a checkpoint: scenarios 28 to 30. Nothing is missing however the last run ended; after a kill at
// most one batch comes twice; what was rotated meanwhile is read where it is now.

import { readdirSync, statSync, truncateSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { holds } from '@podmate/testkit/eventually';
import { asNobody, tinyFileSystem } from '../ground.ts';
import type { LogWriter } from '../log-writer.ts';
import { copyTruncate, rotateByRename } from '../rotation-moves.ts';
import { BATCH_BYTES, LOSSLESS, type Scenario } from '../scenario.ts';
import type { Trial } from '../trial.ts';

async function killAtRandom(trial: Trial): Promise<void> {
  const checkpoint = trial.path('checkpoint');
  const writer = trial.writer('a', trial.path('app.log'));
  const kills = trial.scaled(20, 200);
  for (let kill = 0; kill < kills; kill++) {
    const before = trial.oracle.duplicatedBytes;
    const tailing = await trial.start(writer.path, { checkpoint });
    await writer.flow({ linesPerSecond: 20_000, forMs: trial.random.integer(100, 500) });
    tailing.kill('SIGKILL');
    await tailing.ended;
    const twice = trial.oracle.duplicatedBytes - before;
    trial.require(twice <= BATCH_BYTES, `${twice} bytes came twice after kill ${kill}`);
  }
  trial.tolerance = { duplicatedBytes: kills * BATCH_BYTES };
  await trial.start(writer.path, { checkpoint });
  await trial.settle();
  trial.figure('twice', `${trial.oracle.duplicated} of ${writer.account.next} lines`);
}

type Damage = 'torn' | 'garbage' | 'empty' | 'a flipped bit' | 'of another version';

/** Whatever happened to the checkpoint: the next run starts, says so, and loses nothing (it may repeat). */
async function damagedCheckpoint(trial: Trial, damage: Damage): Promise<void> {
  const checkpoint = trial.path('checkpoint');
  const writer = trial.writer('a', trial.path('app.log'));
  const tailing = await trial.follow(writer, { checkpoint });
  writer.write(300);
  await trial.delivered();
  await tailing.stop();
  const files = filesBelow(checkpoint);
  trial.require(files.length > 0, 'there is no checkpoint file');
  for (const file of files) spoil(file, damage, trial);
  writer.write(300);
  trial.tolerance = { duplicatedBytes: Number.POSITIVE_INFINITY };
  const second = await trial.start(writer.path, { checkpoint });
  await trial.settle();
  trial.require(second.exit === undefined, 'it ended because of the damaged checkpoint');
  writer.write(10);
  await trial.delivered(5000);
}

function filesBelow(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.map((name) => join(directory, name)).filter((path) => statSync(path).isFile());
}

function spoil(file: string, damage: Damage, trial: Trial): void {
  const bytes = readFileSync(file);
  if (damage === 'torn') truncateSync(file, Math.floor(bytes.length * 0.6));
  else if (damage === 'empty') truncateSync(file, 0);
  else if (damage === 'garbage') writeFileSync(file, trial.random.text(Math.max(bytes.length, 4096)));
  else if (damage === 'of another version') writeFileSync(file, bytes.fill(0xff, 0, 16));
  else if (bytes.length > 0) {
    const at = trial.random.integer(0, Math.min(bytes.length, 512) - 1);
    bytes[at]! ^= 1 << trial.random.integer(0, 7);
    writeFileSync(file, bytes);
  }
}

/** A directory that was asked for and cannot be had is a setting error, said in words. */
async function refusedCheckpoint(trial: Trial): Promise<void> {
  const directory = trial.path('not-writable');
  const path = trial.path('app.log');
  const tailing = await trial.start(path, { wrap: await asNobody(), checkpoint: directory });
  trial.require(
    await holds(() => tailing.exit !== undefined),
    'it goes on, though it cannot keep its promise',
  );
  trial.require(tailing.exit?.code === 64, `exit code ${tailing.exit?.code}, not 64`);
  trial.require(tailing.stderr.includes(directory), 'it did not name the directory');
}

async function fullCheckpoint(trial: Trial): Promise<void> {
  const disk = trial.path('disk');
  const volume = await tinyFileSystem(disk, '64k');
  trial.cleanup(volume.undo);
  fill(`${disk}/filler`);
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer, { checkpoint: `${disk}/checkpoint` });
  for (let round = 0; round < 5; round++) {
    writer.write(300);
    rotateByRename(writer);
    await sleep(100);
  }
  await trial.settle();
}

function fill(path: string): void {
  try {
    for (;;) writeFileSync(path, Buffer.alloc(4096, 'x'), { flag: 'a' });
  } catch {
    // ENOSPC: as wanted
  }
}

async function rotatedWhileDown(trial: Trial, whileDown: (writer: LogWriter) => void): Promise<void> {
  const checkpoint = trial.path('checkpoint');
  const writer = trial.writer('a', trial.path('app.log'));
  let tailing = await trial.follow(writer, { checkpoint });
  for (let round = 0; round < 3; round++) {
    writer.write(200);
    await trial.delivered(5000);
    await tailing.stop();
    writer.write(30);
    whileDown(writer);
    tailing = await trial.start(writer.path, { checkpoint });
    await trial.delivered(5000);
  }
  await trial.settle();
}

function rotateTimes(times: number): (writer: LogWriter) => void {
  return (writer) => {
    for (let rotation = 0; rotation < times; rotation++) {
      rotateByRename(writer);
      writer.write(50);
    }
  };
}

function copyTruncateTimes(times: number, linesAfter: number): (writer: LogWriter) => void {
  return (writer) => {
    for (let rotation = 0; rotation < times; rotation++) {
      copyTruncate(writer);
      writer.write(linesAfter);
    }
  };
}

const down = (name: string, whileDown: (writer: LogWriter) => void): Scenario => ({
  number: 30,
  name: `while it was down: ${name}`,
  invariants: LOSSLESS,
  needs: ['checkpoint'],
  run: (trial) => rotatedWhileDown(trial, whileDown),
});

const damaged = (damage: Damage): Scenario => ({
  number: 29,
  name: `checkpoint ${damage}`,
  invariants: LOSSLESS,
  needs: ['checkpoint'],
  run: (trial) => damagedCheckpoint(trial, damage),
});

export const restarts: readonly Scenario[] = [
  {
    number: 28,
    name: 'SIGKILL at random points',
    invariants: LOSSLESS,
    needs: ['checkpoint'],
    run: killAtRandom,
  },
  damaged('torn'),
  damaged('garbage'),
  damaged('empty'),
  damaged('a flipped bit'),
  damaged('of another version'),
  {
    number: 29,
    name: 'checkpoint directory not writable: refused',
    invariants: [],
    needs: ['checkpoint'],
    run: refusedCheckpoint,
  },
  {
    number: 29,
    name: 'checkpoint on a full disk',
    invariants: LOSSLESS,
    needs: ['checkpoint'],
    run: fullCheckpoint,
  },
  down('nothing but lines', () => {}),
  down('1 rotation', rotateTimes(1)),
  down('3 rotations', rotateTimes(3)),
  down('copytruncate, refilled smaller', copyTruncateTimes(1, 10)),
  down('copytruncate, refilled bigger', copyTruncateTimes(1, 1500)),
  down('3 copytruncates', copyTruncateTimes(3, 60)),
];
