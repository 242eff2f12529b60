// What stands between input and output: lines in, bytes out, at once and without waiting. For the delivery, which runs
// one on its own thread or on another. Invariant: every byte that came in is answered for (converted, passed, dropped,
// held back) when `push` returns, and nothing is held back any more when `idle` or `end` does.
import type { ByteOutput } from '../byte-output.ts';

/** Bytes of one file: whole lines, or a piece of a line that is longer than a buffer. */
export type Piece = {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** The file, as it was named; `-` for standard input. */
  readonly source: string;
  /** False where the bytes go on inside a line that an earlier piece began. */
  readonly startsLine: boolean;
  /** False where the line goes on in the next piece. */
  readonly endsLine: boolean;
};

export interface LineTransform {
  /** Before the first line. */
  begin(out: ByteOutput): void;
  /** @param round when it came: never falling, and the same for pieces that came together */
  push(piece: Piece, out: ByteOutput, round: number): void;
  /**
   * Nothing comes for now: what is held back, and was last added to in this round or before, leaves. @param source only
   * what is of this file
   */
  idle(out: ByteOutput, upTo: number, source?: string): void;
  /** Nothing comes any more. */
  end(out: ByteOutput): void;
  /** The round of the oldest bytes that are held back, not in the output yet; Infinity when there are none. */
  readonly heldSince: number;
  /** Set when it asks for the end of everything: a program that called exit, a line that must not be. */
  readonly ending: Ending | undefined;
}

export type Ending = { readonly reason: string; readonly code: number };

/** Lines by what became of them, and what happened to stamps; read by metrics, also across threads. */
export class LineCounts {
  converted = 0;
  passed = 0;
  dropped = 0;
  error = 0;
  folds = 0;
  gaps = 0;
}
