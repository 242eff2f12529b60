// What the engine counts: plain number fields, bumped where it happens, read by metrics at scrape.
export type RotationKind = 'rename' | 'replace' | 'recreate' | 'symlink' | 'copytruncate';
export type LongLineAction = 'stream' | 'split' | 'truncate' | 'skip';

export class FollowStats {
  readBytes = 0;
  deliveredBytes = 0;
  deliveredLines = 0;
  recoveredBytes = 0;
  lostBytes = 0;
  skippedNulBytes = 0;
  truncations = 0;
  readonly rotations: Record<RotationKind, number> = {
    rename: 0,
    replace: 0,
    recreate: 0,
    symlink: 0,
    copytruncate: 0,
  };
  readonly longLines: Record<LongLineAction, number> = { stream: 0, split: 0, truncate: 0, skip: 0 };
  /** By errno name: EACCES, EMFILE, ... and our own words for what is no log file: DIRECTORY, FIFO, DAMAGED (gzip). */
  readonly openErrors = new Map<string, number>();
  readonly checkpointErrors = new Map<string, number>();
}

export function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
