// Arrays of the compiled program. A subscript is a string; it is looked up as a range of bytes, as a byte string or
// as an integer, whichever the program has at hand, and all three find the same element. Hot: a look-up that finds
// allocates nothing. 300 lines: the index and its three ways in belong together.
// Invariant: entries are in order of insertion, which is the order of `for (i in a)`; an integer in its usual form
// ("12", not "012") is always kept as a number, so that "12" and 12 meet.
import { byteString } from './byte-text.ts';
import { inputValue, type Value } from './value.ts';

/** Integers from 0 below this many times the elements (and some) have an index of their own. */
const DENSE_FACTOR = 4;
const DENSE_LEAST = 64;
/** Longer digits stay strings: all that follows is arithmetic of 32 bits. */
const MAX_INTEGER_DIGITS = 9;

const NOT_INTEGER = -1;

export class AwkArray {
  /** Live elements. */
  size = 0;
  /** Of each entry, in order of insertion. */
  #values: Value[] = [];
  /** Of each entry: where its bytes begin in the arena, or the integer; its length, or INTEGER, or DELETED. */
  #starts = new Int32Array(8);
  #lengths = new Int32Array(8);
  #hashes = new Int32Array(8);
  #used = 0;
  /** Entry + 1, or 0; a power of two, at least twice the entries. */
  #slots: Int32Array | undefined;
  #arena = new Uint8Array(0);
  #arenaUsed = 0;
  /** Entry + 1 of the integers from 0. */
  #dense: Int32Array | undefined;

  get(entry: number): Value {
    return this.#splitCount === 0 ? this.#values[entry] : this.#piece(entry);
  }

  set(entry: number, value: Value): void {
    if (this.#splitCount !== 0) this.#settle();
    this.#values[entry] = value;
  }

  // ---- pieces: what split() has left stays bytes until somebody asks for a value. Entry = integer - 1.

  /** The bytes of the pieces, as long as isPieces(). */
  pieceBytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Pairs (start, end) into pieceBytes. */
  pieces: Int32Array<ArrayBuffer> = new Int32Array(0);
  #splitCount = 0;
  #boxed = false;

  isPieces(): boolean {
    return this.#splitCount !== 0;
  }

  /**
   * Makes these pieces the elements 1, 2, ... instead of all there were.
   * @param pairs `count` pairs (start, end) from `first` on, all within bytes [at, end)
   */
  setPieces(
    bytes: Uint8Array,
    at: number,
    end: number,
    pairs: Int32Array,
    first: number,
    count: number,
    boxed: boolean,
  ): void {
    this.clear();
    if (count === 0) return;
    if (this.pieceBytes.length < end - at) this.pieceBytes = new Uint8Array((end - at) * 2);
    if (this.pieces.length < count * 2) this.pieces = new Int32Array(count * 4);
    const copy = this.pieceBytes;
    for (let from = at, to = 0; from < end;) copy[to++] = bytes[from++]!;
    for (let place = 0; place < count * 2; place++) this.pieces[place] = pairs[first + place]! - at;
    this.#splitCount = count;
    this.#boxed = boxed;
    this.size = count;
  }

  #piece(entry: number): Value {
    const bytes = this.pieceBytes.subarray(this.pieces[entry * 2], this.pieces[entry * 2 + 1]);
    return inputValue(byteString(bytes), this.#boxed);
  }

  /** Pieces become entries; their numbers stay. */
  #settle(): void {
    const count = this.#splitCount;
    this.#splitCount = 0;
    this.size = 0;
    for (let entry = 0; entry < count; entry++) {
      const made = this.entryInteger(entry + 1);
      this.#values[made] = this.#piece(entry);
    }
  }

  /** The entry of these bytes, or -1. */
  findRange(bytes: Uint8Array, at: number, end: number): number {
    const integer = rangeInteger(bytes, at, end);
    if (integer !== NOT_INTEGER) return this.findInteger(integer);
    return this.#slots === undefined || this.#splitCount !== 0
      ? -1
      : this.#seekRange(bytes, at, end, hashRange(bytes, at, end));
  }

  /** The entry of these bytes; made with an uninitialised value when there is none. */
  entryRange(bytes: Uint8Array, at: number, end: number): number {
    const integer = rangeInteger(bytes, at, end);
    if (integer !== NOT_INTEGER) return this.entryInteger(integer);
    if (this.#splitCount !== 0) this.#settle();
    const hash = hashRange(bytes, at, end);
    const entry = this.#slots === undefined ? -1 : this.#seekRange(bytes, at, end, hash);
    if (entry !== -1) return entry;
    const start = this.#reserveArena(end - at);
    for (let from = at, to = start; from < end;) this.#arena[to++] = bytes[from++]!;
    return this.#insert(start, end - at, hash);
  }

  findText(text: string): number {
    const integer = textInteger(text);
    if (integer !== NOT_INTEGER) return this.findInteger(integer);
    return this.#slots === undefined || this.#splitCount !== 0 ? -1 : this.#seekText(text, hashText(text));
  }

  entryText(text: string): number {
    const integer = textInteger(text);
    if (integer !== NOT_INTEGER) return this.entryInteger(integer);
    if (this.#splitCount !== 0) this.#settle();
    const hash = hashText(text);
    const entry = this.#slots === undefined ? -1 : this.#seekText(text, hash);
    if (entry !== -1) return entry;
    const start = this.#reserveArena(text.length);
    for (let at = 0; at < text.length; at++) this.#arena[start + at] = text.charCodeAt(at);
    return this.#insert(start, text.length, hash);
  }

  /** @param integer 0 .. 999,999,999 */
  findInteger(integer: number): number {
    if (this.#splitCount !== 0) return integer >= 1 && integer <= this.#splitCount ? integer - 1 : -1;
    if (this.#dense !== undefined && integer < this.#dense.length) return this.#dense[integer]! - 1;
    return this.#slots === undefined ? -1 : this.#seekInteger(integer, hashInteger(integer));
  }

  entryInteger(integer: number): number {
    const entry = this.findInteger(integer);
    if (entry !== -1) return entry;
    if (this.#splitCount !== 0) this.#settle();
    if (integer < (this.#dense?.length ?? 0) || this.#widenDense(integer)) {
      const made = this.#append(integer, INTEGER, 0);
      this.#dense![integer] = made + 1;
      return made;
    }
    return this.#insert(integer, INTEGER, hashInteger(integer));
  }

  delete(entry: number): void {
    if (entry === -1) return;
    if (this.#splitCount !== 0) this.#settle();
    if (this.#lengths[entry] === INTEGER) {
      const integer = this.#starts[entry]!;
      if (this.#dense !== undefined && integer < this.#dense.length) this.#dense[integer] = 0;
    }
    this.#lengths[entry] = DELETED;
    this.#values[entry] = undefined;
    this.size--;
    if (this.size === 0) this.clear();
  }

  clear(): void {
    this.size = 0;
    this.#splitCount = 0;
    if (this.#used === 0) return;
    this.#used = 0;
    this.#arenaUsed = 0;
    this.#values = [];
    if (this.#slots !== undefined) this.#slots = undefined;
    if (this.#dense !== undefined && this.#dense.length > DENSE_LEAST) this.#dense = undefined;
    else this.#dense?.fill(0);
  }

  /** The subscripts of now, as strings, in order of insertion. */
  keys(): string[] {
    if (this.#splitCount !== 0) this.#settle();
    const keys: string[] = [];
    for (let entry = 0; entry < this.#used; entry++) {
      if (this.#lengths[entry] !== DELETED) keys.push(this.#key(entry));
    }
    return keys;
  }

  #key(entry: number): string {
    const start = this.#starts[entry]!;
    const length = this.#lengths[entry]!;
    if (length === INTEGER) return String(start);
    return byteString(this.#arena.subarray(start, start + length));
  }

  // ---- the index

  #seekRange(bytes: Uint8Array, at: number, end: number, hash: number): number {
    const slots = this.#slots!;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]! - 1;
      if (entry === -1) return -1;
      if (this.#hashes[entry] === hash && this.#lengths[entry] === end - at) {
        const arena = this.#arena;
        let place = this.#starts[entry]!;
        let from = at;
        while (from < end && arena[place] === bytes[from]) {
          from++;
          place++;
        }
        if (from === end) return entry;
      }
    }
  }

  #seekText(text: string, hash: number): number {
    const slots = this.#slots!;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]! - 1;
      if (entry === -1) return -1;
      if (this.#hashes[entry] === hash && this.#lengths[entry] === text.length) {
        const start = this.#starts[entry]!;
        let at = 0;
        while (at < text.length && this.#arena[start + at] === text.charCodeAt(at)) at++;
        if (at === text.length) return entry;
      }
    }
  }

  #seekInteger(integer: number, hash: number): number {
    const slots = this.#slots!;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]! - 1;
      if (entry === -1) return -1;
      if (this.#lengths[entry] === INTEGER && this.#starts[entry] === integer) return entry;
    }
  }

  #insert(start: number, length: number, hash: number): number {
    if (this.#slots === undefined || (this.#used + 1) * 2 > this.#slots.length) this.#rehash();
    const entry = this.#append(start, length, hash);
    this.#place(entry);
    return entry;
  }

  #place(entry: number): void {
    const slots = this.#slots!;
    const mask = slots.length - 1;
    let slot = this.#hashes[entry]! & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = entry + 1;
  }

  #append(start: number, length: number, hash: number): number {
    if (this.#used === this.#starts.length) this.#makeRoom();
    const entry = this.#used++;
    this.#starts[entry] = start;
    this.#lengths[entry] = length;
    this.#hashes[entry] = hash;
    this.#values.push(undefined);
    this.size++;
    return entry;
  }

  #makeRoom(): void {
    if (this.#used > 64 && this.size * 2 < this.#used) {
      this.#compact();
      if (this.#slots !== undefined) this.#rehash();
      return;
    }
    this.#starts = widened(this.#starts);
    this.#lengths = widened(this.#lengths);
    this.#hashes = widened(this.#hashes);
  }

  /** Room for twice the entries; those that were deleted go, when they are the half. */
  #rehash(): void {
    if (this.#used > 64 && this.size * 2 < this.#used) this.#compact();
    let length = 16;
    while (length < (this.#used + 1) * 4) length *= 2;
    this.#slots = new Int32Array(length);
    const denseLength = this.#dense?.length ?? 0;
    for (let entry = 0; entry < this.#used; entry++) {
      const kind = this.#lengths[entry]!;
      if (kind === DELETED || (kind === INTEGER && this.#starts[entry]! < denseLength)) continue;
      if (kind === INTEGER) this.#hashes[entry] = hashInteger(this.#starts[entry]!);
      this.#place(entry);
    }
  }

  #compact(): void {
    let to = 0;
    for (let entry = 0; entry < this.#used; entry++) {
      if (this.#lengths[entry] === DELETED) continue;
      this.#starts[to] = this.#starts[entry]!;
      this.#lengths[to] = this.#lengths[entry]!;
      this.#hashes[to] = this.#hashes[entry]!;
      this.#values[to] = this.#values[entry];
      if (
        this.#lengths[to] === INTEGER &&
        this.#dense !== undefined &&
        this.#starts[to]! < this.#dense.length
      ) {
        this.#dense[this.#starts[to]!] = to + 1;
      }
      to++;
    }
    this.#used = to;
    this.#values.length = to;
  }

  /** Makes room for the integer in the dense index, unless it lies too far out. */
  #widenDense(integer: number): boolean {
    if (integer > this.size * DENSE_FACTOR + DENSE_LEAST) return false;
    let length = this.#dense?.length ?? DENSE_LEAST;
    while (length <= integer) length *= 2;
    const dense = new Int32Array(length);
    if (this.#dense !== undefined) dense.set(this.#dense);
    for (let entry = 0; entry < this.#used; entry++) {
      if (this.#lengths[entry] === INTEGER && this.#starts[entry]! < length)
        dense[this.#starts[entry]!] = entry + 1;
    }
    this.#dense = dense;
    return true;
  }

  #reserveArena(length: number): number {
    const start = this.#arenaUsed;
    this.#arenaUsed += length;
    if (this.#arenaUsed > this.#arena.length) {
      const larger = new Uint8Array(Math.max(64, this.#arenaUsed * 2));
      larger.set(this.#arena);
      this.#arena = larger;
    }
    return start;
  }
}

const INTEGER = -1;
const DELETED = -2;

function widened(list: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(list.length * 2);
  larger.set(list);
  return larger;
}

// ---- hashes: FNV-1a over the bytes, with a last turn so that the low bits depend on all

function hashRange(bytes: Uint8Array, at: number, end: number): number {
  let hash = 0x811c9dc5;
  for (; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash ^ (hash >>> 15);
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}

function hashInteger(integer: number): number {
  const hash = Math.imul(integer, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

/** The integer whose usual form these bytes are, or NOT_INTEGER. Negative ones stay strings. */
function rangeInteger(bytes: Uint8Array, at: number, end: number): number {
  if (end - at > MAX_INTEGER_DIGITS || at === end) return NOT_INTEGER;
  let value = bytes[at]! - 48;
  if (value < 0 || value > 9) return NOT_INTEGER;
  if (value === 0) return end - at === 1 ? 0 : NOT_INTEGER;
  for (at++; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return NOT_INTEGER;
    value = value * 10 + digit;
  }
  return value;
}

function textInteger(text: string): number {
  const { length } = text;
  if (length > MAX_INTEGER_DIGITS || length === 0) return NOT_INTEGER;
  let value = text.charCodeAt(0) - 48;
  if (value < 0 || value > 9) return NOT_INTEGER;
  if (value === 0) return length === 1 ? 0 : NOT_INTEGER;
  for (let at = 1; at < length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return NOT_INTEGER;
    value = value * 10 + digit;
  }
  return value;
}
