// Where the checkpoint lives: where the operator says, else on a volume that outlives the container. An emptyDir is
// such a volume: it stays when the container restarts, and the logs are on it already.
import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { SettingError } from '@podmate/base/errors';
import type { Log } from '@podmate/base/log';
import { Checkpoint, CheckpointDamaged } from './checkpoint.ts';
import { isGlob } from './glob.ts';

/** `/var/lib/log-tailer`, or `.log-tailer` beside the logs. */
const STATE_DIRECTORY = '/var/lib';

/**
 * Opens the checkpoint for these patterns. Two tailers on one volume do not meet: the file's name is made of the
 * patterns. @param image whose directories these are
 * @throws SettingError when a directory was named and cannot be used
 */
export function openCheckpoint(
  setting: string,
  include: readonly string[],
  log: Log,
  image = 'log-tailer',
): Checkpoint {
  if (setting === 'off') return Checkpoint.inMemory();
  const name = `checkpoint-${crc32(include.toSorted().join('\n')).toString(16).padStart(8, '0')}`;
  if (setting !== 'auto') return openNamed(path.join(setting, name), setting, log);
  const places = automaticPlaces(include, image).map((directory) => path.join(directory, name));
  const failures: unknown[] = [];
  for (const file of [...places.filter((place) => fs.existsSync(place)), ...places]) {
    try {
      return open(file, log);
    } catch (error) {
      failures.push(error);
    }
  }
  log.warn(
    `no checkpoint: a restart reads all files from their start; mount a writable volume at ${STATE_DIRECTORY}/${image}`,
    {
      cause: failures.at(-1),
    },
  );
  return Checkpoint.inMemory();
}

function openNamed(file: string, directory: string, log: Log): Checkpoint {
  try {
    return open(file, log);
  } catch (cause) {
    const todo = 'mount a volume that our user can write to (fsGroup), or say --checkpoint off';
    throw new SettingError({
      setting: '--checkpoint',
      value: directory,
      what: 'cannot keep a checkpoint',
      cause,
      todo,
    });
  }
}

/** A damaged file is set aside, never overwritten: somebody may want to know why. */
function open(file: string, log: Log): Checkpoint {
  try {
    const checkpoint = Checkpoint.open(file);
    const { damagedRecords } = checkpoint;
    if (damagedRecords > 0)
      log.warn('checkpoint records were damaged; their files are read again', { file, damagedRecords });
    return checkpoint;
  } catch (error) {
    if (!(error instanceof CheckpointDamaged)) throw error;
    log.warn('checkpoint cannot be read; set aside as .damaged, all files are read from their start', {
      file,
      cause: error,
    });
    fs.renameSync(file, `${file}.damaged`);
    return Checkpoint.open(file);
  }
}

/** The state volume, then the directories of the logs and, while those do not exist yet, the nearest that do. */
function automaticPlaces(include: readonly string[], image: string): string[] {
  const state = path.join(STATE_DIRECTORY, image);
  const places = fs.existsSync(state) ? [state] : [];
  for (const pattern of include) {
    let directory = path.resolve(pattern);
    do directory = path.dirname(directory);
    while (directory !== '/' && (isGlob(directory) || !fs.existsSync(directory)));
    // A root file system is no volume: what is written there goes with the container.
    if (directory !== '/') places.push(path.join(directory, `.${image}`));
  }
  return places;
}
