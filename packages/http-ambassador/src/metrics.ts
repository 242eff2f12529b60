// The catalogue of every metric http-ambassador exposes; its documentation is made from here.
import { defineMetrics, type HistogramValue, type Labels } from '@podmate/base/metrics';
import type { Ambassador } from './ambassador.ts';
import { meshMetrics } from './metrics-mesh.ts';
import type { Reload } from './reload.ts';
import { TcpMode } from './tcp-mode.ts';
import { BOUNDS_MS, type Tally, type Traffic } from './traffic.ts';

type Cells<Value> = [Labels, Value][];

const routesOf = ({ routes, forwarded }: Ambassador): [Labels, Traffic][] => {
  const merged = new Map<string, [Labels, Traffic]>();
  for (const { name, upstream, traffic } of routes) {
    const key = `${name} ${upstream.plan.name}`;
    if (!merged.has(key)) merged.set(key, [{ route: name, upstream: upstream.plan.name }, traffic]);
  }
  const forward = forwarded
    .slice(0, 1)
    .map((traffic): [Labels, Traffic] => [{ route: 'forward', upstream: 'any' }, traffic]);
  return [...merged.values(), ...forward];
};
const upstreamsOf = (ambassador: Ambassador) =>
  Array.from(ambassador.named, (upstream) => [{ upstream: upstream.plan.name }, upstream] as const);
const endpointsOf = (ambassador: Ambassador) =>
  upstreamsOf(ambassador).flatMap(([labels, { endpoints }]) =>
    endpoints.map((endpoint) => [{ ...labels, endpoint: endpoint.name }, endpoint] as const),
  );
const tunnels = ({ listeners }: Ambassador): (readonly [Labels, TcpMode])[] =>
  listeners.flatMap(({ name, service }) =>
    service instanceof TcpMode ? [[{ listener: name }, service] as const] : [],
  );

const byClass = (all: [Labels, Traffic][]): Cells<number> =>
  all.flatMap(([labels, traffic]) =>
    Array.from(traffic.byClass, (count, digit): [Labels, number] => [
      { ...labels, code: digit === 0 ? 'none' : `${digit}xx` },
      count,
    ]),
  );

function histogram(traffic: Traffic): HistogramValue {
  let sum = 0;
  const buckets = BOUNDS_MS.map((bound, at): [number, number] => [
    bound / 1000,
    (sum += traffic.buckets[at] ?? 0),
  ]);
  return { buckets, sum: traffic.durationMs / 1000, count: traffic.count };
}

const byReason = (all: Iterable<readonly [Labels, Tally]>): Cells<number> =>
  [...all].flatMap(([labels, { counts }]) =>
    [...counts].map(([reason, count]): [Labels, number] => [{ ...labels, reason }, count]),
  );

const byResult = ({ success, failure }: { success: number; failure: number }): Cells<number> => [
  [{ result: 'success' }, success],
  [{ result: 'failure' }, failure],
];

/** What the metrics are read from. */
export type Observed = { readonly ambassador: Ambassador; readonly reload: Reload };

export const metrics = defineMetrics<Observed>([
  {
    name: 'http_ambassador_requests_total',
    type: 'counter',
    help: 'Requests that ended, by route, upstream and class of the status; none: the client left before.',
    labels: ['route', 'upstream', 'code'],
    collect: ({ ambassador }) => byClass(routesOf(ambassador)),
  },
  {
    name: 'http_ambassador_request_duration_seconds',
    type: 'histogram',
    help: 'From the head of the request to the end of the response, by route.',
    labels: ['route', 'upstream'],
    collect: ({ ambassador }) =>
      routesOf(ambassador).map(([labels, traffic]) => [labels, histogram(traffic)] as const),
  },
  {
    name: 'http_ambassador_upstream_requests_total',
    type: 'counter',
    help: 'Requests that ended, by upstream and class of the status.',
    labels: ['upstream', 'code'],
    collect: ({ ambassador }) =>
      byClass(upstreamsOf(ambassador).map(([labels, { traffic }]) => [labels, traffic])),
  },
  {
    name: 'http_ambassador_upstream_duration_seconds',
    type: 'histogram',
    help: 'From the head of the request to the end of the response, by upstream.',
    labels: ['upstream'],
    collect: ({ ambassador }) =>
      upstreamsOf(ambassador).map(([labels, { traffic }]) => [labels, histogram(traffic)] as const),
  },
  {
    name: 'http_ambassador_active_requests',
    type: 'gauge',
    help: 'Requests under way.',
    labels: ['upstream'],
    collect: ({ ambassador }) =>
      upstreamsOf(ambassador).map(([labels, { traffic }]) => [labels, traffic.active] as const),
  },
  {
    name: 'http_ambassador_refusals_total',
    type: 'counter',
    help: 'Clients refused for what they sent or how: ambiguous, malformed, too large, too slow, too many, not allowed.',
    labels: ['listener', 'reason'],
    collect: ({ ambassador }) =>
      byReason(
        ambassador.listeners.map(({ name, service }) => [{ listener: name }, service.refusals] as const),
      ),
  },
  {
    name: 'http_ambassador_upstream_failures_total',
    type: 'counter',
    help: 'What went wrong with an upstream in the end, after all attempts.',
    labels: ['upstream', 'reason'],
    collect: ({ ambassador }) =>
      byReason(upstreamsOf(ambassador).map(([labels, { failures }]) => [labels, failures] as const)),
  },
  {
    name: 'http_ambassador_retries_total',
    type: 'counter',
    help: 'Further attempts, by what made them necessary.',
    labels: ['upstream', 'reason'],
    collect: ({ ambassador }) =>
      byReason(upstreamsOf(ambassador).map(([labels, { retries }]) => [labels, retries] as const)),
  },
  ...meshMetrics,
  {
    name: 'http_ambassador_upstream_connections',
    type: 'gauge',
    help: 'Connections to an endpoint, idle ones included.',
    labels: ['upstream', 'endpoint'],
    collect: ({ ambassador }) =>
      endpointsOf(ambassador).map(([labels, { connections }]) => [labels, connections] as const),
  },
  {
    name: 'http_ambassador_upstream_connects_total',
    type: 'counter',
    help: 'Connections opened to an endpoint.',
    labels: ['upstream', 'endpoint'],
    collect: ({ ambassador }) =>
      endpointsOf(ambassador).map(([labels, { connects }]) => [labels, connects] as const),
  },
  {
    name: 'http_ambassador_upstream_connect_failures_total',
    type: 'counter',
    help: 'Connections that could not be opened.',
    labels: ['upstream', 'endpoint'],
    collect: ({ ambassador }) =>
      endpointsOf(ambassador).map(([labels, { connectFailures }]) => [labels, connectFailures] as const),
  },
  {
    name: 'http_ambassador_clients',
    type: 'gauge',
    help: 'Connections of clients.',
    labels: ['listener'],
    collect: ({ ambassador: { listeners } }) =>
      listeners.map(({ name, open }) => [{ listener: name }, open] as const),
  },
  {
    name: 'http_ambassador_tunnels_total',
    type: 'counter',
    help: 'Connections of tcp listeners that ended, by how.',
    labels: ['listener', 'reason'],
    collect: ({ ambassador }) =>
      byReason(tunnels(ambassador).map(([labels, { ends }]) => [labels, ends] as const)),
  },
  {
    name: 'http_ambassador_access_log_dropped_total',
    type: 'counter',
    help: 'Access log lines lost because stdout was not read.',
    collect: ({ ambassador: { accessLog } }) => accessLog?.dropped ?? 0,
  },
  {
    name: 'http_ambassador_dns_lookups_total',
    type: 'counter',
    help: 'Lookups of the names of an upstream: answered, gone (there is no such name) or failed (nothing is known).',
    labels: ['upstream', 'result'],
    collect: ({ ambassador }) =>
      upstreamsOf(ambassador).flatMap(([labels, { names }]) =>
        Object.entries(names.counts).map(([result, count]) => [{ ...labels, result }, count] as const),
      ),
  },
  {
    name: 'http_ambassador_listener_tls_failures_total',
    type: 'counter',
    help: 'Clients that came no further than the TLS handshake.',
    labels: ['listener'],
    collect: ({ ambassador: { listeners } }) =>
      listeners.flatMap(({ name, tls }) =>
        tls === undefined ? [] : [[{ listener: name }, tls.failures] as const],
      ),
  },
  {
    name: 'http_ambassador_certificate_expiry_timestamp_seconds',
    type: 'gauge',
    help: 'For each file with certificates in use: when the first of them ends, since the epoch.',
    labels: ['file'],
    collect: ({ ambassador: { materials } }) => {
      const endsAtMs = new Map(materials.flatMap(({ expiries }) => expiries));
      return Array.from(endsAtMs, ([file, ms]) => [{ file }, ms / 1000] as const);
    },
  },
  {
    name: 'http_ambassador_certificate_reloads_total',
    type: 'counter',
    help: 'Changes of TLS material while running: taken over (success) or not usable (failure), then the old one stays.',
    labels: ['result'],
    collect: ({ ambassador: { renewals } }) => byResult(renewals),
  },
  {
    name: 'http_ambassador_reloads_total',
    type: 'counter',
    help: 'Settings read again while running: put into effect (success) or wrong (failure), then the old ones stay.',
    labels: ['result'],
    collect: ({ reload: { counts } }) => byResult(counts),
  },
  {
    name: 'http_ambassador_settings_timestamp_seconds',
    type: 'gauge',
    help: 'When the settings in use were read, since the epoch.',
    collect: ({ reload: { lastSuccessAtMs } }) => lastSuccessAtMs / 1000,
  },
]);
