// The settings that say where the servers are: a list, Sentinels, the name of a primary, a cluster; and what may be wrong
// with them. For settings.ts.
import { SettingError, type SettingFault } from '@podmate/base/errors';
import type { Table, Values } from '@podmate/base/settings';
import { separated } from './access-settings.ts';
import { parseServerAddress } from './server-address.ts';

export const serverRows = {
  servers: {
    kind: 'list',
    byComma: true,
    group: 'Servers',
    default: [],
    metavar: 'HOST:PORT',
    help: 'The Redis servers, or some of them: who is primary is found out by asking. Here and below also redis://user:password@host:port, rediss:// for TLS.',
  },
  sentinels: {
    kind: 'list',
    group: 'Servers',
    default: [],
    metavar: 'HOST:PORT',
    help: 'Sentinels, or some of them, instead: they know the servers, and of each other.',
  },
  sentinelName: {
    kind: 'string',
    group: 'Servers',
    default: 'mymaster',
    help: 'What the Sentinels call the primary.',
  },
  sentinelUsername: {
    kind: 'string',
    group: 'Servers',
    default: '',
    help: 'User to log in to the Sentinels as; empty: the default user.',
  },
  sentinelPassword: {
    kind: 'secret',
    group: 'Servers',
    file: true,
    help: 'Password to log in to the Sentinels with.',
  },
  sentinelTls: { kind: 'boolean', group: 'Servers', help: 'Speak TLS with the Sentinels.' },
  primary: {
    kind: 'string',
    group: 'Servers',
    default: '',
    metavar: 'HOST:PORT',
    help: 'The primary alone, instead: what this name leads to now, as with managed services. Its replicas are found, or are those of --replicas.',
  },
  replicas: {
    kind: 'list',
    group: 'Servers',
    default: [],
    metavar: 'HOST:PORT',
    help: 'With --primary: what these names lead to is read from, as with a reader endpoint.',
  },
  cluster: {
    kind: 'list',
    byComma: true,
    group: 'Servers',
    default: [],
    metavar: 'HOST:PORT',
    help: 'Nodes of a Redis Cluster, or some of them, instead: the application need not know that it is one.',
  },
  discover: {
    kind: 'boolean',
    group: 'Servers',
    default: true,
    help: 'Also read from the replicas that the primary names; with --no-discover only from those that are listed.',
  },
} as const satisfies Table;

/** The ways to be told of the servers, of which one is to be chosen. */
const ways = ['servers', 'sentinels', 'primary', 'cluster'] as const;

type ServerValues = Pick<
  Values<typeof serverRows>,
  'servers' | 'sentinels' | 'primary' | 'replicas' | 'cluster'
> & { readonly explain: string | undefined };

export function* serverFaults(values: ServerValues): Iterable<SettingFault> {
  const chosen = ways.filter((way) => values[way].length > 0).map((way) => `--${way}`);
  if (chosen.length === 0 && values.explain === undefined)
    yield {
      setting: '--servers',
      what: 'no server to speak with',
      todo: 'name one or more, such as redis-0.redis:6379, or --sentinels, a --primary, or nodes of a --cluster',
    };
  if (chosen.length > 1)
    yield {
      setting: chosen.join(' and '),
      what: 'are different ways to find the servers',
      todo: 'choose one',
    };
  if (values.replicas.length > 0 && values.primary === '')
    yield { setting: '--replicas', what: 'no primary for them', todo: 'name the --primary, too' };
  const primaries = values.primary === '' ? [] : [values.primary];
  for (const [setting, texts] of [
    ['--servers', values.servers],
    ['--sentinels', values.sentinels],
    ['--primary', primaries],
    ['--replicas', values.replicas],
    ['--cluster', values.cluster],
  ] as const) {
    for (const text of separated(texts)) yield* addressFaults(setting, text, parseServerAddress);
  }
}

/** A password in an address is not shown. */
export function* addressFaults(
  setting: string,
  text: string,
  parse: (text: string) => unknown,
): Iterable<SettingFault> {
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    yield { ...error.fault, setting, value: text.replace(/\/\/.*@/, '//[redacted]@') };
  }
}
