// The torture suite as tests: one per scenario, against log-tailer, several side by side. The seed is in the title
// and can be given as TORTURE_SEED; a failure says how to replay it with run.ts. What this machine cannot show is
// skipped by name with the reason.

import { describe, expect, test, type TestContext } from 'vitest';
import { freshSeed } from '@podmate/testkit/seeded-random';
import { runScenario } from './judge.ts';
import { describeOutcome } from './report.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './suite.ts';
import { tailerNamed } from './tailers.ts';

const seed = Number(process.env['TORTURE_SEED'] ?? freshSeed());
const usual = scenarios.filter((scenario) => scenario.longOnly !== true);

/** What went wrong, as lines; none when nothing did. */
async function faults(scenario: Scenario, context: TestContext): Promise<string[]> {
  const outcome = await runScenario(scenario, tailerNamed('ours'), { seed, long: false });
  if (outcome.status === 'skipped') context.skip(outcome.reason);
  return outcome.status === 'ok' ? [] : describeOutcome(outcome).split('\n');
}

const title = ({ number, name }: Scenario): string => `${number} ${name}, seed ${seed}`;
const patience = { timeout: 180_000 };

describe.concurrent('side by side', () => {
  const sideBySide = usual.filter((one) => one.alone !== true).map((one) => [title(one), one] as const);
  test.for(sideBySide)('%s', patience, async ([, scenario], context) => {
    expect(await faults(scenario, context)).toEqual([]);
  });
});

describe('alone', () => {
  const alone = usual.filter((one) => one.alone === true).map((one) => [title(one), one] as const);
  test.for(alone)('%s', patience, async ([, scenario], context) => {
    expect(await faults(scenario, context)).toEqual([]);
  });
});
