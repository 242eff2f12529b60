// A reply like the last one, but for its numbers: the bytes of a stream with the values of boxes cut out as slots.
// Hot. Where a stream fits its shape, its numbers are read from their places, and no object is made.
// Sound because object streams are self-delimiting: a stream that agrees with a shape in everything but the bytes of
// fixed-width slots is decoded to the same objects with other numbers. Anything else is a mismatch, and read as usual.

import { hashBytes } from './byte-hash.ts';
import { widthOf } from './java-value.ts';
import type { SlotLog } from './slot-log.ts';

export const MISMATCH = -1;
export const INCOMPLETE = 0;

/** Codes as numbers, so that the switch in #read is over integers. */
const CODES = 'BCDFIJSZ';
const LONG = 5;
/** A long that has to be known to its last digit. */
const EXACT_LONG = 8;

export class Shape {
  readonly length: number;
  readonly slotCount: number;
  readonly #bytes: Buffer;
  /** For each slot: where it begins, its width, its code. */
  readonly #positions: Int32Array;
  readonly #widths: Uint8Array;
  readonly #codes: Uint8Array;
  readonly hash: number;

  /** `bytes` is the stream; positions in `slots` count from its first byte. */
  constructor(bytes: Buffer, slots: Pick<SlotLog, 'positions' | 'codes'>) {
    this.#bytes = Buffer.from(bytes);
    this.length = bytes.length;
    this.slotCount = slots.positions.length;
    this.#positions = Int32Array.from(slots.positions);
    this.#widths = Uint8Array.from(slots.codes, widthOf);
    this.#codes = Uint8Array.from(slots.codes, (code) => CODES.indexOf(code));
    for (let i = 0; i < this.slotCount; i++) {
      const at = this.#positions[i] ?? 0;
      this.#bytes.fill(0, at, at + (this.#widths[i] ?? 0));
    }
    this.hash = hashBytes(this.#bytes, this.slotCount);
  }

  /** From now on no stream fits in which the long in one of these slots is beyond 2^53, and so no number. */
  requireExact(slots: readonly number[]): void {
    for (const slot of slots) if (this.#codes[slot] === LONG) this.#codes[slot] = EXACT_LONG;
  }

  /** Whether every stream that fits the one fits the other. */
  same(other: Shape): boolean {
    return (
      this.hash === other.hash &&
      this.#bytes.equals(other.#bytes) &&
      this.#codes.every((code, i) => code === other.#codes[i]) &&
      this.#positions.every((position, i) => position === other.#positions[i])
    );
  }

  /**
   * Compares the stream that begins at `at`. Its length when it fits, with the numbers in `values` (`slotCount` of
   * them); INCOMPLETE when it fits as far as there are bytes; MISMATCH when not. Of `compared` bytes it is known that
   * they fit: a long reply without numbers, which comes in many pieces, is not compared from its beginning each time.
   */
  match(bytes: Buffer, at: number, end: number, values: Float64Array, compared = 0): number {
    const have = end - at < this.length ? end - at : this.length;
    const own = this.#bytes;
    let from = 0;
    for (let slot = 0; slot < this.slotCount; slot++) {
      const position = this.#positions[slot] ?? 0;
      const to = position < have ? position : have;
      for (; from < to; from++) if (own[from] !== bytes[at + from]) return MISMATCH;
      const past = position + (this.#widths[slot] ?? 0);
      if (past > have) return INCOMPLETE;
      const code = this.#codes[slot] ?? 0;
      const value = this.#read(code, bytes, at + position);
      if (code === EXACT_LONG && !Number.isSafeInteger(value)) return MISMATCH;
      values[slot] = value;
      from = past;
    }
    if (from < compared) from = compared < have ? compared : have;
    if (have - from > LONG_RUN) {
      if (own.compare(bytes, at + from, at + have, from, have) !== 0) return MISMATCH;
    } else for (; from < have; from++) if (own[from] !== bytes[at + from]) return MISMATCH;
    return have === this.length ? have : INCOMPLETE;
  }

  #read(code: number, bytes: Buffer, at: number): number {
    switch (code) {
      case 0:
        return bytes.readInt8(at);
      case 1:
        return bytes.readUInt16BE(at);
      case 2:
        return bytes.readDoubleBE(at);
      case 3:
        return bytes.readFloatBE(at);
      case 4:
        return bytes.readInt32BE(at);
      case LONG:
      case EXACT_LONG:
        return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
      case 6:
        return bytes.readInt16BE(at);
      default:
        return bytes[at] === 0 ? 0 : 1;
    }
  }
}

/** From here on the call of a native compare costs less than the loop. */
const LONG_RUN = 256;

/** Replies of one bean that are larger are read as objects each time; so are those beyond what all may take. */
const MAX_POOLED_BYTES = 256 * 1024;
const MAX_POOL_BYTES = 64 * 1024 * 1024;

/** One Shape for all equal ones: beans of one class mostly share theirs. */
export class ShapePool {
  readonly #shapes = new Map<number, Shape[]>();
  size = 0;
  #bytes = 0;

  /** The pooled equal of this shape, or itself from now on; undefined when it is too large, or all of them are. */
  intern(shape: Shape): Shape | undefined {
    const alike = this.#shapes.get(shape.hash);
    const known = alike?.find((one) => one.same(shape));
    if (known !== undefined) return known;
    if (shape.length > MAX_POOLED_BYTES || this.#bytes + shape.length > MAX_POOL_BYTES) return undefined;
    if (alike === undefined) this.#shapes.set(shape.hash, [shape]);
    else alike.push(shape);
    this.size++;
    this.#bytes += shape.length;
    return shape;
  }

  /** Forgets all shapes but those in use. */
  keep(used: ReadonlySet<Shape>): void {
    for (const [hash, shapes] of this.#shapes) {
      const kept = shapes.filter((shape) => used.has(shape));
      this.size -= shapes.length - kept.length;
      for (const shape of shapes) if (!used.has(shape)) this.#bytes -= shape.length;
      if (kept.length === 0) this.#shapes.delete(hash);
      else this.#shapes.set(hash, kept);
    }
  }
}
