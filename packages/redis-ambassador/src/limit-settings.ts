// The settings about how much clients may take: connections, time, bytes. Part of the one table (settings.ts), a file apart
// as the table is long.
import type { Table } from '@podmate/base/settings';

export const limitRows = {
  maxClients: { kind: 'integer', group: 'Limits', default: '10000', min: 1, help: 'Most clients at once.' },
  clientTimeout: {
    kind: 'duration',
    group: 'Limits',
    default: 'off',
    min: 100,
    help: 'Close clients that were silent for so long; not those that wait for a reply or for messages.',
  },
  maxPipeline: {
    kind: 'integer',
    group: 'Limits',
    default: '1024',
    min: 1,
    help: 'Most commands of one client under way; the rest waits unread.',
  },
  clientBuffer: {
    kind: 'bytes',
    group: 'Limits',
    default: '1MiB',
    min: 1024,
    help: 'Unread replies of a client beyond which its commands are no longer read.',
  },
  clientOutputMax: {
    kind: 'bytes',
    group: 'Limits',
    default: '1GiB',
    min: 1024,
    help: 'Unread replies of a client beyond which it is cut off.',
  },
  maxMemory: {
    kind: 'bytes',
    group: 'Limits',
    default: '1GiB',
    min: 1024 * 1024,
    help: 'Unread replies and incomplete commands of all clients together; beyond it, who holds most is cut off. Set it to half of what the container may use.',
  },
  maxValue: {
    kind: 'bytes',
    group: 'Limits',
    default: '512MiB',
    min: 1024,
    max: 512 * 1024 * 1024,
    help: 'Longest argument of a command.',
  },
} as const satisfies Table;
