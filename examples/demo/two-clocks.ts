// The second awkward application of the demo: two programs of one shop, each with a clock face of its own.
//   orders.log    21/11/2026T19:00:01 order 17 accepted      wall time of Berlin
//   stock.log     Nov 21 18:00:01 stock[7]: item 17 moved     syslog's: no year, UTC
// What its write(2) calls have accepted it reports to its parent over IPC, as the line that it should become.
// Usage: two-clocks.ts DIRECTORY, ended by SIGTERM.

import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TICK_MS = 50;

const berlin = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Berlin',
  dateStyle: 'short',
  timeStyle: 'medium',
  hourCycle: 'h23',
});
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `21/11/2026T19:00:01`, wall time of Berlin. */
function orderStamp(at: Date): string {
  return berlin.format(at).replace(/(\d\d\/\d\d\/\d{4}), /, '$1T');
}

/** `Nov 21 18:00:01`, UTC. */
function syslogStamp(at: Date): string {
  const [date = '', time = ''] = at.toISOString().split('T');
  const [, month, day] = date.split('-').map(Number);
  return `${MONTHS[(month ?? 1) - 1]} ${String(day).padStart(2)} ${time.slice(0, 8)}`;
}

async function main(directory: string): Promise<void> {
  const ending = new AbortController();
  process.on('SIGTERM', () => ending.abort());
  const orders = openSync(join(directory, 'orders.log'), 'a');
  const stock = openSync(join(directory, 'stock.log'), 'a');
  for (let number = 1; !ending.signal.aborted; number++) {
    const at = new Date();
    const [fd, stamp, rest] =
      number % 3 === 0
        ? [stock, syslogStamp(at), `stock[7]: item ${number} moved`]
        : [orders, orderStamp(at), `order ${number} accepted, 1/2 paid, Tax incl.`];
    writeSync(fd, `${stamp} ${rest}\n`);
    process.send?.(`${at.toISOString().slice(0, 19)}Z ${rest}`);
    await sleep(TICK_MS, undefined, { signal: ending.signal }).catch(() => {});
  }
  process.disconnect?.();
}

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: two-clocks.ts DIRECTORY');
process.on('SIGINT', () => {}); // Ctrl-C is the demo's to handle: it ends us with SIGTERM
await main(directory);
