// Which way to know the servers the settings ask for, and what their addresses say of how to reach them. For the ambassador
// and its credentials.
import { separated } from './access-settings.ts';
import { loginOf, parseServerAddress, type ServerAddress } from './server-address.ts';
import type { SettingsValues } from './settings.ts';
import type { ClusterNodesOptions } from './topology/cluster-nodes.ts';
import { NamedServers } from './topology/named-servers.ts';
import { SentinelServers } from './topology/sentinel-servers.ts';
import { StaticServers } from './topology/static-servers.ts';
import type { Topology } from './topology.ts';
import type { Endpoint, Login, Reach } from './upstream/dial.ts';

const SENTINEL_PORT = 26_379;

export type Reaches = Reach & {
  /** How Sentinels are reached. */
  readonly sentinel: Reach;
};

export function planTopology(values: SettingsValues, reach: Reaches): Topology {
  const { connectTimeout: timeoutMs, pollInterval: intervalMs } = values;
  if (values.sentinels.length > 0)
    return new SentinelServers({
      sentinels: addressesIn(values.sentinels, SENTINEL_PORT).map(endpointOf),
      name: values.sentinelName,
      sentinel: { reach: reach.sentinel, timeoutMs },
      server: { reach, timeoutMs },
      intervalMs,
    });
  const [primary] = addressesIn(separated([values.primary]));
  const replicas = addressesIn(values.replicas).map(endpointOf);
  return new StaticServers({
    reach,
    timeoutMs,
    intervalMs,
    servers: addressesIn(values.servers).map(endpointOf),
    named: primary && new NamedServers(endpointOf(primary), replicas, intervalMs),
    discover: values.discover && replicas.length === 0,
  });
}

/** With --cluster. */
export function planCluster(values: SettingsValues, reach: Reach): ClusterNodesOptions {
  const { connectTimeout: timeoutMs, pollInterval: intervalMs } = values;
  return { seeds: addressesIn(values.cluster).map(endpointOf), reach, timeoutMs, intervalMs };
}

export type AddressValues = Pick<
  SettingsValues,
  'servers' | 'primary' | 'replicas' | 'sentinels' | 'cluster'
>;

/** The login that the addresses of the servers name. @throws SettingError when they name several */
export function loginInAddresses({ servers, primary, replicas, cluster }: AddressValues): Login | undefined {
  return loginOf(addressesIn([...servers, primary, ...replicas, ...cluster]));
}

/** The same for Sentinels. */
export function sentinelLoginInAddresses({ sentinels }: AddressValues): Login | undefined {
  return loginOf(addressesIn(sentinels));
}

/** Whether an address asks for TLS. */
export function isSecure(texts: readonly string[]): boolean {
  return separated(texts).some((text) => /^rediss:/i.test(text));
}

function addressesIn(texts: readonly string[], defaultPort?: number): ServerAddress[] {
  return separated(texts).map((text) => parseServerAddress(text, defaultPort));
}

const endpointOf = ({ host, port }: ServerAddress): Endpoint => ({ host, port });
