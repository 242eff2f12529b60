// Runs a program compiled; what there is no code for, the interpreter runs. The same door as the interpreter's:
// same parameters, same output, same status, same errors. POSIX awk, "Program Structure".
// Invariant: whatever happens, what was printed is flushed and commands are waited for before the run ends.
import type { Program } from '../ast.ts';
import {
  type ChunkSource,
  OTHER_FILE,
  type Progress,
  STARVED,
  type StartedProgram,
} from '../chunk-source.ts';
import {
  type InitialAssignment,
  ProgramError,
  type RunOptions,
  runProgram as interpretProgram,
  startProgram as startInterpreted,
} from '../interpreter/interpreter.ts';
import { analyze } from '../analysis.ts';
import { faultText } from '../interpreter/fault.ts';
import { isTypedRegex } from '../interpreter/values.ts';
import { RegexError } from '../regex/regex.ts';
import { AwkArray } from '../runtime/awk-array.ts';
import * as fields from '../runtime/record.ts';
import { ChunkInput } from '../runtime/chunk-input.ts';
import * as rareFunctions from '../runtime/library.ts';
import * as output from '../runtime/output.ts';
import { Jump } from '../runtime/library.ts';
import { Runtime } from '../runtime/runtime.ts';
import * as skipping from '../runtime/skipping.ts';
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
  ...skipping,
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
  if (assignments.some(isForInterpreter)) {
    return interpretProgram(program, world, assignments, options);
  }
  const compiled = compile(program, world, options);
  if (compiled === undefined) return interpretProgram(program, world, assignments, options);
  return compiled.run(assignments);
}

export type PushOptions = RunOptions & {
  readonly input: ChunkSource;
  /** Assignments among the operands, which hold when the first record comes. */
  readonly operandAssignments: readonly InitialAssignment[];
};

/**
 * A program whose input is pushed: begun, called for its records whenever there are some, and ended. Where the input
 * throws STARVED, there may be no plain getline in the program: it could not go on in the middle of an action.
 */
export function startProgram(
  program: Program,
  world: World,
  assignments: readonly InitialAssignment[],
  options: PushOptions,
): StartedProgram {
  const isInterpreted = [...assignments, ...options.operandAssignments].some(isForInterpreter);
  const compiled = isInterpreted ? undefined : compile(program, world, options);
  return compiled?.start(assignments, options) ?? startInterpreted(program, world, assignments, options);
}

/** Assignments whose values compiled code has no place for. */
function isForInterpreter({ name, text }: InitialAssignment): boolean {
  return name === 'IGNORECASE' || isTypedRegex(text);
}

function compile(program: Program, world: World, options: RunOptions): Run | undefined {
  const runtime = new Runtime(program, world, options);
  try {
    return new Run(runtime, generateCode(runtime));
  } catch (error) {
    // An EvalError: --disallow-code-generation-from-strings.
    const isRefused = error instanceof NotCompiled || error instanceof EvalError;
    if (isRefused || error instanceof RegexError) return undefined;
    throw error;
  }
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
      this.#assign(assignments);
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

  /** The same in three parts, for input that is pushed. */
  start(assignments: readonly InitialAssignment[], options: PushOptions): StartedProgram {
    const { program } = this.#runtime;
    const keepsReaders =
      program.specials.some(({ name }) => name === 'RS') && !analyze(program).getline.input;
    const input = new ChunkInput(this.#runtime, { chunks: options.input, keepsReaders });
    this.#runtime.input = input;
    const { machine } = this.#runtime;
    return {
      get recordCount() {
        return machine.NR;
      },
      record: () => machine.bytes.slice(machine.s, machine.e),
      begin: () => this.#attempt(() => this.#begin(assignments, options.operandAssignments)),
      records: () => this.#attempt(() => this.#records(input)),
      settle: () => this.#attempt(() => this.#settle(input)),
      end: () => this.#attempt(() => this.#end(options.interrupt)),
    };
  }

  #begin(first: readonly InitialAssignment[], later: readonly InitialAssignment[]): Progress {
    this.#assign(first);
    const hasEnded = this.#guard(() => this.#rules.begin());
    this.#assign(later);
    return hasEnded || !this.#readsInput() ? 'ended' : 'starved';
  }

  #records(input: ChunkInput): Progress {
    for (;;) {
      try {
        this.#guard(() => this.#rules.records());
        return 'ended';
      } catch (error) {
        if (error === STARVED) return 'starved';
        if (error !== OTHER_FILE) throw error;
        input.turn();
      }
    }
  }

  #settle(input: ChunkInput): Progress {
    for (const _ of input.settled()) if (this.#records(input) === 'ended') return 'ended';
    return 'starved';
  }

  #end(interrupt: Int32Array | undefined): number {
    if (interrupt !== undefined) Atomics.store(interrupt, 0, 0);
    this.#guard(() => this.#rules.end());
    this.#runtime.streams.closeAll();
    return this.#runtime.exitStatus;
  }

  #assign(assignments: readonly InitialAssignment[]): void {
    for (const { name, text } of assignments) this.#runtime.assignByName(name, text);
  }

  /** A fault leaves what was printed before it where it is, and the run fit to go on with the next record. */
  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      this.#runtime.machine.abandon();
      this.#runtime.machine.drain();
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
