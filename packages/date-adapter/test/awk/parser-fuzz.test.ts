// Programs that somebody's slip has damaged: the parser says what is wrong, with a place inside the text, or takes
// them; it never ends in another way. Tokens of the grammar's table are left out, doubled, swapped and put in from
// elsewhere; FUZZ_SEED replays a run.
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/awk/analysis.ts';
import { parseProgram } from '../../src/awk/parser.ts';
import { SourceError } from '../../src/awk/source-error.ts';
import { ACTIONS, PATTERNS, PROGRAMS } from './grammar-table.ts';
import { programText } from './s-expression.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? 20260302);

/** Marsaglia's xorshift: the same dice for the same seed. @returns integers below `limit` */
function dice(start: number): (limit: number) => number {
  let state = start | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

const TOKENS = /\s+|\w+|"(?:[^"\\]|\\.)*"|[-+*/%^=<>!&|]=|&&|\|\||\+\+|--|[^]/gu;
const HOSTILE = [
  '\\',
  '\r',
  '\0',
  '"',
  '/',
  '[',
  '{',
  '(',
  '\udcff',
  'é',
  '\u2028',
  '@',
  '`',
  '#',
  '\\\n',
  '0x',
  '1e',
  '|&',
];

const programs = [
  ...PATTERNS.map((row) => row.in),
  ...ACTIONS.map((row) => `{ ${row.in} }`),
  ...PROGRAMS.map((row) => row.in),
];
const tokens = programs.map((program) => program.match(TOKENS) ?? []);
const vocabulary = [...new Set(tokens.flat()), ...HOSTILE];

function damage(words: readonly string[], roll: (limit: number) => number): string {
  const damaged = [...words];
  for (let times = 1 + roll(4); times > 0; times--) {
    const at = roll(damaged.length + 1);
    const word = vocabulary[roll(vocabulary.length)] ?? '';
    const kind = roll(5);
    if (kind === 0) damaged.splice(at, 1);
    else if (kind === 1) damaged.splice(at, 0, word);
    else if (kind === 2) damaged.splice(at, 1, word);
    else if (kind === 3) damaged.splice(at, 0, ...damaged.slice(at, at + 1 + roll(4)));
    else damaged.length = at;
  }
  return damaged.join('');
}

/** What the parser makes of a text. A program that it takes has a tree that can be printed and analysed. */
function judge(text: string, posix: boolean): 'taken' | 'refused' | Fault {
  try {
    const program = parseProgram([{ name: 'fuzz', text }], { posix });
    programText(program);
    analyze(program);
    return 'taken';
  } catch (error) {
    if (error instanceof SourceError && isWithin(text, error)) return 'refused';
    return { seed, text, error: error instanceof Error ? error.stack : error };
  }
}

type Fault = { readonly seed: number; readonly text: string; readonly error: unknown };

function isWithin(text: string, { place: { line, column } }: SourceError): boolean {
  const lines = text.split('\n');
  return line <= lines.length + 1 && column - 1 <= (lines[line - 1] ?? '').length + 1;
}

function faults(texts: Iterable<string>): Fault[] {
  return Array.from(texts, (text) => judge(text, false)).filter((outcome) => typeof outcome === 'object');
}

describe('damaged programs', () => {
  test.each([false, true])('are taken or refused (posix: %s)', (posix) => {
    const roll = dice(seed);
    const outcomes = Array.from({ length: 20_000 }, () =>
      judge(damage(tokens[roll(tokens.length)] ?? [], roll), posix),
    );
    expect(outcomes.filter((outcome) => typeof outcome === 'object')).toEqual([]);
    // Neither all refused nor all taken: the damage is real and the parser reads on.
    expect(outcomes.filter((outcome) => outcome === 'taken').length).toBeGreaterThan(2000);
    expect(outcomes.filter((outcome) => outcome === 'refused').length).toBeGreaterThan(2000);
  });

  test('every beginning of every program', () => {
    const beginnings = programs.flatMap((program) =>
      Array.from({ length: program.length }, (_, end) => program.slice(0, end)),
    );
    expect(faults(beginnings)).toEqual([]);
  });

  test('noise', () => {
    const roll = dice(seed);
    const noise = Array.from({ length: 5000 }, (_, round) => {
      const units = Array.from({ length: roll(40) }, () => roll(round % 2 === 0 ? 128 : 0x10000));
      return String.fromCharCode(...units);
    });
    expect(faults(noise)).toEqual([]);
  });

  test('the time for a text grows with its length', () => {
    // oxfmt-ignore
    const pieces = ['{ x = "', '{ x = /', '/[', '# ', '"\\', '{', '(', '1 ', 'a[', '!', '\\\n', '\n', ';', '-', '+', '[:', '$', 'x||', '{x}'];
    expect(faults(pieces.map((piece) => piece.repeat(50_000)))).toEqual([]);
    expect(faults([`{ "${'a'.repeat(1_000_000)}`, `/${'[a]'.repeat(300_000)}`])).toEqual([]);
  });
});
