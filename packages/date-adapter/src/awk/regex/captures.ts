// Where the groups of an expression lie inside a match whose span is known (gensub, match with an array). The preferred
// way through the automaton that takes the whole span, with preferences as the gawk manual's engine shows them: the
// first alternative that can be, loops as often as they can; a group in a loop keeps its last pass.
// Threads in order of preference, all in step (Pike's machine): time is bounded by span times automaton.

import { ASSERT, ASSERTIONS, MATCH, NOTE, SPLIT, TAKE } from './program.ts';
import { before, mayEndAt } from './surroundings.ts';
import { BEFORE_START, BEFORE_WORD, NEXT_END, NEXT_WORD, type Threads } from './threads.ts';
import type { Assertion } from './syntax.ts';
import { codePointAt, lengthAt, NOTHING } from './utf8-sequence.ts';

export class Captures {
  readonly #threads: Threads;
  readonly #width: number;
  /** Per thread: its instruction, and its slots. */
  #now: ThreadList;
  #next: ThreadList;
  readonly #working: Int32Array;
  /** Instructions to visit; or, negative, slots to put back. */
  readonly #stack: number[] = [];
  readonly #reached: Float64Array;
  #step = 0;

  constructor(threads: Threads) {
    this.#threads = threads;
    this.#width = 2 * (threads.program.groups + 1);
    const size = threads.program.operations.length;
    this.#now = new ThreadList(size, this.#width);
    this.#next = new ThreadList(size, this.#width);
    this.#working = new Int32Array(this.#width);
    this.#reached = new Float64Array(size);
  }

  /**
   * Fills out[2n], out[2n+1] with begin and end of group n, group 0 being the match; -1 for groups that took no part.
   * @returns false when the expression does not match all of bytes[from, to)
   */
  find(bytes: Uint8Array, start: number, end: number, from: number, to: number, out: Int32Array): boolean {
    this.#now.count = 0;
    this.#working.fill(-1);
    this.#step++;
    this.#add(this.#now, this.#threads.program.start, bytes, start, end, from);
    for (let at = from; at < to && this.#now.count > 0;) {
      const { utf8 } = this.#threads.mode;
      const point = utf8 ? codePointAt(bytes, at, end) : bytes[at]!;
      at += utf8 ? lengthAt(bytes, at, end) : 1;
      this.#advance(point, bytes, start, end, at);
    }
    return this.#take(from, to, out);
  }

  #advance(point: number, bytes: Uint8Array, start: number, end: number, at: number): void {
    const { operations, x, y, sets } = this.#threads.program;
    this.#next.count = 0;
    this.#step++;
    for (let index = 0; index < this.#now.count; index++) {
      const instruction = this.#now.instructions[index]!;
      if (operations[instruction] !== TAKE || !sets[x[instruction]!]!.has(point)) continue;
      this.#now.readSlots(index, this.#working);
      this.#add(this.#next, y[instruction]!, bytes, start, end, at);
    }
    [this.#now, this.#next] = [this.#next, this.#now];
  }

  #take(from: number, to: number, out: Int32Array): boolean {
    const { operations } = this.#threads.program;
    for (let index = 0; index < this.#now.count; index++) {
      if (operations[this.#now.instructions[index]!] !== MATCH) continue;
      this.#now.readSlots(index, this.#working);
      out.set(this.#working.length <= out.length ? this.#working : this.#working.subarray(0, out.length));
      out[0] = from;
      out[1] = to;
      return true;
    }
    return false;
  }

  /** Adds all threads reached from an instruction without taking a character. */
  #add(list: ThreadList, from: number, bytes: Uint8Array, start: number, end: number, at: number): void {
    const { operations, x, y } = this.#threads.program;
    const stack = this.#stack;
    stack.push(from);
    while (stack.length > 0) {
      const instruction = stack.pop()!;
      if (instruction < 0) {
        this.#working[-instruction - 1] = stack.pop()!;
        continue;
      }
      if (this.#reached[instruction] === this.#step) continue;
      this.#reached[instruction] = this.#step;
      const operation = operations[instruction]!;
      if (operation === SPLIT) stack.push(y[instruction]!, x[instruction]!);
      else if (operation === NOTE) {
        const slot = x[instruction]!;
        stack.push(this.#working[slot]!, -slot - 1, y[instruction]!);
        this.#working[slot] = at;
      } else if (operation === ASSERT) {
        if (this.#holds(ASSERTIONS[x[instruction]!]!, bytes, start, end, at)) stack.push(y[instruction]!);
      } else list.add(instruction, this.#working);
    }
  }

  #holds(assertion: Assertion, bytes: Uint8Array, start: number, end: number, at: number): boolean {
    const threads = this.#threads;
    if (assertion === 'end') return mayEndAt(threads, bytes, at, end, NEXT_END, NOTHING);
    const kind = before(threads, bytes, start, at);
    if (assertion === 'start') return kind === BEFORE_START;
    const wordBefore = kind === BEFORE_WORD;
    const wordAfter = mayEndAt(threads, bytes, at, end, NEXT_WORD, NOTHING);
    if (assertion === 'word-edge') return wordBefore !== wordAfter;
    if (assertion === 'no-word-edge') return wordBefore === wordAfter;
    return assertion === 'word-start' ? !wordBefore && wordAfter : wordBefore && !wordAfter;
  }
}

class ThreadList {
  count = 0;
  readonly instructions: Int32Array;
  readonly #slots: Int32Array;
  readonly #width: number;

  constructor(size: number, width: number) {
    this.instructions = new Int32Array(size);
    this.#slots = new Int32Array(size * width);
    this.#width = width;
  }

  add(instruction: number, slots: Int32Array): void {
    this.instructions[this.count] = instruction;
    const base = this.count * this.#width;
    for (let slot = 0; slot < this.#width; slot++) this.#slots[base + slot] = slots[slot]!;
    this.count++;
  }

  readSlots(index: number, into: Int32Array): void {
    const base = index * this.#width;
    for (let slot = 0; slot < this.#width; slot++) into[slot] = this.#slots[base + slot]!;
  }
}
