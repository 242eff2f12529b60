// The nondeterministic automaton of an expression (Thompson's construction) as flat arrays: what the lazily built DFA
// and the search for groups both run. Built from the end backwards, so that every instruction knows its successor.
// The first branch of a split is the preferred one; only the search for groups cares.

import { RegexError } from './regex-error.ts';
import type { CharacterSet } from './character-set.ts';
import type { Assertion, Expression } from './syntax.ts';

export const MATCH = 0;
/** Takes one character of sets[x], goes on at y. */
export const TAKE = 1;
/** Goes on at x or at y. */
export const SPLIT = 2;
/** Goes on at y if assertion x holds here. */
export const ASSERT = 3;
/** Notes the place in slot x, goes on at y. */
export const NOTE = 4;

/** About 20 MB of automaton: `(a{1000}){100}` is refused. */
const MOST_INSTRUCTIONS = 200_000;

/** Numbers of the assertions in an ASSERT instruction. */
export const ASSERTIONS: readonly Assertion[] = [
  'start',
  'end',
  'word-edge',
  'no-word-edge',
  'word-start',
  'word-end',
];

export type Program = {
  readonly operations: Uint8Array;
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly sets: readonly CharacterSet[];
  readonly start: number;
  readonly groups: number;
  /** Which kinds of assertions there are. */
  readonly asksStart: boolean;
  readonly asksWord: boolean;
};

/** @throws RegexError when intervals make it too big */
export function compileProgram(expression: Expression, groups: number): Program {
  return new Emitter().program(expression, groups);
}

class Emitter {
  readonly #operations: number[] = [];
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  readonly #sets: CharacterSet[] = [];
  readonly #setNumbers = new Map<CharacterSet, number>();
  readonly #asked = new Set<Assertion>();

  program(expression: Expression, groups: number): Program {
    const start = this.#emit(expression, this.#add(MATCH, 0, 0));
    return {
      operations: Uint8Array.from(this.#operations),
      x: Int32Array.from(this.#x),
      y: Int32Array.from(this.#y),
      sets: this.#sets,
      start,
      groups,
      asksStart: this.#asked.has('start'),
      asksWord: ASSERTIONS.slice(2).some((assertion) => this.#asked.has(assertion)),
    };
  }

  #add(operation: number, x: number, y: number): number {
    if (this.#operations.length >= MOST_INSTRUCTIONS) throw new RegexError('the expression is too big', 0);
    this.#x.push(x);
    this.#y.push(y);
    return this.#operations.push(operation) - 1;
  }

  #emit(expression: Expression, next: number): number {
    switch (expression.kind) {
      case 'empty':
        return next;
      case 'set':
        return this.#add(TAKE, this.#setNumber(expression.set), next);
      case 'assertion':
        this.#asked.add(expression.holds);
        return this.#add(ASSERT, ASSERTIONS.indexOf(expression.holds), next);
      case 'sequence':
        return expression.parts.reduceRight((after, part) => this.#emit(part, after), next);
      case 'either':
        return expression.options
          .map((option) => this.#emit(option, next))
          .reduceRight((rest, option) => this.#add(SPLIT, option, rest));
      case 'group': {
        const inside = this.#emit(expression.of, this.#add(NOTE, 2 * expression.number + 1, next));
        return this.#add(NOTE, 2 * expression.number, inside);
      }
      default:
        return this.#emitRepeat(expression.of, expression.min, expression.max, next);
    }
  }

  #emitRepeat(of: Expression, min: number, max: number, next: number): number {
    let at = next;
    if (max === Infinity) {
      const loop = this.#add(SPLIT, 0, next);
      const body = this.#emit(of, loop);
      this.#x[loop] = body;
      // A body that can be empty is passed once even so, and its groups are noted: (x*)* is ((x*)+)?.
      at = min > 0 ? body : canBeEmpty(of) ? this.#add(SPLIT, body, next) : loop;
    } else {
      for (let count = min; count < max; count++) at = this.#add(SPLIT, this.#emit(of, at), next);
    }
    for (let count = max === Infinity ? 1 : 0; count < min; count++) at = this.#emit(of, at);
    return at;
  }

  #setNumber(set: CharacterSet): number {
    const known = this.#setNumbers.get(set);
    if (known !== undefined) return known;
    const number = this.#sets.push(set) - 1;
    this.#setNumbers.set(set, number);
    return number;
  }
}

function canBeEmpty(expression: Expression): boolean {
  switch (expression.kind) {
    case 'empty':
    case 'assertion':
      return true;
    case 'set':
      return false;
    case 'sequence':
      return expression.parts.every(canBeEmpty);
    case 'either':
      return expression.options.some(canBeEmpty);
    case 'group':
      return canBeEmpty(expression.of);
    default:
      return expression.min === 0 || canBeEmpty(expression.of);
  }
}
