// The replies a client waits for, in the order of its commands, whichever source each comes from. Hot, pure.
// A run of commands to one source is one segment. What comes for the first segment goes straight to the client; what comes
// for a later one is parked. Invariant: bytes reach the client in the order of its commands.
import type { Source } from './upstream/source.ts';

type Segment = {
  /** Undefined: nothing to come; it only holds what we answered ourselves. */
  source: Source | undefined;
  /** Replies still to come. */
  left: number;
  /** What came while others were first. */
  parked: Buffer[] | undefined;
  /** Not for the client (CLIENT REPLY OFF, commands of our own). */
  drop: boolean;
  /** Of two segments of one source the one with the lower number was sent, and is answered, first. */
  sentAs: number;
  next: Segment | undefined;
};

export class ReplyOrder {
  /** Replies still to come. */
  outstanding = 0;
  /** Bytes parked. */
  parkedBytes = 0;
  readonly #write: (bytes: Buffer) => void;
  #head: Segment | undefined;
  #tail: Segment | undefined;
  /** The last segment that was finished, to be used again: most clients never have two. */
  #spare: Segment | undefined;
  #serial = 0;
  /** Commands were sent again, and with that out of the order of the segments, since the last rest. */
  #resent = false;

  constructor(write: (bytes: Buffer) => void) {
    this.#write = write;
  }

  /** A command was sent to `source`. */
  expect(source: Source, drop: boolean): void {
    this.outstanding++;
    const tail = this.#tail;
    if (tail && tail.source === source && tail.drop === drop && !this.#resent) tail.left++;
    else this.#push(source, 1, drop);
  }

  /** A reply of our own, when its turn comes. */
  answer(bytes: Buffer): void {
    if (!this.#tail) return this.#write(bytes);
    this.#push(undefined, 0, false).parked = [bytes];
    this.parkedBytes += bytes.length;
  }

  /** How many replies of `source` may come in one piece. */
  room(source: Source): number {
    return this.#first(source)?.left ?? 1;
  }

  /** Bytes from `source`, with which `completed` replies end: no more than room() said. */
  arrive(source: Source, data: Buffer, from: number, to: number, completed: number): void {
    const segment = this.#first(source);
    if (!segment) return;
    segment.left -= completed;
    this.outstanding -= completed;
    if (!segment.drop && to > from) this.#give(segment, data.subarray(from, to));
    if (segment.left === 0 && segment === this.#head) this.#advance();
  }

  /** The next reply of `source` is this instead. */
  replace(source: Source, bytes: Buffer): void {
    this.arrive(source, bytes, 0, bytes.length, 1);
  }

  /** The next reply of `from` will come from `to`: the command was sent again. */
  redirect(from: Source, to: Source): void {
    const segment = this.#first(from);
    if (!segment) return;
    this.#resent = true;
    const sentAs = ++this.#serial;
    if (segment.left === 1) {
      segment.source = to;
      segment.sentAs = sentAs;
      return;
    }
    const rest: Segment = { ...segment, left: segment.left - 1, parked: undefined };
    const one: Segment = { ...segment, source: to, left: 1, parked: undefined, sentAs, next: rest };
    segment.left = 0;
    segment.next = one;
    if (this.#tail === segment) this.#tail = rest;
    if (segment === this.#head) this.#advance();
  }

  #first(source: Source): Segment | undefined {
    let segment = this.#head;
    while (segment && (segment.source !== source || segment.left === 0)) segment = segment.next;
    return this.#resent ? this.#firstSent(segment) : segment;
  }

  /** Of the segments of this one's source from it on, the one that was sent first. */
  #firstSent(segment: Segment | undefined): Segment | undefined {
    let first = segment;
    for (let each = segment; each; each = each.next)
      if (each.source === segment?.source && each.left > 0 && each.sentAs < first!.sentAs) first = each;
    return first;
  }

  #push(source: Source | undefined, left: number, drop: boolean): Segment {
    const sentAs = ++this.#serial;
    const segment = this.#spare ?? { source, left, parked: undefined, drop, sentAs, next: undefined };
    this.#spare = undefined;
    segment.source = source;
    segment.left = left;
    segment.drop = drop;
    segment.sentAs = sentAs;
    if (this.#tail) this.#tail.next = segment;
    else this.#head = segment;
    this.#tail = segment;
    return segment;
  }

  #give(segment: Segment, bytes: Buffer): void {
    if (segment === this.#head) return this.#write(bytes);
    (segment.parked ??= []).push(bytes);
    this.parkedBytes += bytes.length;
  }

  /** The first segment is complete: those behind it that are, or have begun to come, follow. */
  #advance(): void {
    let segment = this.#head;
    while (segment && segment.left === 0) {
      const { next } = segment;
      segment.next = undefined;
      segment.source = undefined;
      this.#spare = segment;
      this.#head = segment = next;
      if (segment?.parked) {
        for (const bytes of segment.parked) {
          this.parkedBytes -= bytes.length;
          this.#write(bytes);
        }
        segment.parked = undefined;
      }
    }
    if (segment) return;
    this.#tail = undefined;
    this.#resent = false;
  }
}
