// Where commands for the primary wait while there is none: before the first connect, and during a failover. They were
// never sent, so whoever becomes primary gets them once, in their order. Bounded in time and, by back-pressure, in bytes.
import type { ExchangeCounts } from './exchange-counts.ts';
import type { ReplyOwner, Source } from './source.ts';

type Guest = {
  readonly owner: ReplyOwner;
  readonly data: Buffer;
  readonly start: number;
  readonly end: number;
  readonly epoch: number;
  readonly since: number;
};

export type WaitingRoomOptions = {
  readonly now: () => number;
  readonly counts: ExchangeCounts;
  readonly patienceMs: number;
  readonly maxBytes: number;
  /** Gives up the epoch of a write that leaves without having been sent. */
  readonly release: (epoch: number) => void;
  /** Why there is no primary, for the error of those who waited in vain. */
  readonly why: () => string;
};

export class WaitingRoom implements Source {
  readonly #options: WaitingRoomOptions;
  #guests: Guest[] = [];
  #bytes = 0;
  #free: (() => void)[] = [];

  constructor(options: WaitingRoomOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#guests.length;
  }

  get congested(): boolean {
    return this.#bytes > this.#options.maxBytes;
  }

  send(owner: ReplyOwner, data: Buffer, start: number, end: number, epoch: number): void {
    this.#guests.push({ owner, data, start, end, epoch, since: this.#options.now() });
    this.#bytes += end - start;
  }

  whenFree(callback: () => void): void {
    this.#free.push(callback);
  }

  /**
   * There is a primary again: every owner sends its commands there. Or a replica: those that only read may go there, except
   * beside something of the same owner that stays: behind it they read it, before it they must not.
   */
  leave({ readsOnly = false } = {}): void {
    const guests = this.#guests;
    const staying = new Set<ReplyOwner>();
    if (readsOnly) for (const { owner, epoch } of guests) if (epoch !== 0) staying.add(owner);
    const [kept, leaving]: [Guest[], Guest[]] = [[], []];
    for (const guest of guests) (staying.has(guest.owner) ? kept : leaving).push(guest);
    this.#guests = kept;
    this.#bytes = kept.reduce((sum, { start, end }) => sum + end - start, 0);
    for (const guest of leaving) this.#show(guest, {});
    this.#freed();
  }

  /** Sends away who has waited too long; to be called every so often. */
  expire(): void {
    const { now, patienceMs, why } = this.#options;
    const oldest = now() - patienceMs;
    let late = 0;
    while (late < this.#guests.length && this.#guests[late]!.since <= oldest) late++;
    const gone = this.#guests.splice(0, late);
    this.#options.counts.expired += gone.length;
    const final = `TRYAGAIN the ambassador found no primary within ${Math.round(patienceMs)} ms: ${why()}`;
    for (const guest of gone) {
      this.#bytes -= guest.end - guest.start;
      this.#show(guest, { final });
    }
    if (late > 0) this.#freed();
  }

  #show({ owner, data, start, end, epoch }: Guest, more: { final?: string }): void {
    if (epoch > 0) this.#options.release(epoch);
    owner.lost(this, { data, start, end, epoch, sent: false, why: 'waited for a primary', ...more });
  }

  #freed(): void {
    const free = this.#free;
    this.#free = [];
    for (const callback of free) callback();
  }
}
