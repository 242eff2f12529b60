// What one round of batches becomes: the pieces for one writev, in order. Hot. Bytes that need no change are passed
// on as they are, without a copy; what is rewritten goes into a chunk that is used again in the next round, and into
// more of them only when a round outgrows it.

/** Size of the further chunks. */
const CHUNK_BYTES = 1024 * 1024;

export class Output {
  readonly #pieces: Buffer[] = [];
  readonly #first: Buffer;
  /** The chunk being filled and how far; formats write into it themselves, see `reserve` and `room`. */
  chunk: Buffer;
  used = 0;
  #pieceStart = 0;

  /** @param first the chunk of ordinary rounds */
  constructor(first: Buffer) {
    this.#first = this.chunk = first;
  }

  /** Forgets the last round. Its bytes must have been written by now. */
  reset(): void {
    this.#pieces.length = 0;
    this.chunk = this.#first;
    this.used = this.#pieceStart = 0;
  }

  /** Makes sure that `bytes` more fit into `chunk` at `used`. */
  reserve(bytes: number): void {
    if (this.chunk.length - this.used >= bytes) return;
    this.#cut();
    this.chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, bytes));
    this.used = this.#pieceStart = 0;
  }

  /** What is free in the chunk. */
  room(): Buffer {
    return this.chunk.subarray(this.used);
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.chunk.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Bytes of a batch, unchanged. */
  pass(bytes: Buffer): void {
    this.#cut();
    this.#pieces.push(bytes);
  }

  /** The pieces of the round; empty when nothing came of it. */
  finish(): Buffer[] {
    this.#cut();
    return this.#pieces;
  }

  #cut(): void {
    if (this.used > this.#pieceStart) this.#pieces.push(this.chunk.subarray(this.#pieceStart, this.used));
    this.#pieceStart = this.used;
  }
}
