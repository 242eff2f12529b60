// Which commands only read although they might write, and as what.
import { expect, test } from 'vitest';
import { findCommand } from '../../src/commands/find.ts';
import { readForm } from '../../src/commands/read-forms.ts';
import { framed } from '../framing.ts';

test.each([
  { in: 'SORT a', out: 'sort_ro' },
  { in: 'sort a BY w_* GET # LIMIT 0 1 ALPHA', out: 'sort_ro' },
  { in: 'SORT a ALPHA Store b', out: undefined },
  { in: 'SORT store', out: 'sort_ro' },
  { in: 'GEORADIUS a 1 2 3 m', out: 'georadius_ro' },
  { in: 'GEORADIUS a 1 2 3 m STOREDIST b', out: undefined },
  { in: 'GEORADIUSBYMEMBER a m 3 km', out: 'georadiusbymember_ro' },
  { in: 'BITFIELD a GET u8 0 GET u8 1', out: 'bitfield_ro' },
  { in: 'BITFIELD a GET u8 0 INCRBY u8 1 1', out: undefined },
  { in: 'BITFIELD a set u8 0 1', out: undefined },
  { in: 'GETEX a', out: 'get' },
  { in: 'GETEX a PERSIST', out: undefined },
  { in: 'SET a b', out: undefined },
  { in: 'GET a', out: undefined },
])('$in', ({ in: text, out }) => {
  const framer = framed(...text.split(' '));
  expect(readForm(findCommand(framer), framer)?.name).toBe(out);
});
