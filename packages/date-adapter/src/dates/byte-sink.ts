// Bytes on their way out: a buffer that grows, and how much of it is filled. Hot, pure. The owner writes
// bytes[0, length) somewhere and sets `length` to 0.

const FIRST_BYTES = 64 * 1024;
/** Below this a loop is faster than the call of a copy (measured on Node 26). */
const LOOP_BYTES = 48;

export class ByteSink {
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  length = 0;

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(this.length + count);
  }

  append(from: Uint8Array, start: number, end: number): void {
    const count = end - start;
    if (this.length + count > this.bytes.length) this.#grow(this.length + count);
    const { bytes, length } = this;
    if (count < LOOP_BYTES) {
      for (let index = 0; index < count; index++) bytes[length + index] = from[start + index]!;
    } else bytes.set(from.subarray(start, end), length);
    this.length = length + count;
  }

  #grow(atLeast: number): void {
    const grown = new Uint8Array(Math.max(atLeast, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
