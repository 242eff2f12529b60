// What a connection sends in one turn of the event loop: the commands of all clients, put into one write. Hot.
// Commands that follow each other in what was read from a client are one range and never copied apart; small ranges are
// copied into one buffer, large ones go out as they are.

/** Ranges from this size on are not copied. */
const LARGE_BYTES = 16 * 1024;
const SLAB_BYTES = 64 * 1024;

export class WriteBatch {
  bytes = 0;
  #data: Buffer[] = [];
  #starts: number[] = [];
  #ends: number[] = [];
  #count = 0;
  /** Bump-allocated over many batches; let go when full. The kernel's copy is taken before the slab is collected. */
  #slab: Buffer = Buffer.alloc(0);
  #used = 0;

  add(data: Buffer, start: number, end: number): void {
    this.bytes += end - start;
    const last = this.#count - 1;
    if (last >= 0 && this.#data[last] === data && this.#ends[last] === start) {
      this.#ends[last] = end;
      return;
    }
    this.#data[this.#count] = data;
    this.#starts[this.#count] = start;
    this.#ends[this.#count++] = end;
  }

  /** Gives the batch in order, in as few pieces as there are large ranges and stretches of small ones, and forgets it. */
  take(write: (piece: Buffer) => void): void {
    if (this.#count === 1) write(this.#data[0]!.subarray(this.#starts[0], this.#ends[0]));
    else this.#pieces(write);
    this.#data.length = Math.min(this.#data.length, 256);
    this.#data.fill(NOTHING);
    this.#count = 0;
    this.bytes = 0;
  }

  #pieces(write: (piece: Buffer) => void): void {
    let from = this.#used;
    for (let i = 0; i < this.#count; i++) {
      const [data, start, end] = [this.#data[i]!, this.#starts[i]!, this.#ends[i]!];
      const large = end - start >= LARGE_BYTES;
      if (large || this.#slab.length - this.#used < end - start) {
        if (this.#used > from) write(this.#slab.subarray(from, this.#used));
        if (!large) this.#renew();
        from = this.#used;
      }
      if (large) write(data.subarray(start, end));
      else {
        this.#slab.set(data.subarray(start, end), this.#used);
        this.#used += end - start;
      }
    }
    if (this.#used > from) write(this.#slab.subarray(from, this.#used));
  }

  #renew(): void {
    this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.#used = 0;
  }
}

const NOTHING = Buffer.alloc(0);
