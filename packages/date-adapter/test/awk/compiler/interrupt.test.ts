// A run that is asked to end leaves its loops and functions as by exit, so END runs; on both engines. The flag is set
// beforehand: compiled loops look at it every few turns only, so the programs do not print in them.
import { describe, expect, test } from 'vitest';
import { runOn } from './both-engines.ts';

const table = [
  { name: 'while', in: 'BEGIN { while (1) n++ } END { print "end" }', out: 'end\n' },
  { name: 'do', in: 'BEGIN { do n++; while (1) } END { print "end" }', out: 'end\n' },
  { name: 'for', in: 'BEGIN { for (;;) n++ } END { print "end" }', out: 'end\n' },
  { name: 'for in', in: 'BEGIN { a[1]; for (k in a) while (1) n++ } END { print "end" }', out: 'end\n' },
  {
    name: 'a step that prints nothing',
    in: 'BEGIN { for (;; delete a) n++ } END { print "end" }',
    out: 'end\n',
  },
  {
    name: 'in a function',
    in: 'function f() { for (;;) n++ } BEGIN { f(); print "no" } END { print "end" }',
    out: 'end\n',
  },
  { name: 'in a rule', in: '{ print; while (1) n++ } END { print "end", NR }', out: 'a\nend 1\n' },
  { name: 'after getline', in: '{ while (1) getline } END { print "end" }', out: 'end\n' },
];

describe.each(['compiled', 'interpreted'] as const)('%s', (engine) => {
  test.each(table)('$name', ({ in: program, out }) => {
    const interrupt = Int32Array.of(1);
    const { stdout, status } = runOn(engine, { args: [program], stdin: 'a\nb\n', interrupt });
    expect({ stdout, status, flag: interrupt[0] }).toEqual({ stdout: out, status: 0, flag: 0 });
  });

  test('END runs to its end when it was asked for before', () => {
    const program = 'END { while (n < 5000) n++; print n }';
    expect(runOn(engine, { args: [program], interrupt: Int32Array.of(1) }).stdout).toBe('5000\n');
  });

  test('nobody asks', () => {
    const program = 'BEGIN { while (n < 5000) n++; exit 3 } END { print n }';
    const { stdout, status } = runOn(engine, { args: [program], interrupt: Int32Array.of(0) });
    expect({ stdout, status }).toEqual({ stdout: '5000\n', status: 3 });
  });
});

test('a function that calls itself', () => {
  const program = 'function f(x) { return x < 9000 ? f(x % 50 + 1) : 0 } BEGIN { f(1) } END { print "end" }';
  expect(runOn('compiled', { args: [program], interrupt: Int32Array.of(1) }).stdout).toBe('end\n');
});
