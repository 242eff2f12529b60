// A regular expression at work on ranges of the heap: the kernel where it can, the automaton for the rest. Hot:
// results are in fields, nothing is allocated per call.
// Invariant: it finds what Regex finds, leftmost-longest.
import { compileRegex, type Regex } from '../regex/regex.ts';
import { complement, kernelSet } from './byte-set.ts';
import type { FieldSplitter } from './field-splitter.ts';
import type { Machine } from './machine.ts';
import { patternShape, type PatternShape, type ShapeOptions } from './pattern-shape.ts';

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
  /** Addresses of what the kernel needs: the literal, or the sets; and the length of the literal. */
  one = 0;
  other = 0;
  length = 0;
  #size = 0;
  /** Looking ahead in main input: the next hit from #from on, or Infinity; as long as the buffer is filled the same. */
  #hit = -1;
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
      this.#place(machine, shape.bytes);
      this.length = shape.bytes.length;
      this.#looksAhead = !shape.bytes.includes(NEWLINE);
    } else if (shape.kind === 'other') {
      // A hit inside a character is no place to begin at: only where the first byte is ASCII.
      this.#looksAhead = shape.begin !== undefined && shape.begin.first[0xff] === 0;
      if (shape.begin !== undefined)
        this.#place(machine, kernelSet(shape.begin.first), kernelSet(shape.begin.second));
    } else {
      this.#looksAhead = false;
      this.#place(machine, kernelSet(shape.set), kernelSet(complement(shape.set)));
    }
  }

  #place(machine: Machine, one: Uint8Array, other: Uint8Array = new Uint8Array(0)): void {
    this.#size = one.length + other.length;
    this.one = machine.heap.allocate(this.#size);
    this.other = this.one + one.length;
    machine.bytes.set(one, this.one);
    machine.bytes.set(other, this.other);
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
    if (this.#filling !== reader.filling || s < this.#from) {
      this.#filling = reader.filling;
      this.#from = s;
      this.#hit = -1;
    }
    if (this.#hit < s) this.#lookAhead(machine, s, reader.filledEnd);
    if (this.shape.kind === 'literal') return this.#hit + this.length <= e;
    // A pair is only a place where a match may begin.
    if (this.#hit >= e) return false;
    return this.regex.findEnd(machine.bytes, s, e, this.#hit) !== -1;
  }

  #lookAhead(machine: Machine, from: number, end: number): void {
    const { kernel } = machine;
    const found =
      this.shape.kind === 'literal'
        ? kernel.find(from, end, this.one, this.length)
        : kernel.findPair(from, end, this.one, this.other);
    if (found !== -1) this.#hit = found;
    // The last byte may be the first of a pair whose second is not there yet, but then no record ends there either.
    else this.#hit = this.shape.kind === 'literal' ? Infinity : end - 1;
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
      default:
        return this.#searchOther(machine, at, end, from);
    }
  }

  #searchOther(machine: Machine, at: number, end: number, from: number): boolean {
    let start = from;
    if (this.#looksAhead) {
      const pair = machine.kernel.findPair(from, end, this.one, this.other);
      // A single byte at the very end may be a match, where the second set is every byte.
      start = pair === -1 ? Math.max(from, end - 1) : pair;
    }
    const { regex } = this;
    if (!regex.search(machine.bytes, at, end, start)) return false;
    this.matchStart = regex.matchStart;
    this.matchEnd = regex.matchEnd;
    return true;
  }
}
