// What a builtin function is to the interpreter: its arguments come as expressions, because some want a regex, an
// array or something to assign to. For the files that implement them, each a table of names.
import type { ArrayReference, BuiltinName, Expression, LValue, RegexOperand } from '../ast.ts';
import type { Evaluator } from './evaluator.ts';
import type { Frame } from './run-state.ts';
import { type AwkArray, RunError, type Scalar } from './values.ts';

export type Arguments = readonly RegexOperand[];
export type Builtin = (args: Arguments, frame: Frame) => Scalar;
export type BuiltinTable = Partial<Record<BuiltinName, Builtin>>;

/** Calls a function of the program with values (for sorting), by its name. */
export type CallByName = (name: string, values: readonly (Scalar | AwkArray)[]) => Scalar;

/** An argument as a value: a regex constant there is a match against $0, which the parser has made of it. */
export function valueArgument(args: Arguments, index: number): Expression {
  const argument = args[index];
  if (argument === undefined || argument.kind === 'regex') throw new RunError('too few arguments');
  return argument;
}

export function arrayArgument(args: Arguments, index: number): ArrayReference {
  const argument = args[index];
  if (argument?.kind === 'variable' || argument?.kind === 'subscript') return argument;
  throw new RunError(`argument ${index + 1} is not an array`);
}

export function isLValue(operand: RegexOperand): operand is LValue {
  return operand.kind === 'variable' || operand.kind === 'field' || operand.kind === 'subscript';
}

/** Numbers and strings of an argument list, by place. */
export class ArgumentReader {
  readonly evaluator: Evaluator;

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  value(args: Arguments, index: number, frame: Frame): Scalar {
    return this.evaluator.evaluate(valueArgument(args, index), frame);
  }

  number(args: Arguments, index: number, frame: Frame): number {
    return this.evaluator.number(valueArgument(args, index), frame);
  }

  text(args: Arguments, index: number, frame: Frame): string {
    return this.evaluator.text(valueArgument(args, index), frame);
  }

  array(args: Arguments, index: number, frame: Frame): AwkArray {
    return this.evaluator.array(arrayArgument(args, index), frame);
  }
}
