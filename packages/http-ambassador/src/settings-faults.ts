// The rows of settings.ts for faults on purpose; toxiproxy's words. faults/toxic.ts says what each does.
import type { Table } from '@podmate/base/settings';
import { TOXIC_TYPES } from './faults/toxic.ts';

const ms = { kind: 'duration', group: 'Faults' } as const;
const count = { kind: 'integer', group: 'Faults', min: 0 } as const;

/** At the top. */
export const faultRows = {
  allowFaults: {
    kind: 'boolean',
    group: 'Faults',
    help: 'Faults on purpose, for tests: without it, `faults` and --faults-listen are refused.',
  },
  faultsListen: {
    kind: 'address',
    group: 'Faults',
    default: 'off',
    help: "Serve toxiproxy's HTTP API at this address, for toxics that come and go; its proxies are the listeners.",
  },
} as const satisfies Table;

/** Of a listener. */
export const faultsOfListener = {
  faults: {
    kind: 'sections',
    group: 'Faults',
    help: 'What goes wrong at this listener; needs --allow-faults.',
    sections: {
      type: {
        kind: 'choice',
        group: 'Faults',
        choices: TOXIC_TYPES,
        required: true,
        help: 'As in toxiproxy; also down (connections are reset) and abort (requests are answered with status).',
      },
      stream: {
        kind: 'choice',
        group: 'Faults',
        choices: ['downstream', 'upstream'],
        default: 'downstream',
        help: 'downstream: what the client gets; upstream: what it sends.',
      },
      toxicity: {
        kind: 'number',
        group: 'Faults',
        default: '1',
        min: 0,
        max: 1,
        help: 'The share of the connections it is for; of abort and down, of the requests and connections.',
      },
      latency: { ...ms, help: 'latency: so much later.' },
      jitter: { ...ms, help: 'latency: give or take.' },
      rate: { kind: 'bytes', group: 'Faults', help: 'bandwidth: so many bytes a second.' },
      delay: { ...ms, help: 'slow_close: the end comes so much later; slicer: between two slices.' },
      timeout: {
        ...ms,
        help: 'timeout: nothing passes, closed after this (0: never); reset_peer: reset after this.',
      },
      averageSize: { ...count, help: 'slicer: bytes of a slice.' },
      sizeVariation: { ...count, help: 'slicer: give or take.' },
      bytes: { kind: 'bytes', group: 'Faults', help: 'limit_data: closed after so many.' },
      status: { ...count, help: 'abort: the status.' },
    },
  },
} as const satisfies Table;
