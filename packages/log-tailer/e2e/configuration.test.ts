// Settings from a file, with several inputs; its reload as a ConfigMap does it; the environment; --check and --help.
import fs from 'node:fs';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { startImage } from '@podmate/testkit/image';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ended, said } from './running.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory('configuration');
  for (const name of ['a', 'b', 'c']) fs.writeFileSync(directory.file(`${name}.log`), `${name}1\n`);
});
afterEach(() => directory.remove());

/** As the kubelet lays out a ConfigMap: config.yaml -> ..data/config.yaml, ..data -> a directory, swapped whole. */
let version = 0;
function publish(yaml: string): string {
  const data = `config/..2026_${version++}`;
  fs.mkdirSync(directory.file(data), { recursive: true });
  fs.writeFileSync(directory.file(`${data}/config.yaml`), yaml);
  fs.symlinkSync(data.slice('config/'.length), directory.file('config/..data_tmp'));
  fs.renameSync(directory.file('config/..data_tmp'), directory.file('config/..data'));
  const file = directory.file('config/config.yaml');
  if (!fs.existsSync(file)) fs.symlinkSync('..data/config.yaml', file);
  return file;
}

const inputs = (...rows: string[]): string =>
  `checkpoint: off\ninputs:\n${rows.map((row) => `  - ${row}\n`).join('')}`;
const input = (name: string, more: string): string => `{ include: ${directory.file(name)}, ${more} }`;

test('several inputs, each in its own format', async () => {
  const file = publish(
    inputs(
      input('a.log', 'format: prefix'),
      input('b.log', 'format: json, jsonKey: m'),
      input('c.log', 'format: raw'),
    ),
  );
  const { code, stdout } = await ended(['--once', '--config', file]);
  expect(code).toBe(0);
  const b = JSON.stringify({ file: directory.file('b.log'), m: 'b1' });
  expect(stdout.split('\n').toSorted()).toEqual(['', '[a.log] a1', 'c1', b].toSorted());
});

test('reload: a swap of ..data is taken, a wrong file keeps the old one running and says so', async () => {
  const file = publish(inputs(input('a.log', 'format: prefix')));
  await using image = startImage('log-tailer', ['--config', file]);
  await image.printed('[a.log] a1\n');

  publish(inputs(input('a.log', "format: prefix, prefix: 'A '"), input('b.log', 'format: raw')));
  await image.printed('b1\n', { withinMs: 15_000 });
  fs.appendFileSync(directory.file('a.log'), 'a2\n');
  await image.printed('A a2\n');

  publish(inputs(input('a.log', 'format: xml')));
  await eventually(
    () =>
      expect(said(image, 'error')).toEqual([
        expect.stringMatching(/settings not reloaded, the old ones stay.*xml/),
      ]),
    { withinMs: 15_000 },
  );
  fs.appendFileSync(directory.file('a.log'), 'a3\n');
  await image.printed('A a3\n');

  publish(inputs(input('c.log', 'format: raw')));
  await image.printed('c1\n', { withinMs: 15_000 });
  fs.appendFileSync(directory.file('a.log'), 'a4\n');
  fs.appendFileSync(directory.file('c.log'), 'c2\n');
  await image.printed('c2\n');
  expect(await image.stop()).toMatchObject({ code: 0 });
  expect(image.stdout.split('\n').toSorted()).toEqual(
    ['', 'A a2', 'A a3', '[a.log] a1', 'b1', 'c1', 'c2'].toSorted(),
  );
});

test('a reload under load neither loses nor repeats a line', async () => {
  const live = directory.file('live.log');
  fs.writeFileSync(live, '');
  const file = publish(inputs(input('live.log', 'format: raw')));
  await using image = startImage('log-tailer', ['--config', file]);
  await eventually(() => expect(image.stderr).toMatch(/started/));
  let written = 0;
  const write = (): void => {
    fs.appendFileSync(live, Array.from({ length: 50 }, () => `${written++}\n`).join(''));
  };
  const writing = setInterval(write, 2);
  for (const key of ['exclude: [x]', 'exclude: [y]', 'exclude: [z]']) {
    const before = image.stderr.split('settings reloaded').length;
    publish(inputs(input('live.log', `format: raw, ${key}`)));
    await eventually(() => expect(image.stderr.split('settings reloaded').length).toBe(before + 1), {
      withinMs: 15_000,
    });
  }
  clearInterval(writing);
  await image.printed(new RegExp(`^${written - 1}\n`, 'm'));
  expect(await image.stop()).toMatchObject({ code: 0 });
  const lines = image.stdout.split('\n').slice(0, -1);
  expect(lines.length).toBe(written);
  expect(new Set(lines).size).toBe(written);
});

describe('the environment', () => {
  test.each([
    { name: 'PATH_TO_TAIL', env: () => ({ PATH_TO_TAIL: directory.file('a.log') }), out: 'a1\n' },
    {
      name: 'LOG_TAILER_*',
      env: () => ({ LOG_TAILER_INCLUDE: directory.file('a.log'), LOG_TAILER_FORMAT: 'prefix' }),
      out: '[a.log] a1\n',
    },
    {
      name: 'a list',
      env: () => ({ LOG_TAILER_INCLUDE: directory.file('*.log'), LOG_TAILER_EXCLUDE: 'a.log,c.log' }),
      out: 'b1\n',
    },
  ])('$name', async ({ env, out }) => {
    const more = { LOG_TAILER_ONCE: 'true', LOG_TAILER_CHECKPOINT: 'off' };
    expect(await ended([], { env: { ...env(), ...more } })).toMatchObject({ code: 0, stdout: out });
  });

  test('a flag beats it', async () => {
    const env = { LOG_TAILER_FORMAT: 'json' };
    const { stdout } = await ended(
      ['--once', '--checkpoint', 'off', '--format', 'raw', directory.file('a.log')],
      { env },
    );
    expect(stdout).toBe('a1\n');
  });
});

describe('says and ends', () => {
  test('--check: valid', async () => {
    const { code, stdout } = await ended(['--check', directory.file('a.log')]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'log-tailer: settings are valid\n' });
    expect(fs.readdirSync(directory.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('--check: not valid', async () => {
    expect(await ended(['--check', '--format', 'xml', '/a'])).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/xml/),
    });
  });

  test('--help fits a terminal and names what people look for', async () => {
    const { code, stdout, stderr } = await ended(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: log-tailer \[flags\] PATH\|GLOB\.\.\.\n/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    for (const flag of ['-n, --lines', '-F', '--format', '--checkpoint', '--admin-listen', '--config'])
      expect(stdout).toContain(flag);
  });

  test('--version', async () => {
    expect(await ended(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\d+\.\d+\.\d+/),
    });
  });
});
