// How files are followed, as an operator says it: the rows that log-tailer and date-adapter share, and the engine's
// options made of their values. For settings tables and plans.
import { readFileSync } from 'node:fs';
import type { Table, Values } from '@podmate/base/settings';

/** @param image whose directories hold the checkpoint */
export function checkpointRow(image: string) {
  return {
    kind: 'string',
    group: 'Delivery',
    default: 'auto',
    metavar: 'DIR|auto|off',
    help: `Where to remember what was delivered. auto: /var/lib/${image} if it is there, else .${image} beside the logs.`,
  } as const satisfies Table[string];
}

export const startAtRow = {
  kind: 'choice',
  group: 'Files',
  choices: ['beginning', 'end'],
  default: 'beginning',
  help: 'Where to begin in files that are there at the start and that no checkpoint knows.',
} as const satisfies Table[string];

export const ignoreOlderRow = {
  kind: 'duration',
  group: 'Files',
  default: 'off',
  help: 'Pass over what is in files that nobody wrote to for this long; new lines are delivered.',
} as const satisfies Table[string];

export const keepingRows = {
  rotateWait: {
    kind: 'duration',
    group: 'Delivery',
    default: '30s',
    help: 'A rotated file is followed on until nothing came for this long. What is unread is never dropped.',
  },
  keepRotatedMax: {
    kind: 'bytes',
    group: 'Delivery',
    default: '1GiB',
    help: 'Delivered rotated files are let go sooner when they hold more disk space than this.',
  },
} as const satisfies Table;

export const watchingRows = {
  watch: {
    kind: 'choice',
    group: 'Watching',
    choices: ['auto', 'inotify', 'poll'],
    default: 'auto',
    help: 'How changes are noticed. auto: inotify, but polling on network and FUSE file systems.',
  },
  pollInterval: {
    kind: 'duration',
    group: 'Watching',
    default: '250ms',
    min: 10,
    help: 'How often to look when polling.',
  },
  sweepInterval: {
    kind: 'duration',
    group: 'Watching',
    default: '1s',
    min: 10,
    help: 'How often to look at all files in case a notice was lost; large crowds take turns.',
  },
  discoveryInterval: {
    kind: 'duration',
    group: 'Watching',
    default: '1s',
    min: 10,
    help: 'How often to look for new files in case a notice was lost.',
  },
  maxOpenFiles: {
    kind: 'integer',
    group: 'Watching',
    default: '0',
    min: 0,
    help: 'Idle files beyond this many are closed and opened again when they grow; 0: 90 % of the process limit.',
  },
} as const satisfies Table;

export type FollowValues = Values<typeof keepingRows & typeof watchingRows>;

/** Of what the process may open: the rest is for stdout, the admin server, watches, the checkpoint. */
const SHARE_OF_DESCRIPTORS = 0.9;
const DEFAULT_DESCRIPTORS = 1024;

/** The engine's options that are settings as they stand. */
export function followOptions(values: FollowValues) {
  const { rotateWait, keepRotatedMax, watch, pollInterval, sweepInterval } = values;
  return {
    rotateWaitMs: rotateWait,
    keepRotatedMaxBytes: keepRotatedMax,
    watch,
    pollIntervalMs: pollInterval,
    sweepIntervalMs: sweepInterval,
    discoveryIntervalMs: values.discoveryInterval,
    maxOpenFiles: values.maxOpenFiles > 0 ? values.maxOpenFiles : openFileBudget(),
  };
}

function openFileBudget(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const soft = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? DEFAULT_DESCRIPTORS);
  return Math.floor(soft * SHARE_OF_DESCRIPTORS);
}
