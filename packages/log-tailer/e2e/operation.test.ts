// What an operator looks at while it runs: probes, metrics, our own log.
import fs from 'node:fs';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { freePort, type RunningImage, scrape, startImage } from '@podmate/testkit/image';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { metrics } from '../src/metrics.ts';
import { ended } from './running.ts';

let directory: TemporaryDirectory;
let log: string;
let admin: string;
beforeEach(async () => {
  directory = await temporaryDirectory('operation');
  log = directory.file('app.log');
  admin = `127.0.0.1:${await freePort()}`;
  fs.writeFileSync(log, 'one\ntwo\n');
});
afterEach(() => directory.remove());

const start = (...args: string[]): RunningImage =>
  startImage('log-tailer', ['--checkpoint', 'off', '--admin-listen', admin, ...args, log]);

test('probes, and the same by `health` for who has no curl', async () => {
  await using image = start();
  await image.printed('two\n');
  for (const path of ['livez', 'readyz', 'startupz']) {
    const response = await fetch(`http://${admin}/${path}`);
    expect([path, response.status, await response.text()]).toEqual([path, 200, 'ok\n']);
  }
  expect((await fetch(`http://${admin}/`)).status).toBe(404);
  const env = { LOG_TAILER_ADMIN_LISTEN: admin };
  expect(await ended(['health'], { env })).toEqual({ code: 0, stdout: '', stderr: '' });
  await image.stop();
  const down = await ended(['health', '--admin-listen', admin]);
  expect(down).toMatchObject({ code: 1, stderr: expect.stringMatching(/connection refused/) });
});

test('`health` without an admin server says which setting is missing', async () => {
  expect(await ended(['health'])).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/LOG_TAILER_ADMIN_LISTEN/),
  });
});

test('not ready while the only path is a directory; a file that is not there yet is no fault', async () => {
  fs.mkdirSync(directory.file('folder'));
  await using image = startImage('log-tailer', [
    '--checkpoint',
    'off',
    '--admin-listen',
    admin,
    directory.file('folder'),
  ]);
  await eventually(async () => {
    const response = await fetch(`http://${admin}/readyz`);
    expect([response.status, await response.text()]).toEqual([
      503,
      expect.stringMatching(/cannot read .*folder: is a directory/),
    ]);
  });
  const down = await ended(['health', '--admin-listen', admin]);
  expect(down).toMatchObject({ code: 1, stderr: expect.stringMatching(/is a directory/) });
  await image.stop();
  await using waiting = startImage('log-tailer', [
    '--checkpoint',
    'off',
    '--admin-listen',
    admin,
    directory.file('later.log'),
  ]);
  await eventually(async () => expect((await fetch(`http://${admin}/readyz`)).status).toBe(200));
  expect(await waiting.stop()).toMatchObject({ code: 0 });
});

test('every metric is there from the start, and a rotation, a truncation and lines are counted', async () => {
  await using image = start();
  await image.printed('two\n');
  const text = await (await fetch(`http://${admin}/metrics`)).text();
  for (const { name } of metrics) expect(text).toMatch(new RegExp(`^# TYPE ${name} `, 'm'));
  expect(text).toMatch(/^process_cpu_seconds_total /m);
  const counted = async (sample: string, value: number): Promise<void> => {
    await eventually(async () =>
      expect([sample, (await scrape(admin)).get(sample)]).toEqual([sample, value]),
    );
  };
  await counted('log_tailer_read_bytes_total', 8);
  await counted('log_tailer_delivered_bytes_total', 8);
  await counted('log_tailer_lines_total', 2);
  await counted('log_tailer_lag_bytes', 0);
  await counted('log_tailer_oldest_unread_seconds', 0);
  await counted('log_tailer_open_files', 1);
  fs.renameSync(log, `${log}.1`);
  fs.writeFileSync(log, 'three\n');
  await image.printed('three\n');
  await counted('log_tailer_rotations_total{kind="rename"}', 1);
  await counted('log_tailer_open_files', 2);
  fs.truncateSync(log, 0);
  await counted('log_tailer_truncations_total', 1);
  await counted('log_tailer_lost_bytes_total', 0);
  fs.appendFileSync(log, 'unfinished');
  await counted('log_tailer_lag_bytes', 10);
});

test('a reader that reads no more: alive and ready, the wait and the lag are counted', async () => {
  await using image = start();
  await image.printed('two\n');
  image.process.stdout?.pause();
  fs.appendFileSync(log, `${'x'.repeat(99)}\n`.repeat(100_000));
  await eventually(async () => {
    const samples = await scrape(admin);
    expect(samples.get('log_tailer_lag_bytes')).toBeGreaterThan(5_000_000);
    expect(samples.get('log_tailer_stdout_blocked_seconds_total')).toBeGreaterThan(0.3);
    expect(samples.get('log_tailer_oldest_unread_seconds')).toBeGreaterThan(0.3);
  });
  for (const path of ['livez', 'readyz']) expect((await fetch(`http://${admin}/${path}`)).status).toBe(200);
  image.process.stdout?.resume();
  await eventually(async () => expect((await scrape(admin)).get('log_tailer_lag_bytes')).toBe(0));
});

test('our own words are logfmt or JSON, and say at the start what was set and by whom', async () => {
  await using image = startImage('log-tailer', ['--checkpoint', 'off', '--log-format', 'json', log], {
    env: { LOG_TAILER_FORMAT: 'prefix' },
  });
  await image.printed('two\n');
  await image.stop();
  const [first, ...rest] = image.stderr
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(first).toMatchObject({
    level: 'info',
    msg: 'starting',
    format: 'prefix (environment)',
    include: `${log} (flag)`,
  });
  expect(rest).toMatchObject([{ msg: 'started' }, { msg: 'ending', reason: 'SIGTERM' }]);
});

test('POST /quitquitquit ends it as SIGTERM does', async () => {
  await using image = start('--quit-listen', admin);
  await image.printed('two\n');
  fs.appendFileSync(log, 'three\n');
  expect((await fetch(`http://${admin}/quitquitquit`)).status).toBe(405);
  expect((await fetch(`http://${admin}/quitquitquit`, { method: 'POST' })).status).toBe(200);
  expect(await image.exited).toMatchObject({ code: 0 });
  expect(image.stdout).toBe('one\ntwo\nthree\n');
});

test('an admin address that is taken: exit code 64, with the cause', async () => {
  await using image = start();
  await image.printed('two\n');
  const second = await ended(['--checkpoint', 'off', '--admin-listen', admin, log]);
  expect(second).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/--admin-listen.*cannot listen: .*EADDRINUSE/),
  });
});
