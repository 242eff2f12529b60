// Which keys were written so recently that a replica may not have them yet. Hot, pure, no clock.
// Time is cut into epochs. A write marks its keys with the open epoch; when an epoch is closed and every write of it is
// acknowledged, the primary's replication offset is asked for, and once a replica has applied that much, all of the epoch
// is clean there. Invariant: a key whose mark is at or below a replica's clean epoch reads the same or newer there.

/** Keys share marks when their hashes collide: that only costs a needless read from the primary. 512 KiB. */
const MARKS = 65_536;
/** Epochs that may be open or unsettled at once; a power of two. When they run out the open one goes on longer. */
const EPOCHS = 1024;

export class DirtyMarks {
  /** The epoch that writes are marked with now; 0 means never written. */
  open = 1;
  /** The newest epoch in which anything was written. */
  latest = 0;
  /** Not 32 bits wide: at an epoch every 2 ms those would be used up after 49 days. */
  readonly #marks = new Float64Array(MARKS);
  /** The newest epoch with a write whose keys are unknown. */
  #all = 0;
  /** Unacknowledged writes of each epoch that is not settled. */
  readonly #unacknowledged = new Int32Array(EPOCHS);
  /** Every write up to this epoch is acknowledged. */
  #settled = 0;

  /** FNV-1a of data[from, to). */
  static hash(data: Buffer, from: number, to: number): number {
    let hash = 0x811c9dc5 | 0;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ data[at]!, 0x01000193);
    return hash ^ (hash >>> 16);
  }

  mark(hash: number): void {
    this.#marks[hash & (MARKS - 1)] = this.open;
    this.latest = this.open;
  }

  markAll(): void {
    this.#all = this.latest = this.open;
  }

  /** The epoch a replica must have clean to answer for the key with this hash. */
  epochOf(hash: number): number {
    const mark = this.#marks[hash & (MARKS - 1)]!;
    return mark > this.#all ? mark : this.#all;
  }

  /** The same for a read without keys of its own (KEYS, DBSIZE), which sees every write. */
  get epochOfAll(): number {
    return this.latest;
  }

  /** A write is under way; returns the epoch to give to acknowledged(). */
  sent(): number {
    this.#unacknowledged[this.open & (EPOCHS - 1)]!++;
    return this.open;
  }

  acknowledged(epoch: number): void {
    this.#unacknowledged[epoch & (EPOCHS - 1)]!--;
  }

  /** Closes the open epoch if something was written in it. */
  close(): void {
    if (this.latest === this.open && this.open - this.#settled < EPOCHS - 1) this.open++;
  }

  /** The newest closed epoch up to which every write is acknowledged: executed, so that an offset asked for now covers it. */
  settle(): number {
    while (this.#settled + 1 < this.open && this.#unacknowledged[(this.#settled + 1) & (EPOCHS - 1)] === 0)
      this.#settled++;
    return this.#settled;
  }
}
