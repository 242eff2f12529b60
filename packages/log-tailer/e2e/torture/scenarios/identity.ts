// Which file is which: names move between files and files between names. Scenarios 14 to 17 and 36.
// Neither inode numbers nor sizes nor times nor first lines tell files apart by themselves.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogWriter } from '../log-writer.ts';
import { COMMENT } from '../oracle.ts';
import { switchLink } from '../rotation-moves.ts';
import { LOSSLESS, type Scenario } from '../scenario.ts';
import type { Trial } from '../trial.ts';

async function deleteAndRecreate(trial: Trial, linesAfter: number): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (let round = 0; round < 3; round++) {
    await writer.flow({ linesPerSecond: 1000, forMs: 200 });
    unlinkSync(writer.path);
    writer.write(10);
    writer.reopen();
    writer.write(linesAfter);
    await trial.delivered(4000);
  }
  await trial.settle();
}

/** The checkpoint knows an inode that now is another file, larger than the old one was. */
async function reuseInode(trial: Trial): Promise<void> {
  const checkpoint = trial.path('checkpoint');
  const writer = trial.writer('a', trial.path('app.log'));
  const tailing = await trial.follow(writer, { checkpoint });
  writer.write(200);
  await trial.delivered();
  await tailing.stop();
  const { ino } = statSync(writer.path);
  writer.close();
  if (!recreateWithInode(writer.path, ino))
    trial.noGround('the file system of the temporary directory does not reuse inode numbers');
  writer.reopen();
  writer.write(1000);
  await trial.start(writer.path, { checkpoint });
  await trial.settle();
}

function recreateWithInode(path: string, ino: number): boolean {
  const spares: string[] = [];
  unlinkSync(path);
  for (let attempt = 0; attempt < 200; attempt++) {
    writeFileSync(path, '');
    if (statSync(path).ino === ino) break;
    renameSync(path, `${dirname(path)}/spare.${attempt}`); // keeps its inode taken, so that the next is another
    spares.push(`${dirname(path)}/spare.${attempt}`);
  }
  for (const spare of spares) unlinkSync(spare);
  return existsSync(path) && statSync(path).ino === ino;
}

async function awayAndBack(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (const awayMs of [50, 1500, 0]) {
    writer.write(100);
    renameSync(writer.path, `${writer.path}.away`);
    writer.write(20);
    await sleep(awayMs);
    renameSync(`${writer.path}.away`, writer.path);
    writer.write(100);
    await sleep(1200);
  }
  await trial.settle();
}

/** A new file, beginning with the very 4 KiB that the old one began with, is renamed over it. */
async function renameOver(trial: Trial): Promise<void> {
  const banner = `${COMMENT} ${trial.random.text(4096)}\n`;
  const writer = trial.writer('a', trial.path('app.log'));
  writer.writeRaw(banner);
  await trial.follow(writer);
  for (let round = 0; round < 4; round++) {
    writer.write(50 + 100 * round);
    await trial.delivered(4000);
    writeFileSync(`${writer.path}.tmp`, banner);
    renameSync(`${writer.path}.tmp`, writer.path);
    writer.reopen();
    writer.write(100);
    await sleep(300);
  }
  await trial.settle();
}

/** app.log is a link to the file of the day. */
async function switchSymlink(trial: Trial): Promise<void> {
  const day = (n: number): string => trial.path(`app-${n}.log`);
  writeFileSync(day(0), '');
  const link = trial.path('app.log');
  symlinkSync(basename(day(0)), link);
  const writer = trial.writer('a', link);
  await trial.follow(writer);
  for (let round = 1; round <= 3; round++) {
    await writer.flow({ linesPerSecond: 1000, forMs: 300 });
    writeFileSync(day(round), '');
    switchLink(link, basename(day(round)));
    writer.write(10); // the old file, once more
    writer.reopen();
    writer.write(200);
  }
  await trial.settle();
}

async function danglingSymlink(trial: Trial): Promise<void> {
  const link = trial.path('app.log');
  symlinkSync('later.log', link);
  const tailing = await trial.start(link);
  await sleep(1500);
  trial.require(tailing.exit === undefined, 'it ended because the link was dangling');
  const writer = trial.writer('a', link);
  writer.write(300);
  await trial.delivered(5000);
  unlinkSync(trial.path('later.log'));
  await sleep(1200);
  writer.reopen();
  writer.write(300);
  await trial.settle();
}

/** As the kubelet updates a ConfigMap or projected volume: app.log -> ..data/app.log, ..data -> a dated directory. */
async function switchDataDirectory(trial: Trial): Promise<void> {
  const volume = trial.path('volume');
  mkdirSync(volume);
  const dated = (): string => basename(mkdtempSync(`${volume}/..2026_`));
  switchLink(`${volume}/..data`, dated());
  writeFileSync(`${volume}/..data/app.log`, '');
  symlinkSync('..data/app.log', `${volume}/app.log`);
  const writer: LogWriter = trial.writer('a', `${volume}/app.log`);
  await trial.follow(writer);
  for (let round = 0; round < 3; round++) {
    writer.write(200);
    await trial.delivered(4000);
    const next = dated();
    writeFileSync(`${volume}/${next}/app.log`, '');
    switchLink(`${volume}/..data`, next);
    writer.reopen();
    writer.write(200);
    await trial.delivered(4000);
  }
  await trial.settle();
}

/** Times lie: far in the past, in the future, and equal to those of the file before. */
async function lyingTimes(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (const time of [new Date('1999-12-31'), new Date('2099-01-01'), new Date('1970-01-02')]) {
    writer.write(100);
    utimesSync(writer.path, time, time);
    await sleep(1200);
    writer.write(100);
    utimesSync(writer.path, time, time);
    await trial.delivered(4000);
  }
  await trial.settle();
}

async function replaceBySameSizeAndTime(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (let round = 0; round < 3; round++) {
    writer.write(100);
    await trial.delivered(4000);
    const before = statSync(writer.path);
    unlinkSync(writer.path);
    writer.reopen();
    const start = writer.account.writtenBytes;
    writer.write(30);
    const fill = before.size - (writer.account.writtenBytes - start);
    if (fill > 1) writer.writeRaw(`${COMMENT.padEnd(fill - 1, 'filler ')}\n`);
    utimesSync(writer.path, before.atime, before.mtime);
    await trial.delivered(4000);
  }
  await trial.settle();
}

export const identity: readonly Scenario[] = [
  {
    number: 14,
    name: 'delete + recreate x3',
    invariants: LOSSLESS,
    run: (trial) => deleteAndRecreate(trial, 20),
  },
  {
    number: 14,
    name: 'delete + recreate bigger at once',
    invariants: LOSSLESS,
    run: (trial) => deleteAndRecreate(trial, 2000),
  },
  {
    number: 14,
    name: 'inode number reused, stale checkpoint',
    invariants: LOSSLESS,
    needs: ['checkpoint'],
    run: reuseInode,
  },
  { number: 15, name: 'renamed away and back', invariants: LOSSLESS, run: awayAndBack },
  { number: 16, name: 'new file with the same head renamed over', invariants: LOSSLESS, run: renameOver },
  { number: 17, name: 'symbolic link switched x3', invariants: LOSSLESS, run: switchSymlink },
  { number: 17, name: 'dangling symbolic link', invariants: LOSSLESS, run: danglingSymlink },
  { number: 17, name: '..data directory switched', invariants: LOSSLESS, run: switchDataDirectory },
  { number: 36, name: 'modification times in past and future', invariants: LOSSLESS, run: lyingTimes },
  {
    number: 36,
    name: 'replaced by a file of the same size and time',
    invariants: LOSSLESS,
    run: replaceBySameSizeAndTime,
  },
];
