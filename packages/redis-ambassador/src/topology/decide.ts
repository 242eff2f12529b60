// Who is primary, by what each server says of itself. Pure. Where somebody was appointed (by Sentinel, by a DNS name), only
// that one may be; otherwise what the replicas follow decides between two that both call themselves primary. Histories are
// told apart by Redis' replication ids: a promoted replica gets a new one and keeps the old one beside it.
import type { Endpoint } from '../upstream/dial.ts';
import type { Sighting } from '../upstream/exchange.ts';

/** What one server said, or why it said nothing. */
export type Look = { readonly endpoint: Endpoint } & (
  | { readonly error: string }
  | { readonly info: ReadonlyMap<string, string> }
);

export type Circumstances = {
  /** The primary until now, which stays when nothing speaks against it. */
  readonly current?: string | undefined;
  /** Only these may be primary. */
  readonly appointed?: ReadonlySet<string> | undefined;
  /** Histories from which a later primary of ours came: who still writes them on was deposed and has not heard of it. */
  readonly superseded?: ReadonlySet<string>;
};

const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;
type Info = ReadonlyMap<string, string>;
type Seen = Extract<Look, { info: unknown }>;

export function decide(all: readonly Look[], circumstances: Circumstances): Sighting {
  const { current, appointed } = circumstances;
  const looks = withoutAliases(all, circumstances);
  const seen = looks.filter((look): look is Seen => 'info' in look);
  const masters = seen.filter(({ info }) => info.get('role') === 'master');
  const deposed = masters.filter((master) => isDeposed(master, seen, circumstances));
  const candidates = masters
    .filter((master) => !deposed.includes(master) && master.info.get('loading') !== '1')
    .filter(({ endpoint }) => appointed?.has(nameOf(endpoint)) ?? true);
  const votes = seen.map(({ info }) => followed(info, candidates));
  const rank = (master: Seen): number =>
    2 * votes.filter((vote) => vote === master).length + (nameOf(master.endpoint) === current ? 1 : 0);
  const [primary] = candidates.toSorted((a, b) => rank(b) - rank(a));
  // While there is no primary no link can be up, and nothing new can be missed either: reads go on.
  const replicas = seen.filter(({ info }) => (primary ? isInSync(info, primary.info) : isReplica(info)));
  return {
    primary: primary?.endpoint,
    replicas: replicas.map(({ endpoint }) => endpoint),
    seen: new Map(seen.map(({ endpoint, info }) => [nameOf(endpoint), { runId: info.get('run_id') }])),
    complaints: [
      ...looks.flatMap((look) => complaint(look, primary)),
      ...deposed.map(({ endpoint }) => `${nameOf(endpoint)}: calls itself primary, but was replaced`),
      ...(primary ? [] : [noPrimary(seen, masters, appointed)]),
    ],
    version: primary?.info.get('redis_version') ?? '0.0.0',
    zones: new Map(seen.flatMap(zoneOf)),
  };
}

/** The replicas a primary knows of: `slave0:ip=10.0.0.2,port=6379,state=online,offset=1,lag=0`. */
export function replicasOf(info: Info): Endpoint[] {
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
export function primaryOf(info: Info): Endpoint | undefined {
  const host = info.get('master_host');
  if (info.get('role') !== 'slave' || host === undefined) return undefined;
  return { host, port: Number(info.get('master_port')) };
}

/** The history that this primary took over from another when it was promoted. */
export function supersededBy(info: Info): string | undefined {
  const before = info.get('master_replid2');
  return before === undefined || /^0*$/.test(before) ? undefined : before;
}

function masterOf(info: Info): string | undefined {
  const primary = primaryOf(info);
  return primary && nameOf(primary);
}

/** A server that is reached at two addresses counts once: appointed before known before first. */
function withoutAliases(looks: readonly Look[], { appointed, current }: Circumstances): Look[] {
  const weight = ({ endpoint }: Look): number =>
    (appointed?.has(nameOf(endpoint)) ? 2 : 0) + (nameOf(endpoint) === current ? 1 : 0);
  const best = new Map<string, Look>();
  for (const look of looks.toSorted((a, b) => weight(b) - weight(a))) {
    const id = idOf(look);
    if (id !== undefined && !best.has(id)) best.set(id, look);
  }
  return looks.filter((look) => {
    const id = idOf(look);
    return id === undefined || best.get(id) === look;
  });
}

const idOf = (look: Look): string | undefined => ('info' in look ? look.info.get('run_id') : undefined);

/** Unless the one that took over has itself become its replica: then its history is the one that goes on. */
function isDeposed(master: Seen, seen: readonly Seen[], { superseded, current }: Circumstances): boolean {
  const history = master.info.get('master_replid');
  if (history === undefined || !superseded?.has(history)) return false;
  const successor = seen.find(({ endpoint }) => nameOf(endpoint) === current);
  return !(successor && isReplica(successor.info) && sameHistory(successor.info, master.info));
}

/** For whom a replica speaks: whom it names, or, where addresses are translated, whose history it has. */
function followed(info: Info, masters: readonly Seen[]): Seen | undefined {
  if (info.get('role') !== 'slave') return undefined;
  const named = masters.find(({ endpoint }) => nameOf(endpoint) === masterOf(info));
  return named ?? masters.find((master) => info.has('master_replid') && sameHistory(info, master.info));
}

/** Always so before Redis 4, which has no such ids. */
const sameHistory = (a: Info, b: Info): boolean => a.get('master_replid') === b.get('master_replid');
const isReplica = (info: Info): boolean => info.get('role') === 'slave' && info.get('loading') !== '1';
const isLinked = (info: Info): boolean => isReplica(info) && info.get('master_link_status') === 'up';
const isInSync = (info: Info, primary: Info): boolean => isLinked(info) && sameHistory(info, primary);

function complaint(look: Look, primary: Seen | undefined): string[] {
  const name = nameOf(look.endpoint);
  if ('error' in look) return [`${name}: ${look.error}`];
  const { info } = look;
  if (info.get('loading') === '1') return [`${name}: is loading its data`];
  if (info.get('role') !== 'slave') return [];
  if (!isLinked(info)) return [`${name}: its link to the primary ${masterOf(info)} is down`];
  if (primary && !isInSync(info, primary.info))
    return [`${name}: follows ${masterOf(info)}, not the primary`];
  return [];
}

function noPrimary(
  seen: readonly Seen[],
  masters: readonly Seen[],
  appointed: ReadonlySet<string> | undefined,
): string {
  if (seen.length === 0) return 'no server can be reached';
  const mistaken = seen.find(({ endpoint, info }) => appointed?.has(nameOf(endpoint)) && isReplica(info));
  if (mistaken)
    return `${nameOf(mistaken.endpoint)} is a replica of ${masterOf(mistaken.info)}, not a primary`;
  if (masters.some(({ info }) => info.get('loading') === '1')) return 'the primary is loading its data';
  if (appointed) return `the primary ${[...appointed].join(', ')} is not there`;
  const names = seen.map(({ endpoint }) => nameOf(endpoint)).join(', ');
  return masters.length > 0
    ? `no primary that may be one among ${names}`
    : `no primary among ${names}: all are replicas`;
}
