// Lines that cannot be converted: what becomes of them is the operator's choice, and they are always counted and said.
import fs from 'node:fs';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, scrape } from '@podmate/testkit/image';
import { eventually } from '@podmate/testkit/eventually';
import { describe, expect, test } from 'vitest';
import { ended, start } from './running.ts';

const DATES = ['--from', 'unix', '--to', 'rfc3339', '--now', '2026-01-02T03:04:05Z'];
const GOOD = '1970-01-01T00:00:00Z good\n';

const exactly = (text: string): unknown => expect.toSatisfy((found: unknown) => found === text, text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

describe('dates', () => {
  test.each([
    { policy: 'pass', code: 0, stdout: exactly(`bad\n${GOOD}`) },
    { policy: 'drop', code: 0, stdout: exactly(GOOD) },
    { policy: 'tag', code: 0, stdout: matching(/^_parse_error="byte 1: expected .*" bad\n1970/) },
    { policy: 'epoch-now', code: 0, stdout: exactly(`2026-01-02T03:04:05Z bad\n${GOOD}`) },
    { policy: 'exit', code: 65, stdout: exactly(GOOD) },
  ])('--on-error $policy', async ({ policy, code, stdout }) => {
    const found = await ended([...DATES, '--on-error', policy], { input: 'bad\n0 good\n' });
    expect(found.code).toBe(code);
    expect(found.stdout).toEqual(stdout);
    expect(found.stderr).toMatch(/level=warn msg="line not converted" reason="byte 1: .*" line=bad source=-/);
  });

  test('--on-error reject-file', async () => {
    await using directory = await temporaryDirectory('reject');
    const file = directory.file('rejected');
    const args = [...DATES, '--on-error', 'reject-file', '--reject-file', file];
    expect(await ended(args, { input: 'bad\n0 good\nworse\n' })).toMatchObject({ code: 0, stdout: GOOD });
    expect(fs.readFileSync(file, 'utf8')).toBe('bad\nworse\n');
  });

  test('a reject file that cannot be written: the line passes', async () => {
    const args = [...DATES, '--on-error', 'reject-file', '--reject-file', '/nowhere/rejected'];
    const found = await ended(args, { input: 'bad\n0 good\n' });
    expect(found).toMatchObject({ code: 0, stdout: `bad\n${GOOD}` });
    expect(found.stderr).toContain('cannot write rejected lines');
  });

  test('lines that go on are no fault, unless every line counts', async () => {
    const input = '0 good\n\tat x.y\n';
    expect(await ended([...DATES, '--on-error', 'drop'], { input })).toMatchObject({
      stdout: `${GOOD}\tat x.y\n`,
      stderr: '',
    });
    expect(await ended([...DATES, '--on-error', 'drop', '--multiline', 'off'], { input })).toMatchObject({
      stdout: GOOD,
    });
  });
});

describe('formats', () => {
  const ACCESS = '1.2.3.4 - - [01/Jan/2023:00:00:16 +0000] "GET / HTTP/1.1" 200 5 "-" "curl"';
  test.each([
    { policy: 'pass', output: 'json', stdout: /^bad\n\{/ },
    {
      policy: 'tag',
      output: 'json',
      stdout: /^\{"message":"bad","_parse_error":"column 1: expected .*"\}\n\{/,
    },
    { policy: 'tag', output: 'logfmt', stdout: /^message=bad _parse_error="column 1: .*"\n/ },
    {
      policy: 'tag',
      output: 'ecs',
      stdout: /^\{"@timestamp":"2026-01-02T03:04:05Z".*"message":"bad".*_parse_error/,
    },
    {
      policy: 'epoch-now',
      output: 'gelf',
      stdout: /^\{"version":"1.1".*"short_message":"bad".*"timestamp":1767323045/,
    },
  ])('--on-error $policy, $output', async ({ policy, output, stdout }) => {
    const args = [
      '--parse',
      'nginx',
      '--output',
      output,
      '--on-error',
      policy,
      '--now',
      '2026-01-02T03:04:05Z',
    ];
    const found = await ended(args, { input: `bad\n${ACCESS}\n` });
    expect(found.code).toBe(0);
    expect(found.stdout).toMatch(stdout);
  });
});

test('a record that a program cannot do goes the same way, and the program goes on', async () => {
  const input = '3\n0\n4\n';
  expect(await ended(['{ print 12 / $1 } END { print NR }'], { input })).toMatchObject({
    code: 0,
    stdout: '4\n0\n3\n3\n',
  });
  const dropped = await ended(['--on-error', 'drop', '{ print 12 / $1 }'], { input });
  expect(dropped).toMatchObject({ code: 0, stdout: '4\n3\n' });
  expect(dropped.stderr).toContain('division by zero');
});

test('the first five are said, then no more for a while; all are counted, by what became of them', async () => {
  await using directory = await temporaryDirectory('counted');
  const log = directory.file('app.log');
  fs.writeFileSync(log, `${'bad\n'.repeat(1000)}0 good\n`);
  const port = await freePort();
  await using image = start([...DATES, '--admin-listen', `127.0.0.1:${port}`, log]);
  await image.printed(GOOD);
  expect(image.stderr.match(/line not converted/g)).toHaveLength(5);
  await eventually(async () => {
    const samples = await scrape(`127.0.0.1:${port}`);
    expect(samples.get('date_adapter_lines_total{result="converted"}')).toBe(1);
    expect(samples.get('date_adapter_lines_total{result="passed"}')).toBe(1000);
    expect(samples.get('date_adapter_read_bytes_total')).toBe(4007);
    expect(samples.get('date_adapter_written_bytes_total')).toBe(4000 + GOOD.length);
  });
});
