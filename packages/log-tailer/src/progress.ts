// How far delivery has come: writes it to the checkpoint and tells how much is left. For follow.
import type { Checkpoint, Entry } from './checkpoint.ts';
import type { FileReader } from './file-reader.ts';
import type { FollowEvent } from './follow-events.ts';
import { count, type FollowStats } from './follow-stats.ts';
import { systemError } from './system-error.ts';

/** Bytes written and not yet acknowledged, and how long (ms) the oldest of them may have waited. */
export type Lag = { readonly bytes: number; readonly oldestMs: number };

export class Progress {
  readonly #checkpoint: Checkpoint;
  readonly #stats: FollowStats;
  readonly #report: (event: FollowEvent) => void;
  #savedAtMs = performance.now();

  constructor(checkpoint: Checkpoint, stats: FollowStats, report: (event: FollowEvent) => void) {
    this.#checkpoint = checkpoint;
    this.#stats = stats;
    this.#report = report;
  }

  get savedAgoMs(): number {
    return performance.now() - this.#savedAtMs;
  }

  /** A checkpoint that cannot be written is counted and reported, and costs at most repeated lines. */
  save(reader: FileReader, finished: boolean): void {
    try {
      this.#checkpoint.save({
        identity: reader.identity,
        path: reader.followedPath,
        offset: reader.acknowledged,
        size: reader.size,
        head: reader.head,
        marker: reader.acknowledgedMarker,
        finished,
        lookedAtMs: reader.lookedAtMs,
      });
      this.#savedAtMs = performance.now();
    } catch (error) {
      const { code, message } = systemError(error);
      count(this.#stats.checkpointErrors, code);
      this.#report({ kind: 'checkpoint-unwritable', code, message });
    }
  }

  /** A file of an earlier life is gone: what it held beyond our end when we last saw it is lost. */
  lost({ path, offset, size }: Entry): void {
    const lostBytes = Number.isFinite(size) ? Math.max(0, size - offset) : 0;
    this.#stats.lostBytes += lostBytes;
    this.#report({ kind: 'lost-file', path, offset, lostBytes });
  }

  /** A compressed file that breaks off: read as far as it goes. */
  damaged(path: string, error: unknown): void {
    const { message } = systemError(error);
    count(this.#stats.openErrors, 'DAMAGED');
    this.#report({
      kind: 'unreadable',
      path,
      code: 'DAMAGED',
      message: `read as far as it goes: ${message}`,
    });
  }

  lag(readers: Iterable<FileReader>): Lag {
    const nowMs = performance.now();
    let bytes = 0;
    let oldestMs = 0;
    for (const reader of readers) {
      if (reader.unacknowledged === 0) continue;
      bytes += reader.unacknowledged;
      oldestMs = Math.max(oldestMs, nowMs - reader.behindSinceMs);
    }
    return { bytes, oldestMs };
  }
}
