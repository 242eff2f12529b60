// Random programs on random input give the same bytes compiled and interpreted. `AWK_SEED` replays one.
import { expect, test } from 'vitest';
import { runOn, type RunResult } from './both-engines.ts';
import { randomInput, randomProgram } from './random-program.ts';

const PROGRAMS = Number(process.env['AWK_PROGRAMS'] ?? 300);
const ONLY = process.env['AWK_SEED'];
const FIRST = ONLY === undefined ? 1 : Number(ONLY);

function outcome(
  engine: 'interpreted' | 'compiled',
  program: string,
  seed: number,
  chunkBytes: number,
): RunResult {
  const result = runOn(engine, { args: [program], stdin: randomInput(seed), chunkBytes });
  return { ...result, status: typeof result.status === 'string' ? 'fault' : result.status };
}

test(`${PROGRAMS} random programs`, { timeout: 120_000 }, () => {
  for (let seed = FIRST; seed < FIRST + (ONLY === undefined ? PROGRAMS : 1); seed++) {
    const program = randomProgram(seed);
    const wanted = outcome('interpreted', program, seed, Infinity);
    const found = outcome('compiled', program, seed, (seed % 9) + 1);
    expect({ seed, program, ...found }).toEqual({ seed, program, ...wanted });
  }
});
