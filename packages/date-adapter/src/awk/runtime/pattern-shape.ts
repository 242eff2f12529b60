// What the kernel can do about a regular expression without an automaton: a literal or one of several, one byte of a
// set, a run of such bytes, also behind a literal; for all others, which two bytes can begin a match, so that most of
// the input is skipped 16 bytes at a time.
// Pure; from the same program as the automaton is made of, so that both see the same expression.
import { parseExpression } from '../regex/parser.ts';
import { compileProgram, MATCH, type Program, SPLIT, TAKE } from '../regex/program.ts';
import { sourceUnits } from '../regex/source-units.ts';
import type { CharacterSet } from '../regex/character-set.ts';
import type { Expression } from '../regex/syntax.ts';
import { type ByteSet, byteSet } from './byte-set.ts';

export type PatternShape =
  | { readonly kind: 'literal'; readonly bytes: Uint8Array }
  | { readonly kind: 'set'; readonly set: ByteSet }
  /** One or more of the set, as many as there are. */
  | { readonly kind: 'run'; readonly set: ByteSet }
  /** A literal and as many of the set as there are behind it, at least so many. */
  | { readonly kind: 'headed'; readonly head: Uint8Array; readonly set: ByteSet; readonly least: 0 | 1 }
  /** One of several literals of two bytes or more, longest first; and their first two bytes. */
  | { readonly kind: 'literals'; readonly list: readonly Uint8Array[]; readonly begin: Beginning }
  /** A match begins with a byte of `first` before one of `second`; undefined when that says nothing. */
  | {
      readonly kind: 'other';
      readonly begin: Beginning | undefined;
      /** Two bytes or more that every match begins with, from an ASCII character on. */
      readonly prefix: Uint8Array | undefined;
    };

type Beginning = { readonly first: ByteSet; readonly second: ByteSet };

export type ShapeOptions = { readonly posix: boolean; readonly utf8: boolean; readonly ignoreCase: boolean };

/** @param source bytes of the expression @throws RegexError */
export function patternShape(source: Uint8Array, { posix, utf8, ignoreCase }: ShapeOptions): PatternShape {
  const mode = { utf8, ignoreCase, gawkOperators: !posix, lines: false };
  const { expression, groups } = parseExpression(sourceUnits(source, { utf8, hexEscapes: !posix }), mode);
  const literal = literalBytes(expression, utf8);
  if (literal !== undefined) return { kind: 'literal', bytes: Uint8Array.from(literal) };
  const bare = ungrouped(expression);
  if (bare.kind === 'set') {
    const set = exactBytes(bare.set, utf8);
    if (set !== undefined) return { kind: 'set', set };
  }
  const run = runBytes(bare, utf8);
  if (run?.least === 1) return { kind: 'run', set: run.set };
  const headed = headedRun(bare, utf8);
  if (headed !== undefined) return headed;
  return (
    literalList(bare, utf8) ?? {
      kind: 'other',
      begin: beginnings(compileProgram(expression, groups), utf8),
      prefix: literalPrefix(bare, utf8),
    }
  );
}

/** A set repeated from 0 or 1 times on, where bytes alone tell its members; the run begins between characters. */
function runBytes(e: Expression, utf8: boolean): { set: ByteSet; least: 0 | 1 } | undefined {
  if (e.kind !== 'repeat' || e.min > 1 || e.max !== Infinity) return undefined;
  const of = ungrouped(e.of);
  if (of.kind !== 'set') return undefined;
  const least = e.min === 0 ? 0 : 1;
  const exact = exactBytes(of.set, utf8);
  if (exact !== undefined) return { set: exact, least };
  // With all that is beyond ASCII as members, no byte of it ends the run.
  if (of.set.cover(0x80, 0x10ffff) !== 'all') return undefined;
  return { set: asciiPart(of.set).fill(1, 0x80), least };
}

function headedRun(e: Expression, utf8: boolean): PatternShape | undefined {
  if (e.kind !== 'sequence' || e.parts.length < 2) return undefined;
  const run = runBytes(ungrouped(e.parts.at(-1)!), utf8);
  if (run === undefined) return undefined;
  const head = literalBytes({ kind: 'sequence', parts: e.parts.slice(0, -1) }, utf8);
  return head && { kind: 'headed', head: Uint8Array.from(head), ...run };
}

/** More of them are better off with the automaton, which looks at each byte once. */
const MOST_LITERALS = 16;

function literalList(e: Expression, utf8: boolean): PatternShape | undefined {
  if (e.kind !== 'either' || e.options.length > MOST_LITERALS) return undefined;
  const list: Uint8Array[] = [];
  for (const option of e.options) {
    const bytes = literalBytes(option, utf8);
    if (bytes === undefined || bytes.length < 2) return undefined;
    list.push(Uint8Array.from(bytes));
  }
  const begin = {
    first: byteSet(list.map((bytes) => bytes[0]!)),
    second: byteSet(list.map((bytes) => bytes[1]!)),
  };
  return { kind: 'literals', list: list.toSorted((one, other) => other.length - one.length), begin };
}

function ungrouped(expression: Expression): Expression {
  if (expression.kind === 'group') return ungrouped(expression.of);
  if (expression.kind === 'sequence' && expression.parts.length === 1) return ungrouped(expression.parts[0]!);
  return expression;
}

function literalBytes(expression: Expression, utf8: boolean): number[] | undefined {
  const bare = ungrouped(expression);
  const parts = bare.kind === 'sequence' ? bare.parts : [bare];
  const bytes: number[] = [];
  for (const part of parts) {
    const only = characterBytes(part, utf8);
    if (only === undefined) return undefined;
    bytes.push(...only);
  }
  return bytes.length === 0 ? undefined : bytes;
}

/** Of an expression that is one character. */
function characterBytes(expression: Expression, utf8: boolean): Iterable<number> | undefined {
  const inner = ungrouped(expression);
  const only = inner.kind === 'set' ? inner.set.onlyMember : -1;
  if (only === -1 || (utf8 && only >= 0xd800 && only <= 0xdfff)) return undefined;
  return only < 0x80 || !utf8 ? [only] : new TextEncoder().encode(String.fromCodePoint(only));
}

function literalPrefix(expression: Expression, utf8: boolean): Uint8Array | undefined {
  if (expression.kind !== 'sequence') return undefined;
  const bytes: number[] = [];
  for (const part of expression.parts) {
    const only = characterBytes(part, utf8);
    if (only === undefined) break;
    bytes.push(...only);
  }
  return bytes.length < 2 || bytes[0]! >= 0x80 ? undefined : Uint8Array.from(bytes);
}

/** The set as bytes, when each member is one byte; undefined when it reaches beyond ASCII in UTF-8. */
function exactBytes(set: CharacterSet, utf8: boolean): ByteSet | undefined {
  if (!utf8) return set.low.slice();
  if (!set.isPlainBeyondAscii || set.has(0x80)) return undefined;
  return asciiPart(set);
}

function asciiPart(set: CharacterSet): ByteSet {
  const bytes = new Uint8Array(256);
  bytes.set(set.low.subarray(0, 128));
  return bytes;
}

/** All bytes a member can begin with, and perhaps some more. */
function firstBytes(set: CharacterSet, utf8: boolean): ByteSet {
  if (!utf8) return set.low;
  const bytes = asciiPart(set);
  const beyond = !set.isPlainBeyondAscii || set.has(0x80);
  return beyond ? bytes.fill(1, 0x80) : bytes;
}

function beginnings(program: Program, utf8: boolean): Beginning | undefined {
  const start = takesFrom(program, [program.start]);
  if (start.matches) return undefined;
  const first = byteSet([]);
  const second = byteSet([]);
  for (const take of start.takes) {
    const set = program.sets[program.x[take]!]!;
    const bytes = firstBytes(set, utf8);
    join(first, bytes);
    if (utf8 && bytes[0xff] === 1) second.fill(1, 0x80);
  }
  const next = takesFrom(
    program,
    start.takes.map((take) => program.y[take]!),
  );
  if (next.matches) second.fill(1);
  for (const take of next.takes) join(second, firstBytes(program.sets[program.x[take]!]!, utf8));
  return isUseful(first, second) ? { first, second } : undefined;
}

function takesFrom(program: Program, starts: readonly number[]): { takes: number[]; matches: boolean } {
  const seen = new Set<number>();
  const waiting = [...starts];
  const takes: number[] = [];
  let matches = false;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const operation = program.operations[at]!;
    if (operation === MATCH) matches = true;
    else if (operation === TAKE) takes.push(at);
    else {
      waiting.push(program.y[at]!);
      if (operation === SPLIT) waiting.push(program.x[at]!);
    }
  }
  return { takes, matches };
}

function join(set: ByteSet, more: ByteSet): void {
  for (let byte = 0; byte < 256; byte++) if (more[byte] === 1) set[byte] = 1;
}

/** A pair that most text has everywhere skips nothing. */
function isUseful(first: ByteSet, second: ByteSet): boolean {
  return (sizeOf(first) / 256) * (sizeOf(second) / 256) < 0.25;
}

function sizeOf(set: ByteSet): number {
  return set.reduce((sum, flag) => sum + flag, 0);
}
