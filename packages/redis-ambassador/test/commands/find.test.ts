// Finding a command by its bytes, in any case of letters, with and without subcommand.
import { expect, test } from 'vitest';
import { commands, findCommand, list } from '../../src/commands/find.ts';
import { framed } from '../framing.ts';

test.each(commands)('$name', (command) => {
  const words = [...command.name.split('|'), 'x', 'y'];
  expect(findCommand(framed(...words))).toBe(command);
  expect(findCommand(framed(...words.map((word) => word.toUpperCase())))).toBe(command);
});

test('each name is listed once', () => {
  expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
});

test.each([
  { in: 'NOSUCH a', name: 'unknown', group: 'write' },
  { in: 'GE a', name: 'unknown', group: 'write' },
  { in: 'GETT a', name: 'unknown', group: 'write' },
  { in: 'XINFO', name: 'xinfo|', group: 'primary' },
  { in: 'XINFO NOSUCH a', name: 'xinfo|', group: 'primary' },
  { in: 'CONFIG SET a b', name: 'config|set', group: 'admin' },
  { in: 'XREAD STREAMS block 0', name: 'xread', group: 'read' },
  { in: 'XREAD COUNT 1 BLOCK 0 STREAMS a 0', name: 'xread', group: 'block' },
  { in: 'XREADGROUP GROUP block c STREAMS a >', name: 'xreadgroup', group: 'write' },
  { in: 'xreadgroup group g c count 1 block 5 noack streams a >', name: 'xreadgroup', group: 'block' },
])('$in', ({ in: text, name, group }) => {
  expect(findCommand(framed(...text.split(' ')))).toMatchObject({ name, group });
});

test('names from settings are told apart: of modules, and subcommands of what the table takes as one', () => {
  const before = new Set(commands);
  for (const name of ['ft.search', 'acl|setuser', 'json|a', 'get', 'xinfo|stream']) list(name);
  expect(commands.filter((each) => !before.has(each)).map(({ name }) => name)).toEqual([
    'ft.search',
    'acl|setuser',
    'json|a',
  ]);
  for (const [text, name, group] of [
    ['FT.SEARCH a b', 'ft.search', 'write'],
    ['ACL SETUSER a b', 'acl|setuser', 'primary'],
    ['ACL LIST', 'acl', 'primary'],
    ['ACL', 'acl', 'primary'],
    ['JSON A', 'json|a', 'write'],
    ['JSON B', 'json', 'write'],
    ['XINFO NOSUCH', 'xinfo|', 'primary'],
  ] as const)
    expect(findCommand(framed(...text.split(' ')))).toMatchObject({ name, group });
});
