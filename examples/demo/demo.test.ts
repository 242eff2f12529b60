// The demo keeps books; here they are shown to find every fault, also as the program that the containers have, with the
// real application's journal. Then the demo itself runs for some seconds.

import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { findCommand } from '@podmate/testkit/debian';
import { holds } from '@podmate/testkit/eventually';
import { type Balance, Ledger } from './ledger.ts';

const run = promisify(execFile);

const clean: Balance = {
  written: 3,
  delivered: 3,
  destroyed: 0,
  missing: 0,
  duplicated: 0,
  duplicatedBytes: 0,
  garbled: 0,
};
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
  {
    name: 'printed twice',
    printed: [first, first, second, third],
    balance: { duplicated: 1, duplicatedBytes: first.length + 1 },
  },
  { name: 'CR lost', printed: [first, second, third.trimEnd()], balance: { delivered: 2, garbled: 1 } },
  {
    name: 'two lines glued',
    printed: [first, second + third],
    balance: { delivered: 1, destroyed: 1, garbled: 1 },
  },
  {
    name: 'cut by a kill, the batch printed again behind the cut',
    printed: [first, second.slice(0, 15) + first, second, third],
    balance: { garbled: 1 },
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

test('the program: an application that was stopped and started goes on in its journal', async () => {
  const shop = openShop();
  await trade(shop, 'SIGTERM');
  await trade(shop, 'SIGTERM');
  const output = outputOf(shop);
  expect(books(shop, output)).toMatchObject({
    code: 0,
    words: expect.stringMatching(/^[6-9]\d{3} lines written/),
  });
  expect(books(shop, output.slice(0, -10))).toMatchObject({
    code: 1,
    words: expect.stringContaining(' 1 garbled'),
  });
});

test('the program: no verdict on an application that was killed, and none goes on after it', async () => {
  const shop = openShop();
  await trade(shop, 'SIGKILL');
  expect(books(shop, outputOf(shop))).toMatchObject({ code: 2 });
  expect(await trade(shop, 'SIGTERM')).toContain('it was killed');
});

test('the program: what comes again is forgiven for a kill of the sidecar, up to a batch', async () => {
  const shop = openShop();
  await trade(shop, 'SIGTERM');
  const output = outputOf(shop);
  const again = output.split('\n').slice(0, 1000).join('\n') + '\n';
  expect(books(shop, again + output)).toMatchObject({
    code: 1,
    words: expect.stringContaining(' 1000 duplicated'),
  });
  expect(books(shop, again + output, '--kills', '1')).toMatchObject({ code: 0 });
  expect(books(shop, again.repeat(20) + output, '--kills', '1')).toMatchObject({ code: 1 });
  expect(books(shop, output.slice(5), '--kills', '1')).toMatchObject({ code: 0 });
});

test('the program: where nothing was written nothing is proved, and flags are checked', () => {
  const shop = openShop();
  writeFileSync(join(shop.logs, 'billing.log'), '');
  expect(books(shop, '')).toMatchObject({ code: 1 });
  expect(books(shop, '', '--kills', 'many')).toMatchObject({ code: 2 });
  expect(books(shop, '', 'a word too many')).toMatchObject({ code: 2 });
});

test('the demo ends by itself, with nothing missing', async ({ skip }) => {
  if (findCommand('logrotate') === undefined) skip('no logrotate');
  const demo = await run(process.execPath, [join(import.meta.dirname, 'demo.ts'), '--seconds', '8']);
  expect(demo.stdout).toContain('billing.log copied and truncated');
  expect(demo.stdout).toMatch(/ 0 missing, 0 duplicated, \d+ destroyed by copytruncate\nNothing is missing/);
  expect(demo.stdout).toMatch(/\d orders and \d+ payments scraped: as many as the application sent/);
});

/** The logs that the application left behind, as its sidecar would have printed them. */
function outputOf({ logs }: Shop): string {
  return globSync(join(logs, '*.log'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('');
}

type Shop = { logs: string; journal: string };

function openShop(): Shop {
  const directory = temporaryDirectory();
  const logs = join(directory, 'logs');
  mkdirSync(logs);
  return { logs, journal: join(directory, 'journal') };
}

/** Runs the application until it has written something and ends it; what it said on stderr. */
async function trade({ logs, journal }: Shop, signal: NodeJS.Signals): Promise<string> {
  const app = spawn(process.execPath, [program('legacy-app.ts'), logs, journal], { stdio: 'pipe' });
  onTestFinished(() => void app.kill('SIGKILL'));
  const said = text(app.stderr);
  const ended = once(app, 'exit');
  const before = sizeOf(journal);
  await holds(() => app.exitCode !== null || sizeOf(journal) > before);
  app.kill(signal);
  await ended;
  return said;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The books as a program, over that output. */
function books(
  { logs, journal }: Shop,
  output: string,
  ...flags: string[]
): { code: number | null; words: string } {
  const args = [program('books.ts'), logs, journal, ...flags];
  const { status, stdout } = spawnSync(process.execPath, args, { input: output, encoding: 'utf8' });
  return { code: status, words: stdout };
}

function program(name: string): string {
  return join(import.meta.dirname, name);
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'podmate-books-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

function fileOf(content: string): string {
  const path = join(temporaryDirectory(), 'billing.log.1');
  writeFileSync(path, content);
  return path;
}
