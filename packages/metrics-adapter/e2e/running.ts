// A metrics-adapter for tests: the program bundled as an image has it, which starts three times as fast as its sources, on
// free ports of loopback, ended with the test.
import { afterAll } from 'vitest';
import { temporaryDirectory } from '@podmate/testkit/files';
import { bundle } from '../../../docker/bundle.ts';
import { type Running, runProgram, startProgram } from './adapter-process.ts';

export type { Running } from './adapter-process.ts';

const directory = await temporaryDirectory('metrics-adapter');
afterAll(() => directory.remove());
const { file: PROGRAM } = await bundle(
  { name: 'metrics-adapter', bundleBudgetBytes: Infinity },
  directory.path,
);

export const startAdapter = (flags: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Running> =>
  startProgram(PROGRAM, flags, env);

/** With nothing in front of the flags: without StatsD where they ask for JMX. */
export const startBare = (flags: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Running> =>
  startProgram(PROGRAM, flags, env, []);

/** Runs it to its end. */
export const runAdapter = (flags: readonly string[]): ReturnType<typeof runProgram> =>
  runProgram(PROGRAM, flags);
