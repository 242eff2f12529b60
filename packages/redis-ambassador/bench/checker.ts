// The checker for as long as one likes: `bench/checker.ts --seconds 300`, `--seed N` to see one run again, `--runs 20` for as
// many seeds from there on, `--mishaps "hand over,pause writes"` for a choice. Exits 1 with the first violation.
import { parseArgs } from 'node:util';
import { freshSeed } from '@podmate/testkit/seeded-random';
import { Fleet } from '../e2e/checker/fleet.ts';
import { isMishap, mishapNames } from '../e2e/checker/nemesis.ts';
import { run, tell } from '../e2e/checker/run.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(freshSeed()) },
    runs: { type: 'string', default: '1' },
    session: { type: 'boolean', default: false },
    mishaps: { type: 'string', default: mishapNames.join(',') },
  },
});
const mishaps = values.mishaps.split(',').filter(isMishap);
await using fleet = await Fleet.start();
for (let n = 0; n < Number(values.runs) && process.exitCode === undefined; n++) {
  const seed = Number(values.seed) + n;
  const forMs = Number(values.seconds) * 1000;
  const judgement = await run({
    fleet,
    seed,
    forMs,
    mishaps,
    consistency: values.session ? 'session' : 'key',
  });
  const { operations, switches } = judgement.history;
  const outcomes = Object.entries(Object.groupBy(operations, ({ outcome }) => outcome))
    .map(([outcome, all]) => `${all.length} ${outcome}`)
    .join(', ');
  const verdict = judgement.violations.length === 0 ? 'nothing wrong' : tell(judgement);
  process.stdout.write(`seed ${seed}: ${outcomes}, ${switches.length} lossy switches: ${verdict}\n`);
  if (judgement.violations.length > 0) process.exitCode = 1;
}
