// Patterns compiled to a small program for the matcher: instructions of three numbers each. Pure, cold.
// A greedy loop over one set whose characters nothing behind it can begin with needs no way back: it becomes one
// instruction. Most of what log patterns are made of (`\S+ `, `[^"]*"`, `\d+`) is of that kind.
import { CharacterSet } from './character-set.ts';
import { PatternError } from './pattern-error.ts';
import type { PatternNode, PatternTree } from './pattern-syntax.ts';

/** Operations, with what x and y are. */
export const MATCH = 0;
/** The byte x. */
export const BYTE = 1;
/** A character of set x. */
export const SET = 2;
/** As many characters of set x as there are. */
export const SPAN = 3;
/** Tries x first, then y. */
export const SPLIT = 4;
export const JUMP = 5;
/** Keeps the position in slot x. */
export const SAVE = 6;
export const START = 7;
export const END = 8;
/** At an edge of a word; x is 1, or 0 for: not at one. */
export const BOUNDARY = 9;
/** The next character is of set x; y is 1 for negated. */
export const AHEAD = 10;
export const BEHIND = 11;

export const WIDTH = 3;

const MOST_INSTRUCTIONS = 20_000;

export type PatternProgram = {
  /** op, x, y for each instruction. */
  readonly code: Int32Array;
  readonly sets: readonly CharacterSet[];
  /** Per instruction, its number among those of its kind, for SPLIT and SPAN. */
  readonly numberOf: Int32Array;
  readonly splits: number;
  readonly spans: number;
  /** 256 for each split: 1 for bytes that x can go on with, 2 for those of y, 3 for both; or empty, for all are 3. */
  readonly ways: Uint8Array;
  readonly groups: readonly string[];
  /** 1 for the bytes that a match can begin with; undefined when it can begin anywhere, even with nothing. */
  readonly firstBytes: Uint8Array | undefined;
  readonly isAnchored: boolean;
  /** Per instruction, what it wants, for people. */
  readonly wants: readonly string[];
};

/** @throws PatternError when the program would be too large */
export function compilePattern(tree: PatternTree): PatternProgram {
  const compiler = new Compiler();
  compiler.node(tree.node);
  compiler.emit(MATCH);
  return compiler.finish(tree.groups);
}

class Compiler {
  readonly #code: number[] = [];
  readonly #wants: string[] = [];
  readonly #sets: CharacterSet[] = [];
  /** Loops that may be made possessive: where their SPLIT is. */
  readonly #loops: number[] = [];

  emit(op: number, x = 0, y = 0, wants = ''): number {
    const at = this.#wants.length;
    if (at >= MOST_INSTRUCTIONS)
      throw new PatternError('it becomes too large: fewer or smaller repeat counts', '', 0);
    this.#code.push(op, x, y);
    this.#wants.push(wants);
    return at;
  }

  node(node: PatternNode): void {
    switch (node.kind) {
      case 'character':
        for (const byte of Buffer.from(String.fromCodePoint(node.code))) {
          this.emit(BYTE, byte, 0, JSON.stringify(String.fromCodePoint(node.code)));
        }
        return;
      case 'set':
        this.emit(SET, this.#set(node.set), 0, node.text);
        return;
      case 'sequence':
        for (const part of node.parts) this.node(part);
        return;
      case 'either':
        return this.#either(node.branches);
      case 'repeat':
        return this.#repeat(node);
      case 'group':
        this.emit(SAVE, node.index * 2);
        this.node(node.part);
        this.emit(SAVE, node.index * 2 + 1);
        return;
      case 'start':
        this.emit(START, 0, 0, 'the start of the line');
        return;
      case 'end':
        this.emit(END, 0, 0, 'the end of the line');
        return;
      case 'look':
        this.emit(
          node.isBehind ? BEHIND : AHEAD,
          this.#set(node.set),
          node.isNegated ? 1 : 0,
          'other surroundings',
        );
        return;
      default:
        this.emit(BOUNDARY, node.kind === 'boundary' ? 1 : 0, 0, 'other surroundings');
    }
  }

  #set(set: CharacterSet): number {
    return this.#sets.push(set) - 1;
  }

  #either(branches: readonly PatternNode[]): void {
    const jumps: number[] = [];
    for (const [index, branch] of branches.entries()) {
      if (index === branches.length - 1) this.node(branch);
      else {
        const split = this.emit(SPLIT);
        this.node(branch);
        jumps.push(this.emit(JUMP));
        this.#target(split, split + 1, this.#wants.length);
      }
    }
    for (const jump of jumps) this.#target(jump, this.#wants.length, 0);
  }

  #repeat({ part: written, least, most, isLazy }: PatternNode & { kind: 'repeat' }): void {
    const part = asSet(written);
    for (let count = 0; count < least; count++) this.node(part);
    if (most === Infinity) {
      const split = this.emit(SPLIT);
      this.node(part);
      this.emit(JUMP, split);
      this.#split(split, isLazy);
      if (!isLazy && part.kind === 'set') this.#loops.push(split);
      return;
    }
    const splits: number[] = [];
    for (let count = least; count < most; count++) {
      splits.push(this.emit(SPLIT));
      this.node(part);
    }
    for (const split of splits) this.#split(split, isLazy);
  }

  /** Into the instruction behind it, or to what comes next. */
  #split(at: number, isLazy: boolean): void {
    const next = this.#wants.length;
    if (isLazy) this.#target(at, next, at + 1);
    else this.#target(at, at + 1, next);
  }

  #target(at: number, x: number, y: number): void {
    this.#code[at * WIDTH + 1] = x;
    this.#code[at * WIDTH + 2] = y;
  }

  finish(groups: readonly string[]): PatternProgram {
    const code = Int32Array.from(this.#code);
    const sets = this.#sets;
    for (const split of this.#loops) makePossessive(code, sets, split);
    const numberOf = new Int32Array(this.#wants.length);
    let splits = 0;
    let spans = 0;
    for (let at = 0; at < numberOf.length; at++) {
      if (code[at * WIDTH] === SPLIT) numberOf[at] = splits++;
      else if (code[at * WIDTH] === SPAN) numberOf[at] = spans++;
    }
    const first = firstBytes(code, sets, 0);
    return {
      code,
      sets,
      numberOf,
      splits,
      spans,
      ways: waysOf(code, sets, splits),
      groups,
      firstBytes: first.canBeEmpty ? undefined : first.bytes,
      isAnchored: code[0] === START,
      wants: this.#wants,
    };
  }
}

/** Looking at each split's ways takes time that grows with their square: larger programs do without. */
const MOST_SPLITS_LOOKED_AT = 600;

function waysOf(code: Int32Array, sets: readonly CharacterSet[], splits: number): Uint8Array {
  if (splits > MOST_SPLITS_LOOKED_AT) return new Uint8Array(0);
  const ways = new Uint8Array(splits * 256);
  let split = 0;
  for (let at = 0; at < code.length; at += WIDTH) {
    if (code[at] !== SPLIT) continue;
    for (const way of [1, 2]) {
      const { bytes, canBeEmpty } = firstBytes(code, sets, code[at + way]!);
      for (let byte = 0; byte < 256; byte++) {
        if (canBeEmpty || bytes[byte] === 1) ways[split * 256 + byte]! |= way;
      }
    }
    split++;
  }
  return ways;
}

/** A character of ASCII is a set of one, for the loops' sake. */
function asSet(part: PatternNode): PatternNode {
  if (part.kind !== 'character' || part.code >= 0x80) return part;
  const text = JSON.stringify(String.fromCodePoint(part.code));
  return { kind: 'set', set: new CharacterSet().add(part.code), text };
}

/** `split: SPLIT body, next; body: SET s; JUMP split` becomes `SPAN s; JUMP next`, where that matches the same. */
function makePossessive(code: Int32Array, sets: readonly CharacterSet[], split: number): void {
  const set = code[(split + 1) * WIDTH + 1]!;
  const next = code[split * WIDTH + 2]!;
  const { bytes, looksAround } = firstBytes(code, sets, next);
  if (looksAround) return; // `\d*\b`: further back, an edge of a word may be
  const own = new Uint8Array(256);
  addSet(own, sets[set]!);
  if (own.some((isIn, byte) => isIn === 1 && bytes[byte] === 1)) return;
  code.set([SPAN, set, 0, JUMP, next, 0], split * WIDTH);
}

/**
 * The bytes that what begins at an instruction can go on with. Where it can match without a byte more (a match, the
 * end of the line), that adds none: a loop before it goes as far as it can in any case.
 */
function firstBytes(
  code: Int32Array,
  sets: readonly CharacterSet[],
  from: number,
): { readonly bytes: Uint8Array; readonly canBeEmpty: boolean; readonly looksAround: boolean } {
  const bytes = new Uint8Array(256);
  const seen = new Set<number>();
  const open = [from];
  let canBeEmpty = false;
  let looksAround = false;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const x = code[at * WIDTH + 1]!;
    switch (code[at * WIDTH]) {
      case BYTE:
        bytes[x] = 1;
        break;
      case SET:
        addSet(bytes, sets[x]!);
        break;
      case SPAN:
        addSet(bytes, sets[x]!);
        open.push(at + 1);
        break;
      case SPLIT:
        open.push(x, code[at * WIDTH + 2]!);
        break;
      case JUMP:
        open.push(x);
        break;
      case MATCH:
      case END:
        canBeEmpty = true;
        break;
      case SAVE:
        open.push(at + 1);
        break;
      default:
        looksAround = true;
        open.push(at + 1);
    }
  }
  return { bytes, canBeEmpty, looksAround };
}

function addSet(bytes: Uint8Array, set: CharacterSet): void {
  for (let byte = 0; byte < 128; byte++) if (set.ascii[byte] === 1) bytes[byte] = 1;
  if (set.hasBeyondAscii) bytes.fill(1, 128);
}
