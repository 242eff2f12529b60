// A writer in a process of its own, for the races that need one: it appends numbered lines at a steady pace while
// the real logrotate copies and truncates. Usage: writer-process.ts SEED AUTHOR PATH LINES_PER_SECOND LINES.
// It writes each line with one write(2), so that a truncation never cuts one, and ends when all are written.

import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from './ledger.ts';

const [seed, author, path, linesPerSecond, lines] = process.argv.slice(2);
if (author === undefined || path === undefined)
  throw new Error('usage: SEED AUTHOR PATH LINES_PER_SECOND LINES');

const account = new Ledger(Number(seed)).open(author);
const descriptor = openSync(path, 'a');
const start = performance.now();
while (account.next < Number(lines)) {
  const due = ((performance.now() - start) / 1000) * Number(linesPerSecond);
  while (account.next < Math.min(due, Number(lines))) writeSync(descriptor, account.owe(), null, 'latin1');
  await sleep(1);
}
closeSync(descriptor);
