// The promise that what applications use speaks to us: hot-shots and node-statsd from npm, by UDP and TCP. Unix datagrams
// come from a sender of our own: hot-shots has them by an addon that has to be compiled at installation.
import { createRequire } from 'node:module';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { sendStream, sendUnixgram } from '@podmate/testkit/statsd-sender';
import { StatsD } from 'hot-shots';
import { expect, onTestFinished, test } from 'vitest';
import { type Running, startAdapter } from './running.ts';

type OldClient = {
  increment(name: string, value: number): void;
  gauge(name: string, value: number): void;
  timing(name: string, ms: number): void;
  close(): void;
};
const OldStatsD: new (options: { host: string; port: number }) => OldClient = createRequire(import.meta.url)(
  'node-statsd',
);

async function expectAll(adapter: Running): Promise<void> {
  await eventually(async () => {
    const page = await adapter.scrape();
    expect({
      counter: page.value('app_hits', { env: 'test' }),
      gauge: page.value('app_temp', { env: 'test' }),
      timer: page.value('app_lat_sum', { env: 'test' }),
      distribution: page.value('app_size_count', { env: 'test' }),
    }).toEqual({ counter: 7, gauge: 21.5, timer: 0.32, distribution: 1 });
  });
}

/** @returns errors that the client saw */
async function speak(protocol: 'udp' | 'tcp'): Promise<readonly Error[]> {
  await using adapter = await startAdapter([]);
  const port = protocol === 'tcp' ? adapter.tcpPort : adapter.udpPort;
  const errors: Error[] = [];
  const client = new StatsD({
    protocol,
    port,
    host: '127.0.0.1',
    prefix: 'app.',
    globalTags: { env: 'test' },
    errorHandler: (error) => errors.push(error),
  });
  client.increment('hits', 3);
  client.increment('hits', 4);
  client.gauge('temp', 21.5);
  client.timing('lat', 320);
  client.distribution('size', 5);
  // TCP: closed before the server goes, or its close would wait for ever.
  client.close(() => {});
  await expectAll(adapter);
  return errors;
}

test('hot-shots by UDP', async () => expect(await speak('udp')).toEqual([]));
test('hot-shots by TCP', async () => expect(await speak('tcp')).toEqual([]));

test('unix datagrams, also abstract', async () => {
  await using directory = await temporaryDirectory('clients');
  const path = directory.file('statsd.sock');
  await using adapter = await startAdapter([
    `--statsd.listen-unixgram=${path}`,
    '--statsd.listen-unixgram=@podmate-test',
  ]);
  await sendUnixgram(['a:1|c\nb:2|g', 'a:2|c'], path);
  await sendUnixgram(['a:4|c'], '@podmate-test');
  await eventually(async () => {
    const page = await adapter.scrape();
    expect([page.value('a'), page.value('b')]).toEqual([7, 2]);
    expect(page.value('metrics_adapter_statsd_unixgram_packets_total')).toBe(3);
  });
});

test('unix stream: lines, and packets preceded by their length; sets, events and checks', async () => {
  await using directory = await temporaryDirectory('clients');
  const path = directory.file('statsd.stream');
  await using adapter = await startAdapter([`--statsd.listen-unix=${path}`]);
  await sendStream(['a:1|c\nb:', '2|g\n'], { path });
  const packet = Buffer.from('a:2|c\nusers:ann|s\n_e{2,2}:up|it|t:info\n_sc|db|1|#x:y');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(packet.length);
  await sendStream([length, packet], { path });
  await eventually(async () => {
    const page = await adapter.scrape();
    expect([page.value('a'), page.value('b'), page.value('users')]).toEqual([3, 2, 1]);
    expect(page.value('dogstatsd_events_total', { alert_type: 'info', priority: 'normal' })).toBe(1);
    expect(page.value('dogstatsd_service_check', { check: 'db', x: 'y' })).toBe(1);
  });
});

test('node-statsd', async () => {
  await using adapter = await startAdapter([]);
  const client = new OldStatsD({ host: '127.0.0.1', port: adapter.udpPort });
  onTestFinished(() => client.close());
  client.increment('hits', 2);
  client.gauge('temp', 3);
  client.timing('lat', 1500);
  await eventually(async () => {
    const page = await adapter.scrape();
    expect([page.value('hits'), page.value('temp'), page.value('lat_sum')]).toEqual([2, 3, 1.5]);
  });
});
