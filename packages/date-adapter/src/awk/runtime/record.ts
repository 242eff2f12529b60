// Reading and changing $0, $1.. and NF: what is more than a range that is just looked at. For generated code and for
// substitution. POSIX awk, "Variables and Special Variables" (NF) and "Expressions in awk" ($).
// Invariant: an assigned field has its bytes in the heap at once, so that every field is a range; what it is besides
// (a string that is no input, a number with more digits than shown) is in machine.kinds and machine.assigned.
import { RunError } from '../interpreter/values.ts';
import { FROM_INPUT, IS_STRING, IS_VALUE, type Machine } from './machine.ts';
import { rangeNumber, rangeText, rangeTruth, rangeValue, stage, writeText } from './ranges.ts';
import { isTrue, type Scalar, toNumber, toText } from './value.ts';

/** gawk's limit is the memory; a typing error such as $1e9 = 1 should not take it all. */
const MOST_FIELDS = 50_000_000;

function checked(place: number): number {
  const field = Math.trunc(place);
  if (field < 0) throw new RunError(`attempt to access field ${field}`);
  if (!(field <= MOST_FIELDS)) throw new RunError(`attempt to access field ${field}: too many fields`);
  return field;
}

/** Makes [s, e) the record, if fields were assigned. */
export function whole(machine: Machine): void {
  if (!machine.stale) return;
  if (machine.wantsSweep) sweep(machine);
  const { count, ofs } = machine;
  let length = ofs.length * count;
  for (let at = machine.pairs; at < machine.pairs + count * 2; at += 2) {
    length += machine.ints[at + 1]! - machine.ints[at]!;
  }
  const start = machine.room(length);
  let to = start;
  if (machine.ofsByte !== -1) to = machine.kernel.join(machine.pairs << 2, count, machine.ofsByte, start);
  else {
    for (let field = 0; field < count; field++) {
      if (field > 0) to = writeText(machine, to, ofs);
      const pair = machine.pairs + field * 2;
      to = machine.kernel.copy(machine.ints[pair]!, machine.ints[pair + 1]!, to);
    }
  }
  machine.take(to);
  machine.s = start;
  machine.e = to;
  machine.stale = false;
  machine.wholeIsString = true;
}

/** Leaves the range of `$place` in rs and re; @returns its place as an integer. @throws RunError */
export function fieldRange(machine: Machine, place: number): number {
  const field = checked(place);
  if (field === 0) {
    whole(machine);
    machine.rs = machine.s;
    machine.re = machine.e;
  } else if (field > machine.known && machine.splitAll() < field && field > machine.known) {
    machine.rs = 0;
    machine.re = 0;
  } else {
    machine.rs = machine.ints[machine.pairs + field * 2 - 2]!;
    machine.re = machine.ints[machine.pairs + field * 2 - 1]!;
  }
  return field;
}

export function fieldValue(machine: Machine, place: number): Scalar {
  const field = fieldRange(machine, place);
  if (field === 0 && machine.wholeIsString) return rangeText(machine, machine.rs, machine.re);
  if (field > 0 && machine.dirty && field <= machine.count) {
    const kind = machine.kinds[field];
    if (kind === IS_VALUE) return machine.assigned[field];
    if (kind === IS_STRING) return rangeText(machine, machine.rs, machine.re);
  }
  return rangeValue(machine, machine.rs, machine.re);
}

export function fieldText(machine: Machine, place: number): string {
  const field = fieldRange(machine, place);
  if (machine.dirty && field > 0) return toText(fieldValue(machine, field), machine.convfmt);
  return rangeText(machine, machine.rs, machine.re);
}

export function fieldNumber(machine: Machine, place: number): number {
  const field = fieldRange(machine, place);
  if (machine.dirty && field > 0) return toNumber(fieldValue(machine, field));
  return rangeNumber(machine, machine.rs, machine.re);
}

export function fieldTruth(machine: Machine, place: number): boolean {
  const field = fieldRange(machine, place);
  if (field === 0 && machine.wholeIsString) return machine.re > machine.rs;
  if (machine.dirty && field > 0) return isTrue(fieldValue(machine, field));
  return rangeTruth(machine, machine.rs, machine.re);
}

/** `$place = value`. @returns the value @throws RunError */
export function assignField(machine: Machine, place: number, value: Scalar): Scalar {
  const field = checked(place);
  stage(machine, toText(value, machine.convfmt));
  if (field === 0) {
    assignRecordRange(machine, machine.rs, machine.re);
    machine.wholeIsString = typeof value === 'string';
    return value;
  }
  const isValue = typeof value === 'number' || typeof value === 'object';
  setFieldRange(machine, field, machine.rs, machine.re, isValue ? IS_VALUE : IS_STRING);
  if (isValue) machine.assigned[field] = value;
  return value;
}

/** These bytes, which last as long as the record, become the field. @param field from 1 */
export function setFieldRange(machine: Machine, field: number, at: number, end: number, kind: number): void {
  machine.splitAll();
  if (field > machine.known) machine.pad(field);
  if (!machine.dirty) {
    machine.dirty = true;
    machine.kinds.fill(FROM_INPUT, 0, machine.known + 1);
  }
  // Fields that come into being between the last one and this one are strings, not uninitialised.
  for (let next = machine.count + 1; next < field; next++) {
    machine.kinds[next] = IS_STRING;
    machine.ints[machine.pairs + next * 2 - 2] = 0;
    machine.ints[machine.pairs + next * 2 - 1] = 0;
  }
  if (field > machine.count) machine.count = field;
  machine.ints[machine.pairs + field * 2 - 2] = at;
  machine.ints[machine.pairs + field * 2 - 1] = end;
  machine.kinds[field] = kind;
  machine.stale = true;
  if (machine.wantsSweep) sweep(machine);
}

/** `$0 = ...`: these bytes, which last as long as the record. */
export function assignRecordRange(machine: Machine, at: number, end: number): void {
  if (machine.wantsSweep) {
    const start = machine.keepOnly(at, end);
    machine.replaceRecord(start, start + end - at);
  } else machine.replaceRecord(at, end);
}

/** `NF = count`. @throws RunError */
export function setFieldCount(machine: Machine, value: number): void {
  const count = Math.trunc(value);
  if (count < 0) throw new RunError('NF set to negative value');
  checked(count);
  const before = machine.splitAll();
  if (!machine.dirty) {
    machine.dirty = true;
    machine.kinds.fill(FROM_INPUT, 0, machine.known + 1);
  }
  if (count > before) {
    machine.pad(count);
    for (let field = before + 1; field <= count; field++) {
      machine.kinds[field] = IS_STRING;
      machine.ints[machine.pairs + field * 2 - 2] = 0;
      machine.ints[machine.pairs + field * 2 - 1] = 0;
    }
  } else {
    const { ints, pairs, known } = machine;
    for (let at = pairs + count * 2; at < pairs + known * 2; at++) ints[at] = 0;
    machine.kinds.fill(FROM_INPUT, count + 1, known + 1);
  }
  machine.count = count;
  machine.stale = true;
}

/**
 * The reader's buffer is about to be filled or given back: what $0 and the fields have there moves to a place of its
 * own. The fields may be there when $0 is not any more.
 */
export function detach(machine: Machine): void {
  const { reader } = machine;
  if (reader === undefined || reader.e === reader.s || !isIn(machine, reader.s, reader.e)) return;
  const { s, e } = reader;
  const start = machine.room(e - s);
  machine.kernel.copy(s, e, start);
  machine.take(start + e - s);
  if (machine.s >= s && machine.e <= e) {
    machine.s += start - s;
    machine.e += start - s;
  }
  const { ints, pairs, known } = machine;
  for (let at = pairs; at < pairs + known * 2; at++) {
    const place = ints[at]!;
    if (place >= s && place <= e) ints[at] = place + start - s;
  }
}

/** Longer records stay where they are when their reader goes: a copy of a gigabyte has no room. */
const MOST_COPIED = 1024 * 1024;

/** Main input has no reader any more; $0 stays. */
export function closeReader(machine: Machine): void {
  const { reader } = machine;
  if (reader === undefined) return;
  if (reader.e - reader.s > MOST_COPIED) machine.adopt(reader.giveRegion());
  else detach(machine);
  reader.close();
  machine.reader = undefined;
}

/** Whether $0 or a field lies in these bytes. */
function isIn(machine: Machine, at: number, end: number): boolean {
  const { s, e, ints, pairs, known } = machine;
  if (s >= at && e <= end) return true;
  for (let place = pairs; place < pairs + known * 2; place++) {
    if (ints[place]! >= at && ints[place]! <= end) return true;
  }
  return false;
}

/** Forgets the bytes of fields that were assigned over. */
function sweep(machine: Machine): void {
  let length = 0;
  const { pairs, known } = machine;
  for (let at = pairs; at < pairs + known * 2; at += 2) length += machine.ints[at + 1]! - machine.ints[at]!;
  const record = machine.stale ? 0 : machine.e - machine.s;
  const start = machine.room(length + record);
  let to = start;
  const moves: number[] = [];
  if (record > 0) to = machine.kernel.copy(machine.s, machine.e, to);
  for (let at = pairs; at < pairs + known * 2; at += 2) {
    moves.push(to);
    to = machine.kernel.copy(machine.ints[at]!, machine.ints[at + 1]!, to);
  }
  machine.take(to);
  const kept = machine.keepOnly(start, to);
  const shift = kept - start;
  for (let field = 0; field < known; field++) {
    const at = pairs + field * 2;
    const size = machine.ints[at + 1]! - machine.ints[at]!;
    machine.ints[at] = moves[field]! + shift;
    machine.ints[at + 1] = moves[field]! + shift + size;
  }
  machine.s = kept;
  machine.e = kept + record;
}
