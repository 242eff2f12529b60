// Skipping ahead must find what looking everywhere finds; an expression is prepared for speed after some uses.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { compileRegex } from '../../../src/awk/regex/regex.ts';

const PATTERNS = [
  'ab',
  'abc',
  'abca',
  'aabbccaab',
  'abcabcabcabc',
  'a(b|c)a',
  '(ab|ca)c*',
  'a[bc]{3}b',
  '(abc|bca|cab)b',
  '[bc]a(a|b|cc)a',
  'abé',
  'éa',
  'a.c',
  'ab$',
  'abc|^b',
];

function spans(pattern: string, records: readonly Uint8Array[], warm: boolean): string[] {
  const regex = compileRegex(pattern);
  const none = new Uint8Array(0);
  for (let use = 0; use < (warm ? 100 : 0); use++) regex.search(none, 0, 0, 0);
  return records.map((record) => {
    const cold = warm ? regex : compileRegex(pattern);
    const all: string[] = [String(cold.test(record, 2, record.length - 2))];
    for (let from = 2; cold.search(record, 2, record.length - 2, from); from = cold.matchEnd) {
      all.push(`${cold.matchStart}-${cold.matchEnd}`);
    }
    return all.join(' ');
  });
}

describe('prepared for speed or not', () => {
  const random = new SeededRandom(20_260_103);
  const alphabets = [
    ['a', 'b', 'c'],
    ['a', 'b', 'c', 'x', 'y', 'z', '!', 'A', 'é'],
  ];
  const planted = ['aabbccaab', 'abcabcabcabc', 'abé'];
  const records = Array.from({ length: 400 }, (_, index) => {
    const text = Array.from({ length: random.integer(4, 60) }, () => random.pick(alphabets[index % 2]!));
    if (random.chance(0.3)) text[random.integer(0, text.length - 1)] = random.pick(planted);
    return new TextEncoder().encode(text.join(''));
  });

  test.each(PATTERNS)('/%s/ finds the same', (pattern) => {
    const found = spans(pattern, records, true);
    expect(found).toEqual(spans(pattern, records, false));
    expect(found.some((all) => all.startsWith('true'))).toBe(true);
  });
});
