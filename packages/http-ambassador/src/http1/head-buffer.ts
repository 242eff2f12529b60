// Heads that come in pieces. A head that is whole in its chunk, nearly every one, is read in place; the rest is put
// together here. The head is read again only when it may be whole (an empty line came) or has doubled, so that a
// client who sends byte by byte costs linear time, and garbage is refused before its end.
import { INCOMPLETE } from './head.ts';
import { CR, LF } from './octets.ts';

type Parse = (bytes: Buffer, start: number, end: number) => number;

const FIRST_BYTES = 1024;

export class HeadBuffer {
  #held: Buffer | undefined;
  #length = 0;
  #triedAt = 0;

  /** Bytes of a head that is not whole yet. */
  get heldBytes(): number {
    return this.#length;
  }

  /** @returns the position in `bytes` behind the head, INCOMPLETE (all bytes were taken) or REFUSED */
  read(parse: Parse, bytes: Buffer, start: number, end: number): number {
    if (this.#length === 0) {
      const at = parse(bytes, start, end);
      if (at === INCOMPLETE) this.#hold(bytes, start, end);
      this.#triedAt = this.#length;
      return at;
    }
    const before = this.#length;
    const held = this.#hold(bytes, start, end);
    if (this.#length < 2 * this.#triedAt && !hasEmptyLine(held, Math.max(0, before - 2), this.#length)) {
      return INCOMPLETE;
    }
    this.#triedAt = this.#length;
    const at = parse(held, 0, this.#length);
    if (at === INCOMPLETE) return at;
    this.#held = undefined;
    this.#length = 0;
    return at < 0 ? at : start + at - before;
  }

  #hold(bytes: Buffer, start: number, end: number): Buffer {
    const needed = this.#length + end - start;
    let held = this.#held;
    if (held === undefined || held.length < needed) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 * needed));
      held?.copy(larger, 0, 0, this.#length);
      this.#held = held = larger;
    }
    bytes.copy(held, this.#length, start, end);
    this.#length = needed;
    return held;
  }
}

/** An LF with an LF or CR LF behind it: the end of a head, or a fault. */
function hasEmptyLine(bytes: Buffer, from: number, end: number): boolean {
  for (let at = bytes.indexOf(LF, from); at !== -1 && at + 1 < end; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF || (bytes[at + 1] === CR && at + 2 < end && bytes[at + 2] === LF)) return true;
  }
  return false;
}
