// Where the keys of a command are, the movable ones above all. COMMAND GETKEYS of a real server confirms them in e2e.
import { expect, test } from 'vitest';
import { findCommand } from '../../src/commands/find.ts';
import { KeyFinder } from '../../src/commands/keys.ts';
import { framed } from '../framing.ts';
import { keyRows } from './key-rows.ts';

test.each(keyRows)('$in', ({ in: text, out }) => {
  const words = text.split(' ').map((word) => (word === '""' ? '' : word));
  const framer = framed(...words);
  const finder = new KeyFinder();
  finder.find(findCommand(framer), framer);
  const keys = Array.from(finder.keyAt.subarray(0, finder.count), (index) => words[index]);
  expect(finder.unknown ? 'any' : keys).toEqual(out);
});

test('more keys than fit at first', () => {
  const words = ['MGET', ...Array.from({ length: 5000 }, (_, i) => `k${i}`)];
  const framer = framed(...words);
  const finder = new KeyFinder();
  finder.find(findCommand(framer), framer);
  expect(finder.count).toBe(5000);
  expect(finder.keyAt[4999]).toBe(5000);
});
