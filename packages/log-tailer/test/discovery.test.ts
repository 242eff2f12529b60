import fs from 'node:fs';
import path from 'node:path';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Discovery } from '../src/discovery.ts';
import type { FollowInput } from '../src/follow-input.ts';
import { someInput } from './batches.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory('discovery');
});
afterEach(() => directory.remove());

function write(...names: string[]): void {
  for (const name of names) {
    fs.mkdirSync(path.dirname(directory.file(name)), { recursive: true });
    fs.writeFileSync(directory.file(name), '');
  }
}

const over = (more: Partial<FollowInput>): FollowInput =>
  someInput({ ...more, include: (more.include ?? []).map((name) => directory.file(name)) });
const found = (discovery: Discovery): string[] =>
  [...discovery.walk().paths.keys()].map((file) => path.relative(directory.path, file)).toSorted();
const relative = (paths: Iterable<string>): string[] =>
  [...paths].map((file) => path.relative(directory.path, file) || '.').toSorted();

test('files come and go', () => {
  const discovery = new Discovery([over({ include: ['*.log'] })]);
  expect(found(discovery)).toEqual([]);
  write('a.log', 'b.txt');
  expect(found(discovery)).toEqual(['a.log']);
  write('c.log');
  fs.unlinkSync(directory.file('a.log'));
  expect(found(discovery)).toEqual(['c.log']);
});

test('a named path counts before it is there, and its directory is watched, or the nearest there is', () => {
  const discovery = new Discovery([over({ include: ['not/yet/app.log'] })]);
  const { paths, directories } = discovery.walk();
  expect(relative(paths.keys())).toEqual(['not/yet/app.log']);
  expect(relative(directories)).toEqual(['.']);
  write('not/other');
  expect(relative(discovery.walk().directories)).toEqual(['not']);
  write('not/yet/other');
  expect(relative(discovery.walk().directories)).toEqual(['not/yet']);
});

test('directories of a pattern that are not there yet', () => {
  const discovery = new Discovery([over({ include: ['logs/*/app.log'] })]);
  expect(relative(discovery.walk().directories)).toEqual(['.']);
  write('logs/one/app.log', 'logs/two/other.log');
  const { paths, directories } = discovery.walk();
  expect(relative(paths.keys())).toEqual(['logs/one/app.log']);
  expect(relative(directories)).toEqual(['logs', 'logs/one', 'logs/two']);
});

test('a directory in place of a file is looked beneath, a file in place of a directory is not', () => {
  write('logs');
  const discovery = new Discovery([over({ include: ['logs/*.log'] })]);
  expect(found(discovery)).toEqual([]);
  expect(relative(discovery.walk().directories)).toEqual(['.']);
});

test('hidden, compressed and excluded ones are left out, and found when asked for', () => {
  write('a.log', '.b.log', 'c.log.gz', 'd.log.zst', 'e.debug.log', 'sub/f.log');
  expect(found(new Discovery([over({ include: ['*'] })]))).toEqual(['a.log', 'e.debug.log']);
  expect(found(new Discovery([over({ include: ['.*'] })]))).toEqual(['.b.log']);
  expect(found(new Discovery([over({ include: ['*'], gzip: true })]))).toEqual([
    'a.log',
    'c.log.gz',
    'e.debug.log',
  ]);
  const exclude = ['*.debug.log', directory.file('sub/**')];
  expect(found(new Discovery([over({ include: ['**'], exclude })]))).toEqual(['a.log']);
  expect(found(new Discovery([over({ include: ['d.log.zst'] })]))).toEqual(['d.log.zst']);
});

test('what is no file is left out: FIFOs, sockets', async () => {
  const { execFileSync } = await import('node:child_process');
  execFileSync('mkfifo', [directory.file('pipe.log')]);
  write('a.log');
  expect(found(new Discovery([over({ include: ['*.log'] })]))).toEqual(['a.log']);
});

test('the first input that matches has a file', () => {
  write('a.log', 'b.log');
  const first = over({ include: ['a*.log'] });
  const second = over({ include: ['*.log'] });
  const discovery = new Discovery([first, second]);
  const { paths } = discovery.walk();
  expect(paths.get(directory.file('a.log'))).toBe(first);
  expect(paths.get(directory.file('b.log'))).toBe(second);
});

test('inputFor knows whose a path would be, there or not', () => {
  const literal = over({ include: ['named.log'] });
  const deep = over({ include: ['x/**/*.log'], exclude: ['no.log'] });
  const all = over({ include: ['y/**'] });
  const discovery = new Discovery([literal, deep, all]);
  const rows: [string, FollowInput | undefined][] = [
    ['named.log', literal],
    ['x/a.log', deep],
    ['x/1/2/a.log', deep],
    ['x/1/no.log', undefined],
    ['x/a.log.gz', undefined],
    ['x/a.txt', undefined],
    ['y/1/2', all],
    ['y', undefined],
    ['y/.hidden', undefined],
    ['y/.hidden/2', undefined],
    ['x/.hidden/a.log', undefined],
    ['other.log', undefined],
  ];
  const answers = rows.map(([file]) => [file, discovery.inputFor(directory.file(file))]);
  expect(answers).toEqual(rows);
});

test('directories whose names changed since the last listing', () => {
  write('a.log', 'sub/b.log');
  const discovery = new Discovery([over({ include: ['**/*.log'] })]);
  expect(discovery.walk().changed).toEqual([]);
  write('a.log.1', 'b.log');
  const { changed } = discovery.walk();
  const here = changed.find((each) => each.directory === directory.path);
  expect(here?.names.toSorted()).toEqual(['a.log', 'a.log.1', 'b.log']);
});

test('hasChanged tells by the clock of the directory', async () => {
  write('a.log');
  const discovery = new Discovery([over({ include: ['*.log'] })]);
  const past = new Date(Date.now() - 60_000.5);
  fs.utimesSync(directory.path, past, past);
  discovery.walk();
  expect(discovery.hasChanged(directory.path)).toBe(false);
  write('b.log');
  expect(discovery.hasChanged(directory.path)).toBe(true);
  expect(discovery.hasChanged('/elsewhere')).toBe(false);
});

test('a clock that ticks in seconds hides no file', () => {
  // As on ext3, or ext4 with small inodes: two changes within a second leave the same time.
  const tick = new Date(Math.floor(Date.now() / 1000) * 1000);
  const discovery = new Discovery([over({ include: ['*.log'] })]);
  write('a.log');
  fs.utimesSync(directory.path, tick, tick);
  expect(found(discovery)).toEqual(['a.log']);
  write('b.log');
  fs.utimesSync(directory.path, tick, tick);
  expect(found(discovery)).toEqual(['a.log', 'b.log']);
});

test('links to directories: followed where a name leads to them, never by **', () => {
  write('real/app.log');
  fs.symlinkSync('real', directory.file('current'));
  fs.symlinkSync('..', directory.file('real/loop'));
  expect(found(new Discovery([over({ include: ['cur*/app.log'] })]))).toEqual(['current/app.log']);
  expect(found(new Discovery([over({ include: ['current/*.log'] })]))).toEqual(['current/app.log']);
  expect(found(new Discovery([over({ include: ['**/app.log'] })]))).toEqual(['real/app.log']);
});

test('a pattern of nothing but the root is no pattern', () => {
  const discovery = new Discovery([someInput({ include: ['/{,}'] })]);
  expect([...discovery.walk().paths.keys()]).toEqual([]);
});
