// What a variable of awk holds, and how it becomes a number, a string or a truth. Pure; for the whole interpreter.
// A scalar is a number, a string, a numeric string (input that looks like a number: both at once) or undefined,
// which is uninitialised: "" and 0 at once (POSIX awk, "Expressions in awk").
import { integerText, leadingNumber, looksNumeric, numberText } from '../numbers.ts';
import { compareText, mapCase } from './characters.ts';

/** Input that looks like a number: prints as it came, compares as its number. */
export class NumericText {
  readonly text: string;
  readonly number: number;

  constructor(text: string) {
    this.text = text;
    this.number = leadingNumber(text);
  }
}

/** gawk's `@/re/`: a string that typeof calls regexp; assigned, it stays one. */
export class TypedRegex {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Scalar = number | string | NumericText | TypedRegex | undefined;

export class AwkArray {
  readonly elements: Map<string, Scalar | AwkArray>;

  constructor(elements = new Map<string, Scalar | AwkArray>()) {
    this.elements = elements;
  }
}

/**
 * A variable that is neither scalar nor array yet, handed to a function: whoever of the two makes it an array
 * makes it one for both.
 */
export class Untyped {
  array: AwkArray | undefined;
  /** Its value was asked for: now it cannot become an array any more (gawk). */
  isScalar = false;
}

/** What a variable holds. */
export type Slot = Scalar | AwkArray | Untyped;

/** A fault while the program runs; the interpreter adds the place. */
export class RunError extends Error {}

/** Text from outside: a numeric string when it looks like a number. */
export function inputValue(text: string): Scalar {
  return looksNumeric(text) ? new NumericText(text) : text;
}

/** Text of an assignment on the command line that is a regex as gawk writes one: `x=@/re/`. */
const TYPED_REGEX = /^@\/(.*)\/$/s;

export function isTypedRegex(text: string): boolean {
  return TYPED_REGEX.test(text);
}

/** What an assignment of the command line assigns. */
export function assignedValue(text: string, posix: boolean): Scalar {
  const source = posix ? undefined : TYPED_REGEX.exec(text)?.[1];
  return source === undefined ? inputValue(text) : new TypedRegex(source);
}

export function toNumber(value: Scalar): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'string':
      return leadingNumber(value);
    case 'undefined':
      return 0;
    default:
      return value instanceof NumericText ? value.number : leadingNumber(value.text);
  }
}

/** @param format CONVFMT, or OFMT for print */
export function toText(value: Scalar, format: string): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return numberText(value, format);
    case 'undefined':
      return '';
    default:
      return value.text;
  }
}

export function isTrue(value: Scalar): boolean {
  switch (typeof value) {
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'undefined':
      return false;
    default:
      return value instanceof NumericText ? value.number !== 0 : value.text !== '';
  }
}

export function isNumeric(value: Scalar): boolean {
  return typeof value === 'number' || value instanceof NumericText;
}

function isString(value: Scalar): boolean {
  return typeof value === 'string' || value instanceof TypedRegex;
}

/**
 * Numbers when both are numbers, numeric strings or uninitialised, else strings.
 * @param ignoreCase gawk's IGNORECASE: strings as if all were lower case
 * @returns < 0, 0 or > 0, NaN when a NaN is compared
 */
export function compare(left: Scalar, right: Scalar, format: string, ignoreCase: boolean): number {
  if (!isString(left) && !isString(right)) {
    const leftNumber = toNumber(left);
    const rightNumber = toNumber(right);
    return leftNumber === rightNumber ? 0 : leftNumber - rightNumber;
  }
  const leftText = toText(left, format);
  const rightText = toText(right, format);
  return ignoreCase
    ? compareText(mapCase(leftText, false), mapCase(rightText, false))
    : compareText(leftText, rightText);
}

/** A subscript: integers are written as such whatever CONVFMT says. */
export function subscriptText(value: Scalar, format: string): string {
  return typeof value === 'number' && Number.isInteger(value) ? integerText(value) : toText(value, format);
}
