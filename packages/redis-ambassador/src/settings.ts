// Everything redis-ambassador can be told. For main (which turns it into parts), --help, the README and the example file,
// which are all made from this table.
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
import { readFaults, readRows, slowLogRows } from './read-settings.ts';
import { addressFaults, serverFaults, serverRows } from './server-settings.ts';

const rows = {
  ...clientRows,
  ...serverRows,
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
    // Redis itself says BUSY for a script after 5 s: that answer comes first
    default: '10s',
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
    usage: '[flags] --servers|--sentinels|--cluster HOST:PORT...',
    *check(values) {
      yield* serverFaults(values);
      for (const text of separated(values.listen)) yield* addressFaults('--listen', text, listenAddress);
      const { servers, primary, replicas, sentinels, cluster } = values;
      const secure = /(^|,)\s*rediss:/i.test(
        [...servers, primary, ...replicas, ...sentinels, ...cluster].join(),
      );
      yield* accessFaults({ ...values, tls: values.tls || values.sentinelTls || secure });
      yield* policyFaults(values);
      yield* readFaults(values);
    },
  },
  rows,
);
