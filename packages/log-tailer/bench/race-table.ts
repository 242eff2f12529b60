// The result of a race: rows of what was measured against what was promised, as the README shows them, and the two
// statistics that the races take.

/** A row; without a verdict it is there for comparison only. */
export type Row = { race: string; target: string; measured: string; verdict?: boolean };

export function markdownTable(rows: readonly Row[]): string {
  const line = ({ race, target, measured, verdict }: Row): string =>
    `| ${race} | ${target} | ${measured} | ${verdictWord(verdict)} |`;
  return ['| Race | Target | Measured | |', '|---|---|---|---|', ...rows.map(line)].join('\n');
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the share `q` of `values` lies, by nearest rank. NaN for no values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}

function verdictWord(verdict: boolean | undefined): string {
  if (verdict === undefined) return '';
  return verdict ? 'kept' : '**missed**';
}
