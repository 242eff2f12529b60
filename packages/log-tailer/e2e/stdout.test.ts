// stdout is data and nothing else, whatever becomes of it: closed, full, slow.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { containerEnvironment, imageCommand, startImage } from '@podmate/testkit/image';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ended, said } from './running.ts';

let directory: TemporaryDirectory;
let log: string;
beforeEach(async () => {
  directory = await temporaryDirectory('stdout');
  log = directory.file('app.log');
  fs.writeFileSync(log, 'one\n');
});
afterEach(() => directory.remove());

const [program, ...first] = imageCommand('log-tailer');

/** A file system of 64 KiB, where we may mount one. */
const mounted = ((): boolean => {
  if (process.getuid?.() !== 0) return false;
  const probe = fs.mkdtempSync('/tmp/podmate-mount-');
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe]);
  if (status === 0) spawnSync('umount', [probe]);
  fs.rmdirSync(probe);
  return status === 0;
})();

class SmallDisk implements Disposable {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
    fs.mkdirSync(path);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path]);
    fs.chmodSync(path, 0o777);
  }
  fill(): void {
    spawnSync('dd', ['if=/dev/zero', `of=${this.path}/ballast`, 'bs=4096']);
  }
  free(): void {
    fs.unlinkSync(`${this.path}/ballast`);
  }
  [Symbol.dispose](): void {
    spawnSync('umount', ['-l', this.path]);
  }
}

test('nothing of ours is on stdout, at any log level', async () => {
  await using image = startImage('log-tailer', [
    '--log-level',
    'debug',
    '--checkpoint',
    'off',
    log,
    directory.path,
  ]);
  await image.printed('one\n');
  await image.stop();
  expect(image.stdout).toBe('one\n');
  expect(said(image, 'error')).not.toEqual([]);
});

test('closed by its reader: exit code 1, and the next life goes on with the first line not written', async () => {
  const args = ['--checkpoint', directory.file('state'), log];
  const child = spawn(program, [...first, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: containerEnvironment(),
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [chunk] = await once(child.stdout, 'data');
  expect(String(chunk)).toBe('one\n');
  const closed = once(child, 'close');
  child.stdout.destroy();
  fs.appendFileSync(log, 'two\n');
  expect((await closed)[0]).toBe(1);
  expect(stderr).toMatch(/level=error msg="stdout is closed"/);
  expect(await ended(['--once', ...args])).toMatchObject({ code: 0, stdout: 'two\n' });
});

test('closed before the start, as by `| true`', async () => {
  const { stderr } = spawnSync(
    'sh',
    [
      '-c',
      '{ sleep 0.3; "$@"; echo "code $?" >&2; } | true',
      'sh',
      program,
      ...first,
      '--checkpoint',
      'off',
      log,
    ],
    { encoding: 'utf8', timeout: 20_000 },
  );
  expect(stderr).toMatch(/stdout is closed[\s\S]*code 1\n$/);
});

test('/dev/null and a file', async () => {
  const out = fs.openSync(directory.file('out'), 'a');
  fs.writeSync(out, 'before\n');
  const { status } = spawnSync(program, [...first, '--once', '--checkpoint', 'off', log], {
    stdio: ['ignore', out, 'ignore'],
  });
  fs.closeSync(out);
  expect(status).toBe(0);
  expect(fs.readFileSync(directory.file('out'), 'utf8')).toBe('before\none\n');
});

test.skipIf(!mounted)('a file on a full disk: waits, says so, and loses nothing', async () => {
  using disk = new SmallDisk(directory.file('disk'));
  const out = fs.openSync(`${disk.path}/out`, 'w');
  disk.fill();
  const lines = Array.from({ length: 1000 }, (_, n) => `line ${n}\n`).join('');
  fs.writeFileSync(log, lines);
  const child = spawn(program, [...first, '--once', '--checkpoint', 'off', log], {
    stdio: ['ignore', out, 'pipe'],
  });
  fs.closeSync(out);
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await eventually(() => expect(stderr).toMatch(/level=warn msg="stdout is full, trying again".*ENOSPC/));
  disk.free();
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  expect(fs.readFileSync(`${disk.path}/out`, 'utf8')).toBe(lines);
});

test.skipIf(!mounted)(
  'a checkpoint on a full disk: delivers, says so, and writes it when there is room',
  async () => {
    using disk = new SmallDisk(directory.file('disk'));
    disk.fill();
    const args = ['--checkpoint', disk.path, log];
    await using image = startImage('log-tailer', args);
    await image.printed('one\n');
    await eventually(() => expect(image.stderr).toMatch(/checkpoint not written.*code=ENOSPC/));
    disk.free();
    fs.appendFileSync(log, 'two\n');
    await image.printed('two\n');
    expect(await image.stop()).toMatchObject({ code: 0 });
    fs.appendFileSync(log, 'three\n');
    expect(await ended(['--once', ...args])).toMatchObject({ code: 0, stdout: 'three\n' });
  },
);

test('a slow reader gets every line in order, while the log is rotated', async () => {
  await using image = startImage('log-tailer', ['--checkpoint', 'off', log]);
  await image.printed('one\n');
  image.process.stdout?.pause();
  let expected = 'one\n';
  for (let generation = 0; generation < 5; generation++) {
    const lines = Array.from(
      { length: 5000 },
      (_, n) => `generation ${generation} line ${n} ${'.'.repeat(40)}\n`,
    ).join('');
    fs.appendFileSync(log, lines);
    expected += lines;
    await new Promise((resolve) => setTimeout(resolve, 60));
    fs.renameSync(log, `${log}.${9 - generation}`);
    fs.writeFileSync(log, '');
  }
  image.process.stdout?.resume();
  await image.printed(/generation 4 line 4999 /);
  expect(await image.stop()).toMatchObject({ code: 0 });
  expect(image.stdout === expected).toBe(true);
});
