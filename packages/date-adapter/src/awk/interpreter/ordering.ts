// The orders of gawk: for asort, asorti and PROCINFO["sorted_in"] (gawk manual, "Controlling Scanning"). Pure but
// for comparison functions of the program. Invariant: sorting is stable, so equal elements keep their insertion order.
import { compareText, mapCase } from './characters.ts';
import type { CallByName } from './builtin-call.ts';
import { AwkArray, type Scalar, toNumber, toText } from './values.ts';

export type Entry = readonly [key: string, value: Scalar | AwkArray];
export type Order = (left: Entry, right: Entry) => number;

/** @param ignoreCase gawk's IGNORECASE: strings as if all were lower case
 * @returns undefined for no order at all; a name that is none of gawk's is a function of the program */
export function findOrder(
  name: string,
  format: string,
  call: CallByName,
  ignoreCase: boolean,
): Order | undefined {
  if (name === '' || name === '@unsorted') return undefined;
  const known = knownOrders(format, ignoreCase)[name.replace(/_(asc|desc)$/, '')];
  if (!name.startsWith('@') || known === undefined)
    return (left, right) => compareByFunction(name, left, right, call);
  return name.endsWith('_desc') ? (left, right) => known(right, left) : known;
}

function knownOrders(format: string, ignoreCase: boolean): Readonly<Record<string, Order>> {
  const byText: Order = ([left], [right]) => compareStrings(left, right, ignoreCase);
  const byValue: Order = ([, left], [, right]) => compareValues(left, right, format, ignoreCase);
  return {
    '@ind_str': byText,
    '@ind_num': (left, right) => toNumber(left[0]) - toNumber(right[0]) || byText(left, right),
    '@val_type': byValue,
    '@val_str': (left, right) => compareAsText(left[1], right[1], format, ignoreCase) || byText(left, right),
    '@val_num': (left, right) =>
      compareAsNumbers(left[1], right[1], format, ignoreCase) || byText(left, right),
  };
}

function compareByFunction(name: string, left: Entry, right: Entry, call: CallByName): number {
  return toNumber(call(name, [left[0], left[1], right[0], right[1]]));
}

/** Numbers before strings before arrays, and within them by value. */
export function compareValues(
  left: Scalar | AwkArray,
  right: Scalar | AwkArray,
  format: string,
  ignoreCase: boolean,
): number {
  const rank = typeRank(left) - typeRank(right);
  if (rank !== 0 || left instanceof AwkArray || right instanceof AwkArray) return rank;
  return typeRank(left) === 0
    ? toNumber(left) - toNumber(right)
    : compareStrings(toText(left, format), toText(right, format), ignoreCase);
}

function compareStrings(left: string, right: string, ignoreCase: boolean): number {
  return ignoreCase ? compareText(mapCase(left, false), mapCase(right, false)) : compareText(left, right);
}

function typeRank(value: Scalar | AwkArray): number {
  if (value instanceof AwkArray) return 2;
  return typeof value === 'string' ? 1 : 0;
}

function compareAsText(
  left: Scalar | AwkArray,
  right: Scalar | AwkArray,
  format: string,
  ignoreCase: boolean,
): number {
  if (left instanceof AwkArray || right instanceof AwkArray) return typeRank(left) - typeRank(right);
  return compareStrings(toText(left, format), toText(right, format), ignoreCase);
}

function compareAsNumbers(
  left: Scalar | AwkArray,
  right: Scalar | AwkArray,
  format: string,
  ignoreCase: boolean,
): number {
  if (left instanceof AwkArray || right instanceof AwkArray) return typeRank(left) - typeRank(right);
  return toNumber(left) - toNumber(right) || compareAsText(left, right, format, ignoreCase);
}
