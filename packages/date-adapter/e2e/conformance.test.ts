// The conformance table on the four awks of Debian: they must differ where the table says so, and nowhere else. And on ours
// as a process: every row that is about more than the language, and of the others, whose answers run.test.ts has from the
// same code in memory, a random quarter; CONFORMANCE=all runs them all. The rows of one engine run side by side; then each
// row of ours is a test with its own name.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { bundleOurs } from '../test/conformance/ours.ts';
import { peers, rowsFor, whyNot } from '../test/conformance/peers.ts';
import { mismatch, needsProcess, type Outcome, type Row } from '../test/conformance/row.ts';
import { runRow, runRows } from '../test/conformance/run-row.ts';
import { table } from '../test/conformance/table.ts';

const main = resolve(import.meta.dirname, '../src/main.ts');

/** An idle machine needs half a minute. */
const RUN_MS = 600_000;

const seed = Number(process.env['CONFORMANCE_SEED'] ?? freshSeed());
const random = new SeededRandom(seed);
const ours = table.filter(
  (row) => process.env['CONFORMANCE'] === 'all' || needsProcess(row) || random.fraction() < 0.25,
);

describe('the peers', () => {
  for (const peer of peers) {
    const reason = whyNot(peer);
    test.skipIf(reason !== undefined)(
      `${peer.name}${reason === undefined ? '' : `: ${reason}`}`,
      { timeout: RUN_MS },
      async () => {
        const wrong: string[] = [];
        const rows = rowsFor(peer, table);
        await runRows(
          rows,
          (row) => runRow(row, peer.command),
          (row, outcome) => {
            const differs = mismatch(row, outcome);
            const known = row.differs?.[peer.name];
            if (differs !== undefined && known === undefined) wrong.push(`${row.name}: ${differs}`);
            if (differs === undefined && known !== undefined)
              wrong.push(`${row.name}: no longer differs: ${known}`);
          },
        );
        expect(wrong).toEqual([]);
      },
    );
  }
});

describe.skipIf(!existsSync(main))(`ours, seed ${seed}`, () => {
  const outcomes = new Map<string, Outcome>();
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'podmate-awk-link-'));
    const awk = await bundleOurs(directory);
    await runRows(
      ours,
      (row) => runRow(row, awk),
      (row, outcome) => outcomes.set(row.name, outcome),
    );
  }, RUN_MS);

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function outcomeOf(row: Row): Outcome {
    const outcome = outcomes.get(row.name);
    if (outcome === undefined) throw new Error('did not run');
    return outcome;
  }

  test.each(ours.filter(({ open }) => open === undefined))('$name', (row) => {
    expect(mismatch(row, outcomeOf(row))).toBeUndefined();
    expect(outcomeOf(row).stderr).toMatch(row.stderr ?? /^/);
  });

  test.each(ours.filter(({ open }) => open !== undefined))('$name: open: $open', (row) => {
    expect(mismatch(row, outcomeOf(row)), 'no longer open').toBeDefined();
  });
});
