// The commands that a source has not answered: a ring of plain arrays, so that nothing is allocated per command. Hot.
// Keeps each command's bytes (as ranges of what was read from its client) until the reply, in case it must be sent again.
import type { ReplyOwner } from './source.ts';

const FIRST_CAPACITY = 64;

export class Pending {
  /** Commands in the ring. */
  count = 0;
  /** Serial number of the oldest; the newest has head + count - 1. */
  head = 0;
  #owners: (ReplyOwner | undefined)[] = Array.from({ length: FIRST_CAPACITY });
  #data: (Buffer | undefined)[] = Array.from({ length: FIRST_CAPACITY });
  #range = new Int32Array(2 * FIRST_CAPACITY);
  #epoch = new Int32Array(FIRST_CAPACITY);

  push(owner: ReplyOwner, data: Buffer, start: number, end: number, epoch: number): void {
    if (this.count === this.#epoch.length) this.#grow();
    const at = (this.head + this.count++) & (this.#epoch.length - 1);
    this.#owners[at] = owner;
    this.#data[at] = data;
    this.#range[2 * at] = start;
    this.#range[2 * at + 1] = end;
    this.#epoch[at] = epoch;
  }

  get owner(): ReplyOwner {
    return this.#owners[this.head & (this.#epoch.length - 1)]!;
  }

  get epoch(): number {
    return this.#epoch[this.head & (this.#epoch.length - 1)]!;
  }

  get request(): { data: Buffer; start: number; end: number } {
    const at = this.head & (this.#epoch.length - 1);
    return { data: this.#data[at]!, start: this.#range[2 * at]!, end: this.#range[2 * at + 1]! };
  }

  /** Forgets the oldest. */
  shift(): void {
    const at = this.head++ & (this.#epoch.length - 1);
    this.#owners[at] = undefined;
    this.#data[at] = undefined;
    this.count--;
  }

  /** Every command keeps its serial number, and with it a place: serial & (size - 1). */
  #grow(): void {
    const size = this.#epoch.length;
    const owners: (ReplyOwner | undefined)[] = Array.from({ length: 2 * size });
    const data: (Buffer | undefined)[] = Array.from({ length: 2 * size });
    const [range, epoch] = [new Int32Array(4 * size), new Int32Array(2 * size)];
    for (let serial = this.head; serial < this.head + this.count; serial++) {
      const [old, at] = [serial & (size - 1), serial & (2 * size - 1)];
      owners[at] = this.#owners[old];
      data[at] = this.#data[old];
      range[2 * at] = this.#range[2 * old]!;
      range[2 * at + 1] = this.#range[2 * old + 1]!;
      epoch[at] = this.#epoch[old]!;
    }
    this.#owners = owners;
    this.#data = data;
    this.#range = range;
    this.#epoch = epoch;
  }
}
