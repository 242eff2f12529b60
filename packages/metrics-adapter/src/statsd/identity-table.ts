// Lines that were seen before, recognised by their bytes: all of them but the number, which is what changes. HOT: find()
// compares bytes in place and allocates nothing (bench/ingest.ts). Open addressing over one arena of bytes;
// two generations, so that memory is bounded and what is in use survives: when the young one is full it becomes the old
// one, and whatever is found there moves over.

const FIRST_SLOTS = 1024;

/** What a line that repeats does: index of its recipe, and the series with the epoch it had. */
export type Identity = { readonly series: number; readonly epoch: number; readonly recipe: number };

class Generation {
  slots = new Int32Array(FIRST_SLOTS);
  hashes = new Int32Array(FIRST_SLOTS / 2);
  offsets = new Uint32Array(FIRST_SLOTS / 2 + 1);
  nameLengths = new Uint16Array(FIRST_SLOTS / 2);
  series = new Int32Array(FIRST_SLOTS / 2);
  epochs = new Uint32Array(FIRST_SLOTS / 2);
  recipes = new Uint16Array(FIRST_SLOTS / 2);
  arena = new Uint8Array(64 * 1024);
  size = 0;

  find(hash: number, bytes: Uint8Array, start: number, colon: number, tail: number, end: number): number {
    const mask = this.slots.length - 1;
    const length = colon - start + (end - tail);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[slot]! - 1;
      if (entry < 0) return -1;
      if (this.hashes[entry] !== hash || this.nameLengths[entry] !== colon - start) continue;
      const offset = this.offsets[entry]!;
      if (this.offsets[entry + 1]! - offset !== length) continue;
      if (this.#same(offset, bytes, start, colon, tail, end)) return entry;
    }
  }

  #same(offset: number, bytes: Uint8Array, start: number, colon: number, tail: number, end: number): boolean {
    const { arena } = this;
    let at = offset;
    for (let i = start; i < colon; i++) if (arena[at++] !== bytes[i]) return false;
    for (let i = tail; i < end; i++) if (arena[at++] !== bytes[i]) return false;
    return true;
  }

  insert(hash: number, bytes: Uint8Array, start: number, colon: number, tail: number, end: number): number {
    const entry = this.size++;
    const offset = this.offsets[entry]!;
    const length = colon - start + (end - tail);
    if (entry >= this.hashes.length - 1) this.#growEntries();
    if (offset + length > this.arena.length)
      this.arena = grown(new Uint8Array(Math.max(this.arena.length * 2, offset + length)), this.arena);
    this.arena.set(bytes.subarray(start, colon), offset);
    this.arena.set(bytes.subarray(tail, end), offset + colon - start);
    this.hashes[entry] = hash;
    this.nameLengths[entry] = colon - start;
    this.offsets[entry + 1] = offset + length;
    this.#link(entry, hash);
    return entry;
  }

  #link(entry: number, hash: number): void {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = entry + 1;
  }

  #growEntries(): void {
    const capacity = this.hashes.length * 2;
    this.hashes = grown(new Int32Array(capacity), this.hashes);
    this.offsets = grown(new Uint32Array(capacity + 1), this.offsets);
    this.nameLengths = grown(new Uint16Array(capacity), this.nameLengths);
    this.series = grown(new Int32Array(capacity), this.series);
    this.epochs = grown(new Uint32Array(capacity), this.epochs);
    this.recipes = grown(new Uint16Array(capacity), this.recipes);
    this.slots = new Int32Array(capacity * 2);
    for (let entry = 0; entry < this.size - 1; entry++) this.#link(entry, this.hashes[entry]!);
  }

  clear(): void {
    this.slots.fill(0);
    this.size = 0;
  }
}

export class IdentityTable {
  #young = new Generation();
  #old = new Generation();
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  series = -1;
  epoch = 0;
  recipe = 0;

  /** Bounds of each of the two generations. */
  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Whether bytes start..colon and tail..end were remembered; then `series`, `epoch` and `recipe` say as what. */
  find(hash: number, bytes: Uint8Array, start: number, colon: number, tail: number, end: number): boolean {
    const entry = this.#young.find(hash, bytes, start, colon, tail, end);
    if (entry >= 0) return this.#take(this.#young, entry);
    if (this.#old.size === 0) return false;
    const before = this.#old.find(hash, bytes, start, colon, tail, end);
    if (before < 0) return false;
    this.#take(this.#old, before);
    this.remember(hash, bytes, start, colon, tail, end, this);
    return true;
  }

  #take(generation: Generation, entry: number): true {
    this.series = generation.series[entry]!;
    this.epoch = generation.epochs[entry]!;
    this.recipe = generation.recipes[entry]!;
    return true;
  }

  remember(
    hash: number,
    bytes: Uint8Array,
    start: number,
    colon: number,
    tail: number,
    end: number,
    { series, epoch, recipe }: Identity,
  ): void {
    if (colon - start > 0xffff) return;
    const full =
      this.#young.size >= this.#maxEntries || this.#young.offsets[this.#young.size]! >= this.#maxBytes;
    if (full) {
      [this.#young, this.#old] = [this.#old, this.#young];
      this.#young.clear();
    }
    const known = this.#young.find(hash, bytes, start, colon, tail, end);
    const entry = known >= 0 ? known : this.#young.insert(hash, bytes, start, colon, tail, end);
    this.#young.series[entry] = series;
    this.#young.epochs[entry] = epoch;
    this.#young.recipes[entry] = recipe;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}

/** The cells of `from` at the beginning of `to`. */
function grown<Cells extends Int32Array | Uint32Array | Uint16Array | Uint8Array>(
  to: Cells,
  from: ArrayLike<number>,
): Cells {
  to.set(from);
  return to;
}
