// One group of files and how they are read; an image's configuration may have several.
import type { Framer } from './line-framer.ts';
import type { StartPosition } from './start-position.ts';

export type FollowInput = {
  /** Absolute or relative paths and globs. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly framer: Framer;
  /** Skip the hole that a writer leaves which keeps its offset over a truncation. */
  readonly skipNul: boolean;
  /** Read gzip'd files too: those that match, and rotated ones that hold what was not yet read. */
  readonly gzip: boolean;
  /** Go on with a new file at the path; false: only the file first found there, as `tail --follow=descriptor`. */
  readonly byName: boolean;
  /** Where files begin that are there at the start and that no checkpoint knows. */
  readonly startAt: StartPosition;
  /** Files not written to for this long (ms) at the start are passed over until they grow. */
  readonly ignoreOlderMs: number;
  /** An event of several lines is complete when nothing came for this long (ms). */
  readonly multilineTimeoutMs: number;
  /** An unfinished line is delivered as it is when nothing came for this long (ms); Infinity: it waits. */
  readonly partialTimeoutMs: number;
};
