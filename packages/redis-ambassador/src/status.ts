// What the ambassador says of itself inside the protocol: AMBASSADOR STATUS for people, a section of INFO for programs.
import type { SessionContext } from './session-context.ts';
import type { ExchangeCounts } from './upstream/exchange-counts.ts';
import type { Exchange } from './upstream/exchange.ts';
import type { Server } from './upstream/server.ts';

export type StatusParts = Pick<SessionContext, 'policy' | 'stats' | 'slowLog'> & {
  /** One, or in front of a cluster those of its shards. */
  readonly exchanges: readonly Exchange[];
  readonly counts: ExchangeCounts;
};

export function statusText({ exchanges }: StatusParts, clients: number, rows: readonly string[]): string {
  const all = exchanges.flatMap((exchange) =>
    [...exchange.servers.values()].map((server) => ({ exchange, server })),
  );
  const waiting = waitingIn(exchanges);
  const servers = all.map(({ exchange, server }) => {
    const role = server === exchange.primary ? 'primary' : 'replica';
    const behind = role === 'replica' && exchange.marks.latest > server.clean ? ' behind' : '';
    const unfit = role === 'replica' && server.up && !server.fresh ? ' too-stale' : '';
    const near = server.near ? ' near' : '';
    return `${server.name} ${role} ${server.up ? 'up' : 'down'}${behind}${unfit}${near} connections=${server.connections} commands=${server.commands}`;
  });
  return [`clients=${clients} waiting=${waiting}`, ...servers, ...rows, ''].join('\n');
}

const waitingIn = (exchanges: readonly Exchange[]): number =>
  exchanges.reduce((sum, { room }) => sum + room.count, 0);

const replica = (server: Server, i: number): [string, string] => [
  `replica${i}`,
  `address=${server.name},state=${server.usable ? 'online' : server.up ? 'stale' : 'down'},lag_bytes=${server.lagBytes},commands=${server.commands}`,
];

/** `# Ambassador`, in INFO's own form; every name begins with `ambassador_`, as others look for theirs in the whole text. */
export function infoSection(parts: StatusParts, clients: number): string {
  const { exchanges, counts, policy, stats, slowLog } = parts;
  const primaries = exchanges.flatMap(({ primary }) => (primary?.up === true ? [primary.name] : []));
  const replicas = exchanges.flatMap((exchange) => exchange.replicas);
  const rows: [string, string | number][] = [
    ['clients', clients],
    ['read_from', policy.readFrom],
    ['consistency', policy.consistency],
    ['primary', primaries.join(',')],
    ['replicas', replicas.length],
    ...replicas.map(replica),
    ['waiting_commands', waitingIn(exchanges)],
    ['dirty_reads', stats.dirtyReads],
    ['retries', counts.retries],
    ['failovers', counts.failovers],
    ['slow_commands', slowLog.total],
    ['large_replies', stats.largeReplies],
  ];
  return `# Ambassador\r\n${rows.map(([name, of]) => `ambassador_${name}:${of}\r\n`).join('')}`;
}
