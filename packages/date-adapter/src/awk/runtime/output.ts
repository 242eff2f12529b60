// Printing into the output buffer: ranges are copied as they are, integers written digit by digit, strings byte by
// byte. Hot. Each function takes where to write and returns where it has come to, so that a statement keeps the
// place in a local variable; machine.o is current at the beginning and end of statements.
// Invariant: what is written with put... has room, however long: the buffer is drained when it is full.
import { numberText } from '../numbers.ts';
import type { AwkArray } from './awk-array.ts';
import type { Machine } from './machine.ts';
import { writeText } from './ranges.ts';
import type { Scalar } from './value.ts';

export function putRange(machine: Machine, o: number, at: number, end: number): number {
  if (end - at > machine.outputEnd - o) return putLongRange(machine, o, at, end);
  return machine.kernel.copy(at, end, o);
}

function putLongRange(machine: Machine, o: number, at: number, end: number): number {
  machine.o = o;
  for (let from = at; from < end;) {
    machine.drain();
    const to = Math.min(end, from + machine.outputEnd - machine.o);
    machine.o = machine.kernel.copy(from, to, machine.o);
    from = to;
  }
  return machine.o;
}

export function putByte(machine: Machine, o: number, byte: number): number {
  const at = o >= machine.outputEnd ? roomFor(machine, o, 1) : o;
  machine.bytes[at] = byte;
  return at + 1;
}

export function putText(machine: Machine, o: number, text: string): number {
  if (text.length > machine.outputEnd - o) return putLongText(machine, o, text);
  return writeText(machine, o, text);
}

function putLongText(machine: Machine, o: number, text: string): number {
  machine.o = o;
  for (let from = 0; from < text.length;) {
    machine.drain();
    const part = text.slice(from, from + machine.outputEnd - machine.o);
    machine.o = writeText(machine, machine.o, part);
    from += part.length;
  }
  return machine.o;
}

function roomFor(machine: Machine, o: number, length: number): number {
  if (length <= machine.outputEnd - o) return o;
  machine.o = o;
  machine.drain();
  return machine.o;
}

/** @param format OFMT for print, CONVFMT inside a concatenation */
export function putNumber(machine: Machine, o: number, value: number, format: string): number {
  if ((value | 0) !== value) return putText(machine, o, numberText(value, format));
  let at = roomFor(machine, o, 11);
  const { bytes } = machine;
  let rest = value | 0;
  if (rest < 0) {
    if (rest === -2147483648) return putText(machine, at, '-2147483648');
    bytes[at++] = 45;
    rest = -rest;
  }
  let digits = 1;
  for (let bound = 10; digits < 10 && rest >= bound; bound *= 10) digits++;
  const end = at + digits;
  for (let place = end - 1; place >= at; place--) {
    const tenth = (rest / 10) | 0;
    bytes[place] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  return end;
}

/** How many bytes putNumber makes of a 32-bit integer. */
export function integerLength(value: number): number {
  let length = value < 0 ? 2 : 1;
  const rest = Math.abs(value);
  for (let bound = 10; bound <= rest; bound *= 10) length++;
  return length;
}

export function putBlanks(machine: Machine, o: number, count: number): number {
  if (count > machine.outputEnd - o) return putText(machine, o, ' '.repeat(count));
  const { bytes } = machine;
  const end = o + Math.max(count, 0);
  for (let at = o; at < end; at++) bytes[at] = 32;
  return end;
}

export function putValue(machine: Machine, o: number, value: Scalar, format: string): number {
  if (typeof value === 'string') return putText(machine, o, value);
  if (typeof value === 'number') return putNumber(machine, o, value, format);
  return value === undefined ? o : putText(machine, o, value.text);
}

/** An element by its entry; pieces of a split are copied as they are. */
export function putElement(
  machine: Machine,
  o: number,
  array: AwkArray,
  entry: number,
  value: (array: AwkArray, entry: number) => Scalar,
  format: string,
): number {
  if (!array.isPieces()) return putValue(machine, o, value(array, entry), format);
  const { pieceBytes: from, pieces } = array;
  let place = pieces[entry * 2]!;
  const end = pieces[entry * 2 + 1]!;
  let at = roomFor(machine, o, end - place);
  if (end - place > machine.outputEnd - at) return putValue(machine, o, value(array, entry), format);
  const { bytes } = machine;
  while (place < end) bytes[at++] = from[place++]!;
  return at;
}

/** $0 with the fields of now. */
export function putRecord(machine: Machine, o: number): number {
  if (!machine.stale) return putRange(machine, o, machine.s, machine.e);
  const most = machine.e - machine.s + machine.madeBytes + machine.count;
  if (machine.ofsByte !== -1 && most <= machine.outputEnd - o) {
    return machine.kernel.join(machine.pairs << 2, machine.count, machine.ofsByte, o);
  }
  return putFields(machine, o);
}

function putFields(machine: Machine, o: number): number {
  let at = o;
  for (let field = 0; field < machine.count; field++) {
    if (field > 0) at = putText(machine, at, machine.ofs);
    const pair = machine.pairs + field * 2;
    at = putRange(machine, at, machine.ints[pair]!, machine.ints[pair + 1]!);
  }
  return at;
}

export function putOfs(machine: Machine, o: number): number {
  return machine.ofsByte === -1 ? putText(machine, o, machine.ofs) : putByte(machine, o, machine.ofsByte);
}

export function putOrs(machine: Machine, o: number): number {
  return machine.orsByte === -1 ? putText(machine, o, machine.ors) : putByte(machine, o, machine.orsByte);
}
