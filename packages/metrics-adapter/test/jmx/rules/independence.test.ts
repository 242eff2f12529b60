import { describe, expect, test } from 'vitest';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { independence } from '../../../src/jmx/rules/independence.ts';
import { translateJavaRegex } from '../../../src/jmx/rules/java-regex.ts';

const ROWS = [
  { in: 'kafka.server<type=(.+), name=(.+)PerSec\\w*, topic=(.+)><>Count', out: true },
  { in: 'kafka.server<type=(.+), name=(.+)><>(Count|Value)', out: true },
  { in: 'java.lang<type=Memory><HeapMemoryUsage>(\\w+)', out: true },
  { in: 'a<type=(.+)><>(.+):', out: true },
  { in: 'a<type=(.+)><>(.+): ', out: true },
  { in: 'a<type=(.+)><>(.+)', out: false }, // takes the value into the group
  { in: 'a<type=(.+)><>(.+): (.*)', out: false },
  { in: 'a<type=(.+)><>State: 1', out: false },
  { in: '(.*)', out: false },
  { in: '\\d+', out: false },
  { in: 'Count$', out: false },
  { in: 'a><>([^:]+)', out: true },
  { in: 'a><>([^,]+)', out: false },
  { in: '(?i:COUNT)', out: false }, // true, but not proven
  { in: 'kafka(\\.x)?', out: true },
];

describe('the proof', () => {
  test.each(ROWS)('$in', ({ in: pattern, out }) => {
    expect(independence(translateJavaRegex(pattern), true).independent).toBe(out);
  });

  test('without groups, a pattern that fits everything does not depend on anything', () => {
    expect(independence(translateJavaRegex('.*'), false)).toMatchObject({ independent: true });
    expect(independence('', false)).toMatchObject({ independent: true });
    expect(independence(translateJavaRegex('.+'), false)).toMatchObject({ independent: false });
  });

  test('what must be in the text', () => {
    expect(independence(translateJavaRegex('kafka.server<type=x><>(.+)'), true).needs).toBe(
      'server<type=x><>',
    );
    expect(independence(translateJavaRegex('(.+)><>1'), true).needs).toBe('><>');
  });
});

test('whatever is proven holds: the same match for every number', () => {
  const seed = freshSeed();
  const random = new SeededRandom(seed);
  const pieces = [
    '.+',
    '(.*)',
    '(\\w+)',
    'Count',
    '<',
    '>',
    '><>',
    ': ',
    ':',
    '1',
    '(a|b)',
    '(C|:)',
    '[^,]+',
    '[^:]*',
    'e',
    'T',
    'x?',
    '(?:ab)?',
    '\\d',
    '\\.',
    ' ',
    '-',
  ];
  const heads = ['a.b<type=x, name=y><>Count', 'a<><>e', 'c<k=1.0><p>Total1', 'ab<x=T: 1><>Count'];
  const values = ['0', '1', '-1.5', '1.0E10', 'NaN', '-Infinity', 'true', 'false', '12345'];
  const proven = { count: 0, broken: [] as string[] };
  for (let round = 0; round < 20_000; round++) {
    const pattern = Array.from({ length: random.integer(1, 5) }, () => random.pick(pieces)).join('');
    const groupsUsed = random.chance(0.7);
    const { independent, needs } = independence(pattern, groupsUsed);
    const regex = new RegExp(`^.*(?:${pattern}).*$`);
    const head = random.pick(heads);
    const matches = values.map((value) => regex.exec(`${head}: ${value}`));
    if (needs !== undefined && !`${head}: `.includes(needs) && matches.some((one) => one !== null))
      proven.broken.push(`needs ${pattern} ${head}`);
    if (!independent) continue;
    proven.count++;
    const seen = new Set(matches.map((one) => JSON.stringify(groupsUsed ? one?.slice(1) : one !== null)));
    if (seen.size > 1) proven.broken.push(`${pattern} ${head}`);
  }
  expect({ seed, broken: proven.broken }).toEqual({ seed, broken: [] });
  expect(proven.count).toBeGreaterThan(3000);
});
