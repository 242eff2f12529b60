// The commands that a source has not answered: a ring of plain arrays, so that nothing is allocated per command. Hot.
// Keeps each command's bytes (as ranges of what was read from its client) until the reply, in case it must be sent again.
// Commands of a pipeline that lie one behind the other are one entry, with a count: a tenth of the CPU at pipeline 64.
// Where one of them begins is found out by framing them again, which only those do that are lost or refused.
import { RequestFramer } from '../resp/request-framer.ts';
import type { ReplyOwner } from './source.ts';

const FIRST_CAPACITY = 64;

export class Pending {
  /** Commands that are pending. */
  count = 0;
  /** Serial number of the oldest; the newest has head + count - 1. */
  head = 0;
  /** Entries: serial numbers of the first and behind the last; a serial number's place is serial & (size - 1). */
  #first = 0;
  #next = 0;
  #owners: (ReplyOwner | undefined)[] = Array.from({ length: FIRST_CAPACITY });
  #data: (Buffer | undefined)[] = Array.from({ length: FIRST_CAPACITY });
  /**
   * Of each entry: where its bytes begin and end, its epoch, its commands, and how many of them were answered. Epochs outgrow
   * 32 bits after 49 days of writes.
   */
  #facts = new Float64Array(5 * FIRST_CAPACITY);
  /** When the commands of each entry were sent; of another time is another entry. */
  #sentAt = new Float64Array(FIRST_CAPACITY);

  push(owner: ReplyOwner, data: Buffer, start: number, end: number, epoch: number, sentAt: number): void {
    const facts = this.#facts;
    const mask = this.#owners.length - 1;
    if (this.count++ > 0) {
      const last = (this.#next - 1) & mask;
      const of = 5 * last;
      if (facts[of + 1] === start && facts[of + 2] === epoch && this.#is(last, owner, data, sentAt)) {
        facts[of + 1] = end;
        facts[of + 3]!++;
        return;
      }
    }
    if (this.#next - this.#first > mask) {
      this.#grow();
      this.count--;
      return this.push(owner, data, start, end, epoch, sentAt);
    }
    const at = this.#next++ & mask;
    this.#owners[at] = owner;
    this.#data[at] = data;
    facts[5 * at] = start;
    facts[5 * at + 1] = end;
    facts[5 * at + 2] = epoch;
    facts[5 * at + 3] = 1;
    facts[5 * at + 4] = 0;
    this.#sentAt[at] = sentAt;
  }

  get owner(): ReplyOwner {
    return this.#owners[this.#first & (this.#owners.length - 1)]!;
  }

  get epoch(): number {
    return this.#facts[5 * (this.#first & (this.#owners.length - 1)) + 2]!;
  }

  get sentAt(): number {
    return this.#sentAt[this.#first & (this.#owners.length - 1)]!;
  }

  /** The bytes of the oldest. */
  get request(): { data: Buffer; start: number; end: number } {
    const at = this.#first & (this.#owners.length - 1);
    const facts = this.#facts;
    const data = this.#data[at]!;
    const framer = new RequestFramer();
    framer.feed(data, facts[5 * at], facts[5 * at + 1]);
    for (let skipped = 0; skipped <= facts[5 * at + 4]!; skipped++) framer.next();
    // From here next time: what is lost is lost to the last, and many of them would be framed again and again.
    facts[5 * at] = framer.start;
    facts[5 * at + 3]! -= facts[5 * at + 4]!;
    facts[5 * at + 4] = 0;
    return { data, start: framer.start, end: framer.end };
  }

  /** How many writes each owner has among the commands before the one with this serial number. Not hot. */
  writesBefore(serial: number): Map<ReplyOwner, number> {
    const writes = new Map<ReplyOwner, number>();
    let from = this.head;
    for (let entry = this.#first; entry < this.#next && from < serial; entry++) {
      const at = entry & (this.#owners.length - 1);
      const commands = this.#facts[5 * at + 3]! - this.#facts[5 * at + 4]!;
      const owner = this.#owners[at];
      if (owner && this.#facts[5 * at + 2]! > 0)
        writes.set(owner, (writes.get(owner) ?? 0) + Math.min(commands, serial - from));
      from += commands;
    }
    return writes;
  }

  /** Forgets the oldest. */
  shift(): void {
    this.head++;
    this.count--;
    const at = this.#first & (this.#owners.length - 1);
    const facts = this.#facts;
    if (++facts[5 * at + 4]! < facts[5 * at + 3]!) return;
    this.#first++;
    this.#owners[at] = undefined;
    this.#data[at] = undefined;
  }

  #is(at: number, owner: ReplyOwner, data: Buffer, sentAt: number): boolean {
    return this.#sentAt[at] === sentAt && this.#data[at] === data && this.#owners[at] === owner;
  }

  /** Every entry keeps its serial number, and with it a place. */
  #grow(): void {
    const size = this.#owners.length;
    const owners: (ReplyOwner | undefined)[] = Array.from({ length: 2 * size });
    const data: (Buffer | undefined)[] = Array.from({ length: 2 * size });
    const facts = new Float64Array(10 * size);
    const sentAt = new Float64Array(2 * size);
    for (let serial = this.#first; serial < this.#next; serial++) {
      const [old, at] = [serial & (size - 1), serial & (2 * size - 1)];
      owners[at] = this.#owners[old];
      data[at] = this.#data[old];
      sentAt[at] = this.#sentAt[old]!;
      facts.set(this.#facts.subarray(5 * old, 5 * old + 5), 5 * at);
    }
    this.#owners = owners;
    this.#data = data;
    this.#facts = facts;
    this.#sentAt = sentAt;
  }
}
