// Runs a program by walking its tree: BEGIN, the rules for each record, END. The reference that compiled code is
// compared with, and what runs when it cannot. POSIX awk, "Program Structure".
// Invariant: whatever happens, what was printed is flushed and commands are waited for before the run ends.
import type { Program, Rule } from '../ast.ts';
import { type ChunkSource, type Progress, STARVED, type StartedProgram } from '../chunk-source.ts';
import { type World, WorldError } from '../world.ts';
import { type Ending, Executor, Jump } from './executor.ts';
import { faultText } from './fault.ts';
import { ChunkInput } from './chunk-input.ts';
import { MainInput, type RecordInput } from './main-input.ts';
import { RunState, type RunOptions } from './run-state.ts';
import { inputValue, RunError, toText } from './values.ts';

export type { RunOptions } from './run-state.ts';

/** A program that went wrong while it ran: `message` is `file:line: what`. */
export class ProgramError extends Error {}

/** `-v name=text`: escapes are resolved already. */
export type InitialAssignment = { readonly name: string; readonly text: string };

/**
 * Runs a program to its end. @returns its exit status
 * @throws ProgramError when it goes wrong; WorldError when standard output cannot be written
 */
export function runProgram(
  program: Program,
  world: World,
  assignments: readonly InitialAssignment[],
  options: RunOptions,
): number {
  const run = new Run(program, world, options);
  try {
    const status = run.run(assignments);
    run.close();
    return status;
  } catch (error) {
    run.closeAfterFault();
    throw run.explain(error);
  }
}

/** As the compiler's `startProgram`. */
export function startProgram(
  program: Program,
  world: World,
  assignments: readonly InitialAssignment[],
  options: RunOptions & {
    readonly input: ChunkSource;
    readonly operandAssignments: readonly InitialAssignment[];
  },
): StartedProgram {
  const run = new Run(program, world, options);
  const attempt = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw run.explain(error);
    }
  };
  return {
    get recordCount() {
      return run.recordCount;
    },
    record: () => run.record(),
    begin: () => attempt(() => run.begin(assignments, options.operandAssignments)),
    records: () => attempt(() => run.records()),
    settle: () => 'starved',
    end: () => attempt(() => run.end()),
  };
}

class Run {
  readonly #program: Program;
  readonly #state: RunState;
  readonly #executor: Executor;
  readonly #input: RecordInput;
  readonly #rules: readonly Rule[];

  constructor(program: Program, world: World, options: RunOptions & { readonly input?: ChunkSource }) {
    this.#program = program;
    this.#state = new RunState(program, world, options);
    this.#executor = new Executor(this.#state, () => this.#input);
    const hasBeginFile = program.rules.some(({ kind }) => kind === 'beginFile');
    const hooks = {
      handlesErrors: hasBeginFile,
      beginFile: () => !hasBeginFile || this.#runRules('beginFile') === 'done',
      endFile: () => this.#endFile(),
    };
    this.#input =
      options.input === undefined
        ? new MainInput(this.#state, hooks, (message) => this.#warn(message))
        : new ChunkInput(this.#state, hooks, options.input);
    this.#rules = program.rules.filter(({ kind }) => kind === 'pattern' || kind === 'range');
  }

  run(assignments: readonly InitialAssignment[]): number {
    for (const { name, text } of assignments) this.#state.assignByName(name, text);
    let ending = this.#guard(() => this.#runRules('begin'));
    if (ending !== 'exit' && this.#readsInput()) ending = this.#guard(() => this.#runRecords());
    this.#guard(() => this.#runRules('end'));
    return this.#state.exitStatus;
  }

  begin(first: readonly InitialAssignment[], later: readonly InitialAssignment[]): Progress {
    for (const { name, text } of first) this.#state.assignByName(name, text);
    const ending = this.#guard(() => this.#runRules('begin'));
    for (const { name, text } of later) this.#state.assignByName(name, text);
    return ending === 'exit' || !this.#readsInput() ? 'ended' : 'starved';
  }

  get recordCount(): number {
    return this.#state.specials.number('NR');
  }

  record(): Uint8Array {
    const { codec, specials } = this.#state;
    return Uint8Array.from(codec.encode(toText(specials.record.field(0), this.#state.numberFormat)));
  }

  records(): Progress {
    try {
      this.#guard(() => this.#runRecords());
      return 'ended';
    } catch (error) {
      if (error === STARVED) return 'starved';
      throw error;
    }
  }

  end(): number {
    this.#guard(() => this.#runRules('end'));
    this.close();
    return this.#state.exitStatus;
  }

  /** @throws WorldError when what is left cannot be written */
  close(): void {
    this.#state.streams.closeAll();
  }

  closeAfterFault(): void {
    try {
      this.close();
    } catch (error) {
      // The fault before is the one to report.
      if (!(error instanceof WorldError)) throw error;
    }
  }

  /** A fault with its place in the program and in the input. */
  explain(error: unknown): unknown {
    const what = error instanceof Jump ? error.message : faultText(error);
    if (what === undefined) return error;
    const { name, line } = this.#program.source.locate(this.#state.at);
    const { specials } = this.#state;
    const record = specials.text('FNR');
    const where = record === '0' ? '' : ` (${specials.text('FILENAME')}, record ${record})`;
    return new ProgramError(`${name}:${line}: ${what}${where}`, { cause: error });
  }

  #warn(message: string): void {
    this.#state.streams.flushStandard();
    this.#state.world.stderr.write(this.#state.codec.encode(`awk: warning: ${message}\n`));
  }

  #readsInput(): boolean {
    return this.#program.rules.some(({ kind }) => kind !== 'begin');
  }

  /** `exit` inside a function comes as a Jump. */
  #guard(run: () => Ending): Ending {
    try {
      return run();
    } catch (error) {
      if (error instanceof Jump) return error.ending;
      throw error;
    }
  }

  #runRules(kind: 'begin' | 'end' | 'beginFile'): Ending {
    // What was asked for before END has been done when END begins.
    if (kind === 'end') this.#state.takeInterrupt();
    for (const rule of this.#program.rules) {
      if (rule.kind !== kind) continue;
      const ending = this.#guard(() => this.#executor.executeAll(rule.body, []));
      if (ending !== 'done') return this.#outsideRecords(ending, kind);
    }
    return 'done';
  }

  /** Where there is no record, there is no next one. */
  #outsideRecords(ending: Ending, kind: string): Ending {
    if (kind === 'beginFile' && ending === 'exit') throw new Jump('exit');
    if (ending === 'next' || (ending === 'nextfile' && kind !== 'beginFile')) {
      throw new RunError(`${ending} outside the rules for records`);
    }
    return ending;
  }

  #endFile(): void {
    for (const rule of this.#program.rules) {
      if (rule.kind !== 'endFile') continue;
      const ending = this.#guard(() => this.#executor.executeAll(rule.body, []));
      if (ending === 'exit') throw new Jump('exit');
      if (ending !== 'done') throw new RunError(`${ending} outside the rules for records`);
    }
  }

  #runRecords(): Ending {
    for (;;) {
      const text = this.#input.read();
      if (text === undefined) return 'done';
      this.#state.specials.record.assign(inputValue(text));
      const ending = this.#guard(() => this.#runRecord());
      if (ending === 'exit') return 'exit';
      if (ending === 'nextfile') this.#input.skipFile();
    }
  }

  #runRecord(): Ending {
    for (const rule of this.#rules) {
      if (!this.#applies(rule)) continue;
      if (rule.body === undefined) this.#printRecord(rule);
      else {
        const ending = this.#executor.executeAll(rule.body, []);
        if (ending !== 'done') return ending;
      }
    }
    return 'done';
  }

  #applies(rule: Rule): boolean {
    const { evaluator } = this.#executor;
    if (rule.kind === 'pattern') {
      this.#state.at = rule.at;
      return rule.pattern === undefined || evaluator.truth(rule.pattern, []);
    }
    if (rule.kind !== 'range') return false;
    const { inRange } = this.#state;
    this.#state.at = rule.at;
    if (inRange[rule.index] !== true && !evaluator.truth(rule.from, [])) return false;
    inRange[rule.index] = !evaluator.truth(rule.to, []);
    return true;
  }

  #printRecord({ at }: Rule): void {
    this.#executor.execute({ kind: 'print', at, args: [], redirection: undefined }, []);
  }
}
