// Random programs on random input give the same bytes compiled and interpreted, wherever chunks of input end.
// `AWK_SEED` replays one seed, `AWK_PROGRAMS` says how many there are of each kind.
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { type CommandLine, runOn, type RunResult } from './both-engines.ts';
import { randomFilter, randomLog } from './random-filter.ts';
import { randomInput, randomProgram } from './random-program.ts';

const PROGRAMS = Number(process.env['AWK_PROGRAMS'] ?? 300);
const ONLY = process.env['AWK_SEED'];
const FIRST = ONLY === undefined ? 1 : Number(ONLY);
/** Each program takes 20 ms on a machine that has nothing else to do: fifteen times that, for one that has. */
const TIMEOUT = { timeout: Math.max(120_000, PROGRAMS * 300) };

function outcome(engine: 'interpreted' | 'compiled', line: CommandLine): RunResult {
  const result = runOn(engine, line);
  return { ...result, status: typeof result.status === 'string' ? 'fault' : result.status };
}

/** What the two engines made of the first program on which they differ. */
function firstDifference(make: (seed: number) => string, input: (seed: number) => Uint8Array): unknown {
  for (let seed = FIRST; seed < FIRST + (ONLY === undefined ? PROGRAMS : 1); seed++) {
    const program = make(seed);
    const stdin = input(seed);
    const wanted = outcome('interpreted', { args: [program], stdin });
    for (const chunkBytes of [(seed % 40) + 1, seed % 5 === 0 ? Infinity : 1]) {
      const found = outcome('compiled', { args: [program], stdin, chunkBytes, inPlace: seed % 2 === 0 });
      if (!isDeepStrictEqual(found, wanted)) return { seed, program, chunkBytes, found, wanted };
    }
  }
  return undefined;
}

test(`${PROGRAMS} random programs`, TIMEOUT, () => {
  expect(firstDifference(randomProgram, randomInput)).toBeUndefined();
});

test(`${PROGRAMS} random filters`, TIMEOUT, () => {
  expect(firstDifference(randomFilter, randomLog)).toBeUndefined();
});
