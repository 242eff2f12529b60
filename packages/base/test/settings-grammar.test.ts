import { describe, expect, test } from 'vitest';
import { SettingError } from '@podmate/base/errors';
import {
  Found,
  type Setting,
  type Table,
  readCommandLine as read,
  readValue,
  splitList,
} from '@podmate/base/settings-grammar';

const group = 'Files';
const help = '';

describe('values', () => {
  test.for<{ row: Partial<Setting>; text: string; value: unknown }>([
    { row: { kind: 'string' }, text: ' as it is ', value: ' as it is ' },
    { row: { kind: 'integer' }, text: '-5', value: -5 },
    { row: { kind: 'integer' }, text: '+5', value: 5 },
    { row: { kind: 'integer' }, text: 'off', value: undefined },
    { row: { kind: 'number' }, text: '.5', value: 0.5 },
    { row: { kind: 'number' }, text: '1e3', value: 1000 },
    { row: { kind: 'boolean' }, text: 'Yes', value: true },
    { row: { kind: 'boolean' }, text: 'off', value: false },
    { row: { kind: 'duration' }, text: '0', value: 0 },
    { row: { kind: 'duration' }, text: '250ms', value: 250 },
    { row: { kind: 'duration' }, text: '1.5h', value: 5_400_000 },
    { row: { kind: 'duration' }, text: '1h30m10s', value: 5_410_000 },
    { row: { kind: 'duration' }, text: '2d', value: 172_800_000 },
    { row: { kind: 'duration' }, text: 'off', value: undefined },
    { row: { kind: 'duration', default: 'off' }, text: 'off', value: undefined },
    { row: { kind: 'bytes' }, text: '65536', value: 65_536 },
    { row: { kind: 'bytes' }, text: '10B', value: 10 },
    { row: { kind: 'bytes' }, text: '64KiB', value: 65_536 },
    { row: { kind: 'bytes' }, text: '64Ki', value: 65_536 },
    { row: { kind: 'bytes' }, text: '1.5Gi', value: 1_610_612_736 },
    { row: { kind: 'bytes' }, text: '2T', value: 2e12 },
    { row: { kind: 'bytes' }, text: '5kB', value: 5000 },
    { row: { kind: 'bytes' }, text: '5M', value: 5_000_000 },
    { row: { kind: 'choice', choices: ['raw', 'json'] }, text: 'raw', value: 'raw' },
    { row: { kind: 'regex' }, text: '^\\[\\d+', value: /^\[\d+/ },
    { row: { kind: 'address' }, text: ':80', value: { host: '', port: 80 } },
    { row: { kind: 'address' }, text: 'off', value: undefined },
    { row: { kind: 'path' }, text: '/var/log', value: '/var/log' },
    { row: { kind: 'secret' }, text: ' s ', value: ' s ' },
  ])('$row.kind $text', ({ row, text, value }) => {
    expect(readValue({ kind: 'string', group, help, ...row }, text)).toEqual(value);
  });

  const unit = 'write a number with a unit, such as';
  const size = 'write a number with a unit: 64KiB, 1.5GiB, or 64kB in thousands';
  test.for<{ row: Partial<Setting>; text: string; says: string }>([
    { row: { kind: 'integer' }, text: '1.5', says: 'not an integer' },
    { row: { kind: 'integer' }, text: '', says: 'not an integer' },
    { row: { kind: 'integer' }, text: '9007199254740993', says: 'too large' },
    { row: { kind: 'integer', default: 5 }, text: 'off', says: 'not an integer' },
    { row: { kind: 'integer', min: 1 }, text: '0', says: 'too small; the least is 1' },
    { row: { kind: 'number' }, text: '0x10', says: 'not a number' },
    { row: { kind: 'number', max: 1 }, text: '1.1', says: 'too large; the most is 1' },
    { row: { kind: 'number' }, text: '1e999', says: 'too large' },
    { row: { kind: 'boolean' }, text: 'maybe', says: 'not true or false' },
    { row: { kind: 'duration' }, text: '25', says: `not a duration; ${unit} 25s` },
    { row: { kind: 'duration' }, text: '-5s', says: `not a duration; ${unit} 30s` },
    { row: { kind: 'duration' }, text: '5 s', says: `not a duration; ${unit} 30s` },
    { row: { kind: 'duration' }, text: '', says: `not a duration; ${unit} 30s` },
    { row: { kind: 'duration', default: '5s' }, text: 'off', says: `not a duration; ${unit} 30s` },
    { row: { kind: 'duration', min: 1000 }, text: '10ms', says: 'too small; the least is 1s' },
    { row: { kind: 'duration', max: 1500 }, text: '2s', says: 'too large; the most is 1500ms' },
    { row: { kind: 'bytes' }, text: '64K', says: `not a size; ${size}` },
    { row: { kind: 'bytes' }, text: '64 KiB', says: `not a size; ${size}` },
    { row: { kind: 'bytes' }, text: '-1', says: `not a size; ${size}` },
    {
      row: { kind: 'choice', choices: ['raw', 'json'] },
      text: 'jsno',
      says: 'not one of raw, json; did you mean json?',
    },
    { row: { kind: 'choice', choices: ['raw', 'json'] }, text: 'toString', says: 'not one of raw, json' },
    {
      row: { kind: 'regex' },
      text: '(',
      says: 'not a regular expression: Invalid regular expression: /(/: Unterminated group',
    },
    {
      row: { kind: 'address' },
      text: '80',
      says: 'not an address; write 127.0.0.1:80, or :80 for every interface',
    },
    { row: { kind: 'path' }, text: '', says: 'not a path; name a file or directory' },
  ])('refuses $row.kind "$text"', ({ row, text, says }) => {
    const reading = () => readValue({ kind: 'string', group, help, ...row }, text);
    expect(reading).toThrow(SettingError);
    expect(reading).toThrow(expect.objectContaining({ message: says }));
  });

  test.for([
    { text: 'a,b c', items: ['a', 'b', 'c'] },
    { text: ' a , b ', items: ['a', 'b'] },
    { text: '/log/{a,b}.log,/x', items: ['/log/{a,b}.log', '/x'] },
    { text: 'with blank\n\n  and, comma\n', items: ['with blank', 'and, comma'] },
    { text: ' ', items: [] },
  ])('a list $text', ({ text, items }) => {
    expect(splitList(text)).toEqual(items);
  });
});

function readCommandLine(rows: Table, argv: string[]): Found {
  const found = new Found();
  read(rows, argv, found);
  return found;
}

describe('command line', () => {
  const rows: Table = {
    paths: { kind: 'list', positional: true, group, help },
    include: { kind: 'list', short: '-i', group, help },
    lines: { kind: 'string', short: '-n', flags: ['line-count'], group, help },
    follow: {
      kind: 'choice',
      choices: ['name', 'descriptor'],
      optionalValue: 'descriptor',
      short: '-W',
      group,
      help,
    },
    followName: { kind: 'boolean', short: '-F', group, help },
    quiet: { kind: 'boolean', short: '-q', flags: ['silent'], group, help },
    drainTimeout: { kind: 'duration', group, help },
    inputs: { kind: 'sections', sections: {}, group, help },
  };

  test.for<{ argv: string[]; given: Record<string, string[]> }>([
    { argv: [], given: {} },
    { argv: ['-n', '5'], given: { lines: ['5'] } },
    { argv: ['-n5'], given: { lines: ['5'] } },
    { argv: ['-n', '+1'], given: { lines: ['+1'] } },
    { argv: ['-n', '-5'], given: { lines: ['-5'] } },
    { argv: ['-Fqn+1', 'a'], given: { followName: ['true'], quiet: ['true'], lines: ['+1'], paths: ['a'] } },
    {
      argv: ['-Fqn', '+1', 'a'],
      given: { followName: ['true'], quiet: ['true'], lines: ['+1'], paths: ['a'] },
    },
    { argv: ['--lines', '5'], given: { lines: ['5'] } },
    { argv: ['--lines=5'], given: { lines: ['5'] } },
    { argv: ['--lines='], given: { lines: [''] } },
    { argv: ['--lines=a=b'], given: { lines: ['a=b'] } },
    { argv: ['--lines', '--quiet'], given: { lines: ['--quiet'] } },
    { argv: ['--lines', '1', '-n2'], given: { lines: ['2'] } },
    { argv: ['--line-count=5'], given: { lines: ['5'] } },
    { argv: ['--lin=5'], given: { lines: ['5'] } },
    { argv: ['--dr', '5s'], given: { drainTimeout: ['5s'] } },
    { argv: ['--follow', 'a'], given: { follow: ['descriptor'], paths: ['a'] } },
    { argv: ['--follow=name', 'a'], given: { follow: ['name'], paths: ['a'] } },
    { argv: ['--follow=name', '-W'], given: { follow: ['descriptor'] } },
    { argv: ['-Wn5'], given: { follow: ['descriptor'], lines: ['5'] } },
    { argv: ['--quiet'], given: { quiet: ['true'] } },
    { argv: ['--no-quiet'], given: { quiet: ['false'] } },
    { argv: ['--quiet=no'], given: { quiet: ['no'] } },
    { argv: ['--no-sil'], given: { quiet: ['false'] } },
    { argv: ['-i', 'a', '--include=b,c', '-id'], given: { include: ['a', 'b,c', 'd'] } },
    { argv: ['a', '-q', 'b', '--paths', 'c'], given: { quiet: ['true'], paths: ['c', 'a', 'b'] } },
    { argv: ['-q', '--', '-n', '--'], given: { quiet: ['true'], paths: ['-n', '--'] } },
    { argv: ['-', ''], given: { paths: ['-', ''] } },
  ])('$argv', ({ argv, given }) => {
    const found = readCommandLine(rows, argv);
    expect(found.faults).toEqual([]);
    expect(Object.fromEntries(found.given.entries().map(([key, { texts }]) => [key, texts]))).toEqual(given);
    for (const { origin } of found.given.values()) expect(origin).toBe('flag');
  });

  test.for([
    { argv: ['--lnies', '5'], says: ['--lnies: unknown flag; did you mean --lines\\?$'] },
    { argv: ['--zzz'], says: ['--zzz: unknown flag; --help lists what there is'] },
    { argv: ['--zzz=5'], says: ['--zzz: unknown flag; --help lists what there is'] },
    { argv: ['-qx'], says: ['-x: unknown flag; --help lists what there is'] },
    { argv: ['-quiet'], says: ['-u: unknown flag; did you mean --quiet\\?$'] },
    { argv: ['--f'], says: ['--f: ambiguous; write --follow or --follow-name'] },
    { argv: ['--n'], says: ['--n: ambiguous; write --no-follow-name or --no-quiet or --no-silent'] },
    { argv: ['--no-quiet=1'], says: ['--no-quiet: takes no value'] },
    { argv: ['--lines'], says: ['--lines: needs a value'] },
    { argv: ['-Fn'], says: ['-n: needs a value'] },
    { argv: ['--inputs=a'], says: ['--inputs: unknown flag'] },
    {
      argv: ['--aa', '-x', '--lines'],
      says: ['--aa: unknown flag', '-x: unknown flag', '--lines: needs a value'],
    },
  ])('refuses $argv', ({ argv, says }) => {
    const messages = readCommandLine(rows, argv).faults.map(({ message }) => message);
    expect(messages).toEqual(says.map((each) => expect.stringMatching(new RegExp(`^${each}`))));
  });

  test('an alias cut short is not ambiguous with the flag it stands for', () => {
    expect([...readCommandLine(rows, ['--line=5']).given.keys()]).toEqual(['lines']);
  });

  test('operands where none are taken', () => {
    const { paths: _, ...others } = rows;
    expect(readCommandLine(others, ['x']).faults.map(String)).toEqual([
      'SettingError: x: unexpected argument; flags begin with --',
    ]);
  });
});
