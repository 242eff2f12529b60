// Runs a program compiled; what there is no code for, the interpreter runs. The same door as the interpreter's:
// same parameters, same output, same status, same errors. POSIX awk, "Program Structure".
// Invariant: whatever happens, what was printed is flushed and commands are waited for before the run ends.
import type { Program } from '../ast.ts';
import {
  type InitialAssignment,
  ProgramError,
  type RunOptions,
  runProgram as interpretProgram,
} from '../interpreter/interpreter.ts';
import { faultText } from '../interpreter/fault.ts';
import { RegexError } from '../regex/regex.ts';
import { AwkArray } from '../runtime/awk-array.ts';
import * as fields from '../runtime/record.ts';
import * as rareFunctions from '../runtime/library.ts';
import * as output from '../runtime/output.ts';
import { Jump } from '../runtime/library.ts';
import { Runtime } from '../runtime/runtime.ts';
import * as substitution from '../runtime/substitution.ts';
import * as textFunctions from '../runtime/text-functions.ts';
import * as values from '../runtime/value.ts';
import { type Scalar, type Value } from '../runtime/value.ts';
import { type World, WorldError } from '../world.ts';
import { generateCode, type ProgramCode } from './program-code.ts';
import { NotCompiled } from './program-facts.ts';

/** What generated code gives back. */
type CompiledRules = {
  begin(): boolean;
  records(): boolean;
  end(): boolean;
  beginFile(): boolean;
  endFile(): boolean;
  readonly setters: Map<string, (value: Scalar) => void>;
  readonly functions: ReadonlyMap<string, (...values: Value[]) => Scalar>;
};

/** L in generated code. A plain object, so that its members are known to be what they are. */
const LIBRARY = {
  ...values,
  ...fields,
  ...output,
  ...substitution,
  ...textFunctions,
  ...rareFunctions,
  AwkArray,
  setSpecial: (runtime: Runtime, name: Parameters<Runtime['setSpecial']>[0], value: Scalar): Scalar => {
    runtime.setSpecial(name, value);
    return value;
  },
};

/**
 * Runs a program to its end. @returns its exit status
 * @throws ProgramError when it goes wrong; WorldError when standard output is gone
 */
export function runProgram(
  program: Program,
  world: World,
  assignments: readonly InitialAssignment[],
  options: RunOptions,
): number {
  if (assignments.some(({ name }) => name === 'IGNORECASE')) {
    return interpretProgram(program, world, assignments, options);
  }
  const runtime = new Runtime(program, world, options);
  let code: ProgramCode;
  try {
    code = generateCode(runtime);
  } catch (error) {
    if (error instanceof NotCompiled || error instanceof RegexError) {
      return interpretProgram(program, world, assignments, options);
    }
    throw error;
  }
  return new Run(runtime, code).run(assignments);
}

/** The JavaScript of a program, for explanations; undefined when the interpreter runs it. */
export function explainProgram(program: Program, world: World, options: RunOptions): string | undefined {
  try {
    return generateCode(new Runtime(program, world, options)).source;
  } catch (error) {
    if (error instanceof NotCompiled) return undefined;
    throw error;
  }
}

class Run {
  readonly #runtime: Runtime;
  readonly #rules: CompiledRules;

  constructor(runtime: Runtime, { source, constants, facts }: ProgramCode) {
    this.#runtime = runtime;
    runtime.machine.highestField = facts.highestField;
    runtime.machine.boxed = facts.asksTypes;
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval, typescript/no-unsafe-assignment
    this.#rules = new Function('R', 'T', 'L', 'C', source)(runtime.machine, runtime, LIBRARY, constants);
    runtime.setters = this.#rules.setters;
    runtime.functions = this.#rules.functions;
    runtime.hooks = {
      handlesErrors: runtime.program.rules.some(({ kind }) => kind === 'beginFile'),
      beginFile: () => this.#rules.beginFile(),
      endFile: () => this.#rules.endFile(),
    };
  }

  run(assignments: readonly InitialAssignment[]): number {
    const runtime = this.#runtime;
    try {
      for (const { name, text } of assignments) runtime.assignByName(name, text);
      let hasEnded = this.#guard(() => this.#rules.begin());
      if (!hasEnded && this.#readsInput()) hasEnded = this.#guard(() => this.#rules.records());
      this.#guard(() => this.#rules.end());
      runtime.streams.closeAll();
      return runtime.exitStatus;
    } catch (error) {
      runtime.machine.abandon();
      this.#closeAfterFault();
      throw this.#explain(error);
    }
  }

  #readsInput(): boolean {
    return this.#runtime.program.rules.some(({ kind }) => kind !== 'begin');
  }

  /** @returns whether the program has ended itself: also from within a function */
  #guard(run: () => boolean): boolean {
    try {
      return run();
    } catch (error) {
      if (error instanceof Jump && error.ending === 'exit') return true;
      throw error;
    }
  }

  #closeAfterFault(): void {
    try {
      this.#runtime.streams.closeAll();
    } catch (error) {
      // The fault that ended the run is the one to be told.
      if (!(error instanceof WorldError)) throw error;
    }
  }

  #explain(error: unknown): unknown {
    const what = error instanceof Jump ? error.message : faultText(error);
    if (what === undefined) return error;
    const { program, machine } = this.#runtime;
    const { name, line } = program.source.locate(this.#runtime.at);
    const where = machine.FNR === 0 ? '' : ` (${this.#runtime.text('FILENAME')}, record ${machine.FNR})`;
    return new ProgramError(`${name}:${line}: ${what}${where}`, { cause: error });
  }
}
