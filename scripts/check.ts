// The checks that need no test run: style, format, types, dead code. `npm run check`, and the first part of `npm test`.
// Each is a tool with its own words; all of them run, and all of them are reported, whether or not one fails.

import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';

const ROOT = dirname(import.meta.dirname);

type Check = { name: string; command: readonly [string, ...string[]] };

const CHECKS: readonly Check[] = [
  { name: 'lint', command: ['oxlint', '--type-aware'] },
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
  { name: 'generated docs', command: ['node', 'scripts/docs.ts', '--check'] },
];

export type CheckResult = { name: string; ok: boolean };

/** Runs every check, one after the other, and prints each with its time; the output of those that fail follows. */
export async function runChecks(say: (line: string) => void): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, command } of CHECKS) {
    const startedAt = performance.now();
    const { ok, output } = await run(command);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    say(`${ok ? '✓' : '✗'} ${name} (${command.join(' ')}, ${seconds} s)`);
    if (!ok) say(output.trimEnd());
    results.push({ name, ok });
  }
  return results;
}

function run([file, ...args]: Check['command']): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(join(ROOT, 'node_modules', '.bin', file), args, { cwd: ROOT });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

if (import.meta.main) {
  const results = await runChecks((line) => process.stdout.write(`${line}\n`));
  process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
}
