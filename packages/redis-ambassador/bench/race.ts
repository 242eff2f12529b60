// The race: redis-ambassador against nutcracker (twemproxy), HAProxy (tcp) and no proxy, in one run on one machine.
//   npm run bench -w packages/redis-ambassador -- [--quick] [--only pipelines,tls,large,slow-reader,clients,memory,failover] [--write]
// --quick for a look, --write puts the table of a whole race into the README. Exit code 1 when a target is missed. Machines
// differ and are shared: CPU seconds, ratios within a round, and their median count; wall times only where nothing else is.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceBetween } from '@podmate/base/settings-docs';
import { ensurePackages } from '@podmate/testkit/debian';
import { FULL, QUICK, type Race } from './course.ts';
import { failover } from './failover.ts';
import { largeBesideSmall } from './large-beside-small.ts';
import { manyClients } from './many-clients.ts';
import { memory } from './memory.ts';
import { pipelines } from './pipelines.ts';
import { markdownTable, type Row } from './race-table.ts';
import { slowReader } from './slow-reader.ts';
import { tls } from './tls.ts';

const races: Record<string, Race> = {
  pipelines,
  tls,
  large: largeBesideSmall,
  'slow-reader': slowReader,
  clients: manyClients,
  memory,
  failover,
};

function chosenRaces(only: string | undefined): string[] {
  const names = only?.split(',') ?? Object.keys(races);
  const unknown = names.find((name) => !(name in races));
  if (unknown === undefined) return names;
  throw new Error(`--only ${unknown}: no such race; there are ${Object.keys(races).join(', ')}`);
}

/** Between the README's markers, so that a figure there is always one that a race has shown. */
function writeReadme(table: string): void {
  const file = join(import.meta.dirname, '..', 'README.md');
  const machine =
    `Measured on ${availableParallelism()} shared cores, Node ${process.version.slice(1)}, with ` +
    '`npm run bench -w packages/redis-ambassador -- --write`: everyone warm, ours with a replica and `--consistency key`. ' +
    'Ratios are the medians of ratios within a round: trust them more than the absolute figures.';
  writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), 'race', `${table}\n\n${machine}`));
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const { quick, only, write } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, write: { type: 'boolean' } },
}).values;
if (write === true && (quick === true || only !== undefined))
  throw new Error('--write: the README takes a whole race only');
const wanted = ['redis-server', 'redis-tools', 'nutcracker', 'haproxy'];
for (const { package: name, reason } of await ensurePackages(wanted, say)) say(`without ${name}: ${reason}`);
const rows: Row[] = [];
for (const name of chosenRaces(only)) {
  say(`--- ${name}`);
  rows.push(...((await races[name]?.({ scale: quick === true ? QUICK : FULL, say })) ?? []));
}
const table = markdownTable(rows);
say(`\n${table}\n`);
if (write === true) writeReadme(table);
process.exitCode = rows.some(({ verdict }) => verdict === false) ? 1 : 0;
