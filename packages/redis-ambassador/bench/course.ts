// What the races have in common: how long they are, and what a race is.
import type { Row } from './race-table.ts';

export type Scale = {
  readonly rounds: number;
  /** Requests of a round at pipeline 1; six times as many at 16 and 64. */
  readonly requests: number;
  readonly seconds: number;
  readonly clients: number;
  readonly unreadBytes: number;
};

export type Race = (course: {
  readonly scale: Scale;
  readonly say: (line: string) => void;
}) => Promise<Row[]>;

export const FULL: Scale = { rounds: 5, requests: 40_000, seconds: 10, clients: 10_000, unreadBytes: 1e9 };

/** For a look: the ratios are rough. */
export const QUICK: Scale = { rounds: 3, requests: 30_000, seconds: 3, clients: 2000, unreadBytes: 2e8 };
