import { loadSettings } from '@podmate/base/settings';
import { describe, expect, test } from 'vitest';
import { BulkFormat } from '../src/bulk-format.ts';
import { ByteKernel } from '../src/byte-kernel.ts';
import { FollowStats } from '../src/follow-stats.ts';
import { ESCAPES } from '../src/json-escape.ts';
import { RawFormat } from '../src/line-format.ts';
import { ByteFramer, EventFramer, Utf16Framer } from '../src/line-framer.ts';
import { planFollow, planInputs, planRun } from '../src/plan.ts';
import { RecordFormat } from '../src/record-format.ts';
import { settings, type SettingsValues } from '../src/settings.ts';

const kernel = new ByteKernel(ESCAPES);

async function valuesOf(argv: string[], yaml = ''): Promise<SettingsValues> {
  const loaded = await loadSettings(settings, {
    argv: ['--config', 'c', ...argv],
    env: {},
    readFile: () => yaml,
  });
  return loaded.values;
}

describe('which format does the work', () => {
  test.each([
    { argv: [], kind: RawFormat },
    { argv: ['--format', 'prefix'], kind: BulkFormat },
    { argv: ['--format', 'json'], kind: BulkFormat },
    { argv: ['--strip-cr'], kind: RecordFormat },
    { argv: ['--max-line-bytes', '10', '--long-lines', 'skip'], kind: RecordFormat },
    { argv: ['--encoding', 'utf-16'], kind: RecordFormat },
    { argv: ['--format', 'json', '--multiline-start', '^x'], kind: RecordFormat },
    { argv: ['--format', 'prefix', '-z'], kind: RecordFormat },
    { argv: ['-z'], kind: RawFormat },
  ])('$argv', async ({ argv, kind }) => {
    const plan = planInputs(await valuesOf(['/a', ...argv]));
    const formats = plan.makeFormats(new FollowStats(), kernel);
    expect([...formats.values()]).toEqual([expect.any(kind)]);
    expect([...formats.keys()]).toEqual(plan.inputs);
  });
});

describe('what ends a record', () => {
  test.each([
    { argv: [], kind: ByteFramer, newlineByte: 10 },
    { argv: ['-z'], kind: ByteFramer, newlineByte: 0 },
    { argv: ['--encoding', 'UTF-16LE'], kind: Utf16Framer, newlineByte: 10 },
    { argv: ['--encoding', 'utf-16be', '--multiline-end', ';$'], kind: EventFramer, newlineByte: 10 },
    { argv: ['--multiline-start', '^x'], kind: EventFramer, newlineByte: 10 },
  ])('$argv', async ({ argv, kind, newlineByte }) => {
    const [input] = planInputs(await valuesOf(['/a', ...argv])).inputs;
    expect(input?.framer).toBeInstanceOf(kind);
    expect(input?.framer.newlineByte).toBe(newlineByte);
  });
});

test('inputs: operands first, then the sections, with what they do not say from the table', async () => {
  const yaml =
    'format: json\ninputs:\n  - include: [/b]\n    gzip: true\n    multilineStart: ^x\n    multilineTimeout: 3s\n';
  const { inputs, include } = planInputs(
    await valuesOf(['/a', '--ignore-older', '1h', '--exclude', '*.tmp'], yaml),
  );
  expect(include).toEqual(['/a', '/b']);
  expect(inputs).toMatchObject([
    {
      include: ['/a'],
      exclude: ['*.tmp'],
      gzip: false,
      multilineTimeoutMs: Infinity,
      ignoreOlderMs: 3_600_000,
    },
    {
      include: ['/b'],
      exclude: [],
      gzip: true,
      multilineTimeoutMs: 3000,
      partialTimeoutMs: Infinity,
      ignoreOlderMs: 3_600_000,
    },
  ]);
});

test.each([
  { argv: [], skips: true },
  { argv: ['--no-skip-nul'], skips: false },
  { argv: ['-z'], skips: false },
  { argv: ['--encoding', 'utf-16le'], skips: false },
])('NUL holes, $argv: $skips', async ({ argv, skips }) => {
  expect(planInputs(await valuesOf(['/a', ...argv])).inputs[0]?.skipNul).toBe(skips);
});

test.each([
  { argv: ['/a'], asTail: false, run: { once: false, checkpoint: 'auto', headers: false } },
  { argv: ['/a', '--once'], asTail: false, run: { once: true, checkpoint: 'auto' } },
  { argv: ['/a', '/b'], asTail: false, run: { headers: false } },
  { argv: ['/a', '-v'], asTail: false, run: { headers: true } },
  { argv: ['/a'], asTail: true, run: { once: true, checkpoint: 'off', headers: false } },
  { argv: ['/a', '/b'], asTail: true, run: { once: true, headers: true } },
  { argv: ['/a', '/b', '-q'], asTail: true, run: { headers: false } },
  { argv: ['-f', '/a'], asTail: true, run: { once: false, checkpoint: 'auto' } },
  { argv: ['-F', '/a'], asTail: true, run: { once: false, checkpoint: 'auto' } },
  { argv: ['--follow=descriptor', '/a'], asTail: true, run: { once: false } },
])('planRun $argv as tail: $asTail', async ({ argv, asTail, run }) => {
  expect(planRun(await valuesOf(argv), asTail)).toMatchObject(run);
});

test.each([
  { argv: [], pollIntervalMs: 250 },
  { argv: ['--poll-interval', '2s'], pollIntervalMs: 2000 },
  { argv: ['-s', '0.5'], pollIntervalMs: 500 },
  { argv: ['-s', '0'], pollIntervalMs: 10 },
])('planFollow $argv', async ({ argv, pollIntervalMs }) => {
  expect(planFollow(await valuesOf(['/a', ...argv]))).toMatchObject({ pollIntervalMs });
});

test('the budget of open files is below the limit of the process, unless it is given', async () => {
  const { maxOpenFiles } = planFollow(await valuesOf(['/a']));
  expect(maxOpenFiles).toBeGreaterThan(100);
  expect(planFollow(await valuesOf(['/a', '--max-open-files', '7'])).maxOpenFiles).toBe(7);
});
