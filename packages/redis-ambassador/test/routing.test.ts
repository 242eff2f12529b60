// Routing: every command of the table in every state, and the policies that change where it goes.
import { describe, expect, test } from 'vitest';
import { commands, findCommand } from '../src/commands/find.ts';
import { mayWrite, type Policy, route, type SessionState } from '../src/routing.ts';
import { framed } from './framing.ts';

const policy: Policy = {
  readFrom: 'prefer-replica',
  consistency: 'key',
  readOnly: false,
  rewriteReads: false,
  denied: new Set(),
  renamed: new Map(),
};
const free = { own: 'none', consistency: 'key' } as const;
const to = (text: string, change: Partial<Policy> = {}, state: Partial<SessionState> = {}): string => {
  const changed = { ...policy, ...change };
  const { consistency } = changed;
  return route(findCommand(framed(...text.split(' '))), { own: 'none', consistency, ...state }, changed)
    .action;
};

describe.each(commands)('$name', (command) => {
  const expected = {
    read: 'replica',
    write: 'primary',
    primary: 'primary',
    everywhere: 'everywhere',
    info: 'info',
    scan: 'cursor',
    block: 'pin',
    pin: 'pin',
    relay: 'relay',
    local: 'local',
    admin: 'primary',
    script: mayWrite(command) ? 'primary' : 'replica',
  };
  test('goes where its class says, marks keys only if it may write, and says why', () => {
    const decision = route(command, free, policy);
    expect(decision.action).toBe(expected[command.group]);
    expect(decision.marks).toBe(mayWrite(command));
    expect(decision.why).not.toBe('');
  });
});

test.each([
  { in: 'GET a', change: { consistency: 'strong' }, out: 'primary' },
  { in: 'GET a', change: { readFrom: 'primary' }, out: 'primary' },
  { in: 'GET a', change: { consistency: 'eventual' }, out: 'replica' },
  { in: 'GET a', change: { readFrom: 'any' }, out: 'replica' },
  { in: 'GET a', change: { readFrom: 'nearest' }, out: 'replica' },
  { in: 'HSCAN a 0', change: { readFrom: 'primary' }, out: 'primary' },
  { in: 'HSCAN a 7', change: { consistency: 'strong' }, out: 'primary' },
  { in: 'SET a b', change: { readOnly: true }, out: 'refuse' },
  { in: 'BLPOP a 0', change: { readOnly: true }, out: 'refuse' },
  { in: 'NOSUCH a', change: { readOnly: true }, out: 'refuse' },
  { in: 'EVAL s 1 k', change: { readOnly: true }, out: 'refuse' },
  { in: 'EVAL_RO s 1 k', change: { readOnly: true }, out: 'replica' },
  { in: 'GET a', change: { readOnly: true }, out: 'replica' },
  { in: 'FLUSHALL', change: { denied: new Set(['flushall']), renamed: new Map() }, out: 'refuse' },
  { in: 'XGROUP CREATE a g $', change: { denied: new Set(['xgroup']), renamed: new Map() }, out: 'refuse' },
  {
    in: 'XGROUP CREATE a g $',
    change: { denied: new Set(['xgroup|destroy']), renamed: new Map() },
    out: 'primary',
  },
] as const)('$in with $change', ({ in: text, change, out }) => {
  expect(to(text, change)).toBe(out);
});

test.each([
  { in: 'GET a', own: 'pinned', out: 'pin' },
  { in: 'SET a b', own: 'pinned', out: 'pin' },
  { in: 'EXEC', own: 'pinned', out: 'pin' },
  { in: 'EXEC', own: 'none', out: 'local' },
  { in: 'SUBSCRIBE a', own: 'pinned', out: 'relay' },
  { in: 'GET a', own: 'relay', out: 'relay' },
] as const)('$in of a client that is $own', ({ in: text, own, out }) => {
  expect(to(text, {}, { own })).toBe(out);
});

test.each([
  { consistency: 'strong', out: 'primary' },
  { consistency: 'eventual', out: 'replica' },
] as const)('a client that chose $consistency for itself', ({ consistency, out }) => {
  expect(to('GET a', { consistency: 'key' }, { consistency })).toBe(out);
});
