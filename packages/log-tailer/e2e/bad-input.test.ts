// Bad settings never start it, and say what to do; bad data never ends it, and is counted.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { gzipSync } from 'node:zlib';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { freePort, scrape, startImage } from '@podmate/testkit/image';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ended, said, startUnprivileged } from './running.ts';

let directory: TemporaryDirectory;
let log: string;
beforeEach(async () => {
  directory = await temporaryDirectory('bad-input');
  log = directory.file('app.log');
  fs.writeFileSync(log, 'one\ntwo\n');
});
afterEach(() => directory.remove());

describe('exit code 64 and a line that says what to do', () => {
  test.each([
    { name: 'no path', args: [], says: /PATH: no file to follow; name a path or glob/ },
    { name: 'an unknown flag', args: ['--folow', '/a'], says: /--folow.*--follow/ },
    { name: 'an unknown short flag', args: ['-x', '/a'], says: /-x/ },
    { name: 'standard input', args: ['-'], says: /standard input cannot be followed/ },
    { name: 'a broken glob', args: ['/var/log/[a'], says: /not a glob: no ']'/ },
    { name: 'a flag without its value', args: ['/a', '--format'], says: /--format/ },
    {
      name: 'a settings file that is not there',
      args: ['/a', '--config', '/none.yaml'],
      says: /\/none\.yaml.*ENOENT/,
    },
  ])('$name', async ({ args, says }) => {
    const { code, stdout, stderr } = await ended(args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('an unknown variable with our prefix', async () => {
    const { code, stderr } = await ended([log], { env: { LOG_TAILER_FOO: '1' } });
    expect(code).toBe(64);
    expect(stderr).toMatch(/LOG_TAILER_FOO/);
  });

  test('variables that Kubernetes injects for a service of our name are no settings', async () => {
    const env = {
      LOG_TAILER_PORT: 'tcp://10.0.0.1:80',
      LOG_TAILER_SERVICE_HOST: '10.0.0.1',
      LOG_TAILER_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    const { code, stdout } = await ended(['--once', '--checkpoint', 'off', log], { env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'one\ntwo\n' });
  });

  test('all that is wrong at once', async () => {
    const { stderr } = await ended(['--format', 'xml', '--watch', 'never', '--rotate-wait', 'soon', log]);
    expect(stderr).toMatch(/--format xml.*\n.*/);
    expect(stderr).toMatch(/--watch never/);
    expect(stderr).toMatch(/--rotate-wait soon/);
  });

  test('a checkpoint directory that cannot be had', async () => {
    fs.writeFileSync(directory.file('file'), '');
    const { code, stderr } = await ended(['--checkpoint', directory.file('file/state'), log]);
    expect(code).toBe(64);
    expect(stderr).toMatch(
      /--checkpoint .*file\/state: cannot keep a checkpoint: .*ENOTDIR.*; mount a volume/,
    );
  });

  test('a checkpoint directory that is not ours to write to', async () => {
    fs.mkdirSync(directory.file('state'), 0o555);
    await using image = startUnprivileged(['--once', '--checkpoint', directory.file('state'), log]);
    expect(await image.exited).toMatchObject({ code: 64 });
    expect(image.stderr).toMatch(/cannot keep a checkpoint: open .*permission denied \(EACCES\)/);
  });
});

describe('goes on, and says so', () => {
  test('auto, and no place for a checkpoint', async () => {
    fs.mkdirSync(directory.file('logs'));
    fs.writeFileSync(directory.file('logs/app.log'), 'one\n');
    fs.chmodSync(directory.file('logs'), 0o555);
    await using image = startUnprivileged(['--once', directory.file('logs/app.log')]);
    expect(await image.exited).toMatchObject({ code: 0 });
    expect(image.stdout).toBe('one\n');
    expect(said(image, 'warn')).toEqual([
      expect.stringMatching(/no checkpoint.*mkdir .*permission denied \(EACCES\)/),
    ]);
  });

  test('a corrupt checkpoint is set aside, and the files are read again', async () => {
    const state = directory.file('state');
    const args = ['--once', '--checkpoint', state, log];
    expect(await ended(args)).toMatchObject({ code: 0, stdout: 'one\ntwo\n' });
    expect(await ended(args)).toMatchObject({ code: 0, stdout: '' });
    const file = `${state}/${fs.readdirSync(state).join()}`;
    fs.writeFileSync(file, 'not a checkpoint');
    const again = await ended(args);
    expect(again).toMatchObject({ code: 0, stdout: 'one\ntwo\n' });
    expect(said(again, 'warn')).toEqual([expect.stringMatching(/checkpoint cannot be read; set aside/)]);
    expect(fs.readFileSync(`${file}.damaged`, 'utf8')).toBe('not a checkpoint');
    expect(await ended(args)).toMatchObject({ code: 0, stdout: '' });
  });

  test('a file we may not read: named in /readyz with the reason, counted, and read as soon as we may', async () => {
    fs.chmodSync(log, 0o000);
    const admin = `127.0.0.1:${await freePort()}`;
    await using image = startUnprivileged(['--checkpoint', 'off', '--admin-listen', admin, log]);
    const ready = async (): Promise<{ status: number; text: string }> => {
      const response = await fetch(`http://${admin}/readyz`);
      return { status: response.status, text: await response.text() };
    };
    await eventually(async () => {
      expect(await ready()).toEqual({
        status: 503,
        text: expect.stringMatching(/cannot read .*app\.log: .*permission denied \(EACCES\)/),
      });
    });
    expect((await fetch(`http://${admin}/livez`)).status).toBe(200);
    expect((await scrape(admin)).get('log_tailer_open_errors_total{code="EACCES"}')).toBe(1);
    fs.chmodSync(log, 0o644);
    await image.printed('one\ntwo\n');
    await eventually(async () => expect(await ready()).toEqual({ status: 200, text: 'ok\n' }));
  });

  test('one of several unreadable: ready, with a warning', async () => {
    fs.writeFileSync(directory.file('secret.log'), 'x\n');
    fs.chmodSync(directory.file('secret.log'), 0o000);
    const admin = `127.0.0.1:${await freePort()}`;
    await using image = startUnprivileged([
      '--checkpoint',
      'off',
      '--admin-listen',
      admin,
      directory.file('*.log'),
    ]);
    await image.printed('one\ntwo\n');
    const response = await fetch(`http://${admin}/readyz`);
    expect({ status: response.status, text: await response.text() }).toEqual({
      status: 200,
      text: expect.stringMatching(/^ok\nwarning: cannot read .*secret\.log: .*EACCES/),
    });
  });

  test.each([
    {
      name: 'a directory',
      make: (path: string) => fs.mkdirSync(path),
      code: 'DIRECTORY',
      says: /is a directory; to follow the files in it, say <directory>\/\*/,
    },
    {
      name: 'a FIFO',
      make: (path: string) => execFileSync('mkfifo', [path]),
      code: 'FIFO',
      says: /is a FIFO, not a regular file/,
    },
  ])('$name as path, beside a file', async ({ make, code, says }) => {
    make(directory.file('strange'));
    const admin = `127.0.0.1:${await freePort()}`;
    await using image = startImage('log-tailer', [
      '--checkpoint',
      'off',
      '--admin-listen',
      admin,
      directory.file('strange'),
      log,
    ]);
    await image.printed('one\ntwo\n');
    await eventually(() => expect(said(image, 'error')).toEqual([expect.stringMatching(says)]));
    await eventually(async () =>
      expect((await scrape(admin)).get(`log_tailer_open_errors_total{code="${code}"}`)).toBe(1),
    );
    fs.appendFileSync(log, 'three\n');
    await image.printed('three\n');
    expect(await image.stop()).toMatchObject({ code: 0 });
  });

  test('a binary file comes out byte for byte', async () => {
    // Every byte, newlines or none for long, NULs in runs that are no holes.
    const binary = Buffer.concat([
      Buffer.from(Array.from({ length: 200_000 }, (_, n) => (n * n + (n >> 7)) & 0xff)),
      Buffer.alloc(400),
      Buffer.from(Array.from({ length: 900_000 }, (_, n) => ((n % 251) + 11 > 255 ? 0xff : (n % 240) + 11))),
    ]);
    fs.writeFileSync(log, binary);
    await using image = startImage('log-tailer', ['--once', '--checkpoint', 'off', log]);
    expect(await image.exited).toMatchObject({ code: 0 });
    expect(image.stdoutBytes.equals(binary)).toBe(true);
  });

  test('a sparse file without any data: no output, no end', async () => {
    fs.truncateSync(log, 0);
    fs.truncateSync(log, 20_000_001);
    await using image = startImage('log-tailer', ['--checkpoint', 'off', log]);
    fs.appendFileSync(log, 'after the hole\n');
    await image.printed('after the hole\n');
    expect(image.stdout).toBe('after the hole\n');
    expect(await image.stop()).toMatchObject({ code: 0 });
  });

  test('a damaged gzip file: what comes out of it, and on', async () => {
    const random = Array.from({ length: 4000 }, (_, n) => `${n} ${(n * 7919) % 10_007}\n`).join('');
    fs.writeFileSync(directory.file('app.log.1.gz'), gzipSync(random).subarray(0, 9000));
    const past = new Date(Date.now() - 60_000);
    fs.utimesSync(directory.file('app.log.1.gz'), past, past);
    await using image = startImage('log-tailer', ['--checkpoint', 'off', '--gzip', directory.file('*')]);
    await image.printed('two\n');
    await image.printed(/^0 0\n1 7919\n/m);
    fs.appendFileSync(log, 'three\n');
    await image.printed('three\n');
    expect(await image.stop()).toMatchObject({ code: 0 });
  });

  test('paths that are not there are waited for, their directories too', async () => {
    await using image = startImage('log-tailer', ['--checkpoint', 'off', directory.file('not/yet/app.log')]);
    await eventually(() => expect(image.stderr).toMatch(/started/));
    fs.mkdirSync(directory.file('not/yet'), { recursive: true });
    fs.writeFileSync(directory.file('not/yet/app.log'), 'there\n');
    await image.printed('there\n');
  });
});
