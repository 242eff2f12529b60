// Finds out which writes the replicas have applied. While keys are dirty, every few milliseconds: close an epoch; when all
// its writes are acknowledged, ask the primary for its replication offset; ask each replica for what it has applied; what
// is covered is clean there. ROLE on the data connections, so no WAIT, no blocking and no cost per request.
// Invariant: an offset is asked for after the last write of its epoch was acknowledged, so it covers that write.
import type { Exchange } from '../upstream/exchange.ts';
import type { Server } from '../upstream/server.ts';
import { Question } from '../upstream/question.ts';
import { OWN } from '../upstream/source.ts';
import { readReply, type Read } from '../resp/reply.ts';

const ROLE = Buffer.from('*1\r\n$4\r\nROLE\r\n');

type Fence = { readonly epoch: number; readonly offset: number; readonly closedAt: number };

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
  #asking = false;
  readonly #asked = new Set<Server>();
  #timer: NodeJS.Timeout | undefined;
  #lastAt = -Infinity;
  asked = 0;

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
      this.#primary = primary;
    }
    if (!primary?.up || replicas.length === 0) return;
    if (!this.#asking) this.#askPrimary(primary);
    for (const replica of replicas) if (replica.up && !this.#asked.has(replica)) this.#askReplica(replica);
    if (replicas.some((replica) => replica.up && replica.clean < marks.latest)) this.wake();
  }

  #askPrimary(primary: Server): void {
    const { exchange, now } = this.#options;
    exchange.marks.close();
    const epoch = exchange.marks.settle();
    const closedAt = now();
    this.#lastAt = closedAt;
    this.#asking = true;
    this.#ask(primary, (reply) => {
      this.#asking = false;
      const [role, offset] = Array.isArray(reply) ? reply : [];
      if (isBusy(reply)) return;
      if (role !== 'master' || typeof offset !== 'number') return exchange.distrust(primary);
      if (exchange.primary !== primary || this.#primary !== primary) return;
      this.#fences.push({ epoch, offset, closedAt });
      if (this.#fences.length > 1000) this.#fences.splice(1, 500); // a replica is far behind: coarser is enough
    });
  }

  #askReplica(replica: Server): void {
    const { exchange } = this.#options;
    const primary = this.#primary;
    this.#asked.add(replica);
    this.#ask(replica, (reply) => {
      this.#asked.delete(replica);
      const [role, host, port, state, offset] = Array.isArray(reply) ? reply : [];
      if (primary !== exchange.primary || primary !== this.#primary || !replica.up) return;
      if (isBusy(reply)) return;
      if (role !== 'slave') return exchange.distrust(replica);
      // Another history has offsets of its own.
      if (replica.follows !== undefined && replica.follows !== `${String(host)}:${String(port)}`)
        return exchange.nudge();
      // What it has applied it keeps; whether it may be read from is for the control plane to say.
      if (state !== 'connected' || typeof offset !== 'number') return exchange.nudge();
      this.#applied(replica, offset);
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
    this.asked++;
    const question = new Question((reply) => answer(reply instanceof Error ? reply : readReply(reply)));
    server.lane(OWN, false).send(question, ROLE, 0, ROLE.length, -1);
  }
}

/** A script that lasts is no reason to doubt its server. */
const isBusy = (reply: Read): boolean => reply instanceof Error && reply.message.startsWith('BUSY ');
