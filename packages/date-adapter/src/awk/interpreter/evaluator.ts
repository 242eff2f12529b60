// What an expression is worth: walks the tree, node by node. The reference for the compiler: simple, not fast.
// Operands are evaluated from left to right, but the value of an assignment before the subscripts it goes to (as
// gawk and onetrue-awk do; POSIX leaves it open). Functions, builtins and getline live in files of their own.
import type {
  Arithmetic,
  ArrayReference,
  Assignment,
  BuiltinCall,
  Comparison,
  CompoundAssignment,
  Concatenation,
  Expression,
  FunctionCall,
  Getline,
  Increment,
  IndirectCall,
  LValue,
  Match,
  Membership,
  RegexOperand,
  SubscriptReference,
} from '../ast.ts';
import type { Regex } from '../regex/regex.ts';
import { calculate } from './arithmetic.ts';
import { joinText } from './characters.ts';
import type { Frame, RunState } from './run-state.ts';
import {
  AwkArray,
  compare,
  isTrue,
  RunError,
  type Scalar,
  subscriptText,
  toNumber,
  toText,
  TypedRegex,
} from './values.ts';

/** What the evaluator leaves to others. */
export interface Calls {
  callFunction(call: FunctionCall, frame: Frame): Scalar;
  callIndirectly(call: IndirectCall, frame: Frame): Scalar;
  callBuiltin(call: BuiltinCall, frame: Frame): Scalar;
  getline(getline: Getline, frame: Frame): number;
}

/** Something to assign to, with its subscripts evaluated: once, however often it is read and written. */
export type Place = { read(): Scalar; write(value: Scalar): void };

export class Evaluator {
  readonly state: RunState;
  readonly #calls: Calls;
  readonly #renew: (text: string) => string;

  constructor(state: RunState, calls: Calls) {
    this.state = state;
    this.#calls = calls;
    const { codec } = state;
    this.#renew = (text) => codec.decode(codec.encode(text));
  }

  evaluate(expression: Expression, frame: Frame): Scalar {
    switch (expression.kind) {
      case 'number':
        return expression.value;
      case 'string': {
        const text = this.state.codec.fromModel(expression.value);
        return expression.isRegex === true ? new TypedRegex(text) : text;
      }
      case 'variable':
        return this.#at(expression.at).scalar(expression.variable, frame);
      case 'field':
        return this.field(this.number(expression.index, frame), expression.at);
      case 'subscript':
        return this.#element(expression, frame);
      case 'assignment':
        return this.#assign(expression, frame);
      case 'compoundAssignment':
        return this.#compoundAssign(expression, frame);
      case 'increment':
        return this.#increment(expression, frame);
      case 'conditional':
        return this.evaluate(
          this.truth(expression.test, frame) ? expression.then : expression.otherwise,
          frame,
        );
      case 'and':
        return this.truth(expression.left, frame) && this.truth(expression.right, frame) ? 1 : 0;
      case 'or':
        return this.truth(expression.left, frame) || this.truth(expression.right, frame) ? 1 : 0;
      case 'not':
        return this.truth(expression.operand, frame) ? 0 : 1;
      case 'arithmetic':
        return this.#arithmetic(expression, frame);
      case 'sign':
        return expression.operator === '-'
          ? -this.number(expression.operand, frame)
          : this.number(expression.operand, frame);
      case 'concatenation':
        return this.#concatenate(expression, frame);
      case 'comparison':
        return this.#compare(expression, frame) ? 1 : 0;
      case 'match':
        return this.matches(expression, frame) ? 1 : 0;
      case 'membership':
        return this.#isMember(expression, frame) ? 1 : 0;
      case 'call':
        return this.#calls.callFunction(expression, frame);
      case 'indirectCall':
        return this.#calls.callIndirectly(expression, frame);
      case 'builtin':
        return this.#calls.callBuiltin(expression, frame);
      default:
        return this.#calls.getline(expression, frame);
    }
  }

  number(expression: Expression, frame: Frame): number {
    return toNumber(this.evaluate(expression, frame));
  }

  text(expression: Expression, frame: Frame): string {
    return toText(this.evaluate(expression, frame), this.state.numberFormat);
  }

  truth(expression: Expression, frame: Frame): boolean {
    return isTrue(this.evaluate(expression, frame));
  }

  /** @throws RunError for a negative index */
  field(index: number, at: number): Scalar {
    return this.#at(at).specials.record.field(Math.trunc(index));
  }

  /** A regex constant, or the string of an expression as a regex. @throws RegexError */
  regex(operand: RegexOperand, frame: Frame): Regex {
    if (operand.kind !== 'regex') return this.state.regexes.compile(this.text(operand, frame));
    return this.state.regexes.compile(this.state.codec.fromModel(operand.source));
  }

  matches(match: Match, frame: Frame): boolean {
    const subject = this.text(match.subject, frame);
    const regex = this.regex(match.pattern, frame);
    return this.state.regexes.test(regex, subject) !== match.negated;
  }

  /** Several subscripts are one, joined by SUBSEP. */
  subscript(subscripts: readonly Expression[], frame: Frame): string {
    const { numberFormat, specials } = this.state;
    if (subscripts.length === 1) return subscriptText(this.evaluate(subscripts[0]!, frame), numberFormat);
    const texts = subscripts.map((each) => subscriptText(this.evaluate(each, frame), numberFormat));
    return texts.join(specials.subscriptSeparator);
  }

  /** @throws RunError when it is a scalar */
  array(reference: ArrayReference, frame: Frame): AwkArray {
    if (reference.kind === 'variable') return this.#at(reference.at).array(reference.variable, frame);
    const { elements } = this.array(reference.array, frame);
    const key = this.subscript(reference.subscripts, frame);
    const element = elements.get(key);
    if (element instanceof AwkArray) return element;
    if (element !== undefined) throw new RunError(`element ["${key}"] is a scalar, used as an array`);
    const array = new AwkArray();
    elements.set(key, array);
    return array;
  }

  place(target: LValue, frame: Frame): Place {
    const { state } = this;
    switch (target.kind) {
      case 'variable':
        return {
          read: () => this.#at(target.at).scalar(target.variable, frame),
          write: (value) => this.#at(target.at).assign(target.variable, frame, value),
        };
      case 'field': {
        const index = Math.trunc(this.number(target.index, frame));
        return {
          read: () => this.field(index, target.at),
          write: (value) => this.#at(target.at).specials.record.setField(index, value),
        };
      }
      default: {
        const { elements } = this.array(target.array, frame);
        const key = this.subscript(target.subscripts, frame);
        state.at = target.at;
        return {
          read: () => readElement(elements, key),
          write: (value) => {
            if (elements.get(key) instanceof AwkArray)
              throw new RunError(`array element ["${key}"] used as a scalar`);
            elements.set(key, value);
          },
        };
      }
    }
  }

  #at(at: number): RunState {
    this.state.at = at;
    return this.state;
  }

  /** An element as an argument: a scalar, or an array in an array. */
  elementOrArray(reference: SubscriptReference, frame: Frame): Scalar | AwkArray {
    const { elements } = this.array(reference.array, frame);
    const key = this.subscript(reference.subscripts, frame);
    if (!elements.has(key)) elements.set(key, undefined);
    return elements.get(key);
  }

  #element(reference: SubscriptReference, frame: Frame): Scalar {
    const { elements } = this.array(reference.array, frame);
    const key = this.subscript(reference.subscripts, frame);
    this.state.at = reference.at;
    return readElement(elements, key);
  }

  #assign({ target, value, at }: Assignment, frame: Frame): Scalar {
    const result = this.evaluate(value, frame);
    const place = this.place(target, frame);
    this.state.at = at;
    place.write(result);
    return result;
  }

  #compoundAssign({ target, operator, value, at }: CompoundAssignment, frame: Frame): number {
    const right = this.number(value, frame);
    const place = this.place(target, frame);
    this.state.at = at;
    const result = calculate(operator, toNumber(place.read()), right, true);
    place.write(result);
    return result;
  }

  #increment({ target, by, prefix }: Increment, frame: Frame): number {
    const place = this.place(target, frame);
    const before = toNumber(place.read());
    place.write(before + by);
    return prefix ? before + by : before;
  }

  #arithmetic({ operator, left, right, at }: Arithmetic, frame: Frame): number {
    const leftNumber = this.number(left, frame);
    const rightNumber = this.number(right, frame);
    this.state.at = at;
    return calculate(operator, leftNumber, rightNumber, false);
  }

  #concatenate({ parts }: Concatenation, frame: Frame): string {
    let text = '';
    for (const part of parts) text = joinText(text, this.text(part, frame), this.#renew);
    return text;
  }

  #compare({ operator, left, right }: Comparison, frame: Frame): boolean {
    const leftValue = this.evaluate(left, frame);
    const rightValue = this.evaluate(right, frame);
    const order = compare(leftValue, rightValue, this.state.numberFormat, this.state.regexes.ignoreCase);
    switch (operator) {
      case '<':
        return order < 0;
      case '<=':
        return order <= 0;
      case '==':
        return order === 0;
      case '!=':
        return order !== 0;
      case '>':
        return order > 0;
      default:
        return order >= 0;
    }
  }

  #isMember({ subscripts, array }: Membership, frame: Frame): boolean {
    const key = this.subscript(subscripts, frame);
    return this.array(array, frame).elements.has(key);
  }
}

/** Referring to an element makes it (POSIX awk, "Variables"). */
function readElement(elements: Map<string, Scalar | AwkArray>, key: string): Scalar {
  const value = elements.get(key);
  if (value instanceof AwkArray) throw new RunError(`array element ["${key}"] used as a scalar`);
  if (value === undefined) elements.set(key, undefined);
  return value;
}
