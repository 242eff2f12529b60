// The whole way of the data over real files, without a process around it.
import fs from 'node:fs';
import path from 'node:path';
import { registry } from '@podmate/base/metrics';
import { loadSettings } from '@podmate/base/settings';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ByteKernel } from '../src/byte-kernel.ts';
import { Checkpoint } from '../src/checkpoint.ts';
import { Delivery } from '../src/delivery.ts';
import { Follow } from '../src/follow.ts';
import { ESCAPES } from '../src/json-escape.ts';
import { metrics } from '../src/metrics.ts';
import { planFollow, planInputs, planRun } from '../src/plan.ts';
import { settings } from '../src/settings.ts';
import { StdoutClosed, StdoutSink } from '../src/stdout-sink.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory('delivery');
});
afterEach(() => directory.remove());

async function partsOf(argv: string[], out: number) {
  const loaded = await loadSettings(settings, { argv, env: {} });
  const plan = planInputs(loaded.values);
  const follow = new Follow({
    ...planFollow(loaded.values),
    inputs: plan.inputs,
    checkpoint: Checkpoint.inMemory(),
    report: () => {},
  });
  const kernel = new ByteKernel(ESCAPES);
  const formats = plan.makeFormats(follow.stats, kernel);
  const sink = new StdoutSink(out, () => {});
  const { headers } = planRun(loaded.values, false);
  return { follow, sink, formats, delivery: new Delivery({ follow, sink, kernel, formats, headers }) };
}

/** What comes out for what is there. */
async function delivered(argv: string[]): Promise<string> {
  const out = fs.openSync(directory.file('out'), 'w');
  const { follow, delivery } = await partsOf(argv, out);
  follow.start();
  follow.drain(0);
  await delivery.run();
  follow.close();
  fs.closeSync(out);
  return fs.readFileSync(directory.file('out'), 'utf8');
}

const write = (name: string, text: string): string => {
  fs.writeFileSync(directory.file(name), text);
  return directory.file(name);
};

describe('what comes out', () => {
  test('a line without its newline is closed before another file’s', async () => {
    const [a, b] = [write('a', '1'), write('b', '2')];
    expect(await delivered([a, b])).toBe('1\n2');
    expect(await delivered([a, b, '--format', 'json', '--json-key', 'm'])).toBe(
      [
        [a, '1'],
        [b, '2'],
      ]
        .map(([file, m]) => `${JSON.stringify({ file, m })}\n`)
        .join(''),
    );
  });

  test('headers as of tail -v, with the names as they were given', async () => {
    const [a, b] = [write('a', '1\n'), write('b', '2')];
    const given = path.relative('', b);
    expect(await delivered([a, given, '-v'])).toBe(`==> ${a} <==\n1\n\n==> ${given} <==\n2`);
    const c = write('c', '3');
    expect(await delivered([given, c, '-v'])).toBe(`==> ${given} <==\n2\n==> ${c} <==\n3`);
    expect(await delivered([a, b, '-v', '-q'])).toBe('1\n2');
  });

  test('many megabytes, lines longer than the buffer among them, byte for byte', async () => {
    const long = `${'0123456789'.repeat(180_000)}\n`;
    const lines = Array.from({ length: 50_000 }, (_, n) => `line ${n}\n`).join('');
    const whole = lines + long + lines + long + long + 'end';
    expect((await delivered([write('a', whole)])) === whole).toBe(true);
  });

  test.each([
    { longLines: 'split', limit: 1_000_000, lengths: [1_000_000, 1_000_000, 200_000, 5] },
    { longLines: 'truncate', limit: 1_000_000, lengths: [1_000_000, 5] },
    { longLines: 'skip', limit: 200_000, lengths: [5] },
    { longLines: 'stream', limit: 1_000_000, lengths: [2_200_000, 5] },
  ])('$longLines, of a line longer than the buffer', async ({ longLines, limit, lengths }) => {
    const argv = ['--long-lines', longLines, '--max-line-bytes', String(limit)];
    const out = await delivered([write('a', `${'x'.repeat(2_200_000)}\nshort\n`), ...argv]);
    expect(
      out
        .split('\n')
        .slice(0, -1)
        .map((line) => line.length),
    ).toEqual(lengths);
  });
});

test('a closed stdout ends it, and what was not written is not acknowledged', async () => {
  const { O_RDONLY, O_NONBLOCK } = fs.constants;
  const { execFileSync } = await import('node:child_process');
  execFileSync('mkfifo', [directory.file('fifo')]);
  const reader = fs.openSync(directory.file('fifo'), O_RDONLY | O_NONBLOCK);
  const out = fs.openSync(directory.file('fifo'), 'w');
  const file = write('a', 'one\n');
  const { follow, delivery } = await partsOf([file], out);
  follow.start();
  const running = delivery.run();
  running.catch(() => {});
  await eventually(() => expect(follow.stats.deliveredBytes).toBe(4));
  fs.closeSync(reader);
  fs.appendFileSync(file, 'two\n');
  await expect(running).rejects.toBeInstanceOf(StdoutClosed);
  expect(follow.stats.deliveredBytes).toBe(4);
  expect(follow.lag().bytes).toBe(4);
  follow.close();
  fs.closeSync(out);
});

test('every metric of the catalogue is there from the start, and counts', async () => {
  const out = fs.openSync('/dev/null', 'w');
  const { follow, sink, formats, delivery } = await partsOf([write('a', '1\n2\n'), directory.path], out);
  follow.start();
  follow.drain(0);
  await delivery.run();
  const text = await registry(metrics, { follow, sink, formats: () => formats.values() }).render();
  for (const { name } of metrics) expect(text).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge)$`, 'm'));
  const samples = [
    'log_tailer_read_bytes_total 4',
    'log_tailer_delivered_bytes_total 4',
    'log_tailer_lines_total 2',
    'log_tailer_lag_bytes 0',
    'log_tailer_open_files 1',
    'log_tailer_rotations_total{kind="rename"} 0',
    'log_tailer_long_lines_total{action="skip"} 0',
    'log_tailer_open_errors_total{code="DIRECTORY"} 1',
    'log_tailer_checkpoint_age_seconds 0',
  ];
  for (const sample of samples) expect(text.split('\n')).toContain(sample);
  follow.close();
  fs.closeSync(out);
});
