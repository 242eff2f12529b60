// Race 7: a failover under load, planned and after kill -9 of the primary, with three Sentinels (down-after 1 s). Ours, an
// ioredis client of the Sentinels and HAProxy (tcp-check of the role) live through the very same failover: how long no write
// got through, how many failed, how many that were acknowledged are missing, how long a read waited.
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { temporaryDirectory, type TemporaryDirectory } from '@podmate/testkit/files';
import { findCommand } from '@podmate/testkit/debian';
import { eventually } from '@podmate/testkit/eventually';
import { freePort, RunningImage } from '@podmate/testkit/image';
import { Sentinels } from '@podmate/testkit/redis-sentinel';
import { type RedisServer, startReplicated } from '@podmate/testkit/redis-server';
import { enter } from './contestants.ts';
import type { Race } from './course.ts';
import { median, type Row } from './race-table.ts';

const DOWN_AFTER_MS = 1000;
/** After this the slowest is through. */
const WATCHED_MS = 6000;

type Kind = 'planned' | 'kill -9';
type Result = { writeGapMs: number; failed: number; readWaitMs: number; missing: number };

/** One client of one contestant: a write and a read at a time, a thousand of each in a second at most. */
class Load {
  readonly name: string;
  readonly #writer: Redis;
  readonly #reader: Redis;
  readonly #enough = new AbortController();
  readonly #done: Promise<unknown>;
  #acknowledged = 0;
  #failed = 0;
  #gapMs = 0;
  #readWaitMs = 0;

  constructor(name: string, connect: () => Redis) {
    this.name = name;
    [this.#writer, this.#reader] = [connect(), connect()];
    this.#done = Promise.all([this.#write(), this.#read()]);
  }

  async #write(): Promise<void> {
    for (let last = performance.now(); !this.#enough.signal.aborted; await pause(1)) {
      try {
        await this.#writer.incr(this.name);
      } catch {
        this.#failed++;
        continue;
      }
      this.#acknowledged++;
      this.#gapMs = Math.max(this.#gapMs, performance.now() - last);
      last = performance.now();
    }
  }

  async #read(): Promise<void> {
    for (let last = performance.now(); !this.#enough.signal.aborted; await pause(1)) {
      const ok = await this.#reader.get('fixed').then(
        () => true,
        () => false,
      );
      if (!ok) continue;
      this.#readWaitMs = Math.max(this.#readWaitMs, performance.now() - last);
      last = performance.now();
    }
  }

  async stop(primary: RedisServer): Promise<Result> {
    this.#enough.abort();
    await this.#done;
    for (const client of [this.#writer, this.#reader]) client.disconnect();
    const kept = Number(/\r\n(\d+)/.exec(await primary.ask('GET', this.name))?.[1] ?? 0);
    const missing = Math.max(0, this.#acknowledged - kept);
    return { writeGapMs: this.#gapMs, failed: this.#failed, readWaitMs: this.#readWaitMs, missing };
  }
}

async function haproxy(
  servers: readonly RedisServer[],
  folder: TemporaryDirectory,
): Promise<RunningImage & { port?: number }> {
  const port = await freePort();
  const checks = [
    'connect',
    'send PING\\r\\n',
    'expect string +PONG',
    'send info\\ replication\\r\\n',
    'expect string role:master',
  ];
  const lines = [
    'defaults\n mode tcp\n timeout connect 1s\n timeout client 60s\n timeout server 60s',
    `listen redis\n bind 127.0.0.1:${port}\n option tcp-check`,
    ...checks.map((check) => ` tcp-check ${check}`),
    ...servers.map(
      ({ address }, n) =>
        ` server s${n} ${address} check inter 100ms fall 1 rise 1 on-marked-down shutdown-sessions`,
    ),
    '',
  ];
  await writeFile(folder.file('failover.cfg'), lines.join('\n'));
  const image = new RunningImage([
    findCommand('haproxy') ?? 'haproxy',
    '-db',
    '-f',
    folder.file('failover.cfg'),
  ]);
  return Object.assign(image, { port });
}

const at = (port: number) => (): Redis =>
  quiet(new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 0 }));

async function once(kind: Kind): Promise<{ sentinelMs: number; results: Map<string, Result> }> {
  await using folder = await temporaryDirectory('race');
  await using servers = await startReplicated(2);
  const all = [servers.primary, ...servers.replicas];
  await using sentinels = await Sentinels.start(servers.primary, servers.replicas, {
    downAfterMs: DOWN_AFTER_MS,
  });
  await using contestants = await enter(['redis-ambassador'], {
    server: servers.primary,
    folder,
    find: ['--sentinels', sentinels.addresses.join()],
  });
  await using proxy = await haproxy(all, folder);
  const seeds = sentinels.all.map(({ host, port }) => ({ host, port }));
  const direct = (): Redis =>
    quiet(new Redis({ sentinels: seeds, name: sentinels.name, failoverDetector: true }));
  const loads = [
    new Load('redis-ambassador', at(contestants.field[0]?.port ?? 0)),
    new Load('ioredis', direct),
    new Load('haproxy', at(proxy.port ?? 0)),
  ];
  await pause(1500);
  const began = performance.now();
  if (kind === 'planned') await sentinels.failover();
  else servers.primary.signal('SIGKILL');
  const seen = async (): Promise<string[]> =>
    Promise.all(sentinels.all.map((each) => sentinels.primary(each)));
  await eventually(async () => {
    if ((await seen()).every((address) => address === servers.primary.address)) throw new Error('not yet');
  });
  const sentinelMs = performance.now() - began;
  await pause(Math.max(0, WATCHED_MS - sentinelMs));
  const [address] = await seen();
  const primary = all.find((each) => each.address === address);
  if (!primary) throw new Error('no primary after the failover');
  const results = await Promise.all(
    loads.map(async (load) => [load.name, await load.stop(primary)] as const),
  );
  return { sentinelMs, results: new Map(results) };
}

function quiet(client: Redis): Redis {
  return client.on('error', () => {}); // what fails is counted by the calls
}

export const failover: Race = async ({ scale, say }) => {
  const rows: Row[] = [];
  for (const kind of ['planned', 'kill -9'] as const) {
    const runs: Awaited<ReturnType<typeof once>>[] = [];
    for (let round = 0; round < Math.min(3, scale.rounds); round++) runs.push(await once(kind));
    const sentinelMs = median(runs.map((run) => run.sentinelMs));
    say(`${kind}: Sentinel announces after ${sentinelMs.toFixed(0)} ms`);
    for (const name of runs[0]?.results.keys() ?? []) {
      const of = (key: keyof Result): number =>
        median(runs.map((run) => run.results.get(name)?.[key] ?? NaN));
      const worst = (key: keyof Result): number =>
        Math.max(...runs.map((run) => run.results.get(name)?.[key] ?? NaN));
      const measured = `${of('writeGapMs').toFixed(0)} ms; failed ${worst('failed')}, acknowledged and missing ${worst('missing')}; longest read ${of('readWaitMs').toFixed(0)} ms`;
      const race = `failover, ${kind}: time without a write, ${name}`;
      const limit = kind === 'planned' ? 150 : sentinelMs + 150;
      if (name !== 'redis-ambassador') rows.push({ race, target: '', measured });
      else {
        const target =
          kind === 'planned'
            ? '≤ 150 ms, 0 failed'
            : `≤ Sentinel's own ${sentinelMs.toFixed(0)} ms + 150, ≤ 1 in doubt`;
        const verdict = of('writeGapMs') <= limit && worst('failed') <= (kind === 'planned' ? 0 : 1);
        rows.push({ race, target, measured, verdict });
      }
      say(`${kind} ${name}: ${measured}`);
    }
  }
  return rows;
};
