// Regular expressions of awk over bytes: leftmost-longest, in time linear in the record, in bounded memory. The one door
// of this folder: for the interpreter, the compiler's runtime and the rules of the adapter.
// A record is bytes[start, end): `^` holds at start, `$` at end, whatever stands around. Nothing is allocated per call;
// results are in the fields of the expression, so one expression serves one caller at a time.

import { Captures } from './captures.ts';
import type { Finder } from './finder.ts';
import { chooseFinder, type Purpose } from './finder-choice.ts';
import { parseExpression, wordCharacters } from './parser.ts';
import { compileProgram } from './program.ts';
import { sourceUnits } from './source-units.ts';
import type { Expression } from './syntax.ts';
import { Threads } from './threads.ts';

export { RegexError } from './regex-error.ts';

/**
 * Programs make expressions of data, and use many of them once: preparing to skip what cannot match costs up to a
 * millisecond and starts with this use, or with a record of so many bytes.
 */
const MANY_USES = 32;
const LONG = 16_384;

export type RegexOptions = {
  /** Without the operators of gawk (`\y`, `\w`, ...) and hexadecimal escapes. */
  readonly posix?: boolean;
  readonly ignoreCase?: boolean;
  /** Characters are UTF-8 (the default), or else bytes. */
  readonly utf8?: boolean;
  /** For a search over many lines at once: no match spans lines, `^` and `$` hold at their edges. */
  readonly lines?: boolean;
  /** Size of each transition table, in entries; for tests of what happens when it is full. */
  readonly tableSize?: number;
};

/** @throws RegexError */
export function compileRegex(source: Uint8Array | string, options: RegexOptions = {}): Regex {
  return new Regex(source, options);
}

export class Regex {
  /** Span of the match that `search` found last. */
  matchStart = 0;
  matchEnd = 0;
  /** How many groups there are; `captures` fills 2 * (groups + 1) numbers. */
  readonly groups: number;
  readonly #threads: Threads;
  readonly #expression: Expression;
  readonly #tableSize: number | undefined;
  #uses = 0;
  #earliest: Finder | undefined;
  #longest: Finder | undefined;
  #captures: Captures | undefined;

  constructor(source: Uint8Array | string, options: RegexOptions) {
    const { posix = false, utf8 = true, ignoreCase = false, lines = false } = options;
    const mode = { utf8, ignoreCase, lines, gawkOperators: !posix };
    const { expression, groups } = parseExpression(sourceUnits(source, { utf8, hexEscapes: !posix }), mode);
    this.groups = groups;
    this.#expression = expression;
    this.#tableSize = options.tableSize;
    this.#threads = new Threads(compileProgram(expression, groups), {
      utf8,
      lines,
      word: wordCharacters(mode),
    });
  }

  /** Whether there is a match in the record. */
  test(bytes: Uint8Array, start: number, end: number): boolean {
    return this.findEnd(bytes, start, end, start) !== -1;
  }

  /** The end of the match that ends first among those that begin in bytes[from, end], or -1. */
  findEnd(bytes: Uint8Array, start: number, end: number, from: number): number {
    if (++this.#uses === MANY_USES || (end - from > LONG && this.#uses < MANY_USES)) this.#prepare();
    const finder = (this.#earliest ??= this.#makeFinder('earliest'));
    return finder.find(bytes, start, end, from) ? finder.end : -1;
  }

  /**
   * The leftmost-longest match that begins in bytes[from, end]; `from` lies between two characters.
   * `^` holds at start only, so that a search may go on behind a match.
   */
  search(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    if (++this.#uses === MANY_USES || (end - from > LONG && this.#uses < MANY_USES)) this.#prepare();
    const finder = (this.#longest ??= this.#makeFinder('longest'));
    finder.forgetRecord();
    if (!finder.find(bytes, start, end, from)) return false;
    this.matchStart = finder.begin;
    this.matchEnd = finder.end;
    return true;
  }

  /**
   * As search, for the matches behind the first: what earlier searches learned about this record still holds. All
   * matches of a record together then take time linear in it, also where each search would look far beyond its match
   * (/a|a.*b/ in a text of a's). The record must be the one of the last search or searchNext, unchanged.
   */
  searchNext(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    const finder = (this.#longest ??= this.#makeFinder('longest'));
    if (!finder.find(bytes, start, end, from)) return false;
    this.matchStart = finder.begin;
    this.matchEnd = finder.end;
    return true;
  }

  /**
   * The groups of the match that `search` found last, in the same record: out[2n] and out[2n+1] are where group n
   * begins and ends, -1 when it took no part; group 0 is the match.
   */
  captures(bytes: Uint8Array, start: number, end: number, out: Int32Array): boolean {
    this.#captures ??= new Captures(this.#threads);
    return this.#captures.find(bytes, start, end, this.matchStart, this.matchEnd, out);
  }

  /** From now on, finders that cost more to make and look faster. */
  #prepare(): void {
    this.#uses = MANY_USES;
    this.#earliest = undefined;
    this.#longest = undefined;
  }

  #makeFinder(purpose: Purpose): Finder {
    const worthwhile = this.#uses >= MANY_USES;
    return chooseFinder(this.#expression, this.#threads, { purpose, worthwhile, tableSize: this.#tableSize });
  }
}

const SPECIAL = new Set('\\^$.[]|()*+?{}/"');

/** The source of an expression that matches this text and nothing else. */
export function escapeLiteral(text: string): string {
  return Array.from(text, (character) => (SPECIAL.has(character) ? `\\${character}` : character)).join('');
}
