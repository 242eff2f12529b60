// Cursors with the number of their server in front.
import { expect, test } from 'vitest';
import { CURSOR_OWNERS, joinCursor, splitCursor } from '../src/cursor.ts';

test.each([
  { owner: 1, own: '1' },
  { owner: 1, own: '13107' },
  { owner: CURSOR_OWNERS, own: '1099511627775' },
])('$own of server $owner comes back', ({ owner, own }) => {
  const joined = joinCursor(owner, own);
  expect(Number.isSafeInteger(Number(joined))).toBe(true);
  expect(splitCursor(joined)).toEqual({ owner, own });
});

test('0 is the end, whoever says so', () => {
  expect(joinCursor(7, '0')).toBe('0');
});

test.each(['0', '7', '1099511627775', '', 'x', '-1', '18446744073709551615', '9007199254740992', '1e14'])(
  'what no replica of ours gave is left alone: %s',
  (text) => {
    expect(splitCursor(text)).toEqual({ owner: 0, own: text });
  },
);
