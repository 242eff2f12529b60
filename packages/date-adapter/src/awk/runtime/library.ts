// What generated code calls: the hot operations under the names the code generator knows, next to those of the other
// modules of the runtime. Hot. 300 lines: one flat list of operations.
// Invariant: each function evaluates nothing of the program; the order of evaluation is the generator's.
import { type Conversion, parseFormat, type Piece } from '../printf-format.ts';
import { fillFormat } from '../printf.ts';
import { NumericText, RunError } from '../interpreter/values.ts';
import { integerText } from '../numbers.ts';
import { AwkArray } from './awk-array.ts';
import { fromModel, mapCase, toModel } from './byte-text.ts';
import { IS_STRING, IS_VALUE, type Machine } from './machine.ts';
import { integerLength, putBlanks, putNumber, putRange, putText, putValue } from './output.ts';
import type { Pattern } from './pattern.ts';
import {
  rangeEquals,
  rangeLength,
  rangeNumber,
  rangeText,
  rangeTruth,
  rangeValue,
  writeText,
} from './ranges.ts';
import {
  assignRecordRange,
  fieldNumber,
  fieldText,
  fieldTruth,
  fieldValue,
  setFieldRange,
  whole,
} from './record.ts';
import type { Replacement } from './substitution.ts';
import { substitute } from './substitution.ts';
import { type Scalar, toNumber, toText } from './value.ts';

// ---- constant fields: $1, $2 ... up to the highest the program names

/** Cuts the record far enough for all constant fields. @returns index of the field's pair in machine.ints */
function pairOf(machine: Machine, field: number): number {
  if (machine.known < field) machine.split(machine.highestField);
  return machine.pairs + field * 2 - 2;
}

export function constantFieldValue(machine: Machine, field: number): Scalar {
  const pair = pairOf(machine, field);
  const at = machine.ints[pair]!;
  const end = machine.ints[pair + 1]!;
  if (machine.dirty) return fieldValue(machine, field);
  return rangeValue(machine, at, end);
}

export function constantFieldText(machine: Machine, field: number): string {
  const pair = pairOf(machine, field);
  if (machine.dirty) return fieldText(machine, field);
  return rangeText(machine, machine.ints[pair]!, machine.ints[pair + 1]!);
}

export function constantFieldNumber(machine: Machine, field: number): number {
  const pair = pairOf(machine, field);
  if (machine.dirty) return fieldNumber(machine, field);
  return rangeNumber(machine, machine.ints[pair]!, machine.ints[pair + 1]!);
}

export function constantFieldTruth(machine: Machine, field: number): boolean {
  const pair = pairOf(machine, field);
  if (machine.dirty) return fieldTruth(machine, field);
  return rangeTruth(machine, machine.ints[pair]!, machine.ints[pair + 1]!);
}

/** Leaves the range in rs and re. */
export function constantFieldRange(machine: Machine, field: number): void {
  const pair = pairOf(machine, field);
  machine.rs = machine.ints[pair]!;
  machine.re = machine.ints[pair + 1]!;
}

export function recordRange(machine: Machine): void {
  whole(machine);
  machine.rs = machine.s;
  machine.re = machine.e;
}

export function putField(machine: Machine, o: number, field: number, format: string): number {
  const pair = pairOf(machine, field);
  if (machine.dirty && machine.kinds[field] === IS_VALUE && field <= machine.count) {
    return putValue(machine, o, fieldValue(machine, field), format);
  }
  return putRange(machine, o, machine.ints[pair]!, machine.ints[pair + 1]!);
}

/** The range in rs and re. */
export function putFound(machine: Machine, o: number): number {
  return putRange(machine, o, machine.rs, machine.re);
}

export function recordValue(machine: Machine): Scalar {
  whole(machine);
  if (machine.wholeIsString) return rangeText(machine, machine.s, machine.e);
  return rangeValue(machine, machine.s, machine.e);
}

export function recordText(machine: Machine): string {
  whole(machine);
  return rangeText(machine, machine.s, machine.e);
}

// ---- what is done with the range in rs and re

export function foundText(machine: Machine): string {
  return rangeText(machine, machine.rs, machine.re);
}

export function foundLength(machine: Machine): number {
  return rangeLength(machine, machine.rs, machine.re);
}

export function foundEquals(machine: Machine, other: number, length: number): boolean {
  return rangeEquals(machine, machine.rs, machine.re, other, length);
}

export function testFound(machine: Machine, pattern: Pattern): boolean {
  return pattern.test(machine, machine.rs, machine.re);
}

export function testRecord(machine: Machine, pattern: Pattern): boolean {
  if (machine.stale) whole(machine);
  return pattern.testRecord(machine);
}

/** Case of the range in rs and re, into bytes of its own. */
export function mapFound(machine: Machine, upper: boolean): void {
  const { rs, re, kernel } = machine;
  if (kernel.isAscii(rs, re) === 0) {
    const text = mapText(machine, rangeText(machine, rs, re), upper);
    const start = machine.room(text.length);
    machine.rs = start;
    machine.re = writeText(machine, start, text);
    machine.take(machine.re);
    return;
  }
  const start = machine.room(re - rs);
  const to = start + re - rs;
  kernel.mapCase(rs, re, start, upper ? 97 : 65);
  machine.take(to);
  machine.rs = start;
  machine.re = to;
}

export function mapText(machine: Machine, text: string, upper: boolean): string {
  if (machine.utf8) return mapCase(text, upper);
  return text.replace(upper ? /[a-z]+/g : /[A-Z]+/g, (letters) => mapCase(letters, upper));
}

/** `$field =` the range in rs and re, a string. */
export function assignFound(machine: Machine, field: number): void {
  const { rs, re } = machine;
  if (field === 0) assignRecordString(machine, rs, re);
  else setFieldRange(machine, field, rs, re, IS_STRING);
}

/** `$field =` a constant of the program. @returns the constant */
export function assignConstant(
  machine: Machine,
  field: number,
  at: number,
  end: number,
  text: string,
): string {
  if (field === 0) assignRecordString(machine, at, end);
  else setFieldRange(machine, field, at, end, IS_STRING);
  return text;
}

/** `$0 =` a string: its fields may be numeric strings, it is none (all awks). */
function assignRecordString(machine: Machine, at: number, end: number): void {
  assignRecordRange(machine, at, end);
  machine.wholeIsString = true;
}

// ---- substitution in the record and its fields

export function substituteRecord(
  machine: Machine,
  pattern: Pattern,
  replacement: Replacement,
  isGlobal: boolean,
): number {
  whole(machine);
  const count = substitute(machine, pattern, replacement, machine.s, machine.e, isGlobal);
  if (count > 0) assignRecordString(machine, machine.rs, machine.re);
  return count;
}

export function substituteField(
  machine: Machine,
  pattern: Pattern,
  replacement: Replacement,
  field: number,
  isGlobal: boolean,
): number {
  const pair = pairOf(machine, field);
  const count = substitute(
    machine,
    pattern,
    replacement,
    machine.ints[pair]!,
    machine.ints[pair + 1]!,
    isGlobal,
  );
  if (count > 0) setFieldRange(machine, field, machine.rs, machine.re, IS_STRING);
  return count;
}

// ---- elements

const MOST_INTEGER = 999_999_999;

export function entryOf(machine: Machine, array: AwkArray, subscript: Scalar): number {
  if (
    typeof subscript === 'number' &&
    subscript >= 0 &&
    subscript <= MOST_INTEGER &&
    (subscript | 0) === subscript
  ) {
    return array.entryInteger(subscript | 0);
  }
  return array.entryText(subscriptText(machine, subscript));
}

export function findOf(machine: Machine, array: AwkArray, subscript: Scalar): number {
  if (
    typeof subscript === 'number' &&
    subscript >= 0 &&
    subscript <= MOST_INTEGER &&
    (subscript | 0) === subscript
  ) {
    return array.findInteger(subscript | 0);
  }
  return array.findText(subscriptText(machine, subscript));
}

export function subscriptText(machine: Machine, subscript: Scalar): string {
  if (typeof subscript === 'number' && Number.isInteger(subscript)) return integerText(subscript);
  return toText(subscript, machine.convfmt);
}

/** The element of the range in rs and re. */
export function entryOfFound(machine: Machine, array: AwkArray): number {
  return array.entryRange(machine.bytes, machine.rs, machine.re);
}

/** The element whose subscript is another element. */
export function entryOfElement(machine: Machine, array: AwkArray, other: AwkArray, entry: number): number {
  if (!other.isPieces() || other === array) return entryOf(machine, array, valueOf(other, entry));
  return array.entryRange(other.pieceBytes, other.pieces[entry * 2]!, other.pieces[entry * 2 + 1]!);
}

export function valueOf(array: AwkArray, entry: number): Scalar {
  const value = array.get(entry);
  if (value instanceof AwkArray) throw new RunError('array element used as a scalar');
  return value;
}

/** @returns the value */
export function setElement(machine: Machine, array: AwkArray, subscript: Scalar, value: Scalar): Scalar {
  array.set(entryOf(machine, array, subscript), value);
  return value;
}

/** @returns the new value */
export function addToElement(array: AwkArray, entry: number, by: number): number {
  const sum = toNumber(valueOf(array, entry)) + by;
  array.set(entry, sum);
  return sum;
}

// ---- numbers

export function divide(left: number, right: number, assigned: boolean): number {
  if (right === 0) throw new RunError(`division by zero${assigned ? ' in /=' : ''}`);
  return left / right;
}

export function remainder(left: number, right: number, assigned: boolean): number {
  if (right === 0) throw new RunError(`division by zero in %${assigned ? '=' : ''}`);
  return left % right;
}

/** pow of C: 1 to any power and -1 to an infinite one are 1, where JavaScript has NaN (C17 F.10.4.4). */
export function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent))) return 1;
  return base ** exponent;
}

// ---- types

export function typeName(value: Scalar | AwkArray, isVariable: boolean): string {
  if (value instanceof AwkArray) return 'array';
  if (value === undefined) return isVariable ? 'untyped' : 'unassigned';
  if (value instanceof NumericText) return 'strnum';
  return typeof value === 'number' ? 'number' : 'string';
}

// ---- printf

const keptFormats = new Map<string, readonly Piece[]>();

export function readFormat(format: string): readonly Piece[] {
  let pieces = keptFormats.get(format);
  if (pieces === undefined) {
    pieces = parseFormat(format);
    if (keptFormats.size < 500) keptFormats.set(format, pieces);
  }
  return pieces;
}

/** A format that only the running program knows, or with `*`. @throws PrintfError */
export function formatAll(machine: Machine, pieces: readonly Piece[], values: readonly Scalar[]): string {
  const { utf8 } = machine;
  const model = (text: string): string => (utf8 ? toModel(text) : text);
  const text = fillFormat(
    pieces.map((piece) => (typeof piece === 'string' ? model(piece) : piece)),
    {
      count: values.length,
      number: (index) => toNumber(values[index]),
      text: (index) => model(toText(values[index], machine.convfmt)),
      isNumber: (index) => typeof values[index] === 'number' || typeof values[index] === 'object',
    },
    utf8,
    !machine.posix,
  );
  return utf8 ? fromModel(text) : text;
}

/** One conversion of a constant format. */
export function formatOne(machine: Machine, conversion: Conversion, value: Scalar): string {
  const { width = 0, left } = conversion;
  const text = typeof width === 'number' ? plainText(machine, conversion, value) : undefined;
  if (text === undefined || typeof width !== 'number') return formatAll(machine, [conversion], [value]);
  if (text.length >= width) return text;
  if (left) return text.padEnd(width);
  return conversion.zero && conversion.letter !== 's' ? text.padStart(width, '0') : text.padStart(width);
}

/** What the usual conversions make, without their width; undefined for all that is not so plain. */
function plainText(machine: Machine, conversion: Conversion, value: Scalar): string | undefined {
  const { letter, precision, plus, space, zero, alternate } = conversion;
  if (letter === 's') {
    const text = toText(value, machine.convfmt);
    if (typeof precision === 'object' || (machine.utf8 && HIGH.test(text))) return undefined;
    return precision === undefined ? text : text.slice(0, precision);
  }
  if (plus || space || alternate) return undefined;
  const number = toNumber(value);
  if (zero && !(number >= 0)) return undefined;
  if (letter === 'd' && precision === undefined) {
    const integer = Math.trunc(number);
    return (integer | 0) === integer ? String(integer | 0) : undefined;
  }
  return letter === 'f' && typeof precision === 'number' ? plainFixed(number, precision) : undefined;
}

/** %.2f and its like. C rounds ties to even, toFixed away from zero: they, and what may be one, go the long way. */
function plainFixed(value: number, precision: number): string | undefined {
  if (!(Math.abs(value) < 1e15) || precision > 6 || precision < 0 || Object.is(value, -0)) return undefined;
  const tie = Math.abs((value * POWERS_OF_TEN[precision]!) % 1) === 0.5;
  return tie ? undefined : value.toFixed(precision);
}

const POWERS_OF_TEN = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

const HIGH = /[\x80-\xff]/;

/** %d without flags. */
export function putInteger(machine: Machine, o: number, value: number, conversion: Conversion): number {
  const integer = Math.trunc(value);
  if ((integer | 0) === integer) return putNumber(machine, o, integer | 0, '');
  return putText(machine, o, formatAll(machine, [conversion], [value]));
}

/** %8d and %-8d. */
export function putPaddedInteger(machine: Machine, o: number, value: number, conversion: Conversion): number {
  const integer = Math.trunc(value);
  if ((integer | 0) !== integer) return putText(machine, o, formatOne(machine, conversion, value));
  const missing = widthOf(conversion) - integerLength(integer);
  if (conversion.left) return putBlanks(machine, putNumber(machine, o, integer | 0, ''), missing);
  return putNumber(machine, putBlanks(machine, o, missing), integer | 0, '');
}

/** %16s and %-16s of the range in rs and re. */
export function putPadded(machine: Machine, o: number, conversion: Conversion): number {
  const { rs, re } = machine;
  const missing = widthOf(conversion) - rangeLength(machine, rs, re);
  if (conversion.left) return putBlanks(machine, putRange(machine, o, rs, re), missing);
  return putRange(machine, putBlanks(machine, o, missing), rs, re);
}

function widthOf({ width }: Conversion): number {
  return typeof width === 'number' ? width : 0;
}

export function integerFormat(machine: Machine, value: number, conversion: Conversion): string {
  const integer = Math.trunc(value);
  if ((integer | 0) === integer) return String(integer | 0);
  return formatAll(machine, [conversion], [value]);
}

/** What leaves the rules of records from within functions. */
export class Jump extends Error {
  readonly ending: 'next' | 'nextfile' | 'exit';

  constructor(ending: Jump['ending']) {
    super(`${ending} outside the rules for records`);
    this.ending = ending;
  }
}

export const NEXT = new Jump('next');
export const NEXT_FILE = new Jump('nextfile');
export const EXIT = new Jump('exit');
