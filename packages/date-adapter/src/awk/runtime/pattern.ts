// A regular expression at work on ranges of the heap: the kernel where it can, the automaton for the rest. Hot:
// results are in fields, nothing is allocated per call.
// Invariant: it finds what Regex finds, leftmost-longest.
import { compileRegex, type Regex } from '../regex/regex.ts';
import { byteSet, complement, KERNEL_SET_BYTES, kernelSet } from './byte-set.ts';
import type { FieldSplitter } from './field-splitter.ts';
import { FOUND_LENGTH } from './kernel.ts';
import type { Machine } from './machine.ts';
import { patternShape, type PatternShape, type ShapeOptions } from './pattern-shape.ts';
import type { RecordReader } from './record-reader.ts';

const NEWLINE = 10;

export class Pattern {
  /** Of the match that search() found last. */
  matchStart = 0;
  matchEnd = 0;
  shape: PatternShape;
  /** In use by somebody who keeps it. */
  pinned = false;
  /** What cuts at its matches, once somebody has made it. */
  splitter: FieldSplitter | undefined;
  readonly #source: Uint8Array;
  #options: ShapeOptions;
  #regex: Regex | undefined;
  /** Addresses of what the kernel needs: the literal or prefix, or the sets; and the length of the first, or 0. */
  one = 0;
  other = 0;
  length = 0;
  #size = 0;
  /** Of several literals: the address of their list, and how many they are. */
  #list = 0;
  #count = 0;
  /** Looking ahead in main input: the next hit from #from on, or Infinity; as long as the buffer is filled the same. */
  #hit = -1;
  #hitLength = 0;
  #from = 0;
  #filling = -1;
  #looksAhead = false;

  /** @param source bytes of the expression @throws RegexError */
  constructor(machine: Machine, source: Uint8Array, options: ShapeOptions) {
    this.#source = source;
    this.#options = options;
    this.shape = patternShape(source, options);
    this.#prepare(machine);
  }

  setIgnoreCase(machine: Machine, ignoreCase: boolean): void {
    if (ignoreCase === this.#options.ignoreCase) return;
    this.release(machine);
    this.#options = { ...this.#options, ignoreCase };
    this.shape = patternShape(this.#source, this.#options);
    this.#regex = undefined;
    this.splitter = undefined;
    this.#filling = -1;
    this.#prepare(machine);
  }

  /** Gives its bytes back; it is not used after that. */
  release(machine: Machine): void {
    if (this.#size > 0) machine.heap.release(this.one, this.#size);
    this.#size = 0;
  }

  #prepare(machine: Machine): void {
    const { shape } = this;
    if (shape.kind === 'literal') {
      const { bytes } = shape;
      this.#place(machine, bytes, bytes.length === 1 ? kernelSet(byteSet(bytes)) : undefined);
      this.length = bytes.length;
      this.#looksAhead = !bytes.includes(NEWLINE);
    } else if (shape.kind === 'other' && shape.prefix !== undefined) {
      this.#place(machine, shape.prefix);
      this.length = shape.prefix.length;
      this.#looksAhead = true;
    } else if (shape.kind === 'headed') {
      this.#place(machine, shape.head, kernelSet(complement(shape.set)));
      this.length = shape.head.length;
      this.#looksAhead = true;
    } else if (shape.kind === 'literals') {
      this.length = 0;
      this.#placeList(machine, shape);
      this.#looksAhead = !shape.list.some((bytes) => bytes.includes(NEWLINE));
    } else if (shape.kind === 'other') {
      // A hit inside a character is no place to begin at: only where the first byte is ASCII.
      this.length = 0;
      this.#looksAhead = shape.begin !== undefined && shape.begin.first[0xff] === 0;
      if (shape.begin !== undefined)
        this.#place(machine, kernelSet(shape.begin.first), kernelSet(shape.begin.second));
    } else {
      this.#looksAhead = false;
      this.#place(machine, kernelSet(shape.set), kernelSet(complement(shape.set)));
    }
  }

  #place(machine: Machine, one: Uint8Array, other: Uint8Array = new Uint8Array(0)): void {
    // Sets are aligned.
    const first = (one.length + 15) & ~15;
    this.#size = first + other.length;
    this.one = machine.heap.allocate(this.#size);
    this.other = this.one + first;
    machine.bytes.set(one, this.one);
    machine.bytes.set(other, this.other);
  }

  /** The sets, then address and length of each literal, then their bytes. */
  #placeList(machine: Machine, { list, begin }: Extract<PatternShape, { kind: 'literals' }>): void {
    const bytes = Buffer.concat(list);
    const rest = new Uint8Array(KERNEL_SET_BYTES + list.length * 8 + bytes.length);
    rest.set(kernelSet(begin.second));
    rest.set(bytes, rest.length - bytes.length);
    this.#place(machine, kernelSet(begin.first), rest);
    this.#list = this.other + KERNEL_SET_BYTES;
    this.#count = list.length;
    let address = this.#list + list.length * 8;
    for (const [index, { length }] of list.entries()) {
      machine.ints[(this.#list >> 2) + index * 2] = address;
      machine.ints[(this.#list >> 2) + index * 2 + 1] = length;
      address += length;
    }
  }

  /** The automaton, made when it is first needed. */
  get regex(): Regex {
    this.#regex ??= compileRegex(this.#source, this.#options);
    return this.#regex;
  }

  test(machine: Machine, at: number, end: number): boolean {
    const { kernel } = machine;
    switch (this.shape.kind) {
      case 'literal':
        return kernel.find(at, end, this.one, this.length) !== -1;
      case 'set':
      case 'run':
        return kernel.findMember(at, end, this.one) < end;
      case 'headed':
      case 'literals':
        return this.search(machine, at, end, at);
      default:
        return this.regex.test(machine.bytes, at, end);
    }
  }

  /** test() for a record of main input, which stands in the reader's buffer: one search serves many records. */
  testRecord(machine: Machine): boolean {
    const { s, e, reader } = machine;
    if (!this.#looksAhead || reader === undefined || s !== reader.s || machine.stale) {
      return this.test(machine, s, e);
    }
    this.#lookAhead(machine, reader, s);
    const { kind } = this.shape;
    if (kind === 'literal') return this.#hit + this.length <= e;
    if (this.#hit >= e) return false;
    if (kind === 'literals' && this.#hit + this.#hitLength <= e) return true;
    if (kind === 'literals' || kind === 'headed') return this.search(machine, s, e, this.#hit);
    // A pair is only a place where a match may begin.
    return this.regex.findEnd(machine.bytes, s, e, this.#hit) !== -1;
  }

  /**
   * Where, from `from` on, the buffer of main input first has what a match begins with: no match begins before.
   * Infinity when it has it nowhere; `from` when there is no way to know.
   */
  nextHit(machine: Machine, reader: RecordReader, from: number): number {
    if (!this.#looksAhead) return from;
    this.#lookAhead(machine, reader, from);
    return this.#hit;
  }

  /** Whether it is a literal that kernel.seek can look for in main input. */
  get isSought(): boolean {
    return this.#looksAhead && this.shape.kind === 'literal';
  }

  /** Whether it is a literal without this byte. */
  isLiteralWithout(byte: number): boolean {
    return this.shape.kind === 'literal' && !this.shape.bytes.includes(byte);
  }

  /** kernel.seek has found the next hit from `from` on. */
  noteHit(reader: RecordReader, from: number, hit: number): void {
    this.#filling = reader.filling;
    this.#from = from;
    this.#hit = hit;
  }

  /** Brings #hit up to date for what begins at `from`. */
  #lookAhead(machine: Machine, reader: RecordReader, from: number): void {
    if (this.#filling !== reader.filling || from < this.#from) {
      this.#filling = reader.filling;
      this.#from = from;
      this.#hit = -1;
    }
    if (this.#hit >= from) return;
    const { kernel } = machine;
    const end = reader.filledEnd;
    if (this.shape.kind === 'literals') {
      const place = kernel.findAny(from, end, this.one, this.other, this.#list, this.#count);
      this.#hit = place === -1 ? Infinity : place;
      this.#hitLength = machine.ints[FOUND_LENGTH]!;
      return;
    }
    const isLiteral = this.length > 0;
    const found = isLiteral
      ? kernel.find(from, end, this.one, this.length)
      : kernel.findPair(from, end, this.one, this.other);
    // The last byte may be the first of a pair whose second is not there yet, but then no record ends there either.
    this.#hit = found !== -1 ? found : isLiteral ? Infinity : end - 1;
  }

  /** The leftmost-longest match that begins in [from, end]; `^` holds at `at` only. */
  search(machine: Machine, at: number, end: number, from: number): boolean {
    const { kernel } = machine;
    switch (this.shape.kind) {
      case 'literal': {
        const found = kernel.find(from, end, this.one, this.length);
        this.matchStart = found;
        this.matchEnd = found + this.length;
        return found !== -1;
      }
      case 'set':
      case 'run': {
        const found = kernel.findMember(from, end, this.one);
        this.matchStart = found;
        if (found >= end) return false;
        this.matchEnd = this.shape.kind === 'set' ? found + 1 : kernel.findMember(found, end, this.other);
        return true;
      }
      case 'headed':
        return this.#searchHeaded(machine, end, from, this.shape.least);
      case 'literals': {
        const found = kernel.findAny(from, end, this.one, this.other, this.#list, this.#count);
        this.matchStart = found;
        this.matchEnd = found + machine.ints[FOUND_LENGTH]!;
        return found !== -1;
      }
      default:
        return this.#searchOther(machine, at, end, from, false);
    }
  }

  /** The same behind the match that search or searchNext found last in this range: see Regex.searchNext. */
  searchNext(machine: Machine, at: number, end: number, from: number): boolean {
    if (this.shape.kind !== 'other') return this.search(machine, at, end, from);
    return this.#searchOther(machine, at, end, from, true);
  }

  #searchHeaded({ kernel }: Machine, end: number, from: number, least: number): boolean {
    for (let next = from; ;) {
      const found = kernel.find(next, end, this.one, this.length);
      if (found === -1) return false;
      this.matchStart = found;
      this.matchEnd = kernel.findMember(found + this.length, end, this.other);
      if (this.matchEnd >= found + this.length + least) return true;
      next = found + 1;
    }
  }

  #searchOther(machine: Machine, at: number, end: number, from: number, isNext: boolean): boolean {
    let start = from;
    if (this.length > 0) {
      start = machine.kernel.find(from, end, this.one, this.length);
      if (start === -1) return false;
    } else if (this.#looksAhead) {
      const pair = machine.kernel.findPair(from, end, this.one, this.other);
      // A single byte at the very end may be a match, where the second set is every byte.
      start = pair === -1 ? Math.max(from, end - 1) : pair;
    }
    const { regex } = this;
    const found = isNext
      ? regex.searchNext(machine.bytes, at, end, start)
      : regex.search(machine.bytes, at, end, start);
    if (!found) return false;
    this.matchStart = regex.matchStart;
    this.matchEnd = regex.matchEnd;
    return true;
  }
}
