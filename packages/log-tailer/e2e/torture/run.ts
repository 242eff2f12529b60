// The torture suite by hand: `node e2e/torture/run.ts [--tailer ours|gnu|...|all] [--scenario 1,2] [--seed S] [--long]`.
// `--write` puts the table of all scenarios and tailers into the package's README; `--jobs N` runs N side by side;
// `--story N` shows the last N steps of a random walk that failed.
// Exit code 1 when log-tailer failed a scenario; what the peers do is a figure, not a failure.

import { existsSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { freshSeed } from '@podmate/testkit/seeded-random';
import { runScenario, type Outcome } from './judge.ts';
import { describeOutcome, markdownTable, withTable } from './report.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './suite.ts';
import { tailerNamed, tailers, type Tailer } from './tailers.ts';

const README = resolve(import.meta.dirname, '../../README.md');

const { values: flags } = parseArgs({
  options: {
    tailer: { type: 'string', default: 'ours' },
    scenario: { type: 'string', default: '' },
    seed: { type: 'string', default: String(freshSeed()) },
    jobs: { type: 'string', default: '3' },
    story: { type: 'string', default: '30' },
    long: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const say = (text: string): number => writeSync(1, `${text}\n`);

type Race = { readonly scenario: Scenario; readonly tailer: Tailer };

/** Runs what may run side by side, then what must run alone. */
async function runAll(races: readonly Race[], jobs: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const one = async ({ scenario, tailer }: Race): Promise<void> => {
    const outcome = await runScenario(scenario, tailer, { seed: Number(flags.seed), long: flags.long });
    if (outcome.status !== 'not-applicable') say(describeOutcome(outcome, Number(flags.story)));
    outcomes.push(outcome);
  };
  const queue = races.filter((race) => race.scenario.alone !== true);
  const lane = async (): Promise<void> => {
    for (let race = queue.shift(); race !== undefined; race = queue.shift()) await one(race);
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  for (const race of races) if (race.scenario.alone === true) await one(race);
  return outcomes;
}

function write(table: string): void {
  const text = existsSync(README) ? withTable(readFileSync(README, 'utf8'), table) : undefined;
  if (text === undefined) say(`${README} is missing or has no torture marks; the table is:\n${table}`);
  else writeFileSync(README, text);
}

const wantedNumbers = flags.scenario.split(',').filter(Boolean).map(Number);
const wanted = scenarios.filter(({ number }) => wantedNumbers.length === 0 || wantedNumbers.includes(number));
const taking = flags.tailer === 'all' ? tailers : flags.tailer.split(',').map(tailerNamed);

say(`seed ${flags.seed}`);
const races = wanted.flatMap((scenario) => taking.map((tailer) => ({ scenario, tailer })));
const outcomes = await runAll(races, Number(flags.jobs));
const table = markdownTable(outcomes, wanted, taking);
if (flags.write) write(table);
else if (taking.length > 1) say(table);
const failed = outcomes.filter(({ tailer, status }) => tailer.name === 'ours' && status === 'failed');
const count = (status: Outcome['status']): number =>
  outcomes.filter((outcome) => outcome.status === status).length;
say(
  `${count('ok')} ok, ${count('failed')} failed, ${count('skipped')} skipped, ${count('not-applicable')} n/a`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
