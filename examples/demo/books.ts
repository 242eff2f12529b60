// The books of the demo in containers: reads what the sidecar's container has printed from stdin and compares it with the
// application's journal and with what is left in its log files. For the end, when application and sidecar have stopped:
//   docker logs SIDECAR 2>/dev/null | docker compose run --rm -T books
// Usage: books.ts DIRECTORY JOURNAL [--kills N] < OUTPUT. Exit code 0: nothing is missing; 1: the verdict is bad; 2: there
// can be no verdict.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Verdict } from './half.ts';
import { entriesOf, PID_FILE } from './journal.ts';
import { Ledger } from './ledger.ts';
import { linesOf } from './lines.ts';
import { logVerdict } from './log-verdict.ts';
import { announce, paint } from './screen.ts';

type Sources = { directory: string; journal: string; kills: number };

/** Throws on a bad command line, in words for the user. */
function sources(): Sources {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { kills: { type: 'string', default: '0' } },
  });
  const [directory, journal, ...more] = positionals;
  if (directory === undefined || journal === undefined || more.length > 0)
    throw new Error('usage: books.ts DIRECTORY JOURNAL [--kills N] < OUTPUT');
  if (!/^\d{1,3}$/.test(values.kills)) throw new Error(`--kills ${values.kills}: must be a whole number`);
  return { directory, journal, kills: Number(values.kills) };
}

/** Throws where the journal is not, or not yet, the whole truth. */
async function closeBooks({ directory, journal, kills }: Sources): Promise<Verdict> {
  if (process.stdin.isTTY) throw new Error("the sidecar's output has to come through a pipe; see the README");
  if (existsSync(join(directory, PID_FILE)))
    throw new Error('the application still runs, or was killed before it had said all: stop it first');
  const ledger = new Ledger();
  for await (const { stream, lines } of entriesOf(journal)) ledger.wrote(stream, lines);
  for await (const line of linesOf(process.stdin.setEncoding('utf8'))) ledger.printed(line);
  return logVerdict(ledger, directory, kills);
}

try {
  const { ok, lines } = await closeBooks(sources());
  for (const line of lines) announce(paint(ok ? 'green' : 'red', line));
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  announce(paint('red', error instanceof Error ? error.message : String(error)));
  process.exitCode = 2;
}
