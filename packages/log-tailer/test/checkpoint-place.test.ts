import fs from 'node:fs';
import { createLog } from '@podmate/base/log';
import { SettingError } from '@podmate/base/errors';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Checkpoint } from '../src/checkpoint.ts';
import { openCheckpoint } from '../src/checkpoint-place.ts';
import { NO_FINGERPRINT } from '../src/file-identity.ts';

let directory: TemporaryDirectory;
let said: string;
beforeEach(async () => {
  directory = await temporaryDirectory('place');
  said = '';
});
afterEach(() => directory.remove());

const identity = { dev: 1n, ino: 2n, birthtimeNs: 3n };
const log = createLog({
  level: 'info',
  write: (bytes) => {
    said += bytes.toString();
    return bytes.length;
  },
});
const open = (setting: string, ...include: string[]): Checkpoint =>
  openCheckpoint(
    setting,
    include.map((name) => directory.file(name)),
    log,
  );

function save(checkpoint: Checkpoint, offset: number): void {
  const marks = { head: NO_FINGERPRINT, marker: NO_FINGERPRINT };
  checkpoint.save({ identity, path: '/a', offset, size: offset, ...marks, finished: false, lookedAtMs: 0 });
  checkpoint.close();
}

function found(checkpoint: Checkpoint): number | undefined {
  const offset = checkpoint.find(identity)?.offset;
  checkpoint.close();
  return offset;
}

test('auto: beside the logs, and there again', () => {
  fs.mkdirSync(directory.file('logs'));
  save(open('auto', 'logs/*.log'), 7);
  expect(fs.readdirSync(directory.file('logs/.log-tailer'))).toHaveLength(1);
  expect(found(open('auto', 'logs/*.log'))).toBe(7);
  expect(said).toBe('');
});

test('auto: the nearest directory that exists, also when the one of the logs has come since', () => {
  save(open('auto', 'not/yet/app.log'), 7);
  expect(fs.readdirSync(directory.path)).toEqual(['.log-tailer']);
  fs.mkdirSync(directory.file('not/yet'), { recursive: true });
  // The place of the last life is not lost for a nearer one.
  const again = open('auto', 'not/yet/app.log');
  again.close();
  expect(said).toBe('');
});

test('two tailers of one volume do not meet; the order of the patterns makes none', () => {
  save(open('auto', 'a.log'), 1);
  save(open('auto', 'b.log', 'c.log'), 2);
  expect(found(open('auto', 'a.log'))).toBe(1);
  expect(found(open('auto', 'c.log', 'b.log'))).toBe(2);
});

test('off: in memory only', () => {
  save(open('off', 'a.log'), 1);
  expect(found(open('off', 'a.log'))).toBeUndefined();
  expect(fs.readdirSync(directory.path)).toEqual([]);
});

test('a named directory, made where it is missing', () => {
  save(open(directory.file('state/of/ours'), 'a.log'), 5);
  expect(found(open(directory.file('state/of/ours'), 'a.log'))).toBe(5);
});

test('a named place that cannot be used is a wrong setting, with the cause', () => {
  fs.writeFileSync(directory.file('file'), '');
  const place = directory.file('file/below');
  expect(() => open(place, 'a.log')).toThrow(SettingError);
  expect(() => open(place, 'a.log')).toThrow(
    /--checkpoint .*cannot keep a checkpoint: .*ENOTDIR.*; mount a volume/,
  );
});

test('auto where nothing is writable: a warning with the cause, and on in memory', () => {
  fs.writeFileSync(directory.file('.log-tailer'), 'in the way');
  const checkpoint = open('auto', 'a.log');
  save(checkpoint, 3);
  expect(said).toMatch(/level=warn msg="no checkpoint: .*cause=.*(ENOTDIR|EEXIST)/);
});

test('/proc: a file system that takes no files says so, not that something is missing', () => {
  expect(() => open('/proc/none/of/this', 'a.log')).toThrow(/mkdir \/proc\/none: /);
});

test('a damaged file is set aside and said', () => {
  save(open('auto', 'a.log'), 3);
  const name = fs.readdirSync(directory.file('.log-tailer')).join();
  const file = directory.file(`.log-tailer/${name}`);
  fs.writeFileSync(file, 'garbage');
  expect(found(open('auto', 'a.log'))).toBeUndefined();
  expect(fs.readFileSync(`${file}.damaged`, 'utf8')).toBe('garbage');
  expect(said).toMatch(/set aside as \.damaged/);
});

test('damaged records are said, with their number', () => {
  save(open('auto', 'a.log'), 3);
  const name = fs.readdirSync(directory.file('.log-tailer')).join();
  const fd = fs.openSync(directory.file(`.log-tailer/${name}`), 'r+');
  fs.writeSync(fd, Buffer.alloc(100, 0xff), 0, 100, 4096 + 2048);
  fs.closeSync(fd);
  expect(found(open('auto', 'a.log'))).toBeUndefined();
  expect(said).toMatch(/records were damaged.*damagedRecords=1/);
});
