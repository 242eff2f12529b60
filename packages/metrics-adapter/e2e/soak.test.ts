// The promise that nothing is lost but what the kernel says it dropped, and that memory stays flat, with everything at once:
// UDP, TCP and unix datagrams at full speed, garbage, new names without end, scrapes in all formats, reloads. A few seconds;
// SOAK_SECONDS=600 for a night's.
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { SeededRandom, freshSeed } from '@podmate/testkit/seeded-random';
import { sendStream, sendUdp, sendUnixgram } from '@podmate/testkit/statsd-sender';
import { expect, test } from 'vitest';
import { type Running, startAdapter } from './running.ts';

const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 4);
const LINES = 20;
const PACKETS = 50;

const PROTOBUF = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';

function rssMiB(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Bytes without sense; none of them makes `hits` or has the shape of a line that could. */
function garbage(random: SeededRandom): Buffer {
  return Buffer.from(Array.from({ length: random.integer(0, 2000) }, () => random.integer(128, 255)));
}

/** Sends until the time is over. @returns how often `hits` was sent, and in how many packets by UDP */
async function load(
  adapter: Running,
  path: string,
  until: number,
): Promise<{ hits: number; packets: number }> {
  const random = new SeededRandom(freshSeed());
  let [hits, packets, fresh] = [0, 0, 0];
  while (performance.now() < until) {
    const packet = Array.from({ length: LINES }, (_, i) => `hits:1|c|#n:${i}`).join('\n');
    const lines = Array.from({ length: PACKETS }, () => packet);
    const noise = [garbage(random), `fresh_${fresh++}:1|c\nlat:${random.integer(0, 500)}|ms|@0.1`];
    await sendUdp([...lines, ...noise], { port: adapter.udpPort });
    await sendUnixgram(lines, path);
    await sendStream([`${packet}\n`], { port: adapter.tcpPort, host: '127.0.0.1' });
    hits += (2 * PACKETS + 1) * LINES;
    packets += PACKETS + noise.length;
    await nextTurn();
  }
  return { hits, packets };
}

/** Scrapes and reloads as long as the load lasts. */
async function disturb(adapter: Running, mapping: string, until: number): Promise<void> {
  for (let round = 0; performance.now() < until; round++) {
    writeFileSync(mapping, `mappings:\n- {match: never.${round}, name: never}\n`);
    const accept = round % 2 === 0 ? PROTOBUF : 'text/plain';
    await (await adapter.get('/metrics', { headers: { accept } })).arrayBuffer();
    await (await adapter.get('/-/reload', { method: 'POST' })).arrayBuffer();
  }
}

test(`${SECONDS} s of everything at once`, { timeout: (SECONDS + 60) * 1000 }, async () => {
  await using directory = await temporaryDirectory('soak');
  const [path, mapping] = [directory.file('statsd.sock'), directory.file('mapping.yml')];
  writeFileSync(mapping, '');
  await using adapter = await startAdapter([
    `--statsd.listen-unixgram=${path}`,
    `--statsd.mapping-config=${mapping}`,
    '--web.enable-lifecycle',
    '--max-series=1000',
  ]);
  const phase = async (seconds: number): Promise<{ hits: number; packets: number }> => {
    const until = performance.now() + seconds * 1000;
    const [sent] = await Promise.all([load(adapter, path, until), disturb(adapter, mapping, until)]);
    return sent;
  };
  const first = await phase(SECONDS / 2);
  const warm = rssMiB(adapter.process.pid);
  const second = await phase(SECONDS / 2);
  const packets = first.packets + second.packets;
  await eventually(async () => {
    const page = await adapter.scrape();
    const dropped = page.value('metrics_adapter_statsd_udp_packet_drops_total') ?? NaN;
    expect((page.value('metrics_adapter_statsd_udp_packets_total') ?? 0) + dropped).toBe(packets);
    const hits = page.samples
      .filter(({ name }) => name === 'hits')
      .reduce((sum, { value }) => sum + value, 0);
    // Each packet that the kernel dropped had 20 of them, or none.
    expect(hits).toBeLessThanOrEqual(first.hits + second.hits);
    expect(hits).toBeGreaterThanOrEqual(first.hits + second.hits - dropped * LINES);
    expect(page.value('metrics_adapter_series')).toBeLessThanOrEqual(1000);
  });
  expect(rssMiB(adapter.process.pid) - warm).toBeLessThan(30);
});
