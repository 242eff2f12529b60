// Commands of modules and later versions, as COMMAND tells of them: what may go to a replica, and what a write touches. The
// flags and key ranges are those that the modules' documentation and sources give.
import { describe, expect, test } from 'vitest';
import { commands, findCommand, learnCommands } from '../../src/commands/find.ts';
import { readCommandRows } from '../../src/commands/learned.ts';
import { framed } from '../framing.ts';

const row = (name: string, flags: string, first = 1, last = first, step = 1) =>
  [name, -2, flags.split(' '), first, last, step] as const;

const sub = (name: string, flags: string) => [...row(name, flags, 2), [], [], [], []] as const;

const rows = [
  { of: row('json.get', 'readonly'), group: 'read', keys: [1, 1, 1] },
  { of: row('json.mget', 'readonly', 1, -2), group: 'read', keys: [1, -2, 1] },
  { of: row('json.set', 'write denyoom'), group: 'write', keys: [1, 1, 1] },
  { of: row('JSON.MSET', 'write denyoom', 1, -3, 3), group: 'write', keys: [1, -3, 3] },
  { of: row('json.debug', 'readonly movablekeys'), group: 'primary', keys: 'unknown' },
  { of: row('ft.search', 'readonly', 0), group: 'read', keys: null },
  { of: row('ft.aggregate', 'readonly', 0), group: 'primary', keys: null },
  { of: row('ft.cursor', 'readonly', 0), group: 'primary', keys: null },
  { of: row('ft.create', 'write denyoom', 0), group: 'write', keys: 'unknown' },
  { of: row('ts.range', 'readonly'), group: 'read', keys: [1, 1, 1] },
  { of: row('ts.mrange', 'readonly', 0), group: 'read', keys: null },
  { of: row('ts.add', 'write denyoom'), group: 'write', keys: 'unknown' }, // rules write into other series
  { of: row('bf.exists', 'readonly fast'), group: 'read', keys: [1, 1, 1] },
  { of: row('bf.add', 'write denyoom'), group: 'write', keys: [1, 1, 1] },
  { of: row('bf.scandump', 'readonly'), group: 'primary', keys: [1, 1, 1] },
  { of: row('topk.query', 'readonly'), group: 'read', keys: [1, 1, 1] },
  { of: row('graph.ro_query', 'readonly'), group: 'read', keys: [1, 1, 1] },
  { of: row('graph.query', 'write denyoom'), group: 'write', keys: 'unknown' },
  { of: row('mymodule.odd', 'fast'), group: 'write', keys: 'unknown' },
  { of: row('mymodule.wait', 'write blocking'), group: 'block', keys: 'unknown' },
  { of: row('client|later', 'noscript loading', 0), group: 'relay', keys: 'unknown' },
  { of: row('newcore', 'readonly fast'), group: 'read', keys: [1, 1, 1] },
  { of: row('newwrite', 'write fast'), group: 'write', keys: [1, 1, 1] },
] as const;

test.each(rows)('$of.0 with $of.2', ({ of, group, keys }) => {
  expect(readCommandRows([of])).toEqual([{ name: of[0].toLowerCase(), group, keys }]);
});

test('an answer that is no table teaches nothing', () => {
  expect(readCommandRows(['x', null, 7, [], [1, 2], [['a'], 1]])).toEqual([]);
  expect(readCommandRows(null)).toEqual([]);
});

describe('taken over', () => {
  test('they are found, in any case of letters, and counted once', () => {
    expect(findCommand(framed('JSON.GET', 'a')).name).toBe('unknown');
    const read = readCommandRows(rows.map(({ of }) => of));
    const before = learnCommands(read);
    expect(learnCommands(read)).toBe(before);
    expect(findCommand(framed('Json.Get', 'a'))).toMatchObject({ name: 'json.get', group: 'read' });
    expect(findCommand(framed('JSON.SET', 'a'))).toMatchObject({ name: 'json.set', group: 'write' });
    expect(findCommand(framed('JSON.GETX', 'a')).name).toBe('unknown');
  });

  test('subcommands, of known containers and of new ones', () => {
    const container = [
      'newbox',
      -2,
      ['movablekeys'],
      0,
      0,
      0,
      [],
      [],
      [],
      [sub('newbox|peek', 'readonly')],
    ] as const;
    const known = ['xinfo', -2, [], 0, 0, 0, [], [], [], [sub('xinfo|later', 'readonly')]] as const;
    learnCommands(readCommandRows([container, known]));
    expect(findCommand(framed('NEWBOX', 'PEEK', 'a'))).toMatchObject({ name: 'newbox|peek', group: 'read' });
    expect(findCommand(framed('NEWBOX', 'POKE', 'a'))).toMatchObject({ group: 'primary' });
    expect(findCommand(framed('XINFO', 'LATER', 'a'))).toMatchObject({ name: 'xinfo|later', group: 'read' });
    expect(findCommand(framed('XINFO', 'STREAM', 'a'))).toMatchObject({ name: 'xinfo|stream' });
  });

  test('our table stays, but a read that the server calls a write becomes one', () => {
    learnCommands(readCommandRows([row('touch', 'readonly fast'), row('lcs', 'write')]));
    expect(findCommand(framed('TOUCH', 'a'))).toMatchObject({ group: 'primary' });
    expect(findCommand(framed('LCS', 'a', 'b'))).toMatchObject({ name: 'lcs', group: 'write' });
    expect(commands.find(({ name }) => name === 'lcs')).toMatchObject({ group: 'read' });
  });
});
