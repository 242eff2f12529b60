// Connections to replicas of a cluster say READONLY first, or the replica would send every read to its primary. They are
// kept apart from those to primaries: a demoted primary shall redirect, not answer.
import type { Identity } from '../upstream/source.ts';

const readers = new WeakMap<Identity, Identity>();

/** The same identity on connections that may read from replicas (READONLY). */
export function readerOf(identity: Identity): Identity {
  const known = readers.get(identity);
  if (known) return known;
  const reader: Identity = { ...identity, key: `${identity.key}/reading`, reading: true };
  readers.set(identity, reader);
  return reader;
}
