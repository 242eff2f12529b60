// What the engine is told: which files, how to watch them, and what to keep.
import type { WatchMode } from './change-notice.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { FollowEvent } from './follow-events.ts';
import type { FollowInput } from './follow-input.ts';

export type FollowOptions = {
  readonly inputs: readonly FollowInput[];
  readonly checkpoint: Checkpoint;
  /** A rotated file is kept until it was quiet for this long after its last byte was delivered. */
  readonly rotateWaitMs: number;
  /** Deleted or rotated files that are delivered are let go earlier when they hold more disk space than this. */
  readonly keepRotatedMaxBytes: number;
  readonly watch: WatchMode;
  readonly pollIntervalMs: number;
  readonly sweepIntervalMs: number;
  readonly discoveryIntervalMs: number;
  readonly maxOpenFiles: number;
  /** Ends by itself once every file that was ever there is gone and delivered. */
  readonly endWhenRemoved: boolean;
  /** Our own words: what happened to a file, for the operator. */
  readonly report: (event: FollowEvent) => void;
};
