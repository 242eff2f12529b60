// The rows of settings.ts that say how the endpoints of an upstream are chosen, watched and tried again, given at the
// top for all upstreams, in a section for one; how often may be asked; what is traced. mesh-plan.ts reads them.
import type { Table } from '@podmate/base/settings';

/** At the top for every listener, and in a listener or route for itself. */
export const perRate = {
  rateLimit: {
    kind: 'number',
    group: 'Limits',
    default: 'off',
    min: 0.001,
    help: 'Requests a second; more are answered 429 with Retry-After. Of a route: besides that of its listener.',
  },
  rateBurst: {
    kind: 'integer',
    group: 'Limits',
    min: 1,
    help: 'So many at once; without it, those of one second.',
  },
  rateBy: {
    kind: 'string',
    group: 'Limits',
    default: 'all',
    metavar: 'KEY',
    help: 'Counted together (all), or for each client (its address), path, header NAME or cookie NAME; without one, the client.',
  },
} as const satisfies Table;

/** For all listeners. */
export const tracing = {
  trace: {
    kind: 'choice',
    group: 'Operation',
    choices: ['off', 'propagate', 'create'],
    default: 'propagate',
    help: 'W3C traceparent; propagate: pass on and log its trace id; create: give one to requests without a valid one.',
  },
  accessLogShare: {
    kind: 'number',
    group: 'Operation',
    default: '1',
    min: 0,
    max: 1,
    help: 'Log only this share of the requests that went well; what failed is always logged.',
  },
} as const satisfies Table;

export const perUpstreamMesh = {
  balance: {
    kind: 'choice',
    group: 'Upstreams',
    choices: ['round-robin', 'least-request', 'peak-ewma', 'ring-hash'],
    default: 'least-request',
    help: 'Which endpoint takes the next request; least-request: of two at random the one with fewer under way; peak-ewma: the one that is faster, too; ring-hash: always the same for the same key.',
  },
  hashBy: {
    kind: 'string',
    group: 'Upstreams',
    default: 'client',
    help: 'The key of ring-hash: client (its address), path (without query), header NAME or cookie NAME; without one, as least-request.',
  },
  maxRequests: {
    kind: 'integer',
    group: 'Upstreams',
    default: 'off',
    min: 1,
    help: 'Requests under way at all endpoints together; more are answered 503.',
  },
  retries: {
    kind: 'integer',
    group: 'Upstreams',
    default: '2',
    min: 0,
    max: 10,
    help: 'Further attempts where that is safe: nothing was sent, or the method is idempotent and no answer had begun.',
  },
  retryOn: {
    kind: 'list',
    group: 'Upstreams',
    default: ['connect-failure', 'reset'],
    byComma: true,
    help: 'What is tried again: connect-failure, reset (closed before an answer), timeout (of the first byte), gateway-error (502, 503, 504), or a status such as 429; a Retry-After of up to 5s is waited for.',
  },
  retryBody: {
    kind: 'bytes',
    group: 'Upstreams',
    default: '16KiB',
    help: 'Of an idempotent request, so much of the body is kept for another attempt.',
  },
  hedgeAfter: {
    kind: 'string',
    group: 'Upstreams',
    default: 'off',
    metavar: 'DURATION|p95',
    help: 'When a GET without a body has no answer after so long, also ask another endpoint and take the first answer; p95: after what 95 % of the latest requests needed.',
  },
  hedgeBudget: {
    kind: 'number',
    group: 'Upstreams',
    default: '0.1',
    min: 0,
    max: 1,
    help: 'Hedges per request, over time; 1 a second is always free.',
  },
  ejectAfter: {
    kind: 'integer',
    group: 'Upstreams',
    default: '5',
    min: 0,
    help: 'So many failures in a row (no connection, closed, timed out, 502, 503, 504) take an endpoint out of the turn; 0: never.',
  },
  ejectFor: { kind: 'duration', group: 'Upstreams', default: '10s', help: 'For so long, longer each time.' },
  ejectMost: {
    kind: 'number',
    group: 'Upstreams',
    default: '0.5',
    min: 0,
    max: 1,
    help: 'Never take out more than this share of the endpoints.',
  },
  healthCheck: {
    kind: 'string',
    group: 'Upstreams',
    default: 'off',
    metavar: '/PATH|tcp',
    help: 'Ask every endpoint from time to time: a path to GET, or tcp for a connection alone. Those that fail are passed over while there are others.',
  },
  healthStatus: {
    kind: 'list',
    group: 'Upstreams',
    default: ['2xx', '3xx'],
    byComma: true,
    help: 'The statuses that mean healthy: 200, 2xx.',
  },
  healthInterval: {
    kind: 'duration',
    group: 'Upstreams',
    default: '5s',
    min: 100,
    help: 'From one check to the next.',
  },
  healthTimeout: {
    kind: 'duration',
    group: 'Upstreams',
    default: '1s',
    min: 100,
    help: 'For a check, TLS included.',
  },
  healthRise: {
    kind: 'integer',
    group: 'Upstreams',
    default: '2',
    min: 1,
    help: 'So many good checks in a row bring an endpoint back.',
  },
  healthFall: {
    kind: 'integer',
    group: 'Upstreams',
    default: '3',
    min: 1,
    help: 'So many failed checks in a row take it out; of a new one the first alone.',
  },
} as const satisfies Table;
