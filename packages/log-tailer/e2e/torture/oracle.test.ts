// The oracle can fail: each kind of tampering with a perfect output is found, and counted exactly.
// And GNU tail fails where it is known to fail, so that a green table means something.

import { describe, expect, test } from 'vitest';
import { broken, runScenario } from './judge.ts';
import { Ledger } from './ledger.ts';
import { Oracle, type Verdict } from './oracle.ts';
import { scenarios } from './suite.ts';
import { tailerNamed } from './tailers.ts';

const LINES = 300;

type Tampering = (lines: string[]) => string[];

/** The verdict on three generations of 100 lines, delivered as `tamper` leaves them, in chunks of 1000 bytes. */
function verdictOn(tamper: Tampering, { excuse = false } = {}): Verdict {
  const ledger = new Ledger(42);
  const account = ledger.open('a');
  const lines: string[] = [];
  for (let n = 0; n < LINES; n++) {
    if (n > 0 && n % 100 === 0) account.nextGeneration();
    lines.push(account.owe());
  }
  if (excuse) account.excuse({ from: 50, to: 60 });
  const oracle = new Oracle(ledger);
  const output = oracle.output();
  const bytes = Buffer.from(tamper(lines).join(''), 'latin1');
  for (let at = 0; at < bytes.length; at += 1000) output.feed(bytes.subarray(at, at + 1000));
  output.end();
  return oracle.verdict();
}

const swap = (lines: string[], first: number, second: number): string[] =>
  lines.map((line, n) => (n === first ? lines[second]! : n === second ? lines[first]! : line));

const tamperings: { name: string; tamper: Tampering; found: Partial<Verdict>; violated: string[] }[] = [
  { name: 'nothing', tamper: (lines) => lines, found: { written: LINES }, violated: [] },
  {
    name: 'a line dropped',
    tamper: (lines) => lines.toSpliced(7, 1),
    found: { missing: 1 },
    violated: ['I1'],
  },
  {
    name: 'the last lines dropped',
    tamper: (lines) => lines.slice(0, -20),
    found: { missing: 20 },
    violated: ['I1'],
  },
  { name: 'nothing delivered', tamper: () => [], found: { missing: LINES }, violated: ['I1'] },
  {
    name: 'a line twice',
    tamper: (lines) => lines.toSpliced(7, 0, lines[3]!),
    found: { duplicated: 1 },
    violated: ['I1'],
  },
  {
    name: 'one byte changed',
    tamper: (lines) => lines.with(7, `${lines[7]!.slice(0, -2)}\u0007\n`),
    found: { garbled: 1, missing: 1 },
    violated: ['I1', 'I4'],
  },
  {
    name: 'two lines glued',
    tamper: (lines) => lines.with(7, lines[7]!.slice(0, -1)),
    found: { garbled: 1, missing: 2 },
    violated: ['I1', 'I4'],
  },
  {
    name: 'a line cut in two',
    tamper: (lines) => lines.with(7, `${lines[7]!.slice(0, 5)}\n${lines[7]!.slice(5)}`),
    found: { garbled: 2, missing: 1 },
    violated: ['I1', 'I4'],
  },
  {
    name: 'a line of nobody',
    tamper: (lines) => [...lines, 'a.9.4711 not written\n'],
    found: { garbled: 1 },
    violated: ['I4'],
  },
  {
    name: 'an empty line',
    tamper: (lines) => lines.toSpliced(7, 0, '\n'),
    found: { garbled: 1 },
    violated: ['I4'],
  },
  {
    name: 'two lines swapped',
    tamper: (lines) => swap(lines, 7, 8),
    found: { disordered: 1 },
    violated: ['I2'],
  },
  {
    name: 'generations interleaved',
    tamper: (lines) => swap(lines, 99, 100),
    found: { generationsDisordered: 1 },
    violated: ['I3'],
  },
  {
    name: 'the last line without its newline',
    tamper: (lines) => lines.with(LINES - 1, lines[LINES - 1]!.slice(0, -1)),
    found: {},
    violated: [],
  },
  {
    name: 'the last line cut by a kill',
    tamper: (lines) => lines.with(LINES - 1, lines[LINES - 1]!.slice(0, 12)),
    found: { missing: 1 },
    violated: ['I1'],
  },
];

describe('the oracle', () => {
  test.each(tamperings)('finds: $name', ({ tamper, found, violated }) => {
    const verdict = verdictOn(tamper);
    const clean = { missing: 0, duplicated: 0, garbled: 0, disordered: 0, generationsDisordered: 0 };
    expect(verdict).toMatchObject({ ...clean, ...found });
    const violations = broken(verdict, ['I1', 'I2', 'I3', 'I4'], {});
    expect(violations.map((violation) => violation.slice(0, 2))).toEqual(violated);
  });

  test('counts the bytes of what is missing', () => {
    let bytes = 0;
    const verdict = verdictOn((lines) => {
      bytes = lines[7]!.length + lines[8]!.length;
      return lines.toSpliced(7, 2);
    });
    expect(verdict.missingBytes).toBe(bytes);
  });

  test('does not miss what the scenario excused, and takes it when it comes', () => {
    expect(verdictOn((lines) => lines.toSpliced(50, 10), { excuse: true }).missing).toBe(0);
    expect(verdictOn((lines) => lines.toSpliced(50, 11), { excuse: true }).missing).toBe(1);
    expect(verdictOn((lines) => lines, { excuse: true })).toMatchObject({ missing: 0, duplicated: 0 });
  });

  test('tolerates no more than it is told to', () => {
    const verdict = verdictOn((lines) => lines.toSpliced(7, 2));
    expect(broken(verdict, ['I1'], { missing: 2 })).toEqual([]);
    expect(broken(verdict, ['I1'], { missing: 1 })).toEqual(['I1: 2 of 300 lines missing']);
  });
});

describe.concurrent('GNU tail -F', () => {
  const known: [name: string, status: 'ok' | 'failed'][] = [
    ['writer keeps the old file 2.5 s', 'failed'],
    ['old and new file written in parallel', 'failed'],
    ['last line without newline, rotated', 'failed'],
    ['SIGTERM with a backlog, fast reader', 'failed'],
    ['truncate, refill smaller', 'ok'],
  ];
  test.for(known)('%s: %s', async ([name, status]) => {
    const scenario = scenarios.find((one) => one.name === name)!;
    const outcome = await runScenario(scenario, tailerNamed('gnu'), { seed: 1, long: false });
    expect(outcome).toMatchObject({ status });
  });
});
