// What the races have in common: how long they are, and what a race is.

import type { LogFiles } from './log-files.ts';
import type { Row } from './race-table.ts';

/** How much of everything. */
export type Scale = {
  bytes: number;
  rounds: number;
  steadySeconds: number;
  latencyLines: number;
  idleSeconds: number;
  longLineBytes: number;
};

/** One race: measures, says what it sees, and returns its rows. */
export type Race = (course: { files: LogFiles; scale: Scale; say: (line: string) => void }) => Promise<Row[]>;

export const FULL: Scale = {
  bytes: 1e9,
  rounds: 7,
  steadySeconds: 10,
  latencyLines: 400,
  idleSeconds: 20,
  longLineBytes: 300e6,
};

/** For a look: the ratios are rough. */
export const QUICK: Scale = {
  bytes: 240e6,
  rounds: 3,
  steadySeconds: 3,
  latencyLines: 100,
  idleSeconds: 5,
  longLineBytes: 60e6,
};
