// The race: log-tailer against cat and the tails, in one run on one machine, so that ratios mean something.
//   npm run bench -w packages/log-tailer -- [--quick] [--only throughput,steady,latency,idle,memory] [--write]
// --quick for a look (smaller file, fewer rounds), --write puts the table of a whole race into the README. Exit code 1 when a
// target is missed. Wall times of a shared machine are noise: ratios are taken within a round, and their median counts.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceBetween } from '@podmate/base/settings-docs';
import { ensurePackages } from '@podmate/testkit/debian';
import { prepareOurs } from './contestants.ts';
import { FULL, QUICK, type Race, type Scale } from './course.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { LogFiles } from './log-files.ts';
import { memory } from './memory.ts';
import { markdownTable, type Row } from './race-table.ts';
import { steady } from './steady.ts';
import { throughput } from './throughput.ts';

const races: Record<string, Race> = { throughput, steady, latency, idle, memory };

function chosenRaces(only: string | undefined): string[] {
  const names = only?.split(',') ?? Object.keys(races);
  const unknown = names.find((name) => !(name in races));
  if (unknown === undefined) return names;
  throw new Error(`--only ${unknown}: no such race; there are ${Object.keys(races).join(', ')}`);
}

async function run(names: readonly string[], scale: Scale, say: (line: string) => void): Promise<Row[]> {
  using files = new LogFiles();
  const rows: Row[] = [];
  for (const name of names) {
    say(`--- ${name}`);
    rows.push(...((await races[name]?.({ files, scale, say })) ?? []));
  }
  return rows;
}

/** Between the README's markers, so that a figure there is always one that a race has shown. */
function writeReadme(table: string): void {
  const file = join(import.meta.dirname, '..', 'README.md');
  const machine =
    `Measured on ${availableParallelism()} shared cores, Node ${process.version.slice(1)}, with ` +
    '`npm run bench -w packages/log-tailer -- --write`. Ratios are the medians of ratios within a round: trust them ' +
    'more than the absolute figures.';
  writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), 'race', `${table}\n\n${machine}`));
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const { quick, only, write } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, write: { type: 'boolean' } },
}).values;
if (write === true && (quick === true || only !== undefined))
  throw new Error('--write: the README takes a whole race only');
for (const { package: name, reason } of await ensurePackages(['busybox'], say))
  say(`without ${name}: ${reason}`);
await prepareOurs();
const rows = await run(chosenRaces(only), quick === true ? QUICK : FULL, say);
const table = markdownTable(rows);
say(`\n${table}\n`);
if (write === true) writeReadme(table);
process.exitCode = rows.some(({ verdict }) => verdict === false) ? 1 : 0;
