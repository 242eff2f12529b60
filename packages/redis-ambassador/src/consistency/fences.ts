// Finds out which writes the replicas have applied. While keys are dirty, every few milliseconds: close an epoch; when all
// its writes are acknowledged, ask the primary for its replication offset; ask each replica for what it has applied; what
// is covered is clean there. INFO replication on the data connections, so no WAIT, no blocking and no cost per request; not
// ROLE, which is shorter but lacks the replication id: offsets of another history, of a primary that was restarted empty or
// of one that is not followed any more, compare as numbers and mean nothing.
// Invariant: an offset is asked for after the last write of its epoch was acknowledged, so it covers that write, and only
// a replica of the same history with at least that offset has it.
import type { Exchange } from '../upstream/exchange.ts';
import type { Server } from '../upstream/server.ts';
import { Question } from '../upstream/question.ts';
import { OWN } from '../upstream/source.ts';
import { readReply, type Read } from '../resp/reply.ts';

const INFO = Buffer.from('*2\r\n$4\r\nINFO\r\n$11\r\nreplication\r\n');

type Fence = { readonly epoch: number; readonly offset: number; readonly closedAt: number };

type Standing = {
  readonly role: string;
  /** Names the history that the offset belongs to. */
  readonly id: string;
  /** What was written or, by a replica, applied. */
  readonly offset: number;
  readonly linked: boolean;
};

function standing(reply: Read): Standing | undefined {
  if (typeof reply !== 'string') return undefined;
  const field = (name: string): string => {
    const at = reply.indexOf(`\n${name}:`);
    const from = at + name.length + 2;
    return at < 0 ? '' : reply.slice(from, reply.indexOf('\r', from));
  };
  const role = field('role');
  const offset = field(role === 'master' ? 'master_repl_offset' : 'slave_repl_offset');
  return {
    role,
    id: field('master_replid'),
    offset: offset === '' ? Number.NaN : Number(offset),
    linked: field('master_link_status') === 'up',
  };
}

export type FenceOptions = {
  readonly exchange: Exchange;
  readonly intervalMs: number;
  /** At least this often also when nothing was written, to know how stale each replica may be. */
  readonly idleMs: number;
  readonly now: () => number;
};

export class Fences {
  readonly #options: FenceOptions;
  /** Offsets of the primary, oldest first, that some replica has not reached. */
  #fences: Fence[] = [];
  #primary: Server | undefined;
  /** The history that the fences belong to. */
  #id: string | undefined;
  /** Whose answer is awaited; a former primary that hangs keeps nobody waiting. */
  #asking: Server | undefined;
  readonly #asked = new Set<Server>();
  #timer: NodeJS.Timeout | undefined;
  #lastAt = -Infinity;

  constructor(options: FenceOptions) {
    this.#options = options;
  }

  /** Something is dirty: look soon. Hot: called for every write. */
  wake(): void {
    this.#timer ??= setTimeout(() => this.#look(), this.#options.intervalMs);
  }

  /** The heartbeat, called every 100 ms or so. */
  beat(): void {
    const { now, idleMs, exchange } = this.#options;
    const unknown = exchange.replicas.some((replica) => replica.up && replica.clean < 0);
    if (unknown || now() - this.#lastAt >= idleMs) this.wake();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    this.#timer = undefined;
    const { exchange } = this.#options;
    const { primary, replicas, marks } = exchange;
    if (primary !== this.#primary) {
      this.#fences = [];
      this.#id = undefined;
      this.#primary = primary;
    }
    if (!primary?.up || replicas.length === 0) return;
    if (this.#asking !== primary) this.#askPrimary(primary);
    for (const replica of replicas) if (replica.up && !this.#asked.has(replica)) this.#askReplica(replica);
    if (replicas.some((replica) => replica.up && replica.clean < marks.latest)) this.wake();
  }

  #askPrimary(primary: Server): void {
    const { exchange, now } = this.#options;
    exchange.marks.close();
    const epoch = exchange.marks.settle();
    const closedAt = now();
    this.#lastAt = closedAt;
    this.#asking = primary;
    this.#ask(primary, (reply) => {
      if (this.#asking === primary) this.#asking = undefined;
      if (exchange.primary !== primary || this.#primary !== primary) return;
      if (isBusy(reply)) return;
      const seen = standing(reply);
      if (seen?.role !== 'master' || !(seen.offset >= 0)) return exchange.distrust(primary);
      const { id, offset } = seen;
      if (this.#id !== undefined && this.#id !== id) {
        this.#fences = [];
        exchange.beginHistory();
      }
      this.#id = id;
      this.#fences.push({ epoch, offset, closedAt });
      if (this.#fences.length > 1000) this.#fences.splice(1, 500); // a replica is far behind: coarser is enough
    });
  }

  #askReplica(replica: Server): void {
    const { exchange } = this.#options;
    const primary = this.#primary;
    const { ends } = replica;
    this.#asked.add(replica);
    this.#ask(replica, (reply) => {
      this.#asked.delete(replica);
      if (primary !== exchange.primary || primary !== this.#primary || !replica.up) return;
      if (ends !== replica.ends) return; // perhaps it was another process that answered
      if (isBusy(reply)) return;
      const seen = standing(reply);
      if (seen?.role !== 'slave') return exchange.distrust(replica);
      // What it has applied it keeps; whether it may be read from is for the control plane to say.
      if (!seen.linked) return exchange.nudge();
      if (seen.id === this.#id) this.#applied(replica, seen.offset);
    });
  }

  #applied(replica: Server, offset: number): void {
    replica.lagBytes = Math.max(0, (this.#fences.at(-1)?.offset ?? 0) - offset);
    const reached = this.#fences.findLast((fence) => fence.offset <= offset);
    if (!reached) return;
    replica.clean = Math.max(replica.clean, reached.epoch);
    replica.freshAt = Math.max(replica.freshAt, reached.closedAt);
    replica.tellWaiting(Infinity);
    const slowest = Math.min(
      ...this.#options.exchange.replicas.filter(({ up }) => up).map(({ freshAt }) => freshAt),
    );
    const keep = this.#fences.findLastIndex((fence) => fence.closedAt <= slowest);
    if (keep > 0) this.#fences.splice(0, keep);
  }

  #ask(server: Server, answer: (reply: Read) => void): void {
    this.#options.exchange.counts.fences++;
    const question = new Question((reply) => answer(reply instanceof Error ? reply : readReply(reply)));
    server.lane(OWN, false).send(question, INFO, 0, INFO.length, -1);
  }
}

/** A script that lasts is no reason to doubt its server. */
const isBusy = (reply: Read): boolean => reply instanceof Error && reply.message.startsWith('BUSY ');
