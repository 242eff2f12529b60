// Follows files as they grow and rotate, prints each line as it is written, and goes on where the last life ended.
import fs from 'node:fs';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { startImage } from '@podmate/testkit/image';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { start } from './running.ts';

/** The command of the legacy application: two formats become one. */
const SEED = ['-F[/T]', '{print $3"/"$2"/"$1"T"$4}'];

let directory: TemporaryDirectory;
let log: string;
beforeEach(async () => {
  directory = await temporaryDirectory('following');
  log = directory.file('ts.log');
});
afterEach(() => directory.remove());

const stamp = (second: number): string => `01/12/2022T16:25:${String(second).padStart(2, '0')}\n`;
const turned = (second: number): string => `2022/12/01T16:25:${String(second).padStart(2, '0')}\n`;
const seconds = Array.from({ length: 60 }, (_, second) => second);

test('the seed command: what is there, then each line as it is written', async () => {
  fs.writeFileSync(log, stamp(0));
  await using image = start([...SEED, log]);
  await image.printed(turned(0));
  fs.appendFileSync(log, stamp(1));
  await image.printed(turned(1));
  expect(image.stdout).toBe(turned(0) + turned(1));
});

test('a file that is not there yet', async () => {
  await using image = start(['--from', 'dd/MM/yyyyTHH:mm:ss', '--to', 'yyyy/MM/ddTHH:mm:ss', log]);
  fs.writeFileSync(log, stamp(0));
  await image.printed(turned(0));
  expect(image.stdout).toBe(turned(0));
});

test.each([
  { name: 'renamed', rotate: (file: string) => fs.renameSync(file, `${file}.1`) },
  {
    name: 'copied and truncated',
    rotate: (file: string) => {
      fs.copyFileSync(file, `${file}.1`);
      fs.truncateSync(file, 0);
    },
  },
])('a file that is $name: no line is lost, none comes twice', async ({ rotate }) => {
  fs.writeFileSync(log, '');
  const [separator = '', program = ''] = SEED;
  await using image = start([separator, `${program} { file = FILENAME } END { print NR, file }`, log]);
  for (const second of seconds) {
    fs.appendFileSync(log, stamp(second));
    if (second % 20 === 10) {
      await image.printed(turned(second));
      rotate(log);
    }
  }
  await image.printed(turned(59));
  expect(await image.stop()).toMatchObject({ code: 0 });
  expect(image.stdout).toBe(`${seconds.map(turned).join('')}60 ${log}\n`);
});

test('killed, it goes on behind what it had printed: nothing is lost, at most repeated', async () => {
  const checkpoint = directory.file('state');
  const args = ['--log-level', 'warn', '--checkpoint', checkpoint, ...SEED, log];
  fs.writeFileSync(log, seconds.slice(0, 20).map(stamp).join(''));
  let printed = '';
  for (const [life, last] of [19, 39, 59].entries()) {
    await using image = startImage('date-adapter', args);
    await image.printed(turned(last));
    printed += image.stdout;
    await image.stop('SIGKILL');
    fs.appendFileSync(
      log,
      seconds
        .slice(last + 1, last + 21)
        .map(stamp)
        .join(''),
    );
    expect(life).toBeLessThan(3);
  }
  const lines = printed.split('\n').filter(Boolean);
  expect(new Set(lines)).toEqual(new Set(seconds.map((second) => turned(second).trimEnd())));
  expect(lines.length).toBeLessThan(180);
});

test('several files: each has its FILENAME and its FNR, by whatever turns they grow', async () => {
  const other = directory.file('other.log');
  fs.writeFileSync(log, 'a\n');
  fs.writeFileSync(other, '');
  await using image = start(['{ print FILENAME, FNR, $0 }', log, other]);
  await image.printed(`${log} 1 a\n`);
  for (const [file, line, expected] of [
    [other, 'b', `${other} 1 b\n`],
    [log, 'c', `${log} 2 c\n`],
    [other, 'd', `${other} 2 d\n`],
  ] as const) {
    fs.appendFileSync(file, `${line}\n`);
    await image.printed(expected);
  }
  expect(image.stdout.split('\n')).toHaveLength(5);
});

test('records that are no lines span whatever the application writes at once', async () => {
  const other = directory.file('other.log');
  fs.writeFileSync(log, 'one\ntwo\n');
  fs.writeFileSync(other, 'uno\n');
  await using image = start(['BEGIN { RS = "" } { gsub(/\\n/, "+"); print FNR, $0 }', log, other]);
  fs.appendFileSync(log, 'three\n\nfour\n\n');
  fs.appendFileSync(other, 'dos\n\n');
  await image.printed('1 one+two+three\n');
  expect(await image.stop()).toMatchObject({ code: 0 });
  expect(image.stdout.split('\n').toSorted()).toEqual(['', '1 one+two+three', '1 uno+dos', '2 four']);
});

test('a terminator that might become longer ends its record when nothing comes', async () => {
  fs.writeFileSync(log, 'a\r\n');
  await using image = start(['BEGIN { RS = "\\r\\n" } { print "<" $0 ">" } END { print NR }', log]);
  await image.printed('<a>\n');
  fs.appendFileSync(log, 'b\r\n');
  await image.printed('<b>\n');
  expect(await image.stop()).toMatchObject({ code: 0 });
  expect(image.stdout).toBe('<a>\n<b>\n2\n');
});

test('-n 1: begins with the last line', async () => {
  fs.writeFileSync(log, stamp(0) + stamp(1));
  await using image = start(['-n', '1', ...SEED, log]);
  await image.printed(turned(1));
  expect(image.stdout).toBe(turned(1));
});

test('--once: what is there, file after file, then END and exit code 0', async () => {
  const other = directory.file('a.log');
  fs.writeFileSync(log, 'x\n'.repeat(800_000));
  fs.writeFileSync(other, 'y\n');
  await using image = start([
    '--once',
    '{ last = $0 } FNR == 1 { print FILENAME } END { print NR, last }',
    log,
    other,
  ]);
  expect(await image.exited).toMatchObject({ code: 0 });
  expect(image.stdout).toBe(`${log}\n${other}\n800001 y\n`);
});
