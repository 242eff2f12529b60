import { describe, expect, test } from 'vitest';
import { check } from '../../e2e/checker/check.ts';
import type { LossySwitch, Operation } from '../../e2e/checker/history.ts';
import type { Scope } from '../../e2e/checker/key-history.ts';

/** `client kind what from-to`: `a write x 1-2`, `b read x 3-4`, `b read - 3-4` (nothing there), `a push t 1-? doubt`. */
function operations(text: string): Operation[] {
  return text
    .trim()
    .split('\n')
    .map((line, index) => {
      const [client = '', kind = '', what = '', times = '', outcome = 'ok'] = line.trim().split(/\s+/);
      const [invoked, completed] = times.split('-').map(Number);
      return {
        client: client.charCodeAt(0),
        index,
        kind: kindOf(kind),
        key: '0/k',
        value: what,
        invoked: invoked ?? 0,
        completed: outcome === 'doubt' ? Infinity : (completed ?? 0),
        outcome: outcomeOf(outcome),
        result:
          kind === 'list' ? what.split(',').filter((token) => token !== '-') : what === '-' ? null : what,
      };
    });
}

const kinds: readonly Operation['kind'][] = ['write', 'read', 'push', 'list', 'pop', 'add', 'echo'];
const outcomes: readonly Operation['outcome'][] = ['ok', 'failed', 'doubt', 'alien'];
const kindOf = (word: string): Operation['kind'] => kinds.find((kind) => kind === word) ?? 'echo';
const outcomeOf = (word: string): Operation['outcome'] => outcomes.find((each) => each === word) ?? 'alien';

type Row = {
  readonly name: string;
  readonly in: string;
  readonly out: readonly string[];
  readonly scope?: Scope;
  readonly switches?: readonly LossySwitch[];
};

const registers: Row[] = [
  { name: 'nothing was written', in: 'a read - 1-2', out: [] },
  { name: 'read what was written', in: 'a write x 1-2\nb read x 3-4', out: [] },
  { name: 'missed by another client', in: 'a write x 1-2\nb read - 3-4', out: ['stale'] },
  { name: 'an older write', in: 'a write x 1-2\na write y 3-4\nb read x 5-6', out: ['stale'] },
  { name: 'a read under way meanwhile', in: 'a write x 1-3\nb read - 2-4', out: [] },
  { name: 'writes side by side', in: 'a write x 1-4\nb write y 2-3\nc read x 5-6\nc read y 7-8', out: [] },
  { name: 'session: not the client’s own', in: 'a write x 1-2\nb read - 3-4', scope: 'session', out: [] },
  { name: 'session: its own', in: 'a write x 1-2\na read - 3-4', scope: 'session', out: ['stale'] },
  { name: 'eventual', in: 'a write x 1-2\na read - 3-4', scope: 'eventual', out: [] },
  { name: 'its own in one pipeline', in: 'a write x 1-2\na read - 1-2', out: ['stale'] },
  { name: 'its own future in one pipeline', in: 'a read x 1-2\na write x 1-2', out: ['phantom'] },
  { name: 'another’s future', in: 'a read x 1-2\nb write x 3-4', out: ['phantom'] },
  { name: 'never written', in: 'a write x 1-2\na read z 3-4', out: ['phantom'] },
  { name: 'surely not written', in: 'a write x 1-2 failed\nb read x 3-4', out: ['phantom'] },
  { name: 'in doubt: seen', in: 'a write x 1-2 doubt\nb read x 3-4', out: [] },
  { name: 'in doubt: seen late', in: 'a write x 1-2 doubt\nb write y 3-4\nb read x 5-6', out: [] },
  { name: 'in doubt: not seen', in: 'a write x 1-2 doubt\nb read - 3-4', out: [] },
  { name: 'backwards', in: 'w write x 1-2\na write y 3-9\nb read y 4-5\nc read x 6-7', out: ['backwards'] },
  {
    name: 'backwards to nothing',
    in: 'a write y 3-9\nb read y 4-5\nc read - 6-7',
    out: ['backwards'],
  },
  {
    name: 'session does not promise it',
    in: 'w write x 1-2\na write y 3-9\nb read y 4-5\nc read x 6-7',
    scope: 'session',
    out: [],
  },
  { name: 'another command’s reply', in: 'a read QUEUED 1-2 alien', out: ['alien'] },
];

const lossy: LossySwitch[] = [{ from: 10, to: 20 }];
const switches: Row[] = [
  { name: 'lost at the switch', in: 'a write x 1-2\nb read - 30-31', switches: lossy, out: [] },
  { name: 'lost before it', in: 'a write x 1-2\nb read - 3-4', switches: lossy, out: ['stale'] },
  { name: 'written during it, lost', in: 'a write x 11-12\nb read - 13-14', switches: lossy, out: [] },
  { name: 'written after it', in: 'a write x 21-22\nb read - 23-24', switches: lossy, out: ['stale'] },
  {
    name: 'back at the switch, once',
    in: 'a write x 1-2\na write y 3-4\nb read y 5-6\nb read x 30-31\nb read x 32-33',
    switches: lossy,
    out: [],
  },
  {
    name: 'forth and back behind it',
    in: 'a write x 1-2\na write y 3-4\nb read y 30-31\nb read x 32-33',
    switches: lossy,
    out: ['backwards'],
  },
];

const lists: Row[] = [
  { name: 'in order', in: 'a push s 1-2\na push t 3-4\nb list s,t 5-6', out: [] },
  { name: 'twice', in: 'a push s 1-2 doubt\nb list s,s 5-6', out: ['repeated'] },
  { name: 'turned round', in: 'a push s 1-2\na push t 3-4\nb list t,s 5-6', out: ['disorder'] },
  { name: 'side by side', in: 'a push s 1-4\nb push t 2-3\nb list t,s 5-6', out: [] },
  { name: 'missing', in: 'a push s 1-2\na push t 3-4\nb list s 5-6', out: ['stale'] },
  { name: 'popped', in: 'a push s 1-2\na pop s 3-4\nb list - 5-6', out: [] },
  { name: 'perhaps popped', in: 'a push s 1-2\na pop - 3-4 doubt\nb list - 5-6', out: [] },
  { name: 'popped twice', in: 'a push s 1-2\na pop s 3-4\nb pop s 5-6', out: ['repeated'] },
  {
    name: 'popped again after a loss',
    in: 'a push s 1-2\na pop s 3-4\nb pop s 30-31',
    switches: lossy,
    out: [],
  },
  { name: 'popped from nowhere', in: 'a push s 1-2 failed\na pop s 3-4', out: ['phantom'] },
];

const counters: Row[] = [
  { name: 'counted', in: 'a add 1 1-2\nb add 2 3-4', out: [] },
  { name: 'twice the same', in: 'a add 1 1-3\nb add 1 2-4', out: ['repeated'] },
  { name: 'executed twice', in: 'a add 2 1-2', out: ['repeated'] },
  { name: 'one in doubt counted', in: 'a add - 1-2 doubt\nb add 2 3-4', out: [] },
  { name: 'one that failed counted', in: 'a add - 1-2 failed\nb add 2 3-4', out: ['repeated'] },
  { name: 'backwards', in: 'c add - 0-1 doubt\na add 3 1-2\nb add 2 3-4\nd add - 1-2 doubt', out: ['stale'] },
  { name: 'lost at the switch', in: 'a add 1 1-2\nb add 1 30-31', switches: lossy, out: [] },
];

describe.each(Object.entries({ registers, switches, lists, counters }))('%s', (_, rows) => {
  test.each(rows)('$name', ({ in: text, out, scope = 'key', switches: changes = [] }) => {
    const found = check({ operations: operations(text), switches: changes }, scope);
    expect([...new Set(found.map(({ rule }) => rule))]).toEqual(out);
  });
});

test('keys are judged apart', () => {
  const [write, read] = operations('a write x 1-2\nb read - 3-4');
  expect(check({ operations: [write!, { ...read!, key: '1/k' }], switches: [] }, 'key')).toEqual([]);
});
