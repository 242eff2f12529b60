// Who is primary, by what each server says of itself. Pure. For the static list; a server's word counts for its own role,
// the others' words decide between two that both call themselves primary.
import type { Endpoint } from '../upstream/dial.ts';
import type { Sighting } from '../upstream/exchange.ts';

/** What one server said, or why it said nothing. */
export type Look = { readonly endpoint: Endpoint } & (
  | { readonly error: string }
  | { readonly info: ReadonlyMap<string, string> }
);

const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;
type Seen = Extract<Look, { info: unknown }>;

/** `current`: the primary until now, which stays when nothing speaks against it. */
export function decide(looks: readonly Look[], current: string | undefined): Sighting {
  const seen = looks.filter((look): look is Seen => 'info' in look);
  const masters = seen.filter(({ info }) => info.get('role') === 'master');
  const candidates = masters.filter(({ info }) => info.get('loading') !== '1');
  const votes = (master: Seen): number =>
    seen.filter(({ info }) => masterOf(info) === nameOf(master.endpoint)).length;
  const rank = (master: Seen): number => 2 * votes(master) + (nameOf(master.endpoint) === current ? 1 : 0);
  const [primary] = candidates.toSorted((a, b) => rank(b) - rank(a));
  // While there is no primary no link can be up, and nothing new can be missed either: reads go on.
  const fit = primary ? isInSync : isReplica;
  const replicas = seen.filter((look) => fit(look.info));
  return {
    primary: primary?.endpoint,
    replicas: replicas.map(({ endpoint }) => endpoint),
    complaints: [...looks.flatMap(complaint), ...(primary ? [] : [noPrimary(seen, masters)])],
    version: primary?.info.get('redis_version') ?? '0.0.0',
    zones: new Map(seen.flatMap(zoneOf)),
  };
}

/** The replicas a primary knows of: `slave0:ip=10.0.0.2,port=6379,state=online,offset=1,lag=0`. */
export function replicasOf(info: ReadonlyMap<string, string>): Endpoint[] {
  return [...info].flatMap(([key, value]) => {
    const [, host, port] = /^ip=(.+?),port=(\d+),state=online/.exec(value) ?? [];
    return /^slave\d+$/.test(key) && host !== undefined ? [{ host, port: Number(port) }] : [];
  });
}

/** Valkey tells it in INFO, if it was told in its settings. */
function zoneOf({ endpoint, info }: Seen): [server: string, zone: string][] {
  const zone = info.get('availability_zone') ?? '';
  return zone === '' ? [] : [[nameOf(endpoint), zone]];
}

/** The server that a replica follows. */
export function primaryOf(info: ReadonlyMap<string, string>): Endpoint | undefined {
  const host = info.get('master_host');
  if (info.get('role') !== 'slave' || host === undefined) return undefined;
  return { host, port: Number(info.get('master_port')) };
}

function masterOf(info: ReadonlyMap<string, string>): string | undefined {
  const primary = primaryOf(info);
  return primary && nameOf(primary);
}

const isReplica = (info: ReadonlyMap<string, string>): boolean =>
  info.get('role') === 'slave' && info.get('loading') !== '1';
const isInSync = (info: ReadonlyMap<string, string>): boolean =>
  isReplica(info) && info.get('master_link_status') === 'up';

function complaint(look: Look): string[] {
  const name = nameOf(look.endpoint);
  if ('error' in look) return [`${name}: ${look.error}`];
  if (look.info.get('loading') === '1') return [`${name}: is loading its data`];
  if (look.info.get('role') === 'slave' && !isInSync(look.info))
    return [`${name}: its link to the primary ${masterOf(look.info)} is down`];
  return [];
}

function noPrimary(seen: readonly Seen[], masters: readonly Seen[]): string {
  if (masters.length > 0) return 'the primary is loading its data';
  if (seen.length === 0) return 'no server can be reached';
  return `no primary among ${seen.map(({ endpoint }) => nameOf(endpoint)).join(', ')}: all are replicas`;
}
