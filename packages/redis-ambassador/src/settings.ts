// Everything redis-ambassador can be told. For main (which turns it into parts), --help, the README and the example file,
// which are all made from this table.
import { SettingError, type SettingFault } from '@podmate/base/errors';
import {
  type BaseValues,
  defineSettings,
  type Loaded,
  type Table,
  type Values,
} from '@podmate/base/settings';
import { accessFaults, clientRows, listenAddress, loginRows, separated } from './access-settings.ts';
import { policyFaults } from './command-policy.ts';
import { limitRows } from './limit-settings.ts';
import { parseServerAddress } from './server-address.ts';
import { readFaults, readRows, slowLogRows } from './read-settings.ts';

const rows = {
  ...clientRows,
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
  discover: {
    kind: 'boolean',
    group: 'Servers',
    default: true,
    help: 'Also read from the replicas that the primary names.',
  },
  ...loginRows,
  ...readRows,
  readOnly: {
    kind: 'boolean',
    group: 'Routing',
    reloadable: true,
    help: 'Refuse commands that may write.',
  },
  deny: {
    kind: 'list',
    byComma: true,
    group: 'Routing',
    default: [],
    metavar: 'COMMAND',
    reloadable: true,
    help: 'Commands to refuse: flushall, config|set, or a category as ACL CAT knows it, @dangerous.',
  },
  rename: {
    kind: 'secret',
    group: 'Routing',
    file: true,
    reloadable: true,
    metavar: 'NAME=OTHER',
    help: 'Commands that the servers have renamed (rename-command), with the name they have there: config=b840fc flushall=x9.',
  },
  explain: {
    kind: 'string',
    group: 'Routing',
    notIn: ['environment', 'file'],
    metavar: 'COMMAND',
    help: 'Say where this command would go, and why, and exit.',
  },
  ...slowLogRows,
  pollInterval: {
    kind: 'duration',
    group: 'Failover',
    default: '1s',
    min: 50,
    help: 'How often to ask the servers for their roles; when something is amiss, ten times a second.',
  },
  failoverTimeout: {
    kind: 'duration',
    group: 'Failover',
    default: '10s',
    help: 'How long commands wait for a primary before they fail.',
  },
  failoverQueue: {
    kind: 'bytes',
    group: 'Failover',
    default: '16MiB',
    help: 'How much of them may wait before clients are no longer read.',
  },
  connectTimeout: {
    kind: 'duration',
    group: 'Failover',
    default: '1s',
    min: 10,
    help: 'How long a connect may take.',
  },
  commandTimeout: {
    kind: 'duration',
    group: 'Failover',
    default: '5s',
    min: 10,
    help: 'A server silent for this long while commands are pending is given up; blocking commands have their own connections and are exempt.',
  },
  ...limitRows,
} as const satisfies Table;

export type SettingsValues = Values<typeof rows> & BaseValues;
export type LoadedSettings = Loaded<typeof rows>;

export const settings = defineSettings(
  {
    name: 'redis-ambassador',
    summary:
      'Redis on localhost: writes reach the primary, reads the replicas, and nobody notices a failover.',
    usage: '[flags] --servers|--sentinels HOST:PORT...',
    *check(values) {
      yield* serverFaults(values);
      for (const text of separated(values.listen)) yield* addressFaults('--listen', text, listenAddress);
      const { servers, primary, replicas, sentinels } = values;
      const secure = /(^|,)\s*rediss:/i.test([...servers, primary, ...replicas, ...sentinels].join());
      yield* accessFaults({ ...values, tls: values.tls || values.sentinelTls || secure });
      yield* policyFaults(values);
      yield* readFaults(values);
    },
  },
  rows,
);

/** The ways to be told of the servers, of which one is to be chosen. */
const ways = ['servers', 'sentinels', 'primary'] as const;

type ServerValues = Pick<
  Values<typeof rows>,
  'servers' | 'sentinels' | 'primary' | 'replicas' | 'explain' | 'password'
>;

function* serverFaults(values: ServerValues): Iterable<SettingFault> {
  const chosen = ways.filter((way) => values[way].length > 0).map((way) => `--${way}`);
  if (chosen.length === 0 && values.explain === undefined)
    yield {
      setting: '--servers',
      what: 'no server to speak with',
      todo: 'name one or more, such as redis-0.redis:6379, or --sentinels, or a --primary',
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
  ] as const) {
    for (const text of separated(texts)) yield* addressFaults(setting, text, parseServerAddress);
  }
}

/** A password in an address is not shown. */
function* addressFaults(
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
