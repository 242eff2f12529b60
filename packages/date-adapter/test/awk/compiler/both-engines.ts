// Runs a command line of awk in memory on the interpreter and compiled, so that tests can compare the two.
import { ProgramError, runProgram as interpretProgram } from '../../../src/awk/interpreter/interpreter.ts';
import { runProgram as runCompiled } from '../../../src/awk/compiler/run.ts';
import { parseProgram } from '../../../src/awk/parser.ts';
import { WorldError } from '../../../src/awk/world.ts';
import { readAwkArguments } from '../../../src/awk-arguments.ts';
import { type MemoryFiles, MemoryWorld } from '../interpreter/memory-world.ts';

export type CommandLine = {
  readonly args: readonly string[];
  readonly stdin?: string | Uint8Array;
  readonly files?: MemoryFiles;
  readonly environment?: Readonly<Record<string, string>>;
  readonly chunkBytes?: number;
  /** Sources read into the engine's own memory. */
  readonly inPlace?: boolean;
  readonly interrupt?: Int32Array;
};

/** What a run left behind, comparable as it is: byte strings. */
export type RunResult = {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | string;
  readonly written: Readonly<Record<string, string>>;
};

const ENGINES = { interpreted: interpretProgram, compiled: runCompiled };

export function runOn(engine: keyof typeof ENGINES, line: CommandLine): RunResult {
  const command = readAwkArguments(line.args);
  if (command.kind !== 'run') throw new Error('no program');
  const sources = command.program.map((part) => {
    if ('text' in part) return { name: 'command line', text: part.text };
    const name = 'file' in part ? part.file : part.included;
    return { name, text: textOf(line.files?.[name]) };
  });
  const program = parseProgram(sources, { posix: command.posix });
  const world = new MemoryWorld({ ...line, operands: command.operands });
  const options = {
    utf8: !command.bytes,
    csv: command.csv,
    ...(line.interrupt && { interrupt: line.interrupt }),
  };
  let status: number | string;
  try {
    status = ENGINES[engine](program, world, command.assignments, options);
  } catch (error) {
    if (!(error instanceof ProgramError || error instanceof WorldError)) throw error;
    status = error.message;
  }
  return {
    stdout: latin1(world.stdout.bytes),
    stderr: latin1(world.stderr.bytes),
    status,
    written: Object.fromEntries([...world.written].map(([name, sink]) => [name, latin1(sink.bytes)])),
  };
}

function textOf(file: string | Uint8Array | undefined): string {
  return file === undefined ? '' : Buffer.from(file).toString();
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
