import { SeededRandom } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { compareRotatedNames, isRotatedName, rotationBases } from '../src/rotated-names.ts';

const rotated: [base: string, name: string][] = [
  ['app.log', 'app.log.1'],
  ['app.log', 'app.log.12.gz'],
  ['app.log', 'app.log-20241120'],
  ['app.log', 'app.log-20241120.gz'],
  ['app.log', 'app.log-20241120-1732060800'],
  ['app.log', 'app.log.2024-11-20'],
  ['app.log', 'app.log.2024-11-20_10'],
  ['app.log', 'app.log.2024-11-20T10:30:00.1'],
  ['app.log', 'app-2024-11-20.log'],
  ['app.log', 'app-2024-11-20.1.log'],
  ['app.log', 'app-2024-11-20T10-30-00.000.log.gz'],
  ['app.log', 'app.1.log'],
  ['app.log', 'app.log.old'],
  ['app.log', 'app.log.bak.1'],
  ['messages', 'messages.1'],
  ['messages', 'messages-20241120'],
  ['.hidden', '.hidden.1'],
  ['a.b.log', 'a.b.2.log'],
];
const others: [base: string, name: string][] = [
  ['app.log', 'app.log'],
  ['app.log', 'app.log.lock'],
  ['app.log', 'app.logs'],
  ['app.log', 'app.log.swp'],
  ['app.log', 'app.log.gz'],
  ['app.log', 'app.log1'],
  ['app.log', 'app-error.log'],
  ['app.log', 'app2.log'],
  ['app.log', 'other.log.1'],
  ['app.log', 'my-app.log.1'],
  ['messages', 'message.1'],
];

describe('isRotatedName', () => {
  test.each(rotated)('%s -> %s', (base, name) => expect(isRotatedName(base, name)).toBe(true));
  test.each(others)('not %s -> %s', (base, name) => expect(isRotatedName(base, name)).toBe(false));
});

test.each(rotated)('rotationBases of the other direction: %s <- %s', (base, name) => {
  expect([...rotationBases(name)]).toContain(base);
});

describe('compareRotatedNames sorts older first', () => {
  test.each([
    {
      base: 'app.log',
      sorted: ['app.log.11', 'app.log.10', 'app.log.9', 'app.log.2', 'app.log.1', 'app.log'],
    },
    { base: 'app.log', sorted: ['app.log.3.gz', 'app.log.2.gz', 'app.log.1', 'app.log'] },
    { base: 'app.log', sorted: ['app.10.log', 'app.2.log', 'app.1.log', 'app.log'] },
    { base: 'app.log', sorted: ['app.log-20231231', 'app.log-20240101', 'app.log-20241120', 'app.log'] },
    {
      base: 'app.log',
      sorted: [
        'app-2024-11-20.1.log',
        'app-2024-11-20.2.log',
        'app-2024-11-20.10.log',
        'app-2024-11-21.0.log',
        'app.log',
      ],
    },
    { base: 'app.log', sorted: ['app.log.2024-11-20_9', 'app.log.2024-11-20_10', 'app.log'] },
    { base: 'messages', sorted: ['messages.2', 'messages.1', 'messages'] },
  ])('$sorted', ({ base, sorted }) => {
    const random = new SeededRandom(41);
    for (let round = 0; round < 20; round++) {
      const shuffled = sorted
        .map((name) => ({ name, key: random.bits() }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ name }) => name);
      expect(shuffled.toSorted((a, b) => compareRotatedNames(base, a, b))).toEqual(sorted);
    }
  });
});
