// Prints where the engines differ from the table, and how much of it each fulfils:
//   node packages/date-adapter/test/conformance/report.ts [--engine mawk,gawk] [--only TEXT] [--all] [-- COMMAND...]
// --only takes the rows whose name holds TEXT, --all also prints the differences that the table knows, and a command
// after -- is an engine of its own, like `node packages/date-adapter/src/main.ts`.

import { parseArgs } from 'node:util';
import { type Peer, peers, rowsFor } from './peers.ts';
import { mismatch, type Row } from './row.ts';
import { runRow, runRows } from './run-row.ts';
import { table } from './table.ts';

type Engine = { name: string; command: readonly string[]; rows: readonly Row[]; peer?: Peer };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: 'string' }, only: { type: 'string' }, all: { type: 'boolean' } },
});
const chosen = table.filter(({ name }) => name.includes(values.only ?? ''));
for (const engine of enginesToRun()) await report(engine);

function enginesToRun(): Engine[] {
  if (positionals.length > 0) return [{ name: positionals.join(' '), command: positionals, rows: chosen }];
  const names = values.engine?.split(',') ?? peers.map(({ name }) => name);
  return peers
    .filter(({ name }) => names.includes(name))
    .map((peer) => ({ name: peer.name, command: peer.command, rows: rowsFor(peer, chosen), peer }));
}

async function report({ name, command, rows, peer }: Engine): Promise<void> {
  let kept = 0;
  await runRows(
    rows,
    (row) => runRow(row, command),
    (row, outcome) => {
      const wrong = mismatch(row, outcome);
      const known = peer === undefined ? undefined : row.differs?.[peer.name];
      if (wrong === undefined) kept += 1;
      if (wrong !== undefined && (known === undefined || values.all === true)) {
        say(`${name}: ${row.name}: ${wrong}${known === undefined ? '' : ` [known: ${known}]`}`);
      }
      if (wrong === undefined && known !== undefined)
        say(`${name}: ${row.name}: no longer differs (${known})`);
    },
  );
  say(`${name}: ${kept} of ${rows.length} rows, ${((100 * kept) / rows.length).toFixed(1)} %`);
}
