// The race: ours against Debian's awks, in one run on one machine, so that ratios mean something.
//   npm run bench -w packages/date-adapter -- [--quick] [--mb 200] [--engines ours,mawk] [--only P3,utf8] [--write]
// --only takes names of programs (P1 to P9, U1, R1 ...) and of races (batch, immediate, delay, utf8, regex); --quick is
// for a look (20 MB, fewer rounds); --write puts the table of a whole race into the README. Exit code 1 when a target is
// missed. CPU seconds of whole processes, the least of the rounds.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceBetween } from '@podmate/base/settings-docs';
import { batch } from './batch.ts';
import { type Course, FULL, markdownTable, QUICK, type Row } from './course.ts';
import { DataFiles } from './data.ts';
import { engineNames, enginesFor } from './engines.ts';
import { immediate, visibility } from './immediate.ts';
import { programs, utf8Programs, worstCases } from './programs.ts';
import { utf8, worstCase } from './text-and-regex.ts';

const races = ['batch', 'immediate', 'delay', 'utf8', 'regex'];
const known = [...races, ...[...programs, ...utf8Programs, ...worstCases].map(({ name }) => name)];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    mb: { type: 'string' },
    engines: { type: 'string', default: engineNames.join(',') },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function listed(text: string): string[] {
  return text.split(',').filter((name) => name !== '');
}

function megabytes(): number {
  const mb = Number(values.mb ?? (values.quick ? 20 : 200));
  if (mb > 0) return mb;
  throw new Error(`--mb ${values.mb}: a number of megabytes is wanted`);
}

function chosen(): string[] {
  const only = listed(values.only);
  const unknown = only.find((name) => !known.includes(name));
  if (unknown === undefined) return only;
  throw new Error(`--only ${unknown}: no such race; there are ${known.join(', ')}`);
}

async function run(course: Course): Promise<Row[]> {
  return [
    ...batch(course),
    ...immediate(course),
    ...(await visibility(course)),
    ...utf8(course),
    ...worstCase(course),
  ];
}

/** Between the README's markers, so that a figure there is always one that a race has shown. */
function writeReadme(table: string): void {
  const file = join(import.meta.dirname, '..', 'README.md');
  const words =
    `Measured on ${availableParallelism()} shared cores, Node ${process.version.slice(1)}, ${megabytes()} MB of input, ` +
    'with `npm run bench -w packages/date-adapter -- --write`: CPU seconds of the whole process, start included, as ' +
    "ratios to mawk's.";
  writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), 'race', `${table}\n\n${words}`));
}

if (values.write && (values.quick || values.only !== ''))
  throw new Error('--write: the README takes a whole race only');
const only = chosen();
using data = new DataFiles(megabytes() * 1e6);
const engines = await enginesFor(listed(values.engines), data.directory, say);
const course = { data, engines, scale: values.quick ? QUICK : FULL, only, say };
const rows = await run(course);
const table = markdownTable(engines, rows);
say(`\n${table}\n`);
if (values.write) writeReadme(table);
process.exitCode = rows.some(({ verdict }) => verdict === false) ? 1 : 0;
