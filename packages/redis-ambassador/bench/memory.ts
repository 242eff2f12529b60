// Race 6: resident memory of the process: idle, and the peak under the loads of race 1. Node's own is about 45 MB of it.
import { temporaryDirectory } from '@podmate/testkit/files';
import { startReplicated } from '@podmate/testkit/redis-server';
import { benchmark } from './benchmark.ts';
import { enter } from './contestants.ts';
import type { Race } from './course.ts';
import { residentMib } from './process-account.ts';
import { atMost } from './race-table.ts';

export const memory: Race = async ({ scale, say }) => {
  await using folder = await temporaryDirectory('race');
  await using servers = await startReplicated(1);
  await using contestants = await enter(['redis-ambassador'], { server: servers.primary, folder });
  const [ours] = contestants.field;
  if (ours?.pid === undefined) throw new Error('nobody to race');
  const idle = residentMib(ours.pid).now;
  for (const pipeline of [1, 16, 64]) {
    for (const command of ['SET', 'GET'] as const) {
      await benchmark(ours, [], { command, pipeline, requests: scale.requests * 5 });
    }
  }
  const { now, peak } = residentMib(ours.pid);
  say(`memory: idle ${idle.toFixed(1)}, peak ${peak.toFixed(1)}, after it ${now.toFixed(1)} MiB`);
  return [
    atMost('memory, idle', 60, idle, 'MiB', [1, '']),
    atMost('memory, peak under load', 90, peak, 'MiB', [1, '']),
  ];
};
