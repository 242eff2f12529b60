// What all sessions share: where commands go, by which policy, within which limits, and what is counted.
import type { Shards } from './cluster/shards.ts';
import type { Identities } from './client-state.ts';
import type { Fences } from './consistency/fences.ts';
import type { Policy } from './routing.ts';
import type { Scripts } from './scripts.ts';
import type { Session } from './session.ts';
import type { SlowLog } from './slow-log.ts';
import type { Exchange } from './upstream/exchange.ts';

export type Limits = {
  /** Longest argument of a command. */
  readonly maxBulkBytes: number;
  /** Commands of one client under way. */
  readonly pipeline: number;
  /** Replies held for a client that does not read: beyond it no command of its is taken, beyond the other it is cut off. */
  readonly clientBufferBytes: number;
  readonly clientOutputMaxBytes: number;
  readonly failoverTimeoutMs: number;
};

/** Plain counters, read at each scrape. */
export class SessionStats {
  /** Reads that went to the primary because their key was written a moment ago. */
  dirtyReads = 0;
  /** Reads that found nothing at a replica of a cluster and were asked again at the primary. */
  confirmedReads = 0;
  /** Reads refused, as only a replica may answer them and none was fit. */
  noReplica = 0;
  /** Replies of 64 KiB and more. */
  largeReplies = 0;
  slowClients = 0;
  lostReplies = 0;
  tornReplies = 0;
  protocolErrors = 0;
  refusedClients = 0;
  refusedCommands = 0;
  /** Clients that came no further than the TLS handshake. */
  tlsFailures = 0;
  /** Clients silent for longer than --client-timeout. */
  idleClients = 0;
  /** Clients cut off because all together held more than --max-memory. */
  greedyClients = 0;
}

/** Coarse time for what need not be exact: a beat is a tenth of a second or so. */
export type Clock = { readonly beat: number };

export type SessionContext = {
  readonly clock: Clock;
  readonly exchange: Exchange;
  /** In front of a cluster: its shards, each with an exchange and fences of its own; the others here are then for nobody's. */
  readonly shards?: Shards;
  readonly fences: Fences;
  readonly scripts: Scripts;
  readonly policy: Policy;
  readonly limits: Limits;
  readonly identities: Identities;
  readonly stats: SessionStats;
  /** What clients must log in with; undefined: nothing. */
  readonly clientPassword: () => string | undefined;
  readonly now: () => number;
  /** Every client that is connected, and the one that CLIENT ID gave this number to. */
  readonly sessions: () => Iterable<Session>;
  readonly session: (id: number) => Session | undefined;
  /** The session has ended. */
  readonly gone: (session: Session) => void;
  readonly slowLog: SlowLog;
  /** Our section of INFO. */
  readonly info: () => string;
  /** For AMBASSADOR STATUS. */
  readonly status: () => string;
};
