// Which Sentinel is right? Pure. Each claims a primary, with the epoch of the failover that made it so. Epochs only grow
// from failover to failover, so the newest wins, and a Sentinel that was cut off cannot lead us back to a primary that was
// replaced. Only most of all Sentinels together can, as after an operator has set them up anew.
import type { Endpoint } from '../upstream/dial.ts';

export type Claim = {
  readonly primary: Endpoint;
  /** `config-epoch` of SENTINEL MASTER. */
  readonly epoch: number;
  /** How many Sentinels there are, by this one. */
  readonly of: number;
};

export type Adopted = { readonly primary: Endpoint; readonly epoch: number };

const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

/** What to believe now; `before` when no claim outweighs it. */
export function judge(claims: readonly Claim[], before: Adopted | undefined): Adopted | undefined {
  const supporters = ({ primary }: Claim): number =>
    claims.filter((other) => nameOf(other.primary) === nameOf(primary)).length;
  const [newest] = claims.toSorted((a, b) => b.epoch - a.epoch || supporters(b) - supporters(a));
  if (!newest) return before;
  if (!before || newest.epoch > before.epoch) return { primary: newest.primary, epoch: newest.epoch };
  // The Sentinel that led a failover knows of it first: the others, though more, are a moment behind.
  const same = (claim: Claim): boolean => nameOf(claim.primary) === nameOf(before.primary);
  if (claims.some((claim) => same(claim) && claim.epoch === before.epoch)) return before;
  const most = claims.find((claim) => supporters(claim) > claim.of / 2);
  return most ? { primary: most.primary, epoch: most.epoch } : before;
}

/** `slave <name> <ip> <port> @ <primary's name> <ip> <port>`: the replica that an event is about, of this primary. */
export function replicaOfEvent(message: string, primary: string): Endpoint | undefined {
  const [kind, , host, port, at, of] = message.split(' ');
  if (kind !== 'slave' || at !== '@' || of !== primary || host === undefined) return undefined;
  return { host, port: Number(port) };
}
