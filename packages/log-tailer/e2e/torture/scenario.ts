// What a scenario is: its number in the list of the 40 (research report, section 3), a name, the invariants that it holds the
// tailer to, and the story. Families of scenarios are in scenarios/, one file each.
//
// I1 each line exactly once · I2 order within a file generation · I3 order across generations (single writer)
// I4 no garbled line · I5 memory and descriptors bounded

import type { Ability } from './tailers.ts';
import type { Trial } from './trial.ts';

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5';

/** What nearly every scenario asks for. */
export const LOSSLESS: readonly Invariant[] = ['I1', 'I2', 'I3', 'I4'];

/** The batch in flight may come again after a kill (or after a write that never came back): no more than this. */
export const BATCH_BYTES = 2 ** 20;

/** What a verdict may contain without being a failure. */
export type Tolerance = { readonly missing?: number; readonly duplicatedBytes?: number };

export type Scenario = {
  readonly number: number;
  readonly name: string;
  readonly invariants: readonly Invariant[];
  /** What the tailer must be able to do to take part. */
  readonly needs?: readonly Ability[];
  /** Only in --long: too large or too long for every run. Say why in the name. */
  readonly longOnly?: true;
  /** Measures time, CPU or memory: runs alone. */
  readonly alone?: true;
  run(trial: Trial): Promise<void>;
};

/** Thrown by a scenario when this machine lacks the ground for it; the message is the reason. */
export class NoGround extends Error {}
