// One place in the automaton at one place in the text is a thread; this file says where a thread goes on one byte.
// Threads are numbers: an instruction, what must hold of the next character, and where inside a UTF-8 sequence it is.
// For the builder of DFA states, which keeps lists of them; not on the per-byte path.
// Invariant: a byte that is part of no well-formed sequence is one character. Its thread is started when the byte comes
// and carries what would make the byte part of a sequence after all; if that comes to be, the thread dies.

import type { CharacterSet } from './character-set.ts';
import { ASSERT, ASSERTIONS, MATCH, NOTE, type Program, SPLIT, TAKE } from './program.ts';
import type { Assertion } from './syntax.ts';
import {
  continues,
  highestOf,
  leadBits,
  lowestOf,
  neededAfter,
  neededAfterLead,
  NOTHING,
} from './utf8-sequence.ts';

/** The character before a place. */
export const BEFORE_OTHER = 0;
export const BEFORE_WORD = 1;
export const BEFORE_START = 2;

/** What a thread has promised of the character after its place. */
export const NEXT_ANY = 0;
export const NEXT_WORD = 1;
export const NEXT_OTHER = 2;
export const NEXT_END = 3;

// A thread is ((instruction * 4 + next) * 8 + need) * PAYLOADS + payload. Payload BETWEEN: between two characters, and
// need is what the bytes that follow must not supply. WITHIN: inside a character that will be a member whatever it is.
// Else: inside a character whose bits so far are payload - FIRST_BITS.
const PAYLOADS = 0x400000;
const BETWEEN = 0;
const WITHIN = 1;
const FIRST_BITS = 2;

/** Instruction number of the thread that looks for a match at every place; its `next` says what came before. */
const SEEKER = -1;

export type Mode = {
  readonly utf8: boolean;
  readonly lines: boolean;
  /** Needed when the program asks for words. */
  readonly word: CharacterSet;
};

export type Decoded = { readonly next: number; readonly need: number };

export class Threads {
  readonly program: Program;
  readonly mode: Mode;
  /** By what came before and what must not follow: the step in which a place was last reached. */
  readonly #reached: (Int32Array | undefined)[] = [];
  readonly #within = new Set<number>();
  #step = 0;
  readonly #stack: number[] = [];

  constructor(program: Program, mode: Mode) {
    this.program = program;
    this.mode = mode;
  }

  /** Begins a step: until the next one, no thread is reported twice. */
  beginStep(): void {
    this.#step++;
    this.#within.clear();
  }

  /** The thread that looks for a match at every place from here on. */
  seeker(before: number): number {
    return ((SEEKER * 4 + before) * 8 + NOTHING) * PAYLOADS + BETWEEN;
  }

  /** The threads of a match that begins where the seeker is now; none when it is inside a character. */
  startAt(seeker: number, out: number[]): void {
    if (payloadOf(seeker) === BETWEEN)
      this.#close(this.program.start, nextOf(seeker), NEXT_ANY, needOf(seeker), out);
  }

  /** Whether a match can begin after a character of this kind. */
  canBeginAfter(before: number): boolean {
    const out: number[] = [];
    this.beginStep();
    this.startAt(this.seeker(before), out);
    return out.length > 0;
  }

  /** What has to follow for this thread to be a match; undefined when it is none. */
  matchCondition(thread: number): Decoded | undefined {
    const instruction = instructionOf(thread);
    if (instruction === SEEKER || this.program.operations[instruction] !== MATCH) return undefined;
    return { next: nextOf(thread), need: needOf(thread) };
  }

  /** Where `thread` goes on a byte. */
  step(thread: number, byte: number, out: number[]): void {
    if (this.matchCondition(thread) !== undefined) return;
    if (payloadOf(thread) === BETWEEN) this.#stepBetween(thread, byte, out);
    else this.#stepWithin(thread, byte, out);
  }

  #stepBetween(thread: number, byte: number, out: number[]): void {
    const need = needOf(thread);
    const point = this.mode.utf8 && byte >= 0x80 ? 0xdc00 + byte : byte;
    if (need !== NOTHING && continues(need, byte)) {
      const after = neededAfter(need);
      if (after !== NOTHING) this.#take(thread, point, after, out);
      return;
    }
    const wanted = this.mode.utf8 ? neededAfterLead(byte) : NOTHING;
    if (wanted !== NOTHING) this.#goWithin(thread, wanted, leadBits(byte), out);
    this.#take(thread, point, wanted, out);
  }

  #stepWithin(thread: number, byte: number, out: number[]): void {
    const need = needOf(thread);
    if (!continues(need, byte)) return;
    const payload = payloadOf(thread);
    const after = neededAfter(need);
    if (payload === WITHIN) {
      if (after === NOTHING) this.#arrive(thread, BEFORE_OTHER, NOTHING, out);
      else this.#add(within(thread, after, WITHIN), out);
      return;
    }
    const bits = ((payload - FIRST_BITS) << 6) | (byte & 0x3f);
    if (after === NOTHING) this.#take(thread, bits, NOTHING, out);
    else this.#goWithin(thread, after, bits, out);
  }

  /** Into a character of which some bytes are to come. */
  #goWithin(thread: number, need: number, bits: number, out: number[]): void {
    const set = this.#setOf(thread);
    const cover = set === undefined ? 'all' : set.cover(lowestOf(bits, need), highestOf(bits, need));
    if (cover === 'none') return;
    const whatever = cover === 'all' && !this.program.asksWord;
    this.#add(within(thread, need, whatever ? WITHIN : FIRST_BITS + bits), out);
  }

  /** The whole character is known; need is what must not follow if it is a byte that is none. */
  #take(thread: number, point: number, need: number, out: number[]): void {
    const set = this.#setOf(thread);
    if (set !== undefined && !set.has(point)) return;
    const before = this.#kindOf(point);
    if (set !== undefined) {
      const next = nextOf(thread);
      if (next !== NEXT_ANY && (next === NEXT_WORD) !== (before === BEFORE_WORD)) return;
    }
    this.#arrive(thread, before, need, out);
  }

  #kindOf(point: number): number {
    if (this.mode.lines && point === 0x0a) return BEFORE_START;
    return this.program.asksWord && this.mode.word.has(point) ? BEFORE_WORD : BEFORE_OTHER;
  }

  #arrive(thread: number, before: number, need: number, out: number[]): void {
    const instruction = instructionOf(thread);
    if (instruction === SEEKER) this.#add(((SEEKER * 4 + before) * 8 + need) * PAYLOADS + BETWEEN, out);
    else this.#close(this.program.y[instruction]!, before, NEXT_ANY, need, out);
  }

  #add(thread: number, out: number[]): void {
    if (this.#within.has(thread)) return;
    this.#within.add(thread);
    out.push(thread);
  }

  #setOf(thread: number): CharacterSet | undefined {
    const instruction = instructionOf(thread);
    return instruction === SEEKER ? undefined : this.program.sets[this.program.x[instruction]!]!;
  }

  /** All threads that take a character or match, reached from an instruction without taking one; in preferred order. */
  #close(from: number, before: number, promised: number, need: number, out: number[]): void {
    const reached = this.#reachedTable(before, need);
    const { operations, x, y } = this.program;
    const stack = this.#stack;
    stack.push(from * 4 + promised);
    while (stack.length > 0) {
      const place = stack.pop()!;
      if (reached[place] === this.#step) continue;
      reached[place] = this.#step;
      const instruction = place >> 2;
      const next = place & 3;
      const operation = operations[instruction]!;
      if (operation === SPLIT) stack.push(y[instruction]! * 4 + next, x[instruction]! * 4 + next);
      else if (operation === NOTE) stack.push(y[instruction]! * 4 + next);
      else if (operation === ASSERT) {
        this.#pushAfter(ASSERTIONS[x[instruction]!]!, y[instruction]!, before, next);
      } else if (operation === MATCH || (operation === TAKE && next !== NEXT_END)) {
        out.push((place * 8 + need) * PAYLOADS + BETWEEN);
      }
    }
  }

  #pushAfter(assertion: Assertion, instruction: number, before: number, next: number): void {
    if (assertion === 'start') {
      if (before === BEFORE_START) this.#stack.push(instruction * 4 + next);
      return;
    }
    if (assertion === 'end') {
      if (next !== NEXT_WORD) this.#stack.push(instruction * 4 + NEXT_END);
      return;
    }
    const isBeforeWord = before === BEFORE_WORD;
    if (next !== NEXT_WORD && holdsBetween(assertion, isBeforeWord, false)) {
      this.#stack.push(instruction * 4 + (next === NEXT_END ? NEXT_END : NEXT_OTHER));
    }
    if ((next === NEXT_ANY || next === NEXT_WORD) && holdsBetween(assertion, isBeforeWord, true)) {
      this.#stack.push(instruction * 4 + NEXT_WORD);
    }
  }

  #reachedTable(before: number, need: number): Int32Array {
    return (this.#reached[before * 8 + need] ??= new Int32Array(this.program.operations.length * 4));
  }
}

function holdsBetween(assertion: Assertion, wordBefore: boolean, wordAfter: boolean): boolean {
  switch (assertion) {
    case 'word-edge':
      return wordBefore !== wordAfter;
    case 'no-word-edge':
      return wordBefore === wordAfter;
    case 'word-start':
      return !wordBefore && wordAfter;
    case 'word-end':
      return wordBefore && !wordAfter;
    default:
      return false;
  }
}

function payloadOf(thread: number): number {
  const rest = thread % PAYLOADS;
  return rest < 0 ? rest + PAYLOADS : rest;
}

function headOf(thread: number): number {
  return Math.floor(thread / PAYLOADS);
}

function needOf(thread: number): number {
  return headOf(thread) & 7;
}

function nextOf(thread: number): number {
  return (headOf(thread) >> 3) & 3;
}

function instructionOf(thread: number): number {
  return headOf(thread) >> 5;
}

function within(thread: number, need: number, payload: number): number {
  return ((headOf(thread) >> 3) * 8 + need) * PAYLOADS + payload;
}
