// What --explain and AMBASSADOR ROUTE say.
import { expect, test } from 'vitest';
import { explainRoute } from '../src/explain.ts';

const policy = {
  readFrom: 'prefer-replica',
  consistency: 'key',
  readOnly: false,
  rewriteReads: false,
  denied: new Set<string>(),
  renamed: new Map<string, string>(),
} as const;

test.each([
  { in: 'GET x', out: /a replica, .*only reads; keys: x; to the primary while a key of it was written/ },
  { in: 'SORT x STORE y', out: /the primary, over a shared connection: it may write; keys: x y$/ },
  { in: 'EVAL s 0', out: /the primary.*keys: any key$/ },
  { in: 'BLPOP q 0', out: /lent to the client: it may wait/ },
  { in: 'SUBSCRIBE c', out: /own: from now on the server talks/ },
  { in: 'FT.SEARCH idx q', out: /the primary.*nothing else is known of it.*keys: any key$/ },
  { in: 'SCRIPT LOAD x', out: /the primary, and the same to every replica/ },
  { in: 'HSCAN h 0', out: /its cursor means something only to the server that gave it/ },
])('$in', ({ in: text, out }) => {
  expect(explainRoute(text.split(' '), policy)).toMatch(out);
});

test.each([
  { in: 'SORT x', out: /^SORT_RO x -> a replica/ },
  { in: 'SORT x STORE y', out: /^SORT x STORE y -> the primary/ },
  { in: 'SORT x BY w_*', out: /^SORT_RO x BY w_\* -> a replica.*keys: any key/ },
])('$in with --rewrite-reads', ({ in: text, out }) => {
  expect(explainRoute(text.split(' '), { ...policy, rewriteReads: true })).toMatch(out);
});

test.each([
  { chosen: 'strong', out: /the primary.*consistency strong.*keys: x$/ },
  { chosen: 'eventual', out: /a replica.*keys: x; just now: b:1 or c:1$/ },
] as const)('GET of a client that chose $chosen', ({ chosen, out }) => {
  const circumstances = { consistency: chosen, readers: 'b:1 or c:1' };
  expect(explainRoute(['GET', 'x'], policy, circumstances)).toMatch(out);
});
