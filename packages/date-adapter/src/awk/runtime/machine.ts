// The state of a running compiled program that everything hot touches: the record and its fields as ranges of the
// heap, the output buffer, the counters. Generated code and the modules beside this one work on its fields directly.
// Hot: nothing here allocates per record. 300 lines: one object, so that every access is one load.
// Invariants: $0 is [s, e) unless `stale` (then it has to be joined from the fields); the first `known` fields are
// pairs (start, end) in `ints` from index `pairs` on; `count` is NF, or -1 as long as nobody has asked.
import type { ByteSink } from '../world.ts';
import { byteStrings } from './byte-text.ts';
import { Heap } from './heap.ts';
import type { Kernel } from './kernel.ts';
import type { RecordSeparator } from '../interpreter/record-reader.ts';
import type { RecordReader } from './record-reader.ts';
import type { FieldSplitter } from './field-splitter.ts';
import { type Scalar, toText } from './value.ts';

const OUTPUT_BYTES = 128 * 1024;
/** Statements begin with at least this much room, so that short pieces need not look. */
const OUTPUT_ROOM = 8192;
const FIRST_PAIRS = 1024;
const FIRST_ARENA = 16 * 1024;
/** Fields assigned over and over in one record: above this their old bytes are swept out. */
const ARENA_SWEEP = 8 * 1024 * 1024;
const CONSTANT_BLOCK = 16 * 1024;

/** What a field holds besides its bytes: input (perhaps a numeric string), a string, or a value kept in `assigned`. */
export const FROM_INPUT = 0;
export const IS_STRING = 1;
export const IS_VALUE = 2;

export class Machine {
  readonly heap = new Heap();
  readonly kernel: Kernel = this.heap.kernel;
  bytes = this.heap.bytes;
  /** The same bytes, for strings. */
  strings = byteStrings(this.heap.bytes.buffer);
  ints = this.heap.ints;
  readonly utf8: boolean;
  /** With --posix infinity is printed without a sign by printf. */
  posix = false;
  /** Numeric strings stay strings, because the program asks for types. */
  boxed = false;

  // ---- the record
  s = 0;
  e = 0;
  count = 0;
  known = 0;
  stale = false;
  /** Whether $0 is a string that no input is: one that was assigned, or put together from fields. */
  wholeIsString = false;
  /** Whether any field of this record was assigned. */
  dirty = false;
  /** Index into ints. */
  pairs: number;
  #pairsRoom = FIRST_PAIRS;
  #otherPairs: number;
  #otherRoom = FIRST_PAIRS;
  /** Of each field, when dirty. */
  kinds = new Uint8Array(FIRST_PAIRS + 1);
  assigned: Scalar[] = [];
  splitter: FieldSplitter | undefined;
  /** The highest constant field of the program: what is cut at first. */
  highestField = 1;
  NR = 0;
  FNR = 0;

  // ---- where records come from
  separator: RecordSeparator = { kind: 'literal', bytes: Uint8Array.of(10) };
  reader: RecordReader | undefined;
  /** Closes the reader and opens the next operand, perhaps in vain; false when there is none. */
  openNext: () => boolean = () => false;
  /** The reader is about to move its bytes. */
  keepRecord: () => void = () => {};

  // ---- output
  o: number;
  readonly #output: number;
  /** Statements that find `o` beyond it drain first. */
  readonly outputLimit: number;
  readonly outputEnd: number;
  #sink: ByteSink;
  /** Where the piece that is not for stdout begins, while one is being made. */
  #held = 0;

  // ---- special variables
  ofs = ' ';
  ors = '\n';
  /** The byte of OFS and ORS where they are one byte, else -1. */
  ofsByte = 32;
  orsByte = 10;
  convfmt = '%.6g';
  ofmt = '%.6g';
  subsep = '\x1c';

  /** What a part of the reader's buffer is, as long as it is filled the same: see readingOf. */
  readonly looked = { filling: -1, from: 0, to: 0, reading: 0 };

  // ---- results of functions that find or make a range
  rs = 0;
  re = 0;

  // ---- bytes made while this record lasts
  #arena: number;
  #arenaSize = FIRST_ARENA;
  #arenaAt: number;
  /** Regions that were outgrown: (address, size), as long as ranges may point into them. */
  #outgrown: number[] = [];
  #constantAt = 0;
  #constantEnd = 0;

  constructor(stdout: ByteSink, utf8: boolean) {
    this.utf8 = utf8;
    this.#sink = stdout;
    this.heap.onGrown(() => {
      this.bytes = this.heap.bytes;
      this.strings = byteStrings(this.bytes.buffer);
      this.ints = this.heap.ints;
    });
    this.#output = this.heap.allocate(OUTPUT_BYTES);
    this.o = this.#output;
    this.outputEnd = this.#output + OUTPUT_BYTES;
    this.outputLimit = this.outputEnd - OUTPUT_ROOM;
    this.pairs = this.heap.allocate(FIRST_PAIRS * 8) >> 2;
    this.#otherPairs = this.heap.allocate(FIRST_PAIRS * 8) >> 2;
    this.#arena = this.heap.allocate(FIRST_ARENA);
    this.#arenaAt = this.#arena;
  }

  /** The next record of main input becomes $0. */
  next(): boolean {
    const reader = this.reader !== undefined && this.reader.next() ? this.reader : this.#nextFile();
    if (reader === undefined) return false;
    this.begin(reader);
    this.NR++;
    this.FNR++;
    return true;
  }

  /** The reader's record becomes $0. */
  begin(reader: RecordReader): void {
    this.s = reader.s;
    this.e = reader.e;
    this.count = -1;
    this.known = 0;
    this.stale = false;
    this.wholeIsString = false;
    this.dirty = false;
    if (this.#arenaAt !== this.#arena) this.#emptyArena();
  }

  /** See ReaderGround. */
  newFilling(): number {
    return ++this.#fillings;
  }

  #fillings = 0;

  /** The next record of main input, into the reader only. @returns undefined at the end */
  read(): RecordReader | undefined {
    const reader = this.reader !== undefined && this.reader.next() ? this.reader : this.#nextFile();
    if (reader === undefined) return undefined;
    this.NR++;
    this.FNR++;
    return reader;
  }

  #nextFile(): RecordReader | undefined {
    while (this.openNext()) if (this.reader !== undefined && this.reader.next()) return this.reader;
    return undefined;
  }

  // ---- fields

  /** Cuts at least `wanted` fields, those that are not there as empty ones. */
  split(wanted: number): void {
    if (this.count >= 0) {
      this.pad(wanted);
      return;
    }
    this.roomForFields(wanted);
    const found = this.splitter!.split(this, this.s, this.e, wanted);
    if (found < wanted || this.splitter!.complete) {
      this.count = found;
      this.known = found;
      this.pad(wanted);
    } else this.known = wanted;
  }

  /** NF. */
  splitAll(): number {
    if (this.count < 0) {
      const found = this.splitter!.split(this, this.s, this.e, Infinity);
      this.count = found;
      this.known = found;
    }
    return this.count;
  }

  /** Empty fields behind the last one. */
  pad(wanted: number): void {
    if (this.known >= wanted) return;
    this.roomForFields(wanted);
    const { ints } = this;
    for (let at = this.pairs + this.known * 2, end = this.pairs + wanted * 2; at < end; at++) ints[at] = 0;
    if (this.dirty) this.kinds.fill(FROM_INPUT, this.known + 1, wanted + 1);
    this.known = wanted;
  }

  roomForFields(wanted: number): void {
    if (wanted <= this.#pairsRoom) return;
    let room = this.#pairsRoom * 2;
    while (room < wanted) room *= 2;
    this.pairs = this.heap.enlarge(this.pairs << 2, this.#pairsRoom * 8, room * 8, this.#pairsRoom * 8) >> 2;
    this.#pairsRoom = room;
    if (this.kinds.length > room) return;
    const kinds = new Uint8Array(room + 1);
    kinds.set(this.kinds);
    this.kinds = kinds;
  }

  /** Another list of pairs takes the place of the fields, for split; called again, it gives it back. */
  swapLists(): void {
    const { pairs } = this;
    const room = this.#pairsRoom;
    this.pairs = this.#otherPairs;
    this.#pairsRoom = this.#otherRoom;
    this.#otherPairs = pairs;
    this.#otherRoom = room;
  }

  get fieldRoom(): number {
    return this.#pairsRoom;
  }

  /** These bytes are $0 from now on; not from input, so not counted. The bytes must stay until the next record. */
  replaceRecord(at: number, end: number): void {
    this.s = at;
    this.e = end;
    this.count = -1;
    this.known = 0;
    this.stale = false;
    this.wholeIsString = false;
    this.dirty = false;
  }

  // ---- bytes made while this record lasts

  /** Room for `length` bytes that stay until the next record; take() says how many were used. */
  room(length: number): number {
    if (this.#arenaAt + length > this.#arena + this.#arenaSize) {
      let size = this.#arenaSize * 2;
      while (size < length) size *= 2;
      this.#outgrown.push(this.#arena, this.#arenaSize);
      this.#arena = this.heap.allocate(size);
      this.#arenaSize = size;
      this.#arenaAt = this.#arena;
    }
    return this.#arenaAt;
  }

  /** The room is used up to `end`. */
  take(end: number): void {
    this.#arenaAt = end;
  }

  /** For bytes needed only for a moment: reset(mark()) gives back what was taken in between. */
  mark(): number {
    return this.#arenaAt;
  }

  reset(mark: number): void {
    if (mark >= this.#arena && mark <= this.#arenaAt) this.#arenaAt = mark;
  }

  /** How many bytes were made for this record, at most. */
  get madeBytes(): number {
    let bytes = this.#arenaAt - this.#arena;
    for (let at = 1; at < this.#outgrown.length; at += 2) bytes += this.#outgrown[at]!;
    return bytes;
  }

  get wantsSweep(): boolean {
    return this.madeBytes > ARENA_SWEEP;
  }

  /** Forgets the bytes made so far but for [at, end), which move. @returns where they begin now */
  keepOnly(at: number, end: number): number {
    const length = end - at;
    if (this.#outgrown.length > 0) {
      const larger = this.#outgrown.splice(0);
      larger.push(this.#arena, this.#arenaSize);
      this.#arenaSize = Math.max(FIRST_ARENA, length * 2);
      this.#arena = this.heap.allocate(this.#arenaSize);
      this.bytes.copyWithin(this.#arena, at, end);
      for (let index = 0; index < larger.length; index += 2)
        this.heap.release(larger[index]!, larger[index + 1]!);
    } else this.bytes.copyWithin(this.#arena, at, end);
    this.#arenaAt = this.#arena + length;
    return this.#arena;
  }

  /** A region in which the record lies: kept as long as the record. */
  adopt({ address, size }: { readonly address: number; readonly size: number }): void {
    this.#outgrown.push(address, size);
    // So that the next record empties the arena.
    this.#arenaAt = Math.max(this.#arenaAt, this.#arena + 1);
  }

  #emptyArena(): void {
    while (this.#outgrown.length > 0) {
      const size = this.#outgrown.pop()!;
      this.heap.release(this.#outgrown.pop()!, size);
    }
    this.#arenaAt = this.#arena;
  }

  /** Bytes for the whole run. @returns their address */
  constant(bytes: Uint8Array): number {
    if (this.#constantAt + bytes.length > this.#constantEnd) {
      const size = Math.max(CONSTANT_BLOCK, bytes.length);
      this.#constantAt = this.heap.allocate(size);
      this.#constantEnd = this.#constantAt + size;
    }
    const address = this.#constantAt;
    this.bytes.set(bytes, address);
    this.#constantAt = Math.min((address + bytes.length + 15) & ~15, this.#constantEnd);
    return address;
  }

  // ---- output

  /** Writes what is in the buffer. Everything that prints or flushes elsewhere does this first. */
  drain(): void {
    const from = this.#held === 0 ? this.#output : this.#held;
    if (this.o > from) {
      this.#sink.write(this.bytes.subarray(from, this.o));
      this.o = from;
    }
  }

  /** Writes these bytes behind what is in the buffer, without a copy. */
  writeDirectly(at: number, end: number): void {
    this.drain();
    this.#sink.write(this.bytes.subarray(at, end));
  }

  /** From here to release(), what is put goes to another sink. */
  hold(sink: ByteSink): void {
    this.drain();
    this.#held = this.#output;
    this.#stdout = this.#sink;
    this.#sink = sink;
  }

  release(): void {
    this.drain();
    this.#sink = this.#stdout!;
    this.#held = 0;
  }

  #stdout: ByteSink | undefined;

  /** After a fault: what was being made for another sink is dropped. */
  abandon(): void {
    if (this.#held === 0) return;
    this.o = this.#held;
    this.release();
  }

  // ---- values

  text(value: Scalar): string {
    return toText(value, this.convfmt);
  }
}
