// Which finder an expression gets: a search for its text, a loop over a set of bytes, or an automaton, with or without
// skipping to where a match may begin.

import { byteClasses } from './byte-classes.ts';
import type { CharacterSet } from './character-set.ts';
import { ClassMatch } from './class-match.ts';
import { Dfa } from './dfa.ts';
import { EarliestMatch } from './earliest-match.ts';
import type { Finder } from './finder.ts';
import { LiteralMatch } from './literal-match.ts';
import { LongestMatch } from './longest-match.ts';
import { Skipper } from './skipper.ts';
import type { Expression } from './syntax.ts';
import type { Threads } from './threads.ts';

/** `earliest` asks only whether there is a match and where the first one to end ends. */
export type Purpose = 'earliest' | 'longest';

export type FinderWish = {
  readonly purpose: Purpose;
  /** Whether the expression is used often enough to prepare for speed. */
  readonly worthwhile: boolean;
  /** See DfaOptions. */
  readonly tableSize: number | undefined;
};

export function chooseFinder(
  expression: Expression,
  threads: Threads,
  { purpose, worthwhile, tableSize }: FinderWish,
): Finder {
  const { utf8 } = threads.mode;
  const text = literalText(expression, utf8);
  if (text !== undefined && text.length > 0) return new LiteralMatch(text, worthwhile);
  const { of, runs } =
    expression.kind === 'repeat' && expression.min === 1 && expression.max === Infinity
      ? { of: expression.of, runs: purpose === 'longest' }
      : { of: expression, runs: false };
  const members = of.kind === 'set' ? bytewise(of.set, utf8, of !== expression) : undefined;
  if (members !== undefined && (of === expression || purpose === 'longest'))
    return new ClassMatch(members, runs);
  const classes = byteClasses(threads);
  const skipper = new Skipper(threads, classes, worthwhile);
  const ordered = purpose === 'longest';
  const size = tableSize === undefined ? {} : { tableSize };
  const dfa = new Dfa(threads, classes, { ordered, idles: skipper.pays, ...size });
  return ordered ? new LongestMatch(dfa, skipper) : new EarliestMatch(dfa, skipper);
}

/** The bytes of an expression that is a plain text. */
export function literalText(expression: Expression, utf8: boolean): Uint8Array | undefined {
  const parts = expression.kind === 'sequence' ? expression.parts : [expression];
  const points = parts.map((part) => (part.kind === 'set' ? part.set.onlyMember : -1));
  // A byte that is no character is not found by its value alone: it may be part of one.
  if (points.some((point) => point === -1 || (utf8 && point >= 0xdc80 && point <= 0xdcff))) return undefined;
  return Uint8Array.from(points.flatMap((point) => bytesOf(point, utf8)));
}

function bytesOf(point: number, utf8: boolean): readonly number[] {
  if (point < 0x80 || !utf8) return [point];
  return Array.from(new TextEncoder().encode(String.fromCodePoint(point)));
}

/** The set as a table of bytes, where a byte alone says whether its character is a member. */
function bytewise(set: CharacterSet, utf8: boolean, runs: boolean): Uint8Array | undefined {
  if (!utf8) return set.low;
  if (!set.isPlainBeyondAscii) return undefined;
  const hasBeyond = set.cover(0x80, 0x10ffff) === 'all';
  if (hasBeyond && !runs) return undefined;
  return set.low.map((member, byte) => (byte < 0x80 ? member : hasBeyond ? 1 : 0));
}
