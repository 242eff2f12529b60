// Text into fields: by FS, by the third argument of split, by FPAT, FIELDWIDTHS, or as CSV. For $1.. and for the
// builtins split and patsplit. Invariant: a splitting has as many pieces as fields, and one separator less.
// POSIX awk, "Regular Expressions" (as separators); gawk manual, "Reading Input Files", chapter fields.
import type { Regex } from '../regex/regex.ts';
import { characterSlice, unitsAt } from './characters.ts';
import type { Regexes } from './regexes.ts';
import { RunError } from './values.ts';

/** How a text is split. */
export type Separator =
  | { readonly kind: 'blanks' }
  | { readonly kind: 'characters' }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'regex'; readonly regex: Regex }
  | { readonly kind: 'pattern'; readonly regex: Regex }
  | { readonly kind: 'widths'; readonly widths: readonly Width[] }
  | { readonly kind: 'csv' };

/** One of FIELDWIDTHS: characters to skip, then the width; Infinity is the rest (`*`). */
export type Width = { readonly skip: number; readonly width: number };

/** Fields, and the text between them: seps[i] follows fields[i]. `before` and `after` only for blanks and patterns. */
export type Splitting = { fields: string[]; seps: string[]; before: string; after: string };

/** FS as POSIX reads it: a space is blanks, another single character stands for itself, more is a regex. */
export function readSeparator(text: string, regexes: Regexes): Separator {
  if (text === ' ') return { kind: 'blanks' };
  if (text === '') return { kind: 'characters' };
  // A single letter stands for itself under IGNORECASE, too (gawk).
  if (text.length === unitsAt(text, 0)) return { kind: 'literal', text };
  return { kind: 'regex', regex: regexes.compile(text) };
}

/** `3 2:4 *`: widths, each perhaps with characters to skip before. @throws RunError */
export function readWidths(text: string): Separator {
  const widths = text
    .split(/[ \t\n]+/)
    .filter((word) => word !== '')
    .map((word, index, words) => readWidth(word, index === words.length - 1));
  return { kind: 'widths', widths };
}

function readWidth(word: string, isLast: boolean): Width {
  const [, skip, width] = /^(?:(\d+):)?(\d+|\*)$/.exec(word) ?? [];
  if (width === undefined || (width === '*' && !isLast)) {
    throw new RunError(`invalid FIELDWIDTHS value, for field at "${word}"`);
  }
  return { skip: Number(skip ?? 0), width: width === '*' ? Infinity : Number(width) };
}

export function splitText(text: string, separator: Separator, regexes: Regexes): Splitting {
  if (text === '') return { fields: [], seps: [], before: '', after: '' };
  switch (separator.kind) {
    case 'blanks':
      return splitBlanks(text);
    case 'characters':
      return splitCharacters(text);
    case 'literal':
      return splitLiteral(text, separator.text);
    case 'regex':
      return splitRegex(text, separator.regex, regexes);
    case 'pattern':
      return splitPattern(text, separator.regex, regexes);
    case 'widths':
      return splitWidths(text, separator.widths);
    default:
      return splitCsv(text);
  }
}

function plain(fields: string[], seps: string[]): Splitting {
  return { fields, seps, before: '', after: '' };
}

function splitBlanks(text: string): Splitting {
  const [before] = /^[ \t\n]*/.exec(text)!;
  const fields: string[] = [];
  const seps: string[] = [];
  for (const found of text.matchAll(/([^ \t\n]+)([ \t\n]*)/g)) {
    fields.push(found[1]!);
    seps.push(found[2]!);
  }
  return { fields, seps, before, after: seps.pop() ?? '' };
}

function splitCharacters(text: string): Splitting {
  const fields = Array.from(text);
  return plain(fields, fields.slice(1).fill(''));
}

function splitLiteral(text: string, separator: string): Splitting {
  const fields = text.split(separator);
  return plain(fields, fields.slice(1).fill(separator));
}

/** Matches of nothing separate nothing. */
function splitRegex(text: string, regex: Regex, regexes: Regexes): Splitting {
  const fields: string[] = [];
  const seps: string[] = [];
  let start = 0;
  let from = 0;
  while (from <= text.length && regexes.search(regex, text, from)) {
    if (regexes.end === regexes.start)
      from = regexes.end + (regexes.end < text.length ? unitsAt(text, regexes.end) : 1);
    else {
      fields.push(text.slice(start, regexes.start));
      seps.push(text.slice(regexes.start, regexes.end));
      start = regexes.end;
      from = start;
    }
  }
  fields.push(text.slice(start));
  return plain(fields, seps);
}

/** FPAT: the fields are the matches. An empty match counts, except right after a match that was not. */
function splitPattern(text: string, regex: Regex, regexes: Regexes): Splitting {
  const fields: string[] = [];
  const seps: string[] = [];
  let done = 0;
  let from = 0;
  while (from <= text.length && regexes.search(regex, text, from)) {
    const { start, end } = regexes;
    if (end > start || start !== done || fields.length === 0) {
      seps.push(text.slice(done, start));
      fields.push(text.slice(start, end));
      done = end;
    }
    from = end > start ? end : end + (end < text.length ? unitsAt(text, end) : 1);
  }
  const before = seps.shift() ?? '';
  return { fields, seps, before, after: text.slice(done) };
}

function splitWidths(text: string, widths: readonly Width[]): Splitting {
  const fields: string[] = [];
  const seps: string[] = [];
  let before = '';
  let rest = text;
  for (const { skip, width } of widths) {
    if (rest === '') break;
    const skipped = characterSlice(rest, 0, skip);
    if (fields.length === 0) before = skipped;
    else seps.push(skipped);
    rest = rest.slice(skipped.length);
    const field = width === Infinity ? rest : characterSlice(rest, 0, width);
    fields.push(field);
    rest = rest.slice(field.length);
  }
  return { fields, seps, before, after: rest };
}

/** RFC 4180 as gawk's --csv reads it: quotes around a field go, two quotes inside are one. */
function splitCsv(text: string): Splitting {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const field = readCsvField(text, at);
    fields.push(field.text);
    if (field.end >= text.length) break;
    at = field.end + 1;
  }
  return plain(fields, fields.slice(1).fill(','));
}

function readCsvField(text: string, start: number): { text: string; end: number } {
  if (text[start] !== '"') {
    const comma = text.indexOf(',', start);
    const end = comma === -1 ? text.length : comma;
    return { text: text.slice(start, end), end };
  }
  let out = '';
  let at = start + 1;
  for (; at < text.length; at++) {
    if (text[at] !== '"') out += text[at];
    else if (text[at + 1] === '"') out += text[at++];
    else break;
  }
  // What stands between the closing quote and the comma belongs to the field.
  const comma = text.indexOf(',', at + 1);
  const end = comma === -1 ? text.length : comma;
  return { text: out + text.slice(at + 1, end), end };
}
