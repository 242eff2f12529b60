// From a trial to an outcome: runs a scenario, ends everything it started, and holds the verdict of the oracle
// against the scenario's invariants and tolerance. Never throws for a tailer's fault: that is the outcome.

import { temporaryDirectory } from '@podmate/testkit/files';
import type { Verdict } from './oracle.ts';
import { NoGround, type Invariant, type Scenario, type Tolerance } from './scenario.ts';
import type { Tailer } from './tailers.ts';
import { Trial, type TrialOptions } from './trial.ts';

export type Outcome = {
  readonly scenario: Scenario;
  readonly tailer: Tailer;
  readonly seed: number;
  /** not-applicable: the tailer does not claim to do this; skipped: this machine or mode cannot show it. */
  readonly status: 'ok' | 'failed' | 'skipped' | 'not-applicable';
  readonly reason?: string;
  readonly violations: readonly string[];
  readonly verdict?: Verdict;
  readonly figures: ReadonlyMap<string, string>;
  /** What a scenario of chance did, step by step. */
  readonly story: readonly string[];
  readonly stderr: string;
  readonly seconds: number;
};

export async function runScenario(
  scenario: Scenario,
  tailer: Tailer,
  options: TrialOptions,
): Promise<Outcome> {
  const nothing = { violations: [], figures: new Map(), story: [], stderr: '', seconds: 0 };
  const outcome = { scenario, tailer, seed: options.seed, ...nothing };
  const lacking = (scenario.needs ?? []).filter((ability) => !tailer.abilities.includes(ability));
  if (lacking.length > 0) return { ...outcome, status: 'not-applicable', reason: `no ${lacking.join(', ')}` };
  if (scenario.longOnly === true && !options.long)
    return { ...outcome, status: 'skipped', reason: 'only with --long' };
  const missing = tailer.missing();
  if (missing !== undefined) return { ...outcome, status: 'skipped', reason: missing };
  const directory = await temporaryDirectory(`torture-${scenario.number}`);
  const trial = new Trial(tailer, directory, options);
  try {
    return await judged(scenario, trial);
  } finally {
    await trial.dispose();
  }
}

async function judged(scenario: Scenario, trial: Trial): Promise<Outcome> {
  const { tailer, seed, figures, story } = trial;
  const start = performance.now();
  let reason: string | undefined;
  try {
    await scenario.run(trial);
    await end(trial);
  } catch (error) {
    if (error instanceof NoGround) reason = error.message;
    else
      trial.violations.push(
        `the scenario itself broke: ${error instanceof Error ? error.stack : String(error)}`,
      );
  }
  const verdict = trial.oracle.verdict();
  const violations = [...trial.violations, ...broken(verdict, scenario.invariants, trial.tolerance)];
  const seconds = (performance.now() - start) / 1000;
  const outcome = {
    scenario,
    tailer,
    seed,
    violations,
    verdict,
    figures,
    story,
    stderr: trial.stderr,
    seconds,
  };
  if (reason !== undefined) return { ...outcome, violations: [], status: 'skipped', reason };
  return { ...outcome, status: violations.length === 0 ? 'ok' : 'failed' };
}

async function end(trial: Trial): Promise<void> {
  for (const { code, signal } of await trial.stopAll()) {
    trial.requireOfOurs(code === 0, `ended with ${signal ?? `exit code ${code}`} after SIGTERM`);
  }
}

/** What of the verdict breaks an invariant, beyond the tolerance. */
export function broken(verdict: Verdict, invariants: readonly Invariant[], tolerance: Tolerance): string[] {
  const faults: [Invariant, boolean, string][] = [
    [
      'I1',
      verdict.missing > (tolerance.missing ?? 0),
      `${verdict.missing} of ${verdict.written} lines missing`,
    ],
    [
      'I1',
      verdict.duplicatedBytes > (tolerance.duplicatedBytes ?? 0),
      `${verdict.duplicated} lines duplicated`,
    ],
    ['I2', verdict.disordered > 0, `${verdict.disordered} lines out of order in their generation`],
    ['I3', verdict.generationsDisordered > 0, `${verdict.generationsDisordered} steps back in generations`],
    ['I4', verdict.garbled > 0, `${verdict.garbled} lines garbled`],
  ];
  return faults
    .filter(([invariant, isBroken]) => isBroken && invariants.includes(invariant))
    .map(([invariant, , what]) => `${invariant}: ${what}`);
}
