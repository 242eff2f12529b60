// Wrong settings never start it: exit code 64, all of them at once, each with its place; and what a program may reach.
import fs from 'node:fs';
import { temporaryDirectory } from '@podmate/testkit/files';
import { describe, expect, test } from 'vitest';
import { called, ended } from './running.ts';

const SANDBOX = [
  { name: 'system', program: '{ system("ls") }', flag: 'exec', column: 3 },
  { name: 'a pipe', program: '{ print | "sort" }', flag: 'exec', column: 9 },
  { name: 'a command read', program: '{ "date" | getline }', flag: 'exec', column: 12 },
  { name: 'a file read', program: '{ getline x < "/etc/passwd" }', flag: 'read', column: 3 },
  { name: 'a file written', program: '{ print > "out" }', flag: 'write', column: 9 },
  { name: 'a name that is not known', program: '{ print >> $1 }', flag: 'write', column: 9 },
];

describe('the sandbox refuses, at its place, naming the flag', () => {
  test.each(SANDBOX)('$name', async ({ program, flag, column }) => {
    const found = await ended([program]);
    expect(found).toMatchObject({ code: 64, stdout: '' });
    expect(found.stderr).toContain(`command line:1:${column}: `);
    expect(found.stderr).toContain(`--allow ${flag} permits it\n${program}\n${' '.repeat(column - 1)}^\n`);
  });

  test('and permits what the flag says', async () => {
    await using directory = await temporaryDirectory('sandbox');
    const file = directory.file('out');
    const program = `{ print $1 > "${file}"; close("${file}"); getline x < "${file}"; print x, "again" }`;
    const found = await ended(['--allow', 'read,write', program], { input: 'a\n' });
    expect(found).toMatchObject({ code: 0, stdout: 'a again\n', stderr: '' });
    expect(fs.readFileSync(file, 'utf8')).toBe('a\n');
  });

  test('our own outputs are no reach', async () => {
    const found = await ended(['{ print "o" > "/dev/stdout"; print "e" > "/dev/stderr"; print "d" > "-" }'], {
      input: 'a\n',
    });
    expect(found).toMatchObject({ code: 0, stdout: 'o\nd\n', stderr: 'e\n' });
  });
});

test('all faults of a start at once, with carets', async () => {
  await using directory = await temporaryDirectory('faults');
  const config = directory.file('config.yaml');
  fs.writeFileSync(
    config,
    [
      'rules:',
      '  - match: "(a"',
      '    from: [dd/QQ/yyyy]',
      '    toZone: Nowhere/City',
      '  - awk: "{ print ) }"',
      '  - parse: ngnix',
      '    onError: reject-file',
      '  - match: x',
    ].join('\n'),
  );
  const found = await called(['--check', '--config', config]);
  expect(found.code).toBe(64);
  for (const part of [
    'rules[0].match',
    'rules[0].from: quarters',
    '  dd/QQ/yyyy\n     ^',
    'rules[0].toZone Nowhere/City',
    'rules[1].awk: rules[1].awk:1:9:',
    '{ print ) }\n        ^',
    'rules[2].parse ngnix: no input format',
    'rules[2].onError reject-file: no file is named',
    'rules[3]',
  ])
    expect(found.stderr).toContain(part);
});

describe('other mistakes', () => {
  test.each([
    { name: 'nothing to do', args: [], says: 'nothing to do' },
    { name: 'two jobs', args: ['--parse', 'nginx', '--program', '{ print }'], says: 'at once' },
    { name: 'an output without a parser', args: ['--output', 'json'], says: '--parse' },
    {
      name: 'an unknown permission',
      args: ['--allow', 'everything', '{ print }'],
      says: '--allow everything',
    },
    { name: 'a program file that is not there', args: ['-f', '/nowhere.awk'], says: '/nowhere.awk' },
    { name: 'standard input beside files', args: ['{ print }', '-', 'file'], says: 'standard input' },
    { name: 'a layout of moment', args: ['--from', 'YYYY-MM-DD'], says: 'yyyy' },
    { name: 'no NAME=VALUE', args: ['--parse', 'json', '--rename', 'x'], says: '--rename x: not NAME=VALUE' },
    { name: 'a time that is none', args: ['--from', 'auto', '--now', 'soon'], says: '--now soon' },
    {
      name: 'a time layout where the output has its own',
      args: ['--parse', 'nginx', '--output', 'gelf', '--to', 'rfc3339'],
      says: '--to rfc3339',
    },
  ])('$name', async ({ args, says }) => {
    const found = await called(args);
    expect(found.code).toBe(64);
    expect(found.stderr).toContain(says);
  });
});

test('--check is content with what is right', async () => {
  const found = await called(['--check', '--from', 'httpd', '--to', 'rfc3339', '/var/log/app.log']);
  expect(found).toMatchObject({ code: 0, stdout: 'date-adapter: settings are valid\n' });
});

test('the program may come from the environment, in files and in parts', async () => {
  await using directory = await temporaryDirectory('program');
  fs.writeFileSync(directory.file('a.awk'), 'function f(x) { return x x }\n');
  const input = 'a\n';
  expect(
    await called(['--log-level', 'warn'], { input, env: { AWK_PROGRAM: '{ print $1, "env" }' } }),
  ).toMatchObject({
    code: 0,
    stdout: 'a env\n',
  });
  expect(
    await ended(['-f', directory.file('a.awk'), '-e', '{ print f($1), v }', '-v', 'v=a\\tb'], { input }),
  ).toMatchObject({
    stdout: 'aa a\tb\n',
  });
  const env = { DATE_ADAPTER_FROM: 'dd/MM/yyyy HH:mm:ss\nunix', DATE_ADAPTER_TO: 'rfc3339' };
  expect(await called(['--log-level', 'warn'], { input: '01/12/2022 16:25:21 a\n0 b\n', env })).toMatchObject(
    {
      stdout: '2022-12-01T16:25:21Z a\n1970-01-01T00:00:00Z b\n',
    },
  );
});

test.each([
  { args: ['--from', 'dd/MM/yyyy', '--to', 'rfc3339'], env: {}, warns: true },
  { args: ['--from', 'dd/MM/yyyy', '--to', 'rfc3339'], env: { TZ: 'Europe/Berlin' }, warns: false },
  { args: ['--from', 'dd/MM/yyyy', '--to', 'rfc3339', '--from-zone', 'UTC'], env: {}, warns: false },
  { args: ['--from', 'dd/MM/yyyy', '--to', 'yyyy/MM/dd'], env: {}, warns: false },
  { args: ['--from', 'httpd', '--to', 'rfc3339'], env: {}, warns: false },
])(
  'stamps without a zone, where it matters and nobody says which: one warning ($args, $env)',
  async (row) => {
    const found = await called(['--log-level', 'warn', ...row.args], { input: '', env: row.env });
    expect(found.code).toBe(0);
    expect(found.stderr.match(/taken as UTC/g)?.length ?? 0).toBe(row.warns ? 1 : 0);
  },
);

test('a zone in TZ that there is not is a wrong setting', async () => {
  const found = await called(['--from', 'dd/MM/yyyy'], { input: '', env: { TZ: 'Foo/Bar' } });
  expect(found.code).toBe(64);
  expect(found.stderr).toContain('TZ Foo/Bar: no time zone');
});
