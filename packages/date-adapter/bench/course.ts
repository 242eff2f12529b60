// What the races have in common: how much of everything, who runs, and the rows they bring home.

import type { DataFiles } from './data.ts';
import type { Engine } from './engines.ts';
import type { RaceProgram } from './programs.ts';
import type { Command } from './measure.ts';

export type Scale = {
  readonly rounds: number;
  /** Of the visibility race, at ten lines a second. */
  readonly delayLines: number;
  readonly worstCaseBytes: number;
};

export const FULL: Scale = { rounds: 5, delayLines: 300, worstCaseBytes: 20_000_000 };

/** For a look: the ratios are rough. */
export const QUICK: Scale = { rounds: 3, delayLines: 50, worstCaseBytes: 4_000_000 };

export type Course = {
  readonly data: DataFiles;
  readonly engines: readonly Engine[];
  readonly scale: Scale;
  /** Names of races, or of programs as in `P3`; empty means all. */
  readonly only: readonly string[];
  readonly say: (line: string) => void;
};

/** One line of the table: a cell for each engine; without a verdict it is there for comparison only. */
export type Row = {
  readonly race: string;
  readonly target: string;
  readonly cells: ReadonlyMap<string, string>;
  readonly verdict?: boolean;
};

/** Runs `program` over its data on this engine. */
export function commandOf(engine: Engine, program: RaceProgram, path: string): Command {
  const command = [...engine.command, ...(program.options ?? []), program.program, path];
  return { command, env: engine.env };
}

export function wanted({ only }: Course, race: string, program?: string): boolean {
  return only.length === 0 || only.includes(race) || (program !== undefined && only.includes(program));
}

/** The value that decides when runs are disturbed by others on the machine: the least. */
export function least(values: readonly number[]): number {
  return Math.min(...values);
}

/** The value below which the share `q` of `values` lies, by nearest rank. NaN for no values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function markdownTable(engines: readonly Engine[], rows: readonly Row[]): string {
  const names = engines.map(({ name }) => name);
  const line = ({ race, target, cells, verdict }: Row): string =>
    `| ${[race, target, ...names.map((name) => cells.get(name) ?? ''), verdictWord(verdict)].join(' | ')} |`;
  const head = `| Race | Target for ours | ${names.join(' | ')} | |`;
  return [head, `|---|---|${names.map(() => '---|').join('')}---|`, ...rows.map(line)].join('\n');
}

function verdictWord(verdict: boolean | undefined): string {
  if (verdict === undefined) return '';
  return verdict ? 'kept' : '**missed**';
}
