// The settings about where reads go and what they must have seen, and about the slow log. Part of the one table
// (settings.ts), a file apart as the table is long.
import type { SettingFault } from '@podmate/base/errors';
import type { Table } from '@podmate/base/settings';
import { separated } from './access-settings.ts';
import { balanceChoices } from './balancer.ts';
import { consistencyChoices, readFromChoices } from './routing.ts';

export const readRows = {
  readFrom: {
    kind: 'choice',
    group: 'Routing',
    choices: readFromChoices,
    default: 'prefer-replica',
    help: 'Where reads go: primary alone; prefer-primary: replicas only while there is no primary; replica: an error while none is usable; prefer-replica: the primary while none is usable; any: all in turn; nearest: all, by --balance latency.',
  },
  consistency: {
    kind: 'choice',
    group: 'Routing',
    choices: consistencyChoices,
    default: 'key',
    help: 'What a read from a replica must have seen: nothing in particular, every write to its keys that was acknowledged through this ambassador, every write of its client; strong: read from the primary.',
  },
  balance: {
    kind: 'choice',
    group: 'Routing',
    choices: balanceChoices,
    default: 'round-robin',
    help: 'Which server gets a read: each in its turn, the least busy one, or by measured delay times load.',
  },
  zone: {
    kind: 'string',
    group: 'Routing',
    default: '',
    help: 'Our zone: servers in it get the reads as long as one of them is fit.',
  },
  serverZones: {
    kind: 'list',
    group: 'Routing',
    default: [],
    metavar: 'HOST[:PORT]=ZONE',
    help: "Zones of servers, where they do not tell it themselves as Valkey's availability-zone does.",
  },
  maxStaleness: {
    kind: 'duration',
    group: 'Routing',
    default: '10s',
    help: 'A replica not known to have every write older than this is not read from; 0: no bound, otherwise at least 500ms.',
  },
  fenceInterval: {
    kind: 'duration',
    group: 'Routing',
    default: '2ms',
    min: 1,
    help: 'How often to ask what the replicas have applied, while something was written.',
  },
  rewriteReads: {
    kind: 'boolean',
    group: 'Routing',
    help: 'Let replicas answer SORT and GEORADIUS without STORE, BITFIELD with GETs only and GETEX without options, as SORT_RO and so on (Redis 7).',
  },
} as const satisfies Table;

export const slowLogRows = {
  slowlogThreshold: {
    kind: 'duration',
    group: 'Slow log',
    default: '100ms',
    help: 'Commands that take this long, to the server and back, are logged with their keys and without values; 0: none.',
  },
  slowlogSize: {
    kind: 'integer',
    group: 'Slow log',
    default: '128',
    min: 1,
    help: 'How many AMBASSADOR SLOWLOG remembers.',
  },
} as const satisfies Table;

type ReadValues = { readonly maxStaleness: number; readonly serverZones: readonly string[] };

/** What is wrong with them. */
export function* readFaults({ maxStaleness, serverZones }: ReadValues): Iterable<SettingFault> {
  if (maxStaleness > 0 && maxStaleness < 500)
    yield {
      setting: '--max-staleness',
      value: `${maxStaleness}ms`,
      what: 'shorter than the replicas are asked for',
      todo: 'give 500ms or more, or 0 for no bound',
    };
  for (const text of separated(serverZones)) {
    const [server, zone] = serverZone(text);
    if (server === '' || zone === '')
      yield { setting: '--server-zones', value: text, what: 'no zone', todo: 'write host:port=zone' };
  }
}

/** `redis-1:6379=eu-1a` -> server, zone */
export function serverZone(text: string): readonly [server: string, zone: string] {
  const at = text.lastIndexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
