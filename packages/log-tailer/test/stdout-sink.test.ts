// Real pipes, sockets and files; what has to be another process is fixtures/sink.ts.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StdoutClosed, StdoutSink } from '../src/stdout-sink.ts';

const fixture = path.join(import.meta.dirname, 'fixtures/sink.ts');
const expected = Buffer.concat([
  ...Array.from({ length: 64 }, (_, n) => Buffer.alloc(65_536, `piece ${n} `)),
  Buffer.from('end\n'),
]);

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory('sink');
});
afterEach(() => directory.remove());

describe.each(['own', 'shared'])('%s stdout', (mode) => {
  // sh makes a pipe; spawn a pair of sockets, which cannot be opened anew.
  test('a pipe with a slow reader gets every byte, in order', () => {
    const script = '"$1" "$2" "$3" | { sleep 0.3; head -c 100000; sleep 0.2; cat; }';
    const { stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, fixture, mode], {
      maxBuffer: 1 << 24,
    });
    expect(stdout.equals(expected)).toBe(true);
    expect(String(stderr)).toMatch(/^written/);
  });

  test('a socket with a slow reader gets every byte, in order', async () => {
    const child = spawn(process.execPath, [fixture, mode], { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await sleep(300);
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(child, 'close');
    expect(Buffer.concat(chunks).equals(expected)).toBe(true);
    expect(said).toMatch(/^written/);
  });
});

test('a reader that leaves: StdoutClosed', () => {
  const { stderr } = spawnSync('sh', ['-c', '"$1" "$2" | head -c 10', 'sh', process.execPath, fixture]);
  expect(String(stderr)).toMatch(/^StdoutClosed: .*stdout was closed by its reader/);
});

test('a named FIFO whose reader has left: StdoutClosed, no waiting for another', () => {
  const fifo = directory.file('fifo');
  execFileSync('mkfifo', [fifo]);
  const { O_RDONLY, O_NONBLOCK } = fs.constants;
  const reader = fs.openSync(fifo, O_RDONLY | O_NONBLOCK);
  const writer = fs.openSync(fifo, 'w');
  fs.closeSync(reader);
  const { stderr, signal } = spawnSync(process.execPath, [fixture], {
    stdio: ['ignore', writer, 'pipe'],
    timeout: 10_000,
  });
  fs.closeSync(writer);
  expect(signal).toBeNull();
  expect(String(stderr)).toMatch(/^StdoutClosed/);
});

test('a file is appended to where the shell stands', async () => {
  const fd = fs.openSync(directory.file('out'), 'w');
  fs.writeSync(fd, 'before\n');
  const sink = new StdoutSink(fd, () => {});
  await sink.write([Buffer.from('one\n'), Buffer.alloc(0), Buffer.from('two\n')]);
  await sink.write([]);
  fs.closeSync(fd);
  expect(fs.readFileSync(directory.file('out'), 'utf8')).toBe('before\none\ntwo\n');
  expect(sink.waitingSeconds).toBe(0);
});

test('a full disk is reported and waited for', async () => {
  const reported: unknown[] = [];
  const fd = fs.openSync('/dev/full', 'w');
  const sink = new StdoutSink(fd, (error) => reported.push(error));
  let settled = false;
  const writing = sink.write([Buffer.from('x')]).finally(() => (settled = true));
  writing.catch(() => {});
  await eventually(() => expect(reported).toMatchObject([{ code: 'ENOSPC' }]));
  expect(settled).toBe(false);
  expect(sink.waitingSeconds).toBeGreaterThan(0);
  fs.closeSync(fd);
  // The next try finds the descriptor closed: an error that waiting does not mend.
  await expect(writing).rejects.toMatchObject({ code: 'EBADF' });
});

test('other errors are thrown as they are', async () => {
  fs.writeFileSync(directory.file('read-only'), '');
  const fd = fs.openSync(directory.file('read-only'), 'r');
  const writing = new StdoutSink(fd, () => {}).write([Buffer.from('x')]);
  await expect(writing).rejects.toMatchObject({ code: 'EBADF' });
  await expect(writing).rejects.not.toBeInstanceOf(StdoutClosed);
  fs.closeSync(fd);
});
