// Every command of Redis 7 and 8, of Valkey and of Redis' modules goes where commands/every-command.tsv says, which knows
// nothing of our own table; and our table has no command that stands there not.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { commands, findCommand, learnCommands } from '../src/commands/find.ts';
import { readCommandRows } from '../src/commands/learned.ts';
import { type Policy, route } from '../src/routing.ts';
import { framed } from './framing.ts';

const file = readFileSync(new URL('commands/every-command.tsv', import.meta.url), 'utf8');
const rows = file
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [name = '', since = '', group = '', flags = '', keys = '', goes = '', because = ''] =
      line.split('\t');
    const [action = '', marks] = goes.split(' ');
    return { name, since, group, flags, keys, action, marks: marks === 'marks', because };
  });

const reasons: Readonly<Record<string, string>> = {
  reads: 'it only reads',
  writes: 'it may write',
  script: 'its script may write',
  waits: 'it may wait, and nobody else shall wait behind it',
  'one server': 'it is about the primary itself',
  'sets up': 'it is about the primary itself, and so are the reads of this client from then on',
  connection: 'it is about the state of one connection',
  own: "it is about the client's own connection",
  unasked: 'from now on the server talks to this client unasked, or means its very connection',
  everywhere: 'read-only scripts run at replicas, which must know them, too',
  adds: 'it is about the primary, and the ambassador adds a section of its own',
  cursor:
    'it only reads, and its cursor means something only to the server that gave it: cursor 0 begins at a replica, any other goes where it came from',
};

const policy: Policy = {
  readFrom: 'prefer-replica',
  consistency: 'key',
  readOnly: false,
  rewriteReads: false,
  denied: new Set(),
  renamed: new Map(),
};
const decisionOf = (name: string): ReturnType<typeof route> =>
  route(findCommand(framed(...name.split('|'), 'a', 'b')), { own: 'none', consistency: 'key' }, policy);

/** Of modules we know what COMMAND says when we come to a server that has them. */
const ofModule = ({ name }: { name: string }): boolean => name.includes('.');
const [core, modules] = [rows.filter((row) => !ofModule(row)), rows.filter(ofModule)];

test.each(core)('$name, since $since: $action, because: $because', ({ name, action, marks, because }) => {
  expect(decisionOf(name)).toEqual({ action, marks, why: reasons[because] });
});

const withKeys = core.filter(
  ({ flags, because }) => /readonly|write/.test(flags) && /reads|writes|cursor|waits|script/.test(because),
);
test.each(withKeys)('$name has its keys at $keys', ({ name, keys, flags }) => {
  expect(keySpecOf(name)).toEqual(keySpec(keys, flags));
});

/** What a command says of its keys; of those whose place depends on the arguments (key-rows.ts) only that. */
function keySpecOf(name: string): unknown {
  const { keys } = findCommand(framed(...name.split('|'), 'a', 'b'));
  return typeof keys === 'string' && keys !== 'unknown' ? 'movable' : keys;
}

/** The same as the file tells it; a write without keys may touch any. */
function keySpec(keys: string, flags: string): unknown {
  if (keys === 'movable') return keys;
  if (keys === 'any' || (keys === '-' && flags.includes('write'))) return 'unknown';
  return keys === '-' ? null : keys.split(',').map(Number);
}

test('every command of our table stands there, but for our own and what HTTP would send', () => {
  const known = new Set(rows.map(({ name }) => name));
  const containers = new Set(rows.map(({ name }) => name.split('|')[0]));
  const ours = /^(ambassador\|.*|post|host:)$/;
  expect(
    commands
      .map(({ name }) => name)
      .filter((name) => !known.has(name) && !containers.has(name) && !ours.test(name)),
  ).toEqual([]);
  expect(known.size).toBe(rows.length);
});

const told = (of: typeof rows): number =>
  learnCommands(
    readCommandRows(
      of.map(({ name, flags, keys }) => {
        const range = keys.includes(',') ? keys.split(',').map(Number) : [0, 0, 0];
        const more = keys === 'movable' ? ['movablekeys'] : [];
        return [name.toUpperCase(), -2, [...flags.split(' '), ...more], ...range];
      }),
    ),
  );

describe('modules', () => {
  test.each(modules)('$name: the primary, as long as nobody told of it', ({ name }) => {
    expect(decisionOf(name)).toMatchObject({ action: 'primary', marks: true });
  });

  describe('when the server told of it', () => {
    beforeAll(() => void told(modules));

    test.each(modules)('$name: $action', ({ name, flags, keys, action, marks, because }) => {
      expect(decisionOf(name)).toEqual({ action, marks, why: reasons[because] });
      expect(keySpecOf(name)).toEqual(keySpec(keys, flags));
    });
  });
});

describe('what a server tells of its own commands changes nothing', () => {
  beforeAll(() => void told(core));

  test.each(core)('$name: $action', ({ name, action, marks, because }) => {
    expect(decisionOf(name)).toEqual({ action, marks, why: reasons[because] });
  });
});
