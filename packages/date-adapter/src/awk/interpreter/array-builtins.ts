// The builtins that fill or sort arrays, or tell what a variable is: split, patsplit, asort, asorti, typeof, isarray.
// POSIX awk, "String Functions" (split); gawk manual, "String-Manipulation Functions", "Type Functions".
import type { RegexOperand } from '../ast.ts';
import {
  type Arguments,
  ArgumentReader,
  type BuiltinTable,
  type CallByName,
  valueArgument,
} from './builtin-call.ts';
import type { Evaluator } from './evaluator.ts';
import { compareValues, type Entry, findOrder, type Order } from './ordering.ts';
import type { Frame, RunState } from './run-state.ts';
import { readSeparator, type Separator, splitText, type Splitting } from './separators.ts';
import {
  AwkArray,
  inputValue,
  NumericText,
  type Scalar,
  type Slot,
  toText,
  TypedRegex,
  Untyped,
} from './values.ts';

export function arrayBuiltins(evaluator: Evaluator, call: CallByName): BuiltinTable {
  return {
    split: (args, frame) => split(args, frame, evaluator),
    patsplit: (args, frame) => patsplit(args, frame, evaluator),
    asort: (args, frame) => sortArray(args, frame, evaluator, call, false),
    asorti: (args, frame) => sortArray(args, frame, evaluator, call, true),
    isarray: (args, frame) => (slotOf(args[0], frame, evaluator) instanceof AwkArray ? 1 : 0),
    typeof: (args, frame) => typeName(args[0], frame, evaluator),
  };
}

function split(args: Arguments, frame: Frame, evaluator: Evaluator): number {
  const { state } = evaluator;
  const read = new ArgumentReader(evaluator);
  const text = read.text(args, 0, frame);
  const array = read.array(args, 1, frame);
  const separator = splitSeparator(args[2], frame, evaluator);
  const seps = args.length > 3 ? read.array(args, 3, frame) : undefined;
  return store(splitText(text, separator, state.regexes), array, seps);
}

function splitSeparator(operand: RegexOperand | undefined, frame: Frame, evaluator: Evaluator): Separator {
  const { state } = evaluator;
  if (operand === undefined) return state.specials.fieldSeparator();
  if (operand.kind === 'regex') {
    // An empty one splits into characters, as the empty string does.
    if (operand.source === '') return { kind: 'characters' };
    return { kind: 'regex', regex: evaluator.regex(operand, frame) };
  }
  const value = evaluator.evaluate(operand, frame);
  if (value instanceof TypedRegex) return { kind: 'regex', regex: state.regexes.compile(value.text) };
  return readSeparator(toText(value, state.numberFormat), state.regexes);
}

function patsplit(args: Arguments, frame: Frame, evaluator: Evaluator): number {
  const { state } = evaluator;
  const read = new ArgumentReader(evaluator);
  const text = read.text(args, 0, frame);
  const array = read.array(args, 1, frame);
  const regex =
    args[2] === undefined
      ? state.regexes.compile(state.specials.text('FPAT'))
      : evaluator.regex(args[2], frame);
  const seps = args.length > 3 ? read.array(args, 3, frame) : undefined;
  const splitting = splitText(text, { kind: 'pattern', regex }, state.regexes);
  const count = store(splitting, array, seps);
  // Unlike split, what stands before the first and behind the last is there even if empty.
  if (count > 0) {
    seps?.elements.set('0', splitting.before);
    seps?.elements.set(String(count), splitting.after);
  }
  return count;
}

/** Elements from 1; separators from 1, those outside at 0 and behind the last, as gawk has them. */
function store(splitting: Splitting, array: AwkArray, seps: AwkArray | undefined): number {
  const { fields, before, after } = splitting;
  array.elements.clear();
  fields.forEach((field, index) => array.elements.set(String(index + 1), inputValue(field)));
  if (seps === undefined) return fields.length;
  seps.elements.clear();
  if (before !== '') seps.elements.set('0', before);
  splitting.seps.forEach((sep, index) => seps.elements.set(String(index + 1), sep));
  if (after !== '') seps.elements.set(String(fields.length), after);
  return fields.length;
}

function sortArray(
  args: Arguments,
  frame: Frame,
  evaluator: Evaluator,
  call: CallByName,
  bySubscript: boolean,
): number {
  const { state } = evaluator;
  const read = new ArgumentReader(evaluator);
  const source = read.array(args, 0, frame);
  const target = args.length > 1 ? read.array(args, 1, frame) : source;
  const name = args.length > 2 ? read.text(args, 2, frame) : '';
  const format = state.numberFormat;
  const usual: Order = bySubscript
    ? (left, right) => compareValues(left[0], right[0], format, state.regexes.ignoreCase)
    : (left, right) => compareValues(left[1], right[1], format, state.regexes.ignoreCase);
  const entries: Entry[] = [...source.elements];
  entries.sort(findOrder(name, format, call, state.regexes.ignoreCase) ?? usual);
  target.elements.clear();
  entries.forEach(([key, value], index) => target.elements.set(String(index + 1), bySubscript ? key : value));
  return entries.length;
}

/** What stands in an argument, without making it a scalar or an array. */
function slotOf(operand: RegexOperand | undefined, frame: Frame, evaluator: Evaluator): Slot {
  if (operand?.kind === 'variable') {
    const slot = evaluator.state.get(operand.variable, frame);
    return slot instanceof Untyped && slot.array !== undefined ? slot.array : slot;
  }
  if (operand?.kind === 'subscript') return evaluator.elementOrArray(operand, frame);
  if (operand?.kind === 'field') {
    const index = Math.trunc(evaluator.number(operand.index, frame));
    if (index > evaluator.state.specials.record.count) return undefined;
  }
  return operand === undefined ? undefined : evaluator.evaluate(valueArgument([operand], 0), frame);
}

function typeName(operand: RegexOperand | undefined, frame: Frame, evaluator: Evaluator): string {
  const slot = slotOf(operand, frame, evaluator);
  if (slot instanceof AwkArray) return 'array';
  if (slot instanceof Untyped) return slot.isScalar ? 'unassigned' : 'untyped';
  if (slot === undefined) return operand?.kind === 'field' ? 'unassigned' : 'untyped';
  return scalarTypeName(slot);
}

function scalarTypeName(value: Scalar): string {
  if (value instanceof NumericText) return 'strnum';
  if (value instanceof TypedRegex) return 'regexp';
  return typeof value === 'number' ? 'number' : 'string';
}

/** The subscripts of an array in the order a loop visits them: as inserted unless PROCINFO["sorted_in"] says. */
export function loopOrder(array: AwkArray, state: RunState, call: CallByName): string[] {
  const wanted = state.program.posix ? undefined : state.specialArray('PROCINFO').elements.get('sorted_in');
  if (wanted === undefined || wanted instanceof AwkArray) return [...array.elements.keys()];
  const order = findOrder(
    toText(wanted, state.numberFormat),
    state.numberFormat,
    call,
    state.regexes.ignoreCase,
  );
  const entries: Entry[] = [...array.elements];
  if (order !== undefined) entries.sort(order);
  return entries.map(([key]) => key);
}
