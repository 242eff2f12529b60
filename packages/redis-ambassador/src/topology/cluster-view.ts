// What the nodes of a cluster say of it (CLUSTER NODES), and the one picture made from that: shards with their slots. Pure.
// Nodes may disagree for a moment after a failover or while slots move: for each slot the claim with the highest config
// epoch counts, as it does among the nodes themselves (Redis Cluster specification, "Configuration epochs").
import { SLOTS } from '../cluster/slots.ts';
import type { Endpoint } from '../upstream/dial.ts';
import type { Sighting } from '../upstream/exchange.ts';

export type NodeLine = {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly hostname: string | undefined;
  readonly myself: boolean;
  readonly primary: boolean;
  /** Of a replica: the id of its primary. */
  readonly follows: string | undefined;
  /** The majority holds it for dead, or it has no address, or is only just being met. */
  readonly gone: boolean;
  readonly epoch: number;
  /** Inclusive ranges. */
  readonly slots: readonly (readonly [first: number, last: number])[];
  /** It is giving slots away, or taking some; said by the node itself only. */
  readonly moving: boolean;
};

/** `<id> <ip:port@bus[,hostname]> <flags> <primary> <ping> <pong> <epoch> <link> <slot>...`, one line per node. */
export function readNodes(text: string): NodeLine[] {
  return text.split('\n').flatMap((line) => {
    const [id = '', address = '', flags = '', follows = '-', , , epoch = '0', , ...slots] = line
      .trim()
      .split(' ');
    const [, host, port, hostname] = /^(.*):(\d+)(?:@\d+)?(?:,([^,]*).*)?$/.exec(address) ?? [];
    if (host === undefined) return [];
    const flag = new Set(flags.split(','));
    const ranges = slots.flatMap((slot) => {
      const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(slot) ?? [];
      return first === undefined ? [] : [[Number(first), Number(last)] as const];
    });
    const node: NodeLine = {
      id,
      endpoint: { host, port: Number(port) },
      hostname: hostname === '' ? undefined : hostname,
      myself: flag.has('myself'),
      primary: flag.has('master'),
      follows: follows === '-' ? undefined : follows,
      gone: flag.has('fail') || flag.has('noaddr') || flag.has('handshake'),
      epoch: Number(epoch),
      slots: ranges,
      moving: slots.some((slot) => slot.startsWith('[')),
    };
    return [node];
  });
}

/** What one node answered, or why it did not. */
export type ClusterLook = { readonly endpoint: Endpoint } & (
  | { readonly error: string }
  | {
      readonly nodes: readonly NodeLine[];
      /** INFO of the node. */
      readonly info: ReadonlyMap<string, string>;
    }
);

export type ShardSighting = {
  /** Undefined while nobody who can be reached is its primary. */
  readonly primary: Endpoint | undefined;
  readonly replicas: readonly Endpoint[];
  readonly slots: readonly (readonly [first: number, last: number])[];
};

export type ClusterSighting = {
  readonly shards: readonly ShardSighting[];
  /** Slots are being moved just now. */
  readonly moving: boolean;
  readonly complaints: readonly string[];
  readonly version: string;
  readonly seen: NonNullable<Sighting['seen']>;
};

type Seen = Extract<ClusterLook, { nodes: unknown }>;
const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

/** Where a node is reached: by name where certificates are checked, by address otherwise. */
export function endpointOf({ endpoint, hostname }: NodeLine, byName: boolean): Endpoint {
  return byName && hostname !== undefined ? { host: hostname, port: endpoint.port } : endpoint;
}

/** One picture from all that was said. `byName`: reach nodes by their hostnames. */
export function combine(looks: readonly ClusterLook[], byName: boolean): ClusterSighting {
  const seen = looks.filter((look): look is Seen => 'nodes' in look);
  const best = bestKnown(seen);
  const reached = new Map(seen.map((look) => [nameOf(look.endpoint), look]));
  const at = (node: NodeLine): Endpoint => endpointOf(node, byName);
  const owned = slotsByOwner([...best.values()]);
  const shards = [...owned].map(([node, slots]): ShardSighting => {
    const look = reached.get(nameOf(at(node)));
    const fit = look !== undefined && !node.gone && look.info.get('role') === 'master' && isLoaded(look);
    const replicas = [...best.values()].filter((each) => {
      const there = reached.get(nameOf(at(each)));
      return each.follows === node.id && !each.gone && there !== undefined && mayRead(there, fit);
    });
    return { primary: fit ? at(node) : undefined, replicas: replicas.map(at), slots };
  });
  return {
    shards,
    moving: seen.some(({ nodes }) => nodes.some(({ myself, moving }) => myself && moving)),
    complaints: complaintsOf(looks, shards),
    seen: new Map(seen.map((look) => [nameOf(look.endpoint), whoIs(look)])),
    version: seen[0]?.info.get('redis_version') ?? '0.0.0',
  };
}

/** Every node as the best-informed knows it: about itself the node, about slots the highest epoch. */
function bestKnown(seen: readonly Seen[]): Map<string, NodeLine> {
  const best = new Map<string, NodeLine>();
  for (const node of seen.flatMap(({ nodes }) => nodes)) {
    const known = best.get(node.id);
    const better =
      !known || node.epoch > known.epoch || (node.epoch === known.epoch && node.myself && !known.myself);
    if (better) best.set(node.id, { ...node, gone: node.gone || known?.gone === true });
    else if (node.gone && !known.gone) best.set(node.id, { ...known, gone: true });
  }
  return best;
}

/** Whom it follows, and which process it is. */
function whoIs({ info }: Seen): { follows: string | undefined; runId: string | undefined } {
  const host = info.get('master_host');
  const follows = host === undefined ? undefined : `${host}:${info.get('master_port')}`;
  return { follows, runId: info.get('run_id') };
}

/** Each slot to whoever claims it with the highest epoch; as ranges again. */
function slotsByOwner(nodes: readonly NodeLine[]): Map<NodeLine, [first: number, last: number][]> {
  const owners: (NodeLine | undefined)[] = Array.from({ length: SLOTS });
  const primaries = nodes.filter(({ primary }) => primary).toSorted((a, b) => a.epoch - b.epoch);
  for (const node of primaries) for (const [first, last] of node.slots) owners.fill(node, first, last + 1);
  const owned = new Map<NodeLine, [first: number, last: number][]>();
  for (const [slot, owner] of owners.entries()) {
    if (!owner) continue;
    const ranges = owned.get(owner) ?? [];
    owned.set(owner, ranges);
    const range = ranges.at(-1);
    if (range && range[1] === slot - 1) range[1] = slot;
    else ranges.push([slot, slot]);
  }
  return owned;
}

const isLoaded = ({ info }: Seen): boolean => info.get('loading') !== '1';

/** While there is no primary no link can be up, and nothing new can be missed either: reads go on. */
function mayRead(look: Seen, primaryFit: boolean): boolean {
  const linked = !primaryFit || look.info.get('master_link_status') === 'up';
  return look.info.get('role') === 'slave' && isLoaded(look) && linked;
}

function complaintsOf(looks: readonly ClusterLook[], shards: readonly ShardSighting[]): string[] {
  const errors = looks.flatMap((look) =>
    'error' in look ? [`${nameOf(look.endpoint)}: ${look.error}`] : [],
  );
  const headless = shards.filter(({ primary }) => primary === undefined);
  const covered = shards
    .flatMap(({ slots }) => slots)
    .reduce((sum, [first, last]) => sum + 1 + last - first, 0);
  return [
    ...errors,
    ...headless.map(({ slots }) => `no primary for slots ${slots.map((range) => range.join('-')).join(' ')}`),
    ...(covered < SLOTS ? [`only ${covered} of ${SLOTS} slots are served`] : []),
  ];
}
