// Where lines come from: standard input or followed files. For the delivery, which asks, and says what it has delivered.
import type { Follow } from '@podmate/log-tailer/follow';
import type { Piece } from '../transform/line-transform.ts';

/** Pieces that came together. Their bytes are valid until the next `read`. */
export type Round = {
  readonly pieces: readonly Piece[];
  /** Where the next life would go on, once these pieces are out. */
  acknowledge(): void;
};

export interface LineInput {
  start(): void;
  /** Waits until there is something; undefined at the end. One call at a time. */
  read(): Promise<Round | undefined>;
  /** Reads what is there, and then ends. */
  drain(): void;
  /** Ends at once. */
  stop(): void;
  close(): void;
  /** What keeps it from being ready, and what is only worth knowing. */
  ready(): string[];
  warnings(): string[];
  /** Something that was named could not be read at all: the exit code says so. */
  isIncomplete(): boolean;
  readonly readBytes: number;
  /** The engines that follow files, for metrics. */
  readonly follows: readonly Follow[];
}
