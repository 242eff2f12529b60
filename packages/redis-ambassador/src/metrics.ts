// The catalogue of every metric redis-ambassador exposes; its documentation is made from here.
import { defineMetrics, type Labels } from '@podmate/base/metrics';
import type { Ambassador } from './ambassador.ts';
import { commands, learnedCommands, unknownCommand } from './commands/find.ts';
import type { Server } from './upstream/server.ts';
import { type Traffic, type TrafficClass, trafficClasses } from './upstream/traffic.ts';

const perServer = ({ exchanges }: Ambassador, of: (server: Server) => number): [Labels, number][] =>
  exchanges.flatMap(({ servers, primary }) =>
    [...servers.values()].map((server): [Labels, number] => [
      { server: server.name, role: server === primary ? 'primary' : 'replica' },
      of(server),
    ]),
  );

/** For each class, in each role in which a server has answered commands of it. */
function perTraffic<T>(
  { exchanges }: Ambassador,
  of: (traffic: Traffic, name: TrafficClass) => T,
): [Labels, T][] {
  const roles = ['primary', 'replica'] as const;
  const servers = exchanges.flatMap((exchange) => [...exchange.servers.values()]);
  const all = servers.flatMap(({ name, accounts }) =>
    roles.map((role) => ({ server: name, role, traffic: accounts[role].traffic })),
  );
  return all.flatMap(({ server, role, traffic }) =>
    trafficClasses
      .filter((each) => traffic.histogram(each).count > 0)
      .map((each): [Labels, T] => [{ server, role, class: each }, of(traffic, each)]),
  );
}

const byReason = (counts: Record<string, number>): [Labels, number][] =>
  Object.entries(counts).map(([reason, count]) => [{ reason }, count]);

export const metrics = defineMetrics<Ambassador>([
  {
    name: 'redis_ambassador_clients',
    type: 'gauge',
    help: 'Clients connected.',
    collect: ({ listener }) => listener.sessions.size,
  },
  {
    name: 'redis_ambassador_accepted_clients_total',
    type: 'counter',
    help: 'Clients that were taken in.',
    collect: ({ listener }) => listener.accepted,
  },
  {
    name: 'redis_ambassador_commands_total',
    type: 'counter',
    help: 'Commands taken from clients, by name; those never seen are left out, unknown ones share a row.',
    labels: ['command'],
    collect: () =>
      [...commands, ...learnedCommands, unknownCommand]
        .filter(({ count }) => count > 0)
        .map(({ name, count }): [Labels, number] => [{ command: name }, count]),
  },
  {
    name: 'redis_ambassador_server_commands_total',
    type: 'counter',
    help: 'Commands of clients sent over shared connections, by server and its present role.',
    labels: ['server', 'role'],
    collect: (ambassador) => perServer(ambassador, ({ commands: sent }) => sent),
  },
  {
    name: 'redis_ambassador_server_reply_seconds',
    type: 'histogram',
    help: 'Time from sending a command over a shared connection to its reply, by server, role and class (read, write, other).',
    labels: ['server', 'role', 'class'],
    collect: (ambassador) => perTraffic(ambassador, (traffic, of) => traffic.histogram(of)),
  },
  {
    name: 'redis_ambassador_server_errors_total',
    type: 'counter',
    help: 'Error replies to commands over shared connections.',
    labels: ['server', 'role', 'class'],
    collect: (ambassador) => perTraffic(ambassador, (traffic, of) => traffic.errors(of)),
  },
  {
    name: 'redis_ambassador_slow_commands_total',
    type: 'counter',
    help: 'Commands that took --slowlog-threshold or longer.',
    collect: ({ slowLog }) => slowLog.total,
  },
  {
    name: 'redis_ambassador_large_replies_total',
    type: 'counter',
    help: 'Replies of 64 KiB and more.',
    collect: ({ stats }) => stats.largeReplies,
  },
  {
    name: 'redis_ambassador_replica_lag_bytes',
    type: 'gauge',
    help: 'Bytes of the primary’s replication stream that a replica had not applied when last asked.',
    labels: ['server', 'role'],
    collect: (ambassador) =>
      perServer(ambassador, ({ lagBytes }) => lagBytes).filter(([labels]) => labels['role'] === 'replica'),
  },
  {
    name: 'redis_ambassador_server_up',
    type: 'gauge',
    help: 'Whether a server is fit for its role.',
    labels: ['server', 'role'],
    collect: (ambassador) => perServer(ambassador, ({ up }) => Number(up)),
  },
  {
    name: 'redis_ambassador_server_connections',
    type: 'gauge',
    help: 'Data connections open to a server.',
    labels: ['server', 'role'],
    collect: (ambassador) => perServer(ambassador, ({ connections }) => connections),
  },
  {
    name: 'redis_ambassador_server_connects_total',
    type: 'counter',
    help: 'Data connections opened to a server.',
    labels: ['server', 'role'],
    collect: (ambassador) => perServer(ambassador, ({ connects }) => connects),
  },
  {
    name: 'redis_ambassador_server_latency_seconds',
    type: 'gauge',
    help: 'Exponential mean of the time from a batch to the reply of its last command, on the quickest connection; halved for each half second without one.',
    labels: ['server', 'role'],
    collect: (ambassador) => perServer(ambassador, ({ latencyMs }) => latencyMs / 1000),
  },
  {
    name: 'redis_ambassador_replica_staleness_seconds',
    type: 'gauge',
    help: 'Upper bound of the age of the oldest write that a replica may lack; none before it is known.',
    labels: ['server', 'role'],
    collect: (ambassador) =>
      perServer(ambassador, ({ freshAt }) => (performance.now() - freshAt) / 1000).filter(
        ([labels, seconds]) => labels['role'] === 'replica' && Number.isFinite(seconds),
      ),
  },
  {
    name: 'redis_ambassador_dirty_reads_total',
    type: 'counter',
    help: 'Reads that went to the primary because their key was written a moment ago.',
    collect: ({ stats }) => stats.dirtyReads,
  },
  {
    name: 'redis_ambassador_confirmed_reads_total',
    type: 'counter',
    help: 'Reads that found nothing at a replica of a cluster and were asked again at the primary.',
    collect: ({ stats }) => stats.confirmedReads,
  },
  {
    name: 'redis_ambassador_fence_commands_total',
    type: 'counter',
    help: 'INFO commands of our own, sent to learn what the replicas have applied.',
    collect: ({ counts }) => counts.fences,
  },
  {
    name: 'redis_ambassador_failovers_total',
    type: 'counter',
    help: 'Times that another server became primary.',
    collect: ({ counts }) => counts.failovers,
  },
  {
    name: 'redis_ambassador_waiting_commands',
    type: 'gauge',
    help: 'Commands that wait for a primary.',
    collect: ({ exchanges }) => exchanges.reduce((sum, { room }) => sum + room.count, 0),
  },
  {
    name: 'redis_ambassador_retries_total',
    type: 'counter',
    help: 'Commands sent again, to another server or connection, because they were not executed or only read.',
    collect: ({ counts }) => counts.retries,
  },
  {
    name: 'redis_ambassador_failed_commands_total',
    type: 'counter',
    help: 'Commands that the ambassador answered with an error of its own.',
    labels: ['reason'],
    collect: ({ stats, counts }) =>
      byReason({
        lost: stats.lostReplies,
        'no-primary': counts.expired,
        'no-replica': stats.noReplica,
        denied: stats.refusedCommands,
        protocol: stats.protocolErrors,
      }),
  },
  {
    name: 'redis_ambassador_closed_clients_total',
    type: 'counter',
    help: 'Clients that the ambassador refused or cut off.',
    labels: ['reason'],
    collect: ({ stats }) =>
      byReason({
        limit: stats.refusedClients,
        slow: stats.slowClients,
        torn: stats.tornReplies,
        tls: stats.tlsFailures,
        idle: stats.idleClients,
        memory: stats.greedyClients,
      }),
  },
]);
