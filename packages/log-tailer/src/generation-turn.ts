// Which generation of a path is to be read next, and how much of it is owed. For followed-path. Oldest first; a line
// that is not finished waits for its end, but not for ever.
import type { Completeness, FileReader } from './file-reader.ts';
import type { FollowInput } from './follow-input.ts';

/** A file with something to deliver, and what of it. */
export type Owed = { readonly reader: FileReader; readonly owed: Completeness };

/** `ending`: the process ends, and what is unfinished stays so. */
export type Moment = { readonly nowMs: number; readonly ending: boolean };

/**
 * A rotated file whose last line is unfinished gets this long to have it finished, once its writer has begun
 * another file: then the line is delivered as it is, still before what is in that file.
 */
const MOVED_ON_MS = 1000;

/** Undefined when nothing is owed now. @param generations oldest first */
export function nextGeneration(
  generations: readonly FileReader[],
  input: FollowInput,
  rotateWaitMs: number,
  moment: Moment,
): Owed | undefined {
  const inside = generations.find((reader) => reader.insideRecord && reader.readable);
  if (inside !== undefined) return { reader: inside, owed: 'complete' };
  for (const [at, reader] of generations.entries()) {
    if (!reader.readable && !reader.unfinished) continue;
    const newer = generations[at + 1];
    const hasMovedOn = newer !== undefined && newer.size > 0;
    const waitMs = hasMovedOn ? Math.min(MOVED_ON_MS, rotateWaitMs) : rotateWaitMs;
    const owed = owedOf(reader, input, waitMs, moment);
    if (reader.readable || owed !== 'complete') return { reader, owed };
    // Its last line may be completed in a moment, and comes before what is in the next file.
    if (reader.rotatedAtMs !== undefined && moment.nowMs - reader.rotatedAtMs < MOVED_ON_MS) return undefined;
  }
  return undefined;
}

function owedOf(
  reader: FileReader,
  input: FollowInput,
  waitMs: number,
  { nowMs, ending }: Moment,
): Completeness {
  if (ending) return 'ending';
  const quietMs = nowMs - reader.grewAtMs;
  if (rotatedQuietMs(reader, nowMs) >= waitMs || quietMs >= input.partialTimeoutMs) return 'rest';
  return quietMs >= input.multilineTimeoutMs ? 'quiet' : 'complete';
}

/** How long (ms) a rotated file has been left alone; -1 while it is at its path. */
export function rotatedQuietMs(reader: FileReader, nowMs: number): number {
  return reader.rotatedAtMs === undefined ? -1 : nowMs - Math.max(reader.rotatedAtMs, reader.grewAtMs);
}
