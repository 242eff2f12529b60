// Counts what a vitest run came to, for the last line of `npm test`: passed, failed and skipped, each by name.
// vitest's own totals leave out what fails outside a test (a file that does not load, a hook, an unhandled rejection);
// here each of those is one failure, so that a run with any fault can never read `0 failed`.

import type { Reporter, TestCase, TestModule } from 'vitest/node';

export type Skipped = { name: string; reason: string };

/** A vitest reporter that adds up over several runs; it prints nothing and leaves the words to the default reporter. */
export class Tally implements Reporter {
  passed = 0;
  readonly failed: string[] = [];
  readonly skipped: Skipped[] = [];

  onTestRunEnd: NonNullable<Reporter['onTestRunEnd']> = (modules, unhandled, reason) => {
    for (const module of modules) this.#countModule(module);
    for (const error of unhandled) this.failed.push(`unhandled: ${error.message}`);
    if (reason === 'interrupted') this.failed.push('the run was interrupted');
  };

  count(name: string, ok: boolean): void {
    if (ok) this.passed += 1;
    else this.failed.push(name);
  }

  #countModule(module: TestModule): void {
    const outside = [module, ...module.children.allSuites()].flatMap((suite) => suite.errors());
    for (const error of outside) this.failed.push(`${module.relativeModuleId}: ${error.message}`);
    for (const test of module.children.allTests()) this.#countTest(test);
  }

  /** Skipped is what was told to be; a test that wanted to run and did not (its hook failed) is a failure. */
  #countTest(test: TestCase): void {
    const name = `${test.module.relativeModuleId} > ${test.fullName}`;
    const { mode } = test.options;
    const result = test.result();
    if (result.state !== 'skipped') return this.count(name, result.state === 'passed');
    const toldTo = result.note !== undefined || mode === 'skip' || mode === 'todo';
    if (toldTo) this.skipped.push({ name, reason: result.note ?? mode });
    else this.failed.push(`${name} (never ran)`);
  }
}
