// The builtins that look at text: length, index, substr, match, sub, gsub, gensub, sprintf, case, strtonum.
// POSIX awk, "String Functions"; gawk manual, "String-Manipulation Functions". Places and lengths are characters.
import { strtonum } from '../numbers.ts';
import { parseFormat, type Piece } from '../printf-format.ts';
import { fillFormat } from '../printf.ts';
import type { Regex } from '../regex/regex.ts';
import {
  type Arguments,
  ArgumentReader,
  type BuiltinTable,
  isLValue,
  valueArgument,
} from './builtin-call.ts';
import { characterCount, characterOffset, characterSlice, mapCase } from './characters.ts';
import type { Evaluator } from './evaluator.ts';
import type { Frame, RunState } from './run-state.ts';
import { readGensubReplacement, readReplacement, substitute } from './substitution.ts';
import {
  AwkArray,
  inputValue,
  isNumeric,
  type Scalar,
  toNumber,
  toText,
  TypedRegex,
  Untyped,
} from './values.ts';

export function stringBuiltins(evaluator: Evaluator): BuiltinTable {
  const { state } = evaluator;
  const read = new ArgumentReader(evaluator);
  return {
    length: (args, frame) => lengthOf(args, frame, evaluator),
    index: (args, frame) => {
      const text = foldCase(read.text(args, 0, frame), state);
      const at = text.indexOf(foldCase(read.text(args, 1, frame), state));
      return at === -1 ? 0 : characterOffset(text, at) + 1;
    },
    substr: (args, frame) => {
      const text = read.text(args, 0, frame);
      const start = read.number(args, 1, frame);
      return substring(text, start, args.length > 2 ? read.number(args, 2, frame) : Infinity);
    },
    tolower: (args, frame) => mapText(read.text(args, 0, frame), false, state),
    toupper: (args, frame) => mapText(read.text(args, 0, frame), true, state),
    sprintf: (args, frame) => format(args, frame, evaluator),
    strtonum: (args, frame) => {
      const value = read.value(args, 0, frame);
      return isNumeric(value) && typeof value === 'number'
        ? value
        : strtonum(toText(value, state.numberFormat));
    },
    match: (args, frame) => match(args, frame, evaluator),
    sub: (args, frame) => replaceIn(args, frame, evaluator, 1),
    gsub: (args, frame) => replaceIn(args, frame, evaluator, 0),
    gensub: (args, frame) => gensub(args, frame, evaluator),
  };
}

function lengthOf(args: Arguments, frame: Frame, evaluator: Evaluator): number {
  const { state } = evaluator;
  const [argument] = args;
  if (argument === undefined) return characterCount(toText(state.specials.record.whole, state.numberFormat));
  if (argument.kind === 'variable') {
    const slot = state.get(argument.variable, frame);
    if (slot instanceof AwkArray) return slot.elements.size;
    if (slot instanceof Untyped) return slot.array?.elements.size ?? 0;
  } else if (argument.kind === 'subscript') {
    const element = evaluator.elementOrArray(argument, frame);
    if (element instanceof AwkArray) return element.elements.size;
    return characterCount(toText(element, state.numberFormat));
  }
  return characterCount(evaluator.text(valueArgument(args, 0), frame));
}

/** Places are truncated, one before the first is the first, and nothing is taken off the length (all awks). */
function substring(text: string, start: number, length: number): string {
  const from = Math.max(Math.trunc(Number.isNaN(start) ? 1 : start), 1) - 1;
  const count = Math.trunc(length);
  return count > 0 ? characterSlice(text, from, from + count) : '';
}

/** As IGNORECASE wants it compared. */
function foldCase(text: string, { regexes }: RunState): string {
  return regexes.ignoreCase ? mapCase(text, false) : text;
}

function mapText(text: string, upper: boolean, { codec }: RunState): string {
  if (codec.utf8) return mapCase(text, upper);
  return text.replace(upper ? /[a-z]+/g : /[A-Z]+/g, (letters) => mapCase(letters, upper));
}

const keptFormats = new Map<string, Piece[]>();

/** sprintf and printf: the format and its values. @throws PrintfError */
export function format(args: Arguments, frame: Frame, evaluator: Evaluator): string {
  const { state } = evaluator;
  const source = evaluator.text(valueArgument(args, 0), frame);
  const values = args.slice(1).map((_, index) => evaluator.evaluate(valueArgument(args, index + 1), frame));
  const kept = keptFormats.get(source);
  const pieces = kept ?? parseFormat(source);
  if (kept === undefined && keptFormats.size < 500) keptFormats.set(source, pieces);
  return fillFormat(
    pieces,
    {
      count: values.length,
      number: (index) => toNumber(values[index]),
      text: (index) => toText(values[index], state.numberFormat),
      isNumber: (index) => isNumeric(values[index]),
    },
    state.codec.utf8,
    !state.program.posix,
  );
}

function match(args: Arguments, frame: Frame, evaluator: Evaluator): number {
  const { state } = evaluator;
  const text = evaluator.text(valueArgument(args, 0), frame);
  const regex = evaluator.regex(args[1]!, frame);
  const groups = args.length > 2 ? new ArgumentReader(evaluator).array(args, 2, frame) : undefined;
  groups?.elements.clear();
  const { regexes, specials } = state;
  if (!regexes.search(regex, text, 0)) {
    specials.set('RSTART', 0);
    specials.set('RLENGTH', -1);
    return 0;
  }
  const start = characterOffset(text, regexes.start) + 1;
  specials.set('RSTART', start);
  specials.set('RLENGTH', characterCount(text.slice(regexes.start, regexes.end)));
  if (groups !== undefined) storeGroups(groups, regex, text, state);
  return start;
}

/** gawk's third argument: a[n] the group, a[n, "start"] and a[n, "length"] its place; nothing for one unmatched. */
function storeGroups(
  { elements }: AwkArray,
  regex: Regex,
  text: string,
  { regexes, specials }: RunState,
): void {
  const places = regexes.groups(regex, text);
  for (let group = 0; 2 * group < places.length; group++) {
    const start = places[2 * group]!;
    if (start < 0) continue;
    const matched = text.slice(start, places[2 * group + 1]);
    elements.set(String(group), inputValue(matched));
    elements.set(`${group}${specials.subscriptSeparator}start`, characterOffset(text, start) + 1);
    elements.set(`${group}${specials.subscriptSeparator}length`, characterCount(matched));
  }
}

/** sub and gsub. What is no lvalue is searched, too; the result goes nowhere. */
function replaceIn(args: Arguments, frame: Frame, evaluator: Evaluator, which: 0 | 1): number {
  const { state } = evaluator;
  const regex = evaluator.regex(args[0]!, frame);
  const replacement = readReplacement(evaluator.text(valueArgument(args, 1), frame), state.program.posix);
  const target = args[2];
  const { record } = state.specials;
  const place =
    target === undefined
      ? { read: (): Scalar => record.whole, write: (value: Scalar) => record.assign(value) }
      : isLValue(target)
        ? evaluator.place(target, frame)
        : undefined;
  const subject = place === undefined ? evaluator.evaluate(valueArgument(args, 2), frame) : place.read();
  const text = toText(subject, state.numberFormat);
  const result = substitute(state.regexes, regex, text, replacement, which);
  if (result.count > 0)
    place?.write(subject instanceof TypedRegex ? new TypedRegex(result.text) : result.text);
  return result.count;
}

/** @returns the changed text; the target stays as it is */
function gensub(args: Arguments, frame: Frame, evaluator: Evaluator): string {
  const { state } = evaluator;
  const regex = evaluator.regex(args[0]!, frame);
  const replacement = readGensubReplacement(evaluator.text(valueArgument(args, 1), frame));
  const how = evaluator.evaluate(valueArgument(args, 2), frame);
  const text =
    args.length > 3
      ? evaluator.text(valueArgument(args, 3), frame)
      : toText(state.specials.record.whole, state.numberFormat);
  const isAll = /^[gG]/.test(toText(how, state.numberFormat));
  const which = isAll ? 0 : Math.max(Math.trunc(toNumber(how)) || 1, 1);
  return substitute(state.regexes, regex, text, replacement, which).text;
}
