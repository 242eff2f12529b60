// The rows of settings.ts that say how the endpoints of an upstream are chosen, watched and tried again; given at the
// top for all upstreams, in a section for one. mesh-plan.ts reads them.
import type { Table } from '@podmate/base/settings';

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
    default: '64KiB',
    help: 'Of an idempotent request, so much of the body is kept for another attempt.',
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
} as const satisfies Table;
