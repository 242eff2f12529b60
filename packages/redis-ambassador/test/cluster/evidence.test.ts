// Which replies prove that a replica had the key; e2e/cluster.test.ts asks a real one for missing keys.
import { describe, expect, test } from 'vitest';
import { provesKey, provesKeys } from '../../src/cluster/evidence.ts';

describe('a reply', () => {
  test.each([
    ['$1\r\nx\r\n', true],
    ['$0\r\n\r\n', false],
    ['$-1\r\n', false],
    ['_\r\n', false],
    [':3\r\n', true],
    [':0\r\n', false],
    [':-2\r\n', false],
    [',0.5\r\n', true],
    ['+string\r\n', true],
    ['+none\r\n', false],
    ['*0\r\n', false],
    ['*-1\r\n', false],
    ['*2\r\n$1\r\na\r\n$-1\r\n', true],
    ['*2\r\n$-1\r\n$1\r\na\r\n', false],
    ['*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n', true],
    ['*1\r\n:-2\r\n', false],
    ['%1\r\n$1\r\na\r\n$1\r\nb\r\n', true],
    ['~0\r\n', false],
    ['*3\r\n', false],
    ['=7\r\ntxt:abc\r\n', true],
    ['#t\r\n', false],
  ])('%j proves: %s', (reply, proves) => {
    const bytes = Buffer.from(`xx${reply}`);
    expect(provesKey(bytes, 2, bytes.length)).toBe(proves);
  });
});

test.each([
  [':2\r\n', 2, true],
  [':1\r\n', 2, false],
  ['*2\r\n$1\r\na\r\n$0\r\n\r\n', 2, true],
  ['*2\r\n$1\r\na\r\n$-1\r\n', 2, false],
  ['*2\r\n$1\r\na\r\n_\r\n', 2, false],
  ['-ERR no\r\n', 1, false],
])('%j proves all of %i keys: %s', (reply, keys, proves) => {
  expect(provesKeys(Buffer.from(reply), keys)).toBe(proves);
});
