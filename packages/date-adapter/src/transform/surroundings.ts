// What transforms need to know of the world they run in; main has it from the process and the system, tests make it up.
import type { ByteOutput } from '../byte-output.ts';
import type { Piece } from './line-transform.ts';

export type Surroundings = {
  readonly environment: ReadonlyMap<string, string>;
  /** For PROCINFO of awk programs. */
  readonly processIds: ReadonlyMap<string, number>;
  readonly hostname: string;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Milliseconds of a clock that only goes forward. */
  readonly ticks: () => number;
  /** On a thread of its own a transform may wait. */
  readonly thread?: ThreadHooks;
};

export interface ThreadHooks {
  /** Not 0: loops of a program leave as `exit` would. */
  readonly interrupt: Int32Array;
  /** Says that all there was is taken, and waits for more. */
  next():
    | { readonly kind: 'push'; readonly piece: Piece; readonly round: number }
    | { readonly kind: 'idle'; readonly upTo: number }
    | { readonly kind: 'end' };
  /** Whether so much output is to be handed over before there is more. */
  full(out: ByteOutput): boolean;
  /** Waits until all output is written. */
  flush(): void;
}
