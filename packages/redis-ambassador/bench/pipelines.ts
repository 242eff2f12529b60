// Race 1: SET and GET of 100 bytes, 50 clients, at pipeline 1, 16 and 64: CPU of the proxy and of the servers per request,
// and the 99th percentile, as ratios within a round. Ours has a replica and its default consistency (`key`); what the
// replica costs is in the servers' figure.
import { temporaryDirectory } from '@podmate/testkit/files';
import { startReplicated } from '@podmate/testkit/redis-server';
import { benchmark, type Cost, type Load, loadName } from './benchmark.ts';
import { type Contestant, enter, type Name } from './contestants.ts';
import type { Race } from './course.ts';
import { atMost, median, type Row } from './race-table.ts';
import { proveSameAnswers } from './same-answers.ts';

type Rounds = ReadonlyMap<Name, readonly Cost[]>;

/**
 * predixy cannot be had from Debian. Measured beside both of the others (research: figures of two runs), its CPU at pipeline
 * 16 was 0.97 of HAProxy's and 0.69 of nutcracker's; how those two compare differs by machine, so the target is the mean.
 */
const PREDIXY_OF_HAPROXY = 0.97;
const PREDIXY_OF_NUTCRACKER = 0.69;

const loads = (requests: number): Load[] =>
  [1, 16, 64].flatMap((pipeline) =>
    (['SET', 'GET'] as const).map((command) => ({
      command,
      pipeline,
      requests: pipeline === 1 ? requests : 6 * requests,
    })),
  );

export const pipelines: Race = async ({ scale, say }) => {
  await using folder = await temporaryDirectory('race');
  await using servers = await startReplicated(1);
  const names: Name[] = ['direct', 'redis-ambassador', 'nutcracker', 'haproxy'];
  await using contestants = await enter(names, { server: servers.primary, folder });
  const { field } = contestants;
  const proven = await proveSameAnswers(field, () => servers.primary.ask('FLUSHALL'));
  say(`${proven} commands answered alike by ${field.map(({ name }) => name).join(', ')}`);
  const pids = [servers.primary, ...servers.replicas].map(({ pid }) => pid);
  const rows: Row[] = [];
  for (const load of loads(scale.requests)) {
    for (const each of field) await benchmark(each, pids, load); // everyone warm, the keys there
    const rounds = await run(field, pids, load, scale.rounds);
    rows.push(...judge(load, rounds));
    for (const [name, costs] of rounds) say(`${loadName(load)}: ${name} ${figures(costs)}`);
  }
  return rows;
};

async function run(
  field: readonly Contestant[],
  pids: readonly number[],
  load: Load,
  rounds: number,
): Promise<Rounds> {
  const all = new Map<Name, Cost[]>(field.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const each of field) all.get(each.name)?.push(await benchmark(each, pids, load));
  }
  return all;
}

const of = (costs: readonly Cost[], key: keyof Cost): number => median(costs.map((cost) => cost[key]));

const figures = (costs: readonly Cost[]): string =>
  `${of(costs, 'proxy').toFixed(2)} µs, servers ${of(costs, 'servers').toFixed(2)} µs, p99 ${of(costs, 'p99').toFixed(2)} ms, ${Math.round(of(costs, 'perSecond') / 1000)} k/s`;

/** The median of our ratio to `peer` within each round; NaN when it is absent. */
function ratio(rounds: Rounds, key: keyof Cost, peer: Name): number {
  const theirs = rounds.get(peer) ?? [];
  const ours = rounds.get('redis-ambassador') ?? [];
  return median(theirs.map((cost, round) => (ours[round]?.[key] ?? NaN) / cost[key]));
}

function judge(load: Load, rounds: Rounds): Row[] {
  const { command, pipeline } = load;
  const name = loadName(load);
  const ours = rounds.get('redis-ambassador') ?? [];
  const seen = [2, `${of(ours, 'proxy').toFixed(2)} µs`] as const;
  const twem = ratio(rounds, 'proxy', 'nutcracker');
  const haproxy = ratio(rounds, 'proxy', 'haproxy');
  const rows: Row[] = [];
  if (pipeline === 1) {
    rows.push(atMost(`${name}: CPU`, 1.1, twem, '× nutcracker', seen));
    rows.push(atMost(`${name}: CPU`, 0.75, haproxy, '× HAProxy', seen));
  } else if (pipeline === 16) {
    const predixy = Math.sqrt((haproxy / PREDIXY_OF_HAPROXY) * (twem / PREDIXY_OF_NUTCRACKER));
    const peers = `${seen[1]}; ${twem.toFixed(2)} × nutcracker, ${haproxy.toFixed(2)} × HAProxy`;
    rows.push(atMost(`${name}: CPU`, 1, predixy, '× predixy, reckoned', [2, peers]));
  } else {
    const peers = `${seen[1]}; ${twem.toFixed(2)} × nutcracker`;
    if (command === 'GET') rows.push(atMost(`${name}: CPU`, 1.5, haproxy, '× HAProxy', [2, peers]));
    else
      rows.push({ race: `${name}: CPU`, target: '', measured: `${haproxy.toFixed(2)} × HAProxy; ${peers}` });
  }
  if (pipeline > 1 || command === 'SET') return rows;
  rows.push(atMost(`${name}: Redis' CPU`, 0.5, ratio(rounds, 'servers', 'direct'), '× direct'));
  rows.push(atMost(`${name}: p99`, 0.6, ratio(rounds, 'p99', 'haproxy'), '× HAProxy'));
  return rows;
}
