// The few for every run; `node bench/dates.ts --oracle 2000000` is the many.
import { expect, test } from 'vitest';
import { runOracle } from './temporal-oracle.ts';

test('50,000 random stamps as Temporal has them', { timeout: 120_000 }, () => {
  const seed = Number(process.env['DATES_SEED'] ?? 1);
  const { stamps, folds, gaps, mismatches } = runOracle(50_000, 2500, seed);
  expect(mismatches, `seed ${seed}`).toStrictEqual([]);
  expect(stamps).toBe(50_000);
  expect(folds).toBeGreaterThan(100);
  expect(gaps).toBeGreaterThan(100);
});
