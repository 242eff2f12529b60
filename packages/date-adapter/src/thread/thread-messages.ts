// What the main thread and a transform's thread say to each other, and the memory they share: bytes, and three numbers
// by which either can be woken while it waits.
import type { Ending, LineCounts, Piece } from '../transform/line-transform.ts';

/** Indexes into the shared numbers. */
export const SIGNAL = {
  /** Grows with each message to the thread. */
  messages: 0,
  /** Grows with each output that was written. */
  written: 1,
  /** Not 0: loops of the program leave as `exit` would. */
  interrupt: 2,
} as const;

const SIGNALS = 3;

/** Bytes go through memory that both see, one message's at a time: nothing is left behind for a collector. */
export type Shared = {
  readonly signal: Int32Array;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
};

export function newShared(): Shared {
  return {
    signal: new Int32Array(new SharedArrayBuffer(SIGNALS * 4)),
    input: new Uint8Array(new SharedArrayBuffer(INPUT_BYTES)),
    output: new Uint8Array(new SharedArrayBuffer(OUTPUT_BYTES)),
  };
}

/** As much as an input hands over at once. */
const INPUT_BYTES = 512 * 1024;
const OUTPUT_BYTES = 256 * 1024;

export type ToThread =
  /** The first `length` bytes of the input. */
  | ({ readonly kind: 'push'; readonly length: number; readonly round: number } & Pick<
      Piece,
      'source' | 'startsLine' | 'endsLine'
    >)
  | { readonly kind: 'idle'; readonly upTo: number }
  | { readonly kind: 'end' };

/** With the first `length` bytes of the output. */
export type FromThread =
  /** To be written; the thread waits for that. */
  | { readonly kind: 'output'; readonly length: number }
  /** The message is dealt with, and the thread waits for the next. */
  | {
      readonly kind: 'done';
      readonly length: number;
      readonly heldSince: number;
      readonly ending: Ending | undefined;
      readonly counts: LineCounts;
    };
