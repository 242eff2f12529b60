// What all followed paths share, and what they ask of the engine above them.
import type { Checkpoint, Entry } from './checkpoint.ts';
import type { FileReader } from './file-reader.ts';
import type { FollowEvent } from './follow-events.ts';
import type { FollowStats } from './follow-stats.ts';
import type { OpenFiles } from './open-files.ts';

export type FollowGround = {
  readonly files: OpenFiles;
  readonly checkpoint: Checkpoint;
  readonly stats: FollowStats;
  readonly rotateWaitMs: number;
  readonly keepRotatedMaxBytes: number;
  /** Called when an entry of the checkpoint is to be written. */
  readonly save: (reader: FileReader, finished: boolean) => void;
  /** Called when a file was opened: the directory it really is in is worth a watch. */
  readonly watchFile: (path: string) => void;
  /** Called when a file not delivered to its end is nowhere to be found. */
  readonly lost: (entry: Entry) => void;
  readonly report: (event: FollowEvent) => void;
  /** True once the engine has made its first round: files that come later are read from their beginning. */
  started: boolean;
};
