// --deny, --rename, --read-only: what they refuse, by the same functions that route real commands.
import { expect, test } from 'vitest';
import { planPolicy, policyFaults } from '../src/command-policy.ts';
import { findCommand } from '../src/commands/find.ts';
import { route } from '../src/routing.ts';
import { framed } from './framing.ts';

const base = {
  readFrom: 'primary',
  consistency: 'key',
  readOnly: false,
  rewriteReads: false,
  rename: undefined,
} as const;
const state = { own: 'none', consistency: 'key' } as const;

test.each([
  { deny: ['flushall'], refused: ['FLUSHALL', 'flushall async'], passed: ['FLUSHDB'] },
  { deny: ['config'], refused: ['CONFIG', 'CONFIG GET x', 'config nosuch'], passed: ['INFO'] },
  {
    deny: ['config|set, CLIENT kill'],
    refused: ['CONFIG SET a b', 'CLIENT KILL x'],
    passed: ['CONFIG GET a', 'CLIENT ID'],
  },
  { deny: ['object'], refused: ['OBJECT ENCODING a', 'OBJECT NOSUCH a', 'OBJECT'], passed: ['GET a'] },
  { deny: ['ft.search'], refused: ['FT.SEARCH idx *'], passed: ['FT.CREATE idx'] },
  {
    deny: ['@dangerous'],
    refused: ['KEYS *', 'SHUTDOWN', 'CONFIG SET a b', 'DEBUG SLEEP 1'],
    passed: ['GET a', 'CLIENT ID'],
  },
  {
    deny: ['@scripting', '@blocking'],
    refused: ['EVAL x 0', 'BLPOP a 0', 'XREAD STREAMS a 0'],
    passed: ['GET a'],
  },
])('--deny $deny', ({ deny, refused, passed }) => {
  const policy = planPolicy({ ...base, deny });
  expect([...policyFaults({ deny, rename: undefined })]).toEqual([]);
  const action = (text: string): string =>
    route(findCommand(framed(...text.split(' '))), state, policy).action;
  expect(refused.map((text) => [text, action(text)])).toEqual(refused.map((text) => [text, 'refuse']));
  for (const text of passed) expect([text, action(text)]).not.toEqual([text, 'refuse']);
});

test('read-only refuses what may write, also scripts and unknown commands, and nothing else', () => {
  const policy = planPolicy({ ...base, deny: [], readOnly: true });
  const action = (text: string): string =>
    route(findCommand(framed(...text.split(' '))), state, policy).action;
  for (const text of ['SET a b', 'EVAL x 0', 'BLPOP a 0', 'NOSUCH a', 'SORT a STORE b', 'FUNCTION LOAD x'])
    expect([text, action(text)]).toEqual([text, 'refuse']);
  for (const text of ['GET a', 'EVAL_RO x 0', 'XREAD BLOCK 0 STREAMS a $', 'MULTI', 'SUBSCRIBE a'])
    expect([text, action(text)]).not.toEqual([text, 'refuse']);
});

test('a denied command stays so under the name that the servers have for it', () => {
  const policy = planPolicy({ ...base, deny: ['debug'], rename: 'debug=Secret9 config=x' });
  expect(policy.denied).toEqual(new Set(['debug', 'secret9']));
  expect(policy.renamed).toEqual(
    new Map([
      ['debug', 'Secret9'],
      ['config', 'x'],
    ]),
  );
});

test.each([
  { deny: ['@nosuch'], rename: undefined, what: 'not a category known here' },
  { deny: ['a|b|c'], rename: undefined, what: 'not a command' },
  { deny: [], rename: 'config', what: 'not pairs of names' },
  { deny: [], rename: 'config=', what: 'not pairs of names' },
  { deny: [], rename: 'info=x', what: 'the ambassador needs it by its usual name' },
])('$deny $rename: $what', ({ deny, rename, what }) => {
  expect([...policyFaults({ deny, rename })]).toMatchObject([{ what }]);
});
