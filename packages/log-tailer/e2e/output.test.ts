// raw, prefix and JSON; records of several lines; encodings; long lines: as an operator sets them, on live files.
import fs from 'node:fs';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { type RunningImage, startImage } from '@podmate/testkit/image';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ended } from './running.ts';

let directory: TemporaryDirectory;
let log: string;
beforeEach(async () => {
  directory = await temporaryDirectory('output');
  log = directory.file('app.log');
});
afterEach(() => directory.remove());

const start = (...args: string[]): RunningImage =>
  startImage('log-tailer', ['--checkpoint', 'off', ...args, log]);
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const json = (...messages: string[]): string =>
  messages.map((message) => `${JSON.stringify({ file: log, message })}\n`).join('');

/** A row needs the name of the file, which each test has anew. */
const table = (): { name: string; args: string[]; in: string | Buffer; out: string }[] => [
  { name: 'raw', args: [], in: 'a\r\n\u0001\nb', out: 'a\r\n\u0001\nb' },
  { name: 'prefix', args: ['--format', 'prefix'], in: 'a\nb', out: '[app.log] a\n[app.log] b\n' },
  {
    name: 'prefix of our own',
    args: ['--format=prefix', '--prefix', '{path}: '],
    in: 'a\n',
    out: `${log}: a\n`,
  },
  { name: 'json', args: ['--format', 'json'], in: 'a "b"\n\t\n', out: json('a "b"', '\t') },
  {
    name: 'json, another key',
    args: ['--format', 'json', '--json-key', 'log'],
    in: 'a\n',
    out: `${JSON.stringify({ file: log, log: 'a' })}\n`,
  },
  {
    name: 'json of bytes that are no text',
    args: ['--format', 'json'],
    in: Buffer.from('61ff620a', 'hex'),
    out: json('a\ufffdb'),
  },
  { name: 'CR stripped', args: ['--strip-cr'], in: 'a\r\nb\n', out: 'a\nb\n' },
  {
    name: 'UTF-16 with BOM',
    args: ['--encoding', 'utf-16le'],
    in: utf16('\ufeffgrün\n€\n'),
    out: 'grün\n€\n',
  },
  {
    name: 'Shift_JIS',
    args: ['--encoding', 'shift_jis'],
    in: Buffer.from('955c8ea60a', 'hex'),
    out: '表示\n',
  },
  {
    name: 'split',
    args: ['--long-lines=split', '--max-line-bytes=4'],
    in: 'abcdefghij\nk\n',
    out: 'abcd\nefgh\nij\nk\n',
  },
  {
    name: 'truncate',
    args: ['--long-lines=truncate', '--max-line-bytes=4'],
    in: 'abcdefghij\nk\n',
    out: 'abcd\nk\n',
  },
  { name: 'skip', args: ['--long-lines=skip', '--max-line-bytes=4'], in: 'abcdefghij\nk\n', out: 'k\n' },
];

describe('of what is there', () => {
  test.each(Array.from({ length: 12 }, (_, at) => at))('row %i', async (at) => {
    const row = table()[at]!;
    fs.writeFileSync(log, row.in);
    const { code, stdout } = await ended(['--once', '--checkpoint', 'off', ...row.args, log]);
    expect([row.name, code, stdout]).toEqual([row.name, 0, row.out]);
  });
});

test('a line is not delivered before it is whole', async () => {
  fs.writeFileSync(log, 'one\nhal');
  await using image = start('--format', 'json');
  await image.printed(json('one'));
  fs.appendFileSync(log, 'f\ntwo\n');
  await image.printed(json('two'));
  expect(image.stdout).toBe(json('one', 'half', 'two'));
});

test('--partial-timeout: a prompt without a newline comes out, and what follows is a line of its own', async () => {
  fs.writeFileSync(log, 'Password: ');
  await using image = start('--format', 'json', '--partial-timeout', '200ms');
  await image.printed(json('Password: '));
  fs.appendFileSync(log, 'next\n');
  await image.printed(json('next'));
  expect(image.stdout).toBe(json('Password: ', 'next'));
});

test('--multiline-start: a stack trace is one record, the last one after a quiet second', async () => {
  fs.writeFileSync(log, '2026 a\n\tat x\n\tat y\n2026 b\n');
  await using image = start(
    '--format',
    'json',
    '--multiline-start',
    '^\\d{4} ',
    '--multiline-timeout',
    '300ms',
  );
  await image.printed(json('2026 a\n\tat x\n\tat y'));
  await image.printed(json('2026 b'));
  fs.appendFileSync(log, '2026 c\n\tat z\n');
  await image.printed(json('2026 c\n\tat z'));
  expect(image.stdout).toBe(json('2026 a\n\tat x\n\tat y', '2026 b', '2026 c\n\tat z'));
});

test('--multiline-end: complete at once', async () => {
  fs.writeFileSync(log, 'select\n1;\nselect\n');
  await using image = start('--format', 'json', '--multiline-end', ';$', '--multiline-timeout', '60s');
  await image.printed(json('select\n1;'));
  expect(image.stdout).toBe(json('select\n1;'));
  fs.appendFileSync(log, '2;\n');
  await image.printed(json('select\n2;'));
});

test('raw with a multi-line pattern is still byte for byte', async () => {
  fs.writeFileSync(log, '2026 a\n\tat x\r\n2026 b\n');
  const args = ['--once', '--checkpoint', 'off', '--multiline-start', '^2026', log];
  expect((await ended(args)).stdout).toBe('2026 a\n\tat x\r\n2026 b\n');
});

test('UTF-16 written byte by byte', async () => {
  fs.writeFileSync(log, '');
  await using image = start('--encoding', 'utf-16le');
  for (const byte of utf16('\ufeffgrün 😀\n')) {
    fs.appendFileSync(log, Buffer.from([byte]));
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  await image.printed('grün 😀\n');
  expect(image.stdout).toBe('grün 😀\n');
});
