// Calls: of the program's functions, of builtins, and of either by a name in a variable. For the parser of
// expressions, which reads the arguments.
import type { BuiltinCall, Expression, FunctionCall, IndirectCall, RegexOperand } from './ast.ts';
import { argumentKind, findBuiltin } from './builtins.ts';
import type { Cursor } from './parser-cursor.ts';
import type { Names, OpenCall } from './parser-names.ts';

/** Their arguments are keys and values in turn. */
const PAIRED: ReadonlySet<string> = new Set(['json', 'logfmt']);

export class CallParser {
  readonly #cursor: Cursor;
  readonly #names: Names;
  /** Reads from `(` to `)`. */
  readonly #arguments: () => RegexOperand[];

  constructor(cursor: Cursor, names: Names, readArguments: () => RegexOperand[]) {
    this.#cursor = cursor;
    this.#names = names;
    this.#arguments = readArguments;
  }

  /** At the name of a function of the program. */
  call(): FunctionCall {
    const { at, text: name } = this.#cursor;
    this.#cursor.advance();
    const args = this.#arguments().map(asValue);
    const call: OpenCall & FunctionCall = { kind: 'call', at, name, index: -1, args };
    this.#names.calls.push(call);
    return call;
  }

  /** Behind the `@` of `@name(args)`. @param at of the `@` */
  indirect(at: number): IndirectCall {
    const { kind, text } = this.#cursor;
    if (kind !== 'functionName') {
      throw this.#cursor.error(at, '@ calls a function by its name in a variable: @name(...)');
    }
    const callee = this.#names.variable(text, this.#cursor.at);
    this.#cursor.advance();
    return { kind: 'indirectCall', at, callee, args: this.#arguments().map(asValue) };
  }

  /** At the name of a builtin. @throws SourceError for too few or too many arguments */
  builtin(): BuiltinCall {
    const { at, text } = this.#cursor;
    const builtin = findBuiltin(text, this.#names.posix);
    if (builtin === undefined) throw this.#cursor.unexpected('a function');
    this.#cursor.advance();
    const { name, min, max } = builtin;
    if (name === 'length' && this.#cursor.kind !== '(') return { kind: 'builtin', at, name, args: [] };
    const args = this.#arguments().map((argument, place) =>
      argumentKind(builtin, place) === 'regex' ? argument : asValue(argument),
    );
    if (PAIRED.has(name) && args.length % 2 === 1)
      throw this.#cursor.error(at, `${name}: the last key has no value`);
    if (args.length >= min && args.length <= max) return { kind: 'builtin', at, name, args };
    const wanted = min === max ? `${min}` : max === Infinity ? `at least ${min}` : `${min} to ${max}`;
    throw this.#cursor.error(at, `${name}: ${args.length} arguments given, ${wanted} wanted`);
  }
}

/** A regex constant as a value is a match against $0. */
export function asValue(node: RegexOperand): Expression {
  if (node.kind !== 'regex') return node;
  const { at } = node;
  const subject: Expression = { kind: 'field', at, index: { kind: 'number', at, value: 0 } };
  return { kind: 'match', at, negated: false, subject, pattern: node };
}
