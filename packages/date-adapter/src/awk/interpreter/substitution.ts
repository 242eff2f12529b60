// sub, gsub and gensub: what replaces a match, and where the matches are. Pure, over text.
// Backslashes: sub and gsub follow POSIX (2008 on, "Functions", gsub): only those right before an & mean anything,
// two of them one backslash; gensub follows gawk's own table ("Gory Details"): \\ \& \0..\9 anywhere.
import type { Regex } from '../regex/regex.ts';
import { unitsAt } from './characters.ts';
import type { Regexes } from './regexes.ts';

/** Text, or the number of a group whose text is put there (0 is the whole match). */
export type ReplacementPart = string | number;

/** @param posix two backslashes are one wherever they are (gawk --posix, mawk), not only before an & */
export function readReplacement(text: string, posix = false): ReplacementPart[] {
  if (posix) return readPosixReplacement(text);
  const parts: ReplacementPart[] = [];
  let done = 0;
  for (const found of text.matchAll(/(\\*)&/g)) {
    const backslashes = found[1]!.length;
    const before = text.slice(done, found.index) + '\\'.repeat(backslashes >> 1);
    if (backslashes % 2 === 1) parts.push(`${before}&`);
    else parts.push(before, 0);
    done = found.index + found[0].length;
  }
  parts.push(text.slice(done));
  return parts;
}

function readPosixReplacement(text: string): ReplacementPart[] {
  return text.split(/(\\[\\&]|&)/).map((part) => {
    if (part === '&') return 0;
    return part === '\\&' || part === '\\\\' ? part.slice(1) : part;
  });
}

export function readGensubReplacement(text: string): ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  let done = 0;
  for (const found of text.matchAll(/\\([^])|&/gu)) {
    const escaped = found[1];
    parts.push(text.slice(done, found.index));
    if (escaped === undefined) parts.push(0);
    else parts.push(escaped >= '0' && escaped <= '9' ? Number(escaped) : escaped);
    done = found.index + found[0].length;
  }
  parts.push(text.slice(done));
  return parts;
}

export type Substitution = { readonly text: string; readonly count: number };

/**
 * Replaces matches. An empty match right after another match is none (POSIX).
 * @param which 0 for all, else the one with this number from 1
 */
export function substitute(
  regexes: Regexes,
  regex: Regex,
  text: string,
  replacement: readonly ReplacementPart[],
  which: number,
): Substitution {
  const needsGroups = replacement.some((part) => typeof part === 'number' && part > 0);
  let out = '';
  let copied = 0;
  let from = 0;
  let lastEnd = -1;
  let found = 0;
  let count = 0;
  while (from <= text.length && regexes.search(regex, text, from)) {
    const { start, end } = regexes;
    if (end > start || start !== lastEnd) {
      found++;
      if (which === 0 || which === found) {
        const groups = needsGroups ? regexes.groups(regex, text) : [start, end];
        out += text.slice(copied, start) + fill(replacement, text, groups);
        copied = end;
        count++;
        if (which !== 0) break;
      }
      lastEnd = end;
    }
    from = end > start ? end : end + (end < text.length ? unitsAt(text, end) : 1);
  }
  return { text: out + text.slice(copied), count };
}

function fill(replacement: readonly ReplacementPart[], text: string, groups: ArrayLike<number>): string {
  let out = '';
  for (const part of replacement) {
    if (typeof part === 'string') out += part;
    else if ((groups[2 * part] ?? -1) >= 0) out += text.slice(groups[2 * part], groups[2 * part + 1]);
  }
  return out;
}
