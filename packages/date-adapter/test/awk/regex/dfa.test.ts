// The promises that no single match shows: time linear in the record, memory bounded, the same answers when it is full.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { byteClasses } from '../../../src/awk/regex/byte-classes.ts';
import { Dfa } from '../../../src/awk/regex/dfa.ts';
import { LongestMatch } from '../../../src/awk/regex/longest-match.ts';
import { parseExpression, wordCharacters } from '../../../src/awk/regex/parser.ts';
import { compileProgram } from '../../../src/awk/regex/program.ts';
import { compileRegex } from '../../../src/awk/regex/regex.ts';
import { Skipper } from '../../../src/awk/regex/skipper.ts';
import { sourceUnits } from '../../../src/awk/regex/source-units.ts';
import { Threads } from '../../../src/awk/regex/threads.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function automaton(pattern: string, tableSize?: number): { dfa: Dfa; longest: LongestMatch } {
  const mode = { utf8: true, ignoreCase: false, lines: false, gawkOperators: true };
  const { expression, groups } = parseExpression(
    sourceUnits(pattern, { utf8: true, hexEscapes: true }),
    mode,
  );
  const threads = new Threads(compileProgram(expression, groups), { ...mode, word: wordCharacters(mode) });
  const classes = byteClasses(threads);
  const size = tableSize === undefined ? {} : { tableSize };
  const dfa = new Dfa(threads, classes, { ordered: true, idles: true, ...size });
  return { dfa, longest: new LongestMatch(dfa, new Skipper(threads, classes, true)) };
}

/** Bytes looked at to find all matches. */
function stepsFor(pattern: string, record: Uint8Array): number {
  const { longest } = automaton(pattern);
  for (let from = 0; from <= record.length && longest.find(record, 0, record.length, from);) {
    from = longest.end > longest.begin ? longest.end : longest.end + 1;
  }
  return longest.steps;
}

const repeat = (text: string, size: number): Uint8Array => encode(text.repeat(size / text.length));

describe('all matches of a record in linear time', () => {
  test.each([
    ['(a+)+$', 'a', 'b'],
    ['(a|aa)+$', 'a', 'b'],
    ['(x+x+)+y', 'x', ''],
    ['a*b', 'a', ''],
    ['a*b', 'aaaaaaab', ''],
    ['(a*)*b', 'a', ''],
    ['a{0,200}b', 'a', ''],
    ['[ab]*a[ab]{20}', 'ab', 'c'],
    ['.*.*.*x', 'ab', ''],
    ['(.*)(.*)(.*)(.*)y', 'x', ''],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a', '!'],
    ['[^,]*;', 'aaa,', ''],
    ['"[^"]*"', '"ab" ', '"'],
    // Each search looks to the end of the record in vain.
    ['a|a.*b', 'a', ''],
    ['<[^>]*>|<', '<', ''],
    ['a|a(..)*b', 'a', ''],
    ['a|(a|aa)*a{20}b', 'a', ''],
  ])('/%s/ in many <%s>', (pattern, text, tail) => {
    const size = 8192;
    const steps = (count: number): number =>
      stepsFor(pattern, encode(new TextDecoder().decode(repeat(text, count)) + tail));
    expect(steps(2 * size)).toBeLessThan(2.1 * steps(size) + 16);
    expect(steps(size)).toBeLessThanOrEqual(70 * (size + tail.length));
  });
});

describe('bounded memory', () => {
  const random = new SeededRandom(20_260_102);
  const record = encode(Array.from({ length: 30_000 }, () => random.pick(['a', 'b', 'b'])).join(''));

  test('states are forgotten, and the answer is the same', () => {
    const pattern = '(a|b)*a(a|b){9}c|a{3}b{5}a{3}';
    const small = automaton(pattern, 300);
    const large = automaton(pattern);
    const found = large.longest.find(record, 0, record.length, 0);
    expect(small.longest.find(record, 0, record.length, 0)).toBe(found);
    expect([small.longest.begin, small.longest.end]).toEqual([large.longest.begin, large.longest.end]);
    expect(small.dfa.flushes).toBeGreaterThan(5);
    expect(small.dfa.table.length).toBeLessThanOrEqual(300);
    expect(large.dfa.flushes).toBe(0);
  });

  test('an expression with a million states keeps a few thousand', () => {
    const { dfa, longest } = automaton('[ab]*a[ab]{20}c');
    expect(longest.find(record, 0, record.length, 0)).toBe(false);
    expect(dfa.table.length).toBeLessThanOrEqual(0x40000);
    expect(dfa.size * dfa.threads.program.operations.length).toBeLessThan(4 * 0x40000);
  });

  test('what moves where matches begin survives it', () => {
    const pattern = 'abab|b.{6}c|aab+a';
    const text = encode('aabbbabababbbabbaabbac'.repeat(50));
    const spans = (tableSize?: number): string[] => {
      const regex = compileRegex(pattern, tableSize === undefined ? {} : { tableSize });
      const all: string[] = [];
      for (let from = 0; regex.search(text, 0, text.length, from); from = regex.matchEnd) {
        all.push(`${regex.matchStart}-${regex.matchEnd}`);
      }
      return all;
    };
    expect(spans().length).toBeGreaterThan(100);
    expect(spans(1)).toEqual(spans());
    expect(spans(40)).toEqual(spans());
  });
});

test('what is learned about a record changes no match in it', () => {
  const random = new SeededRandom(20_260_104);
  for (const pattern of ['a|a.*b', 'a|a(..)*b', 'b|(a|b)*c', 'ab?|a[^c]*ca', '(a|ab)(c|b.*c)?']) {
    const regex = compileRegex(pattern);
    for (let count = 0; count < 30; count++) {
      const text = Array.from({ length: 2000 }, () =>
        random.weighted([
          ['a', 300],
          ['b', 300],
          ['c', count % 3],
        ]),
      );
      const record = encode(text.join(''));
      const spans = (next: boolean): string[] => {
        const all: string[] = [];
        for (let from = 0; from < record.length; from = regex.matchEnd) {
          const go =
            next && from > 0
              ? regex.searchNext(record, 0, record.length, from)
              : regex.search(record, 0, record.length, from);
          if (!go) break;
          all.push(`${regex.matchStart}-${regex.matchEnd}`);
        }
        return all;
      };
      expect(spans(true)).toEqual(spans(false));
    }
  }
});
