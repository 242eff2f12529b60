// How it ends: what is unread is read, END runs, the output is out, exit code 0 within the drain timeout; also where a
// program would run for ever.
import fs from 'node:fs';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ended, start } from './running.ts';

let directory: TemporaryDirectory;
let log: string;
beforeEach(async () => {
  directory = await temporaryDirectory('ending');
  log = directory.file('app.log');
  fs.writeFileSync(log, 'one\n');
});
afterEach(() => directory.remove());

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: the backlog, the unfinished line, END, exit code 0',
  async (signal) => {
    await using image = start(['{ print } END { print NR }', log]);
    await image.printed('one\n');
    const backlog = Array.from({ length: 100_000 }, (_, n) => `line ${n}\n`).join('');
    fs.appendFileSync(log, `${backlog}unfinished`);
    expect(await image.stop(signal)).toMatchObject({ code: 0 });
    expect(image.stdout === `one\n${backlog}unfinished\n100002\n`).toBe(true);
  },
);

test('a program that calls exit ends the adapter with its status, after END', async () => {
  const found = await ended(['$0 == "b" { exit 7 } { print } END { print "end" }'], { input: 'a\nb\nc\n' });
  expect(found).toMatchObject({ code: 7, stdout: 'a\nend\n' });
});

test('a program without rules for records ends after BEGIN', async () => {
  expect(await ended(['BEGIN { print "done" }', log])).toMatchObject({ code: 0, stdout: 'done\n' });
});

describe('a loop without end', () => {
  test.each([
    { name: 'in BEGIN', program: 'BEGIN { print "one" > "/dev/stderr"; while (1) n++ } END { print "end" }' },
    { name: 'in a rule', program: '{ print > "/dev/stderr"; for (;;) n++ } END { print "end" }' },
    {
      name: 'in a function',
      program: 'function f() { do n++; while (n) } { print > "/dev/stderr"; f() } END { print "end" }',
    },
    { name: 'that prints', program: '{ while (1) print } END { print "end" }' },
  ])('$name: SIGTERM leaves it, END runs, exit code 0', async ({ program }) => {
    await using image = start(['--drain-timeout', '8s', program, log]);
    await eventually(() => expect(image.stdout + image.stderr).toContain('one\n'));
    expect(await image.stop()).toMatchObject({ code: 0 });
    expect(image.stdout.endsWith('end\n')).toBe(true);
    expect(image.stderr).toContain('its loops are left');
  });

  test('in END: cut off at the deadline', async () => {
    await using image = start(['--drain-timeout', '1s', '{ print } END { while (1) n++ }', log]);
    await image.printed('one\n');
    expect(await image.stop()).toMatchObject({ code: 0 });
    expect(image.stderr).toContain('ended before everything was delivered');
  });
});

test('programs that read for themselves, recurse, and run commands', async () => {
  const input = '3\na\n4\nb\n';
  expect(await ended(['{ n = $1; getline line; print n, line }'], { input })).toMatchObject({
    stdout: '3 a\n4 b\n',
  });
  expect(
    await ended(['function f(n) { return n < 2 ? 1 : n * f(n - 1) } { print f($1) }'], { input: '5\n' }),
  ).toMatchObject({ stdout: '120\n' });
  expect(
    await ended(['--allow', 'exec', '{ print $0; system("echo " $1); "echo x" | getline y; print y }'], {
      input: 'a\n',
    }),
  ).toMatchObject({ stdout: 'a\na\nx\n' });
});
