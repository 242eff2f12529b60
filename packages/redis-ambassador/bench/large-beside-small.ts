// Race 3: how long small GETs take while another client, a process of its own, gets 32 MB values one after the other: on a
// shared connection they would wait behind the large ones, hence two lanes per server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { temporaryDirectory } from '@podmate/testkit/files';
import { startReplicated } from '@podmate/testkit/redis-server';
import { enter, type Name } from './contestants.ts';
import type { Race } from './course.ts';
import { atMost, quantile, median } from './race-table.ts';
import { RawClient } from './raw-client.ts';

const LARGE = Buffer.alloc(32 * 1024 * 1024, 'large');

export const largeBesideSmall: Race = async ({ scale, say }) => {
  await using folder = await temporaryDirectory('race');
  await using servers = await startReplicated(0);
  const names: Name[] = ['direct', 'redis-ambassador', 'nutcracker', 'haproxy'];
  await using contestants = await enter(names, { server: servers.primary, folder });
  const p99 = new Map<Name, number[]>();
  for (let round = 0; round < 3; round++) {
    for (const { name, port } of contestants.field) {
      const { took, large } = await smallGets(port, (scale.seconds * 1000) / 3);
      p99.set(name, [...(p99.get(name) ?? []), quantile(took, 0.99)]);
      say(
        `small beside large: ${name} p99 ${quantile(took, 0.99).toFixed(1)} ms of ${took.length}, beside ${large} large ones`,
      );
    }
  }
  const of = (name: Name): number => median(p99.get(name) ?? []);
  const seen = names.map((name) => `${name} ${of(name).toFixed(1)}`).join(', ');
  const ratio = of('redis-ambassador') / of('haproxy');
  return [atMost('small GET beside GETs of 32 MB: p99', 1.2, ratio, '× HAProxy', [2, `ms: ${seen}`])];
};

/** Milliseconds that each small GET took, and how many large ones there were beside them. */
async function smallGets(port: number, durationMs: number): Promise<{ took: number[]; large: number }> {
  using client = await RawClient.open(port);
  using writer = await RawClient.open(port);
  await writer.ask('SET', 'large', LARGE);
  await client.ask('SET', 'small', 'x'.repeat(100));
  const script = join(import.meta.dirname, 'large-loader.ts');
  const loader = spawn(process.execPath, [script, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(loader, 'exit');
  let large = 0;
  loader.stdout.on('data', (dots: Buffer) => (large += dots.length));
  const took: number[] = [];
  try {
    await once(loader.stdout, 'data');
    for (const until = performance.now() + durationMs; performance.now() < until;) {
      const began = performance.now();
      await client.ask('GET', 'small');
      took.push(performance.now() - began);
    }
  } finally {
    loader.kill('SIGKILL');
    await ended;
  }
  return { took, large };
}
