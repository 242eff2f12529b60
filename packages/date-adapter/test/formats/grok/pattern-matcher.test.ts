import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { PatternMatcher } from '../../../src/formats/grok/pattern-matcher.ts';

/** All named groups of the first match, or null; as a RegExp's `groups`. */
function groupsOf(pattern: string, text: string): Record<string, string | undefined> | null {
  const matcher = new PatternMatcher(pattern);
  const around = Buffer.from('aA0_ ');
  const bytes = Buffer.concat([around, Buffer.from(text), around]);
  const start = around.length;
  const end = bytes.length - around.length;
  if (!matcher.match(bytes, start, end)) return null;
  const { positions } = matcher;
  return Object.fromEntries(
    matcher.groups.map((name, group) => {
      const [from, to] = [positions[2 * group]!, positions[2 * group + 1]!];
      return [name, from === -1 || to === -1 ? undefined : bytes.subarray(from, to).toString()];
    }),
  );
}

/** V8's engine as the oracle: same syntax here, same meaning, but for time. */
function oracle(pattern: string, text: string): Record<string, string | undefined> | null {
  const match = new RegExp(pattern, 'u').exec(text);
  return match === null ? null : { ...match.groups };
}

const CASES: readonly (readonly [pattern: string, text: string])[] = [
  ['(?<x>ab|abcd)', 'abcd'],
  ['(?<x>.*?)b', 'aabab'],
  ['(?<x>.*)b', 'aabab'],
  ['(?<x>a{2,3})(?<y>a*)', 'aaaaa'],
  ['(?<x>a{2,3}?)(?<y>a*)', 'aaaaa'],
  ['(?<x>(?:ab?)*?)c', 'aabac'],
  ['^(?<x>[^ ]+) (?<y>\\S+)$', 'one two'],
  ['(?<x>\\d+)\\b(?<y>.)', '12a 34 b'],
  ['(?<x>\\d*)\\b', '12a'],
  ['(?<x>\\w+)\\B(?<y>.)', 'word'],
  ['(?<x>[a-c]+)(?<y>[c-e]+)', 'abcde'],
  ['(?<x>(?:a|b)+)(?<y>b|$)', 'abab'],
  ['(?<x>a??)(?<y>a?)', 'a'],
  ['(?<x>[äö]+)(?<y>[^ä])', 'öäß€'],
  ['(?<x>.)(?<y>.)', '€😀'],
  ['(?<x>(?:a*)*)b', 'aab'],
  ['(?<x>(?:a*)+)$', 'aa'],
  ['(?<x>\\.[\\]\\-]+)', 'x.]-'],
  ['(?<x>[a\\d-]+)', 'b-a1'],
  ['(?<x>x{0})(?<y>y)', 'xy'],
  ['(?<!\\d)(?<x>\\d{2})(?!\\d)', '123 45'],
  ['(?<=€)(?<x>\\d)', '1 €2'],
  ['(?<x>\\x41\\u0042)', 'AB'],
  ['(?<x>[^\\w\\s]+)', 'a b;!c'],
  ['(?<x>a|)(?<y>b)', 'b'],
  ['(?<x>)$', ''],
  ['^$(?<x>)', ''],
  ['(?<x>a+)+$', 'aab'],
  ['(?<x>[^é])', 'é'],
  ['(?<x>[^é])', 'éé€'],
];

describe('matches as Perl, V8 and grok do', () => {
  it.each(CASES)('%s in %s', (pattern, text) => {
    expect(groupsOf(pattern, text)).toEqual(oracle(pattern, text));
  });

  it('agrees with V8 about random patterns and texts', () => {
    const random = new SeededRandom(23);
    let matched = 0;
    for (let round = 0; round < 3000; round++) {
      const pattern = randomPattern(random);
      const text = Array.from({ length: random.integer(0, 12) }, () =>
        random.pick('a a b b c 0 é'.split(' ').concat(' ')),
      ).join('');
      const expected = oracle(pattern, text);
      expect(groupsOf(pattern, text), `${pattern} in ${JSON.stringify(text)}`).toEqual(expected);
      if (expected !== null) matched++;
    }
    expect(matched).toBeGreaterThan(1000);
  });
});

/** Named groups stand outside of repeats only: in repeats, V8 forgets captures of earlier rounds and Perl does not. */
function randomPattern(random: SeededRandom): string {
  const parts = Array.from({ length: random.integer(1, 4) }, (_, index) =>
    random.chance(0.4) ? `(?<g${index}>${randomPart(random, 2)})` : randomPart(random, 2),
  );
  return parts.join('');
}

/** What is repeated consumes something: V8 does not count rounds that match nothing, Perl does. */
function randomPart(random: SeededRandom, depth: number): string {
  const consuming = ['a', 'b', 'c', '.', '[ab]', '[^a]', '\\w', '\\d', '\\S', 'é'];
  if (depth === 0 || random.chance(0.3)) return random.pick([...consuming, '\\b', '^', '$']);
  const inner = Array.from({ length: random.integer(1, 3) }, () => randomPart(random, depth - 1));
  const group = `(?:${inner.join(random.chance(0.5) ? '|' : '')})`;
  const quantifier = random.pick(['', '*', '+', '?', '*?', '+?', '??', '{1,2}', '{2}', '{0,2}?']);
  return quantifier === '' ? group : `(?:${random.pick(consuming)}${group})${quantifier}`;
}

it('agrees with V8 about loops over long texts, wherever blocks of 64 bytes end', () => {
  const random = new SeededRandom(29);
  for (let round = 0; round < 400; round++) {
    const runs = Array.from({ length: random.integer(1, 6) }, () =>
      random.pick(['a', 'b', 'é', ' ', '1']).repeat(random.integer(1, 150)),
    );
    const text = runs.join('');
    const pattern = random.pick([
      '(?<x>a+)(?<y>b+)1',
      '(?<x>[^ ]*) (?<y>\\w+)b?$',
      '(?<x>(?:a|b)*)1(?<y>.*)',
      '(?<x>é*)(?<y>[ab]*)(?<z>1+)é',
      '(?<x>\\S+)\\s+(?<y>\\d+)$',
    ]);
    expect({ pattern, text, groups: groupsOf(pattern, text) }).toEqual({
      pattern,
      text,
      groups: oracle(pattern, text),
    });
  }
});

it('takes i, m and s as flags, for a group or for the rest', () => {
  expect(groupsOf('(?i)(?<x>ABC[d-f]+)', 'xAbCDeF')).toEqual({ x: 'AbCDeF' });
  expect(groupsOf('(?<x>a(?i:b)c)', 'aBC aBc')).toEqual({ x: 'aBc' });
  expect(groupsOf('(?<x>a.b)', 'a\nb')).toBeNull();
  expect(groupsOf('(?m)(?<x>a.b)', 'a\nb')).toEqual({ x: 'a\nb' });
});

it('reads atomic groups, possessive quantifiers and POSIX classes', () => {
  expect(groupsOf('(?<x>(?>[[:alpha:]]+)[[:digit:]]++)', '-ab12-')).toEqual({ x: 'ab12' });
  expect(groupsOf('(?<x>[^[:space:][:punct:]]+)', ' ,ab ')).toEqual({ x: 'ab' });
});

it('treats a byte that is no UTF-8 as a character of its own', () => {
  const matcher = new PatternMatcher('a(?<x>.)(?<y>[^b])');
  const bytes = Buffer.from([0x61, 0xff, 0xc3, 0x62]);
  expect(matcher.match(bytes, 0, 4)).toBe(true);
  expect([...matcher.positions]).toEqual([1, 2, 2, 3]);
});

describe('is linear where backtracking engines are not', () => {
  const WORST = [
    '(?<x>(?:a+)+)$',
    '(?<x>(?:a|a)*)b',
    '(?<x>(?:a*)*)b',
    '(?<x>(?:.*a){8})b',
    '(?<x>(?:a?){30}a{30})b',
  ];

  it.each(['(?<x>a+)b', '(?<x>\\w+)\\s+b', '(?<x>(?:a+c?)+)b', '(?<x>[^b]*)b', '(?<x>(?:é|a)+)b'])(
    '%s, long',
    (pattern) => {
      const matcher = new PatternMatcher(pattern);
      const text = Buffer.from(`${'a'.repeat(200_000)}c`);
      const before = process.cpuUsage();
      expect(matcher.match(text, 0, text.length)).toBe(false);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e6).toBeLessThan(2);
    },
  );

  it.each(WORST)('%s', (pattern) => {
    const matcher = new PatternMatcher(pattern);
    const text = Buffer.from(`${'a'.repeat(4000)}c`);
    const before = process.cpuUsage();
    expect(matcher.match(text, 0, text.length)).toBe(false);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});

it('says no to a line that would need too much memory, and why', () => {
  const matcher = new PatternMatcher('(?<x>(?:a|b|c|d|e)*)z');
  const text = Buffer.alloc(20_000_000, 0x61);
  expect(matcher.match(text, 0, text.length)).toBe(false);
  expect(matcher.expected).toBe('a line short enough for this pattern');
});

it.each([
  { pattern: 'a{3,2}', says: 'must go up' },
  { pattern: 'a{5000}', says: 'must go up' },
  { pattern: '*a', says: 'nothing to repeat' },
  { pattern: 'a)', says: 'closes nothing' },
  { pattern: '[a', says: '[ without ]' },
  { pattern: '[z-a]', says: 'goes down' },
  { pattern: '[[:nope:]]', says: 'no class' },
  { pattern: 'a\\', says: 'backslash at the end' },
  { pattern: '\\q', says: '\\q is not known' },
  { pattern: '\\k<x>', says: 'back reference' },
  { pattern: '(?x)a', says: 'unknown kind' },
  { pattern: '(?:(?:a{1000}){1000})', says: 'too large' },
  { pattern: '('.repeat(1000), says: 'nested deeper' },
])('refuses $pattern: $says', ({ pattern, says }) => {
  expect(() => new PatternMatcher(pattern)).toThrow(says);
});
