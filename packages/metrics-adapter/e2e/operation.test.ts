// Promises to operators: a reload is atomic and a bad file changes nothing, what is wrong is named with its line, nothing sent
// before SIGTERM is lost, a restart finds its socket, and hostile input costs nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { sendUdp, sendUnixgram } from '@podmate/testkit/statsd-sender';
import { expect, test } from 'vitest';
import { runAdapter, startAdapter } from './running.ts';

const rule = (name: string): string => `mappings:\n- {match: a.*, name: ${name}}\n`;

test('a changed file is read again; a bad one changes nothing', async () => {
  await using directory = await temporaryDirectory('reload');
  const file = directory.file('mapping.yml');
  writeFileSync(file, rule('one'));
  const graph = directory.file('rules.dot');
  await using adapter = await startAdapter([
    `--statsd.mapping-config=${file}`,
    '--web.enable-lifecycle',
    `--debug.dump-fsm=${graph}`,
  ]);
  expect(readFileSync(graph, 'utf8')).toContain('0 -> 1 [label="counter"];');
  const arrives = (name: string): Promise<void> =>
    eventually(async () => {
      await sendUdp(['a.b:1|c'], { port: adapter.udpPort });
      expect((await adapter.scrape()).value(name)).toBeGreaterThan(0);
    });
  await arrives('one');
  writeFileSync(file, rule('two'));
  await arrives('two');
  writeFileSync(file, 'mappings:\n- {match: a.*, nmae: three}\n');
  const answer = await adapter.get('/-/reload', { method: 'POST' });
  expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('mapping.yml:2:16')]);
  await arrives('two');
  expect(
    (await adapter.scrape()).value('metrics_adapter_config_reloads_total', { outcome: 'failure' }),
  ).toBeGreaterThan(0);
});

test('wrong settings are refused together, each by name', async () => {
  const { code, stderr } = await runAdapter([
    '--statsd.listen-udp=nowhere',
    '--statsd.cache-size=many',
    '--statsd.mapping=x: 1',
  ]);
  expect(code).toBe(64);
  expect(stderr).toContain('--statsd.cache-size many: not an integer');
  const other = await runAdapter(['--statsd.listen-udp=nowhere', '--statsd.mapping=x: 1']);
  expect(other.stderr).toMatch(/nowhere: not an address/);
  expect(other.stderr).toMatch(/--statsd.mapping:1:1 x: unknown key/);
});

test('an address in use ends the start', async () => {
  await using adapter = await startAdapter([]);
  const { code, stderr } = await runAdapter([
    `--statsd.listen-udp=127.0.0.1:${adapter.udpPort}`,
    '--web.listen-address=127.0.0.1:0',
  ]);
  expect([code, stderr]).toEqual([64, expect.stringContaining('address already in use')]);
});

test('a killed one leaves its socket, the next one takes it; what came before SIGTERM counts', async () => {
  await using directory = await temporaryDirectory('socket');
  const path = directory.file('statsd.sock');
  const killed = await startAdapter([`--statsd.listen-unixgram=${path}`]);
  killed.process.kill('SIGKILL');
  await eventually(() => expect(killed.process.signalCode).toBe('SIGKILL'));
  await using adapter = await startAdapter([`--statsd.listen-unixgram=${path}`]);
  await sendUnixgram(['a:1|c'], path);
  await eventually(async () => expect((await adapter.scrape()).value('a')).toBe(1));
  expect(await adapter.end()).toBe(0);
  expect(() => readFileSync(path)).toThrow(/ENOENT/);
});

test.each(['thread', 'dgram'])('hostile packets cost nothing (%s)', async (receiver) => {
  await using adapter = await startAdapter([`--statsd.receiver=${receiver}`, '--max-series=1000']);
  const garbage = [
    Buffer.alloc(60_000, '|'),
    Buffer.alloc(60_000, ':'),
    Buffer.from([0, 255, 10, 13, 58, 124]),
    '',
  ];
  const names = Array.from({ length: 200 }, (_, i) =>
    Array.from({ length: 100 }, (_unused, j) => `n${i}_${j}:1|c`).join('\n'),
  );
  await sendUdp(['old:1|c', 'w:1|ms|@0.000001', ...garbage, ...names, 'old:1|c'], { port: adapter.udpPort });
  await eventually(async () => {
    const page = await adapter.scrape();
    expect([page.value('old'), page.value('w_count'), page.value('metrics_adapter_series')]).toEqual([
      2, 1e6, 1000,
    ]);
    expect(page.value('metrics_adapter_series_refused_total', { reason: 'max_series' })).toBe(19_002);
  });
  expect(await (await adapter.get('/-/cardinality')).text()).toMatch(/refused:\n1\tn/);
});

test('--explain and --mapping-test', async () => {
  await using directory = await temporaryDirectory('mapping');
  writeFileSync(
    directory.file('t.yml'),
    '- {line: "a.b:1|c", series: x 1}\n- {line: "z:1|g", series: z 2}\n',
  );
  const mapping = '--statsd.mapping=mappings: [{match: a.*, name: x}]';
  const explained = await runAdapter(['--explain', 'a.b:1|c', mapping]);
  expect([explained.code, explained.stdout]).toEqual([
    0,
    expect.stringMatching(/rule +map glob a\.\*\nseries +x 1/),
  ]);
  const tested = await runAdapter([`--mapping-test=${directory.file('t.yml')}`, mapping]);
  expect([tested.code, tested.stdout]).toEqual([1, expect.stringContaining('1 passed, 1 failed')]);
});
