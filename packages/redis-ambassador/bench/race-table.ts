// The result of a race: rows of what was measured against what was promised, as the README shows them.

/** A row; without a verdict it is there for comparison only. */
export type Row = {
  readonly race: string;
  readonly target: string;
  readonly measured: string;
  readonly verdict?: boolean;
};

export function markdownTable(rows: readonly Row[]): string {
  const line = ({ race, target, measured, verdict }: Row): string =>
    `| ${race} | ${target} | ${measured} | ${verdict === undefined ? '' : verdict ? 'kept' : '**missed**'} |`;
  return ['| Race | Target | Measured | |', '|---|---|---|---|', ...rows.map(line)].join('\n');
}

/** A row for `value`, which shall not be above `limit`. */
export function atMost(
  race: string,
  limit: number,
  value: number,
  unit: string,
  [digits, more]: readonly [digits: number, more: string] = [2, ''],
): Row {
  const measured = `${value.toFixed(digits)} ${unit}${more === '' ? '' : `; ${more}`}`;
  return { race, target: `<= ${limit} ${unit}`, measured, verdict: value <= limit };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the share `q` of `values` lies, by nearest rank. NaN for no values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}
