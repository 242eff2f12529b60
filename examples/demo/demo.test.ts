// The demo keeps books; here they are shown to find every fault. Then the demo itself runs for some seconds.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { findCommand } from '@podmate/testkit/debian';
import { type Balance, Ledger } from './ledger.ts';

const run = promisify(execFile);

const clean: Balance = { written: 3, delivered: 3, destroyed: 0, missing: 0, duplicated: 0, garbled: 0 };
const lines = ['1 [billing-1] a\r', '2 [billing-2] b\r', '3 [billing-3] c\r'] as const;
const [first, second, third] = lines;

const table: { name: string; printed: string[]; kept?: string; balance: Partial<Balance> }[] = [
  { name: 'every line printed', printed: [...lines], balance: {} },
  { name: 'printed in another order', printed: [third, first, second], balance: {} },
  {
    name: 'lost though it is in a copy',
    printed: [first, third],
    kept: `${second}\n`,
    balance: { delivered: 2, missing: 1 },
  },
  {
    name: 'destroyed: in no file',
    printed: [first, third],
    kept: `${first}\n`,
    balance: { delivered: 2, destroyed: 1 },
  },
  {
    name: 'torn in the copy is destroyed',
    printed: [first, third],
    kept: second,
    balance: { delivered: 2, destroyed: 1 },
  },
  { name: 'printed twice', printed: [first, first, second, third], balance: { duplicated: 1 } },
  { name: 'CR lost', printed: [first, second, third.trimEnd()], balance: { delivered: 2, garbled: 1 } },
  {
    name: 'two lines glued',
    printed: [first, second + third],
    balance: { delivered: 1, destroyed: 1, garbled: 1 },
  },
  { name: 'something nobody wrote', printed: ['?', ...lines], balance: { garbled: 1 } },
];

test.each(table)('books: $name', ({ printed, kept, balance }) => {
  const ledger = new Ledger();
  ledger.wrote('billing', lines);
  for (const line of printed) ledger.printed(line);
  if (kept !== undefined) ledger.keep(fileOf(kept));
  expect(ledger.balance(true)).toEqual({ ...clean, ...balance });
});

test('books: a line still on its way is neither missing nor destroyed, an overtaken one is', () => {
  const ledger = new Ledger();
  ledger.wrote('shop', ['[shop-1]', '[shop-2]', '[shop-3]']);
  ledger.printed('[shop-2]');
  expect(ledger.balance(false)).toMatchObject({ delivered: 1, missing: 0 });
  expect(ledger.balance(false)).toMatchObject({ delivered: 1, missing: 1 });
  expect(ledger.balance(true)).toMatchObject({ delivered: 1, missing: 2 });
});

test('the demo ends by itself, with nothing missing', async ({ skip }) => {
  if (findCommand('logrotate') === undefined) skip('no logrotate');
  const demo = await run(process.execPath, [join(import.meta.dirname, 'demo.ts'), '--seconds', '8']);
  expect(demo.stdout).toContain('billing.log copied and truncated');
  expect(demo.stdout).toMatch(/ 0 missing, 0 duplicated, \d+ destroyed by copytruncate\nNothing is missing/);
});

function fileOf(content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'podmate-books-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'billing.log.1');
  writeFileSync(path, content);
  return path;
}
