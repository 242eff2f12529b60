// The grammar against the awks of Debian: each row of the table is a program for the same awks (or the row says for
// which it is not, and why), and gawk makes of our tree, all in parentheses, what it makes of the original.
// An awk kills itself before it reads a record: SIGKILL means it took the program.
import { execFile, execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parseProgram } from '../src/awk/parser.ts';
import { ACTIONS, PATTERNS, PROGRAMS, WHY } from '../test/awk/grammar-table.ts';
import { parenthesized } from '../test/awk/parenthesized.ts';

const AWKS = {
  gawk: ['gawk'],
  posix: ['gawk', '--posix'],
  mawk: ['mawk'],
  bwk: ['original-awk'],
  busybox: ['busybox', 'awk'],
} as const satisfies Record<string, readonly string[]>;
const names: readonly (keyof typeof AWKS)[] = ['gawk', 'posix', 'mawk', 'bwk', 'busybox'];

/** The texts are in UTF-8; the C locale would make gawk complain about some. */
const env = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' };

function isInstalled(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

type Outcome = { readonly signal: string | undefined; readonly stdout: string };

function run(awk: keyof typeof AWKS, program: string): Promise<Outcome> {
  const [command, ...args] = AWKS[awk];
  return new Promise((resolve) => {
    const child = execFile(command, [...args, program], { env, timeout: 10_000 }, (error, stdout) => {
      resolve({ signal: error?.signal ?? undefined, stdout });
    });
    child.stdin?.on('error', () => {}); // It may be gone before it reads.
    child.stdin?.end('r1 f2\nr2 f2\n');
  });
}

async function takes(awk: keyof typeof AWKS, program: string): Promise<boolean> {
  const { signal } = await run(awk, `BEGIN { system("kill -9 $PPID") }\n${program}`);
  return signal === 'SIGKILL';
}

/** Runs jobs four at a time. */
async function inTurns<T>(jobs: readonly T[], work: (job: T) => Promise<void>): Promise<void> {
  const queue = jobs.values();
  await Promise.all(
    [1, 2, 3, 4].map(async () => {
      for (const job of queue) await work(job);
    }),
  );
}

const rows = [
  ...PATTERNS.map((row) => ({ ...row, program: row.in })),
  ...ACTIONS.map((row) => ({ ...row, program: `{ ${row.in} }` })),
  ...PROGRAMS.map((row) => ({ ...row, program: row.in })),
];

describe('what is a program', () => {
  test.for(names)('for %s', async (awk, { skip }) => {
    if (!isInstalled(AWKS[awk][0])) skip(`${AWKS[awk][0]} is not installed`);
    const surprises: string[] = [];
    await inTurns(rows, async ({ program, out, unlike = '' }) => {
      const expected = out.startsWith('!') === unlike.split(' ').includes(awk);
      if ((await takes(awk, program)) !== expected) surprises.push(program);
    });
    expect(surprises).toEqual([]);
  });

  test('every disagreement has its reason', () => {
    for (const { unlike, why } of rows) expect(unlike === undefined).toBe(why === undefined);
    expect(new Set(rows.map(({ why }) => why).filter((why) => why !== undefined))).toEqual(
      new Set(Object.keys(WHY)),
    );
  });
});

/** Values that tell trees apart: small numbers, nothing, and texts that are numbers or none. */
const VALUES = ['0', '1', '2', '3', '""', '"ab"', '1', '-4', '"2x"', '0', '0.5', '3'];
const TRIALS = 24;

/** A program that evaluates the pattern with many values and prints its value and that of every variable in it. */
function experiment(pattern: string, value: string): string {
  const trials = Array.from({ length: TRIALS }, (_, round) => trial(pattern, value, round));
  return `BEGIN { PROCINFO["sorted_in"] = "@ind_str_asc"; ${trials.join(' ')} }`;
}

function trial(pattern: string, value: string, round: number): string {
  const { globals } = parseProgram([{ name: 'row', text: pattern }], { posix: false });
  const scalars = globals.filter(({ shape }) => shape === 'scalar');
  const arrays = globals.filter(({ shape }) => shape === 'array' && !/\]\[|in \w+\[/.test(pattern));
  // Steps that have no factor in common with the number of values: the variables take all combinations in turn.
  const pick = (at: number): string =>
    VALUES[(round * (2 * at + 1) + 5 * at * at + at) % VALUES.length] ?? '0';
  const setting = [
    ...scalars.map(({ name }, at) => `${name} = ${pick(at)};`),
    ...arrays.map(
      ({ name }, at) => `delete ${name}; ${name}[1] = ${pick(at)}; ${name}[2] = 2; ${name}["ab", 5] = 3;`,
    ),
  ];
  const printing = [
    ...scalars.map(({ name }) => `print "${name}", ${name};`),
    ...arrays.map(
      ({ name }) => `for (k in ${name}) if (!isarray(${name}[k])) print "${name}", k, ${name}[k];`,
    ),
  ];
  return `$0 = "4 2 1 3"; ${setting.join(' ')} result = (${value}); print "=", result; ${printing.join(' ')} print;`;
}

/**
 * What changes while we look, what gawk has not, comments (they would hide our parenthesis), a leading zero (octal for
 * gawk alone) and a substitution in a constant (gawk takes it only when it sees that it is one).
 */
const NOT_COMPARABLE = /time|@|json|now|#|^011$|"b", "c"\)$/;

describe('what a program means', () => {
  test('gawk makes the same of our tree', async ({ skip }) => {
    if (!isInstalled('gawk')) skip('gawk is not installed');
    const surprises: string[] = [];
    let compared = 0;
    const comparable = PATTERNS.filter(
      ({ in: pattern, out, unlike = '' }) =>
        !out.startsWith('!') && !unlike.split(' ').includes('gawk') && !NOT_COMPARABLE.test(pattern),
    );
    await inTurns(comparable, async ({ in: pattern }) => {
      const [rule] = parseProgram([{ name: 'row', text: pattern }], { posix: false }).rules;
      if (rule?.kind !== 'pattern' || rule.pattern === undefined) return;
      const tree = parenthesized(rule.pattern);
      const theirs = await run('gawk', experiment(pattern, pattern));
      const ours = await run('gawk', experiment(pattern, tree));
      if (theirs.stdout !== ours.stdout) surprises.push(`${pattern}  is not  ${tree}`);
      compared += theirs.stdout.split('=').length - 1;
    });
    expect(surprises).toEqual([]);
    expect(compared).toBeGreaterThan(200 * TRIALS);
  });
});
