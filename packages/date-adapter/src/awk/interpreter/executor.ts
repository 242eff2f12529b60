// Statements and function calls: what a body does and how it ends. The other half of the walk over the tree, beside
// evaluator.ts. A body ends with an Ending; what leaves an expression (next inside a function) is thrown as a Jump.
// Deep recursion costs JavaScript's stack: when it is used up the program ends with an error that says so.
import type {
  DeleteStatement,
  Expression,
  ForInStatement,
  ForStatement,
  FunctionCall,
  FunctionDefinition,
  Getline,
  BuiltinCall,
  IndirectCall,
  PrintStatement,
  Statement,
  SwitchStatement,
  VariableReference,
} from '../ast.ts';
import { findBuiltin } from '../builtins.ts';
import { WorldError } from '../world.ts';
import { adapterBuiltins } from './adapter-builtins.ts';
import { arrayBuiltins, loopOrder } from './array-builtins.ts';
import type { BuiltinTable } from './builtin-call.ts';
import { type Calls, Evaluator } from './evaluator.ts';
import { runGetline } from './getline.ts';
import type { RecordInput } from './main-input.ts';
import { numberBuiltins } from './number-builtins.ts';
import { outsideBuiltins } from './outside-builtins.ts';
import type { Frame, RunState } from './run-state.ts';
import { format, stringBuiltins } from './string-builtins.ts';
import { AwkArray, compare, RunError, type Scalar, type Slot, toText, Untyped } from './values.ts';

/** How a body ended. */
export type Ending = 'done' | 'break' | 'continue' | 'return' | 'next' | 'nextfile' | 'exit';

/** `next`, `nextfile` and `exit` on their way out of functions. */
export class Jump extends Error {
  readonly ending: 'next' | 'nextfile' | 'exit';

  constructor(ending: Jump['ending']) {
    super(`${ending} outside a rule`);
    this.ending = ending;
  }
}

const JUMPS = { next: new Jump('next'), nextfile: new Jump('nextfile'), exit: new Jump('exit') };

export class Executor implements Calls {
  readonly state: RunState;
  readonly evaluator: Evaluator;
  readonly #builtins: BuiltinTable;
  readonly #input: () => RecordInput;

  constructor(state: RunState, input: () => RecordInput) {
    this.state = state;
    this.#input = input;
    this.evaluator = new Evaluator(state, this);
    const callByName = (name: string, values: readonly (Scalar | AwkArray)[]): Scalar =>
      this.#call(this.#functionOf(name), [...values]);
    this.callByName = callByName;
    this.#builtins = {
      ...stringBuiltins(this.evaluator),
      ...arrayBuiltins(this.evaluator, callByName),
      ...numberBuiltins(this.evaluator),
      ...outsideBuiltins(this.evaluator),
      ...adapterBuiltins(this.evaluator),
    };
  }

  readonly callByName: (name: string, values: readonly (Scalar | AwkArray)[]) => Scalar;

  executeAll(statements: readonly Statement[], frame: Frame): Ending {
    for (const statement of statements) {
      const ending = this.execute(statement, frame);
      if (ending !== 'done') return ending;
    }
    return 'done';
  }

  execute(statement: Statement, frame: Frame): Ending {
    this.state.at = statement.at;
    switch (statement.kind) {
      case 'expression':
        this.evaluator.evaluate(statement.expression, frame);
        return 'done';
      case 'print':
      case 'printf':
        this.#print(statement, frame);
        return 'done';
      case 'block':
        return this.executeAll(statement.body, frame);
      case 'if':
        if (this.evaluator.truth(statement.test, frame)) return this.execute(statement.then, frame);
        return statement.otherwise === undefined ? 'done' : this.execute(statement.otherwise, frame);
      case 'while':
      case 'do':
      case 'for':
        return this.#loop(statement, frame);
      case 'forIn':
        return this.#loopOver(statement, frame);
      case 'switch':
        return this.#switch(statement, frame);
      case 'delete':
        this.#delete(statement, frame);
        return 'done';
      case 'return':
        this.state.returned =
          statement.value === undefined ? undefined : this.evaluator.evaluate(statement.value, frame);
        return 'return';
      case 'exit':
        if (statement.status !== undefined) {
          this.state.exitStatus = Math.trunc(this.evaluator.number(statement.status, frame)) & 0xff;
        }
        return 'exit';
      default:
        return statement.kind;
    }
  }

  // ---- loops

  #loop(statement: Extract<Statement, { kind: 'while' | 'do' }> | ForStatement, frame: Frame): Ending {
    if (statement.kind === 'for' && statement.start !== undefined) this.execute(statement.start, frame);
    let isFirst = statement.kind === 'do';
    while (isFirst || statement.test === undefined || this.evaluator.truth(statement.test, frame)) {
      isFirst = false;
      if (this.state.takeInterrupt()) return 'exit';
      const ending = this.execute(statement.body, frame);
      if (ending === 'break') return 'done';
      if (ending !== 'done' && ending !== 'continue') return ending;
      if (statement.kind === 'for' && statement.step !== undefined) this.execute(statement.step, frame);
    }
    return 'done';
  }

  #loopOver({ target, array, body }: ForInStatement, frame: Frame): Ending {
    const keys = loopOrder(this.evaluator.array(array, frame), this.state, this.callByName);
    for (const key of keys) {
      if (this.state.takeInterrupt()) return 'exit';
      this.evaluator.place(target, frame).write(key);
      const ending = this.execute(body, frame);
      if (ending === 'break') return 'done';
      if (ending !== 'done' && ending !== 'continue') return ending;
    }
    return 'done';
  }

  #switch({ subject, cases }: SwitchStatement, frame: Frame): Ending {
    const value = this.evaluator.evaluate(subject, frame);
    const isChosen = cases.findIndex(({ label }) => label !== undefined && this.#isCase(label, value, frame));
    const start = isChosen === -1 ? cases.findIndex(({ label }) => label === undefined) : isChosen;
    if (start === -1) return 'done';
    for (const { body } of cases.slice(start)) {
      const ending = this.executeAll(body, frame);
      if (ending === 'break') return 'done';
      if (ending !== 'done') return ending;
    }
    return 'done';
  }

  #isCase(
    label: NonNullable<SwitchStatement['cases'][number]['label']>,
    value: Scalar,
    frame: Frame,
  ): boolean {
    const { numberFormat, regexes } = this.state;
    if (label.kind === 'regex')
      return regexes.test(this.evaluator.regex(label, frame), toText(value, numberFormat));
    return compare(value, this.evaluator.evaluate(label, frame), numberFormat, regexes.ignoreCase) === 0;
  }

  #delete({ array, subscripts }: DeleteStatement, frame: Frame): void {
    const { elements } = this.evaluator.array(array, frame);
    if (subscripts === undefined) elements.clear();
    else elements.delete(this.evaluator.subscript(subscripts, frame));
  }

  // ---- output

  #print(statement: PrintStatement, frame: Frame): void {
    const { specials, codec, streams, world } = this.state;
    const text =
      statement.kind === 'printf'
        ? format(statement.args, frame, this.evaluator)
        : this.#line(statement, frame);
    const { redirection } = statement;
    if (redirection === undefined) {
      world.stdout.write(codec.encode(text));
      return;
    }
    const name = this.evaluator.text(redirection.target, frame);
    this.state.at = redirection.at;
    if (name === '') throw new RunError('the name to write to is empty');
    try {
      streams.output(redirection.kind, name).write(codec.encode(text));
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      specials.set('ERRNO', error.message);
      if (this.state.isNonFatal(name)) return;
      throw new RunError(`cannot write to ${name}: ${error.message}`, { cause: error });
    }
  }

  #line({ args }: PrintStatement, frame: Frame): string {
    const { specials } = this.state;
    const values: Scalar[] =
      args.length === 0 ? [specials.record.whole] : args.map((each) => this.evaluator.evaluate(each, frame));
    const texts = values.map((value) => toText(value, specials.outputNumberFormat));
    return texts.join(specials.outputFieldSeparator) + specials.outputRecordSeparator;
  }

  // ---- calls

  callBuiltin(call: BuiltinCall, frame: Frame): Scalar {
    this.state.at = call.at;
    const builtin = this.#builtins[call.name];
    if (builtin === undefined) throw new RunError(`${call.name} is not available here`);
    return builtin(call.args, frame);
  }

  getline(getline: Getline, frame: Frame): number {
    this.state.at = getline.at;
    return runGetline(getline, frame, this.evaluator, this.#input());
  }

  callFunction({ index, args, at }: FunctionCall, frame: Frame): Scalar {
    const definition = this.state.program.functions[index]!;
    const slots = args.map((argument, place) =>
      this.#argument(argument, definition.parameters[place]?.shape, frame),
    );
    this.state.at = at;
    const result = this.#call(definition, slots);
    this.state.at = at;
    return result;
  }

  callIndirectly({ callee, args, at }: IndirectCall, frame: Frame): Scalar {
    this.state.at = at;
    const name = toText(this.state.scalar(callee, frame), this.state.numberFormat);
    const definition = this.state.program.functions.find((known) => known.name === name);
    if (definition !== undefined) {
      return this.callFunction({ kind: 'call', at, name, index: definition.index, args }, frame);
    }
    const builtin = findBuiltin(name, this.state.program.posix);
    if (builtin === undefined) throw new RunError(`function ${name} is not defined`);
    return this.callBuiltin({ kind: 'builtin', at, name: builtin.name, args }, frame);
  }

  #functionOf(name: string): FunctionDefinition {
    const definition = this.state.program.functions.find((known) => known.name === name);
    if (definition === undefined) throw new RunError(`function ${name} is not defined`);
    return definition;
  }

  #call({ name, parameters, body }: FunctionDefinition, slots: Slot[]): Scalar {
    if (slots.length > parameters.length) throw new RunError(`too many arguments for ${name}`);
    while (slots.length < parameters.length) slots.push(undefined);
    this.state.returned = undefined;
    if (this.state.takeInterrupt()) throw JUMPS.exit;
    const ending = this.executeAll(body, slots);
    if (ending === 'next' || ending === 'nextfile' || ending === 'exit') throw JUMPS[ending];
    const result = ending === 'return' ? this.state.returned : undefined;
    this.state.returned = undefined;
    return result;
  }

  /** Arrays go by reference, and so does what has no type yet: the function may make it an array. */
  #argument(argument: Expression, shape: string | undefined, frame: Frame): Slot {
    if (argument.kind === 'variable') return this.#variableArgument(argument, shape, frame);
    if (argument.kind === 'subscript') {
      if (shape === 'array') return this.evaluator.array(argument, frame);
      return this.evaluator.elementOrArray(argument, frame);
    }
    return this.evaluator.evaluate(argument, frame);
  }

  #variableArgument({ variable }: VariableReference, shape: string | undefined, frame: Frame): Slot {
    const slot = this.state.get(variable, frame);
    if (slot !== undefined || shape === 'scalar' || variable.scope === 'special') return slot;
    const untyped = new Untyped();
    this.state.put(variable, frame, untyped);
    return untyped;
  }
}
