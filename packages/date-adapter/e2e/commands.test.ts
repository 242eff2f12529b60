// The commands for people and probes: test, explain, health; and the names of awk, under which it is awk and no more.
import fs from 'node:fs';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, imageCommand, RunningImage } from '@podmate/testkit/image';
import { describe, expect, test } from 'vitest';
import { called, start } from './running.ts';

test('test: each line as it came and went, why one could not, exit code 1', async () => {
  const found = await called(['test', '--from', 'dd/MM/yyyyTHH:mm:ss', '--to', 'rfc3339'], {
    input: '01/12/2022T16:25:21 a\nbad\n\tat x\n',
  });
  expect(found.code).toBe(1);
  expect(found.stdout).toBe(
    [
      'in   01/12/2022T16:25:21 a',
      'out  2022-12-01T16:25:21Z a',
      'in   bad',
      'out  (unchanged)',
      'why  byte 1: expected day of the month (1 to 31), found "bad" (layout dd/MM/yyyyTHH:mm:ss)',
      'in   \tat x',
      'out  (unchanged)',
      '',
    ].join('\n'),
  );
});

test('test: the lines of one record, and then what became of them', async () => {
  const found = await called(['test', '--parse', 'pattern:%p %m', '--multiline', 'on'], {
    input: 'INFO a\n\tat x\nWARN b\n',
  });
  expect(found).toMatchObject({ code: 0, stderr: '' });
  expect(found.stdout).toBe(
    [
      'in   INFO a',
      'in   \tat x',
      'out  {"level":"INFO","message":"a\\n\\tat x"}',
      'in   WARN b',
      'out  {"level":"WARN","message":"b"}',
      '',
    ].join('\n'),
  );
});

test('test: a program, whose END comes last, exit code 0', async () => {
  const found = await called(['test', '/a/ { print "x" $0 } END { print NR }'], { input: 'a\nb\n' });
  expect(found).toMatchObject({ code: 0, stdout: 'in   a\nout  xa\nin   b\nout  2\n' });
});

describe('explain', () => {
  test.each([
    { text: 'dd/MM/yyyy', says: ['a date layout', 'language: java', 'example:  29/02/2024'] },
    { text: '02/Jan/2006', says: ['language: go'] },
    { text: 'nginx', says: ['a format of lines', 'httpd'] },
    {
      text: '{ print $3; system("x") }',
      says: ['an awk program', 'the first 3 are cut', '--allow exec', 'function records()'],
    },
  ])('$text', async ({ text, says }) => {
    const found = await called(['explain', text]);
    expect(found.code).toBe(0);
    for (const part of says) expect(found.stdout).toContain(part);
  });

  test.each([
    { args: ['-F[/T]', '{ print $3 }'], says: ['an awk program', 'the first 3 are cut'] },
    { args: ['--posix', '-e', '{ print NF }'], says: ['an awk program', 'all are cut'] },
    {
      args: ['--from', 'dd/MM/yyyy', '--to', 'rfc3339'],
      says: ['read: a date layout', 'written: a date layout'],
    },
    { args: ['--parse', 'nginx'], says: ['a format of lines', 'nginx.access'] },
  ])('the flags of the adapter: $args', async ({ args, says }) => {
    const found = await called(['explain', ...args]);
    expect(found).toMatchObject({ code: 0, stderr: '' });
    for (const part of says) expect(found.stdout).toContain(part);
  });

  test('nothing to explain', async () => {
    expect(await called(['explain'])).toMatchObject({ code: 64, stdout: '' });
  });

  test('what is wrong with it', async () => {
    const found = await called(['explain', '{ print ) }']);
    expect(found.code).toBe(64);
    expect(found.stderr).toContain('{ print ) }\n        ^');
  });
});

test('health: asks the running one', async () => {
  await using directory = await temporaryDirectory('health');
  const log = directory.file('app.log');
  fs.writeFileSync(log, '');
  const env = { DATE_ADAPTER_ADMIN_LISTEN: `127.0.0.1:${await freePort()}` };
  expect(await called(['health'], { env })).toMatchObject({ code: 1 });
  await using image = start(['{ print }', log], { env });
  await eventually(async () => expect(await called(['health'], { env })).toMatchObject({ code: 0 }));
  expect(await image.stop()).toMatchObject({ code: 0 });
  expect((await called(['health'])).code).toBe(64);
});

describe('called as awk: nothing followed, nothing forbidden', () => {
  const program = '{ print $2; system("echo run") }';
  const [node, main = ''] = imageCommand('date-adapter');

  test('by the first operand', async () => {
    expect(await called(['awk', program], { input: 'a b\n' })).toMatchObject({
      code: 0,
      stdout: 'b\nrun\n',
      stderr: '',
    });
  });

  test.each(['awk', 'gawk'])('by the name of a link: %s', async (name) => {
    await using directory = await temporaryDirectory('link');
    const link = directory.file(name);
    fs.symlinkSync(main, link);
    await using image = new RunningImage([node, link, program], {
      input: 'a b\n',
    });
    expect(await image.exited).toMatchObject({ code: 0 });
    expect(image.stdout).toBe('b\nrun\n');
  });

  test("a fault is awk's: exit code 2", async () => {
    expect(await called(['awk', '{ print ) }'])).toMatchObject({ code: 2 });
  });
});
