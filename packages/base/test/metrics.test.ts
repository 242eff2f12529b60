import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defineMetrics, processMetrics, registry } from '@podmate/base/metrics';

type Tailer = { lines: number; files: Map<string, number> };

const catalogue = defineMetrics<Tailer>([
  { name: 'log_tailer_lines_total', type: 'counter', help: 'Lines.', collect: (tailer) => tailer.lines },
  {
    name: 'log_tailer_lag_bytes',
    type: 'gauge',
    help: 'Lag \\ of a file.\nBytes.',
    labels: ['path'],
    collect: (tailer) => tailer.files.entries().map(([path, lag]) => [{ path }, lag] as const),
  },
  {
    name: 'log_tailer_write_seconds',
    type: 'histogram',
    help: 'Writes.',
    labels: ['kind'],
    collect: () => [
      [
        { kind: 'raw' },
        {
          buckets: [
            [0.1, 2],
            [1, 3],
          ],
          sum: 4.5,
          count: 4,
        },
      ],
    ],
  },
]);

test('reads plain numbers at each scrape, not before', async () => {
  const tailer: Tailer = { lines: 1, files: new Map() };
  const metrics = registry(catalogue, tailer);
  tailer.lines = 41;
  expect(await metrics.render()).toContain(
    '\n\n# HELP log_tailer_lines_total Lines.\n# TYPE log_tailer_lines_total counter\nlog_tailer_lines_total 41\n',
  );
  tailer.lines = 42;
  expect(await metrics.render()).toContain('\nlog_tailer_lines_total 42\n');
});

test('escapes what a label may hold', async () => {
  const text = await registry(catalogue, { lines: 0, files: new Map([['/a "b" \\ \n', 7]]) }).render();
  expect(text).toContain('log_tailer_lag_bytes{path="/a \\"b\\" \\\\ \\n"} 7');
  expect(text).toContain('# HELP log_tailer_lag_bytes Lag \\\\ of a file.\\nBytes.');
});

test('a family without cells is still declared', async () => {
  const text = await registry(catalogue, { lines: 0, files: new Map() }).render();
  expect(text).toContain('# TYPE log_tailer_lag_bytes gauge\n\n');
});

test('a histogram has its buckets, +Inf, sum and count', async () => {
  const text = await registry(catalogue, { lines: 0, files: new Map() }).render();
  expect(text.split('\n').filter((line) => line.startsWith('log_tailer_write'))).toEqual([
    'log_tailer_write_seconds_bucket{kind="raw",le="0.1"} 2',
    'log_tailer_write_seconds_bucket{kind="raw",le="1"} 3',
    'log_tailer_write_seconds_bucket{kind="raw",le="+Inf"} 4',
    'log_tailer_write_seconds_sum{kind="raw"} 4.5',
    'log_tailer_write_seconds_count{kind="raw"} 4',
  ]);
});

test.for([
  { name: 'lines', type: 'counter' },
  { name: 'lines_total', type: 'gauge' },
  { name: 'Lines', type: 'gauge' },
  { name: 'lines-read', type: 'gauge' },
] as const)('refuses a $type named $name', ({ name, type }) => {
  expect(() => defineMetrics([{ name, type, help: '', collect: () => 0 }])).toThrow(`metric ${name}`);
});

test('refuses a name twice', () => {
  const row = { name: 'lag_bytes', type: 'gauge', help: '', collect: () => 0 } as const;
  expect(() => defineMetrics([row, row])).toThrow('metric lag_bytes');
});

const valueOf = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} (.*)$`, 'm').exec(await registry([], undefined).render())?.[1]);

describe('process metrics', () => {
  test('every one has a finite value', async () => {
    for (const { name } of processMetrics)
      expect([name, await valueOf(name)]).toEqual([name, expect.any(Number)]);
    expect(await valueOf('process_resident_memory_bytes')).toBeGreaterThan(10e6);
    expect(
      Math.abs((await valueOf('process_start_time_seconds')) - (Date.now() / 1000 - process.uptime())),
    ).toBeLessThan(5);
  });

  test('open files and CPU seconds follow the process', async () => {
    const [files, seconds] = [await valueOf('process_open_fds'), await valueOf('process_cpu_seconds_total')];
    const opened = Array.from({ length: 20 }, () => openSync('/dev/null', 'r'));
    const until = performance.now() + 50;
    while (performance.now() < until);
    expect(await valueOf('process_open_fds')).toBeGreaterThan(files + 10);
    expect(await valueOf('process_cpu_seconds_total')).toBeGreaterThan(seconds);
    opened.forEach((fd) => closeSync(fd));
  });
});

test('prom-client is not loaded before the first scrape', () => {
  const script = `
    import { createRequire } from 'node:module';
    import { registry } from '@podmate/base/metrics';
    const cache = createRequire(import.meta.filename ?? process.cwd() + '/x.js').cache;
    const loaded = () => Object.keys(cache).some((path) => path.includes('prom-client'));
    const metrics = registry([], undefined);
    const before = loaded();
    await metrics.render();
    process.stdout.write(JSON.stringify([before, loaded()]));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
  });
  expect(JSON.parse(stdout.toString())).toEqual([false, true]);
});
