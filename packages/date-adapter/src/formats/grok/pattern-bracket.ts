// Bracket expressions and escapes of patterns: `[^\w.-]`, `[[:alpha:]]`, `\x41`. Pure, cold.
import { CharacterSet, ESCAPE_SETS, POSIX_SETS } from './character-set.ts';
import { PatternError } from './pattern-error.ts';

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27, '0': 0 };

/**
 * The character that the escape behind a backslash stands for. @param at behind the backslash
 * @throws PatternError for letters and digits that mean nothing here: a back reference is no character
 */
export function readEscape(source: string, at: number): { readonly code: number; readonly next: number } {
  const hex = /^(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))/.exec(
    source.slice(at, at + 10),
  );
  if (hex !== null) {
    const code = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16);
    if (code > 0x10ffff) throw new PatternError('no such character', source, at);
    return { code, next: at + hex[0].length };
  }
  const letter = source[at];
  if (letter === undefined) throw new PatternError('a backslash at the end', source, at);
  const control = Object.hasOwn(CONTROLS, letter) ? CONTROLS[letter] : undefined;
  if (control !== undefined) return { code: control, next: at + 1 };
  if (/[1-9k]/.test(letter)) throw new PatternError('a back reference has no linear-time match', source, at);
  if (/[A-Za-z]/.test(letter)) throw new PatternError(`\\${letter} is not known here`, source, at);
  const code = source.codePointAt(at)!;
  return { code, next: at + (code > 0xffff ? 2 : 1) };
}

/** The set of a bracket expression. @param start behind the opening bracket */
export function parseBracket(
  source: string,
  start: number,
): { readonly set: CharacterSet; readonly next: number } {
  const set = new CharacterSet();
  const isNegated = source[start] === '^';
  let at = isNegated ? start + 1 : start;
  for (let isFirst = true; ; isFirst = false) {
    if (at >= source.length) throw new PatternError('a [ without ]', source, start);
    if (source[at] === ']' && !isFirst) break;
    at = member(source, at, set);
  }
  return { set: isNegated ? set.negate() : set, next: at + 1 };
}

/** Adds one character, range or class; returns the index behind. */
function member(source: string, at: number, set: CharacterSet): number {
  const posix = /^\[:(\^?)(\w+):\]/.exec(source.slice(at, at + 14));
  if (posix !== null) {
    const named = POSIX_SETS.get(posix[2] ?? '');
    if (named === undefined) throw new PatternError(`no class ${posix[0]}`, source, at);
    set.addSet(posix[1] === '^' ? new CharacterSet().addSet(named).negate() : named);
    return at + posix[0].length;
  }
  const escaped = source[at] === '\\' ? ESCAPE_SETS.get(source[at + 1] ?? '') : undefined;
  if (escaped !== undefined) {
    set.addSet(escaped);
    return at + 2;
  }
  const first = character(source, at);
  const isRange =
    source[first.next] === '-' && source[first.next + 1] !== ']' && first.next + 1 < source.length;
  const isClassNext =
    isRange && source[first.next + 1] === '\\' && ESCAPE_SETS.has(source[first.next + 2] ?? '');
  if (!isRange || isClassNext) {
    set.add(first.code);
    return first.next;
  }
  const last = character(source, first.next + 1);
  if (last.code < first.code) throw new PatternError('a range that goes down', source, at);
  set.add(first.code, last.code);
  return last.next;
}

function character(source: string, at: number): { readonly code: number; readonly next: number } {
  if (source[at] === '\\')
    return source[at + 1] === 'b' ? { code: 8, next: at + 2 } : readEscape(source, at + 1);
  const code = source.codePointAt(at)!;
  return { code, next: at + (code > 0xffff ? 2 : 1) };
}
