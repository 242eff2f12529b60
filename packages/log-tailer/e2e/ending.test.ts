// When it ends, with which exit code, and that what was there is out by then.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { RunningImage, imageCommand, startImage } from '@podmate/testkit/image';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ended } from './running.ts';

let directory: TemporaryDirectory;
let log: string;
beforeEach(async () => {
  directory = await temporaryDirectory('ending');
  log = directory.file('app.log');
  fs.writeFileSync(log, 'one\n');
});
afterEach(() => directory.remove());

const start = (...args: string[]): RunningImage => startImage('log-tailer', ['--checkpoint', 'off', ...args]);

test.each([
  { name: 'all delivered', files: ['app.log'], code: 0 },
  { name: 'a glob that matches nothing', files: ['*.none'], code: 0 },
  { name: 'a named file that is not there', files: ['app.log', 'missing.log'], code: 1 },
  { name: 'a directory', files: ['app.log', '.'], code: 1 },
])('--once: $name, exit code $code', async ({ files, code }) => {
  const found = await ended(['--once', '--checkpoint', 'off', ...files.map((name) => directory.file(name))]);
  expect(found).toMatchObject({ code, stdout: files.includes('app.log') ? 'one\n' : '' });
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: the backlog and the unfinished line, then exit code 0',
  async (signal) => {
    await using image = start(log);
    await image.printed('one\n');
    const backlog = Array.from({ length: 100_000 }, (_, n) => `line ${n}\n`).join('');
    fs.appendFileSync(log, `${backlog}unfinished`);
    expect(await image.stop(signal)).toMatchObject({ code: 0 });
    expect(image.stdout === `one\n${backlog}unfinished`).toBe(true);
  },
);

test('--exit-file: ends when it appears, with everything out', async () => {
  await using image = start('--exit-file', directory.file('done'), log);
  await image.printed('one\n');
  fs.appendFileSync(log, 'two\n');
  fs.writeFileSync(directory.file('done'), '');
  expect(await image.exited).toMatchObject({ code: 0 });
  expect(image.stdout).toBe('one\ntwo\n');
});

test('--pid: ends with the process, with everything out', async () => {
  const app = spawn('sleep', ['60'], { stdio: 'ignore' });
  await using image = start('--pid', String(app.pid), log);
  await image.printed('one\n');
  fs.appendFileSync(log, 'two\n');
  app.kill('SIGKILL');
  await once(app, 'exit');
  expect(await image.exited).toMatchObject({ code: 0 });
  expect(image.stdout).toBe('one\ntwo\n');
});

test('--exit-when-removed: not before a file was there, and not before its last line is out', async () => {
  const late = directory.file('late.log');
  await using image = start('--exit-when-removed', '--sweep-interval', '100ms', late);
  await eventually(() => expect(image.stderr).toMatch(/started/));
  fs.writeFileSync(late, 'one\n');
  await image.printed('one\n');
  fs.appendFileSync(late, 'two\n');
  fs.unlinkSync(late);
  expect(await image.exited).toMatchObject({ code: 0 });
  expect(image.stdout).toBe('one\ntwo\n');
});

test('--linger: what is written after SIGTERM still comes out', async () => {
  await using image = start('--linger', '1s', log);
  await image.printed('one\n');
  const stopping = image.stop();
  await eventually(() => expect(image.stderr).toMatch(/msg=ending/));
  fs.appendFileSync(log, 'last words\n');
  expect(await stopping).toMatchObject({ code: 0 });
  expect(image.stdout).toBe('one\nlast words\n');
});

test('a second signal ends at once', async () => {
  await using image = start('--linger', '60s', log);
  await image.printed('one\n');
  image.process.kill('SIGTERM');
  await eventually(() => expect(image.stderr).toMatch(/msg=ending/));
  expect(await image.stop('SIGTERM')).toMatchObject({ code: 143 });
});

test('the deadline of the drain: a reader that reads no more does not hold it up', async () => {
  fs.writeFileSync(log, 'x'.repeat(99).concat('\n').repeat(100_000));
  const command = [...imageCommand('log-tailer'), '--checkpoint', 'off', '--drain-timeout', '500ms', log];
  const reader = spawn('sleep', ['60'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', reader.stdin, 'pipe'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await eventually(() => expect(stderr).toMatch(/started/));
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  reader.kill('SIGKILL');
  expect(code).toBe(0);
  expect(stderr).toMatch(/ended before everything was delivered.*undeliveredBytes=\d+/);
});

test('a restart goes on where the last life ended', async () => {
  const args = ['--checkpoint', directory.file('state'), log];
  for (const line of ['two\n', 'three\n']) {
    await using image = startImage('log-tailer', args);
    fs.appendFileSync(log, line);
    await image.printed(line);
    expect(await image.stop()).toMatchObject({ code: 0 });
    expect(image.stdout).toBe(line === 'two\n' ? 'one\ntwo\n' : 'three\n');
  }
});
