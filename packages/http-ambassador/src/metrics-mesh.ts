// The rows of metrics.ts that say how endpoints are watched, passed over and tried again.
import type { Catalogue, Labels } from '@podmate/base/metrics';
import { isSound } from './balancer.ts';
import type { Endpoint } from './endpoint.ts';
import type { Observed } from './metrics.ts';
import type { Tally } from './traffic.ts';
import type { Upstream } from './upstream.ts';

const each = <Value>({ ambassador }: Observed, read: (upstream: Upstream) => Value): [Labels, Value][] =>
  ambassador.named.map((upstream) => [{ upstream: upstream.plan.name }, read(upstream)]);

const eachEndpoint = (observed: Observed, read: (endpoint: Endpoint) => number): [Labels, number][] =>
  observed.ambassador.named.flatMap(({ plan, endpoints }) =>
    endpoints.map((endpoint): [Labels, number] => [
      { upstream: plan.name, endpoint: endpoint.name },
      read(endpoint),
    ]),
  );

const tallied = (upstream: string, tally: Tally | undefined): [Labels, number][] =>
  Array.from(tally?.counts ?? [], ([result, count]) => [{ upstream, result }, count]);

export const meshMetrics: Catalogue<Observed> = [
  {
    name: 'http_ambassador_ejections_total',
    type: 'counter',
    help: 'Endpoints taken out of the turn for their failures.',
    labels: ['upstream'],
    collect: (observed) => each(observed, ({ ejections }) => ejections),
  },
  {
    name: 'http_ambassador_endpoint_available',
    type: 'gauge',
    help: 'Whether an endpoint is in the turn: 1, or 0 while it is ejected or unhealthy.',
    labels: ['upstream', 'endpoint'],
    collect: (observed) =>
      eachEndpoint(observed, (endpoint) => (isSound(endpoint, performance.now()) ? 1 : 0)),
  },
  {
    name: 'http_ambassador_endpoint_healthy',
    type: 'gauge',
    help: 'What the health checks found: 1, or 0 for unhealthy; 1 without checks.',
    labels: ['upstream', 'endpoint'],
    collect: (observed) => eachEndpoint(observed, ({ isUnhealthy }) => (isUnhealthy ? 0 : 1)),
  },
  {
    name: 'http_ambassador_endpoint_active_requests',
    type: 'gauge',
    help: 'Requests under way at an endpoint.',
    labels: ['upstream', 'endpoint'],
    collect: (observed) => eachEndpoint(observed, ({ active }) => active),
  },
  {
    name: 'http_ambassador_endpoint_pending_requests',
    type: 'gauge',
    help: 'Requests that wait for a connection to an endpoint.',
    labels: ['upstream', 'endpoint'],
    collect: (observed) => eachEndpoint(observed, ({ pending }) => pending),
  },
  {
    name: 'http_ambassador_hedges_total',
    type: 'counter',
    help: 'Second attempts beside slow first ones: won, lost, failed, or not made as over-budget.',
    labels: ['upstream', 'result'],
    collect: ({ ambassador }) =>
      ambassador.named.flatMap(({ plan, hedging }) => tallied(plan.name, hedging?.results)),
  },
  {
    name: 'http_ambassador_health_checks_total',
    type: 'counter',
    help: 'Health checks that ended, ok or with what was wrong.',
    labels: ['upstream', 'result'],
    collect: ({ ambassador }) =>
      ambassador.named.flatMap(({ plan, health }) => tallied(plan.name, health?.results)),
  },
];
