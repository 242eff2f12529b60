// A growing run of output bytes, for everyone who writes records. Hot, pure.
// Writers first `reserve` the most they may need, then fill `bytes` from `length` on themselves: no bounds checks of
// ours per byte. `bytes` and `view` are other objects after a growth, so they are read again after each `reserve`.
// Words of four bytes go through `view`: 2 to 3 x the rate of a loop over bytes (80 bytes: 27 ns instead of 82).

/** From this length on, a native copy is faster than a loop of our own. */
const NATIVE_COPY_BYTES = 256;

/** Words are written whole: up to this many bytes behind what was meant. `reserve` has them in hand. */
const OVERRUN_BYTES = 4;

/** Bytes that are written again and again. */
export class Constant {
  readonly bytes: Uint8Array;
  /** Over the bytes, and zeros up to whole words. */
  readonly view: DataView;
  readonly length: number;

  constructor(text: string | Uint8Array) {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    const padded = Buffer.alloc(bytes.length + OVERRUN_BYTES);
    padded.set(bytes);
    this.bytes = padded.subarray(0, bytes.length);
    this.view = viewOf(padded);
    this.length = bytes.length;
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export class ByteOutput {
  bytes: Uint8Array;
  view: DataView;
  length = 0;

  /** @param capacity bytes to begin with */
  constructor(capacity = 65_536) {
    this.bytes = Buffer.alloc(Math.max(capacity, 16));
    this.view = viewOf(this.bytes);
  }

  /** Makes room for `more` bytes behind `length`, and for the rest of a word behind them. */
  reserve(more: number): void {
    const needed = this.length + more + OVERRUN_BYTES;
    if (needed > this.bytes.length) this.#grow(needed);
  }

  #grow(needed: number): void {
    const grown = Buffer.alloc(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = viewOf(grown);
  }

  byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  /** Appends source[start, end). */
  range(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    this.length = copyBytes(this.bytes, this.length, source, start, end);
  }

  constant(constant: Constant): void {
    this.reserve(constant.length);
    this.length = copyConstant(this.view, this.length, constant);
  }

  clear(): void {
    this.length = 0;
  }

  /** A copy of what has been written, for tests and cold paths. */
  toString(): string {
    return Buffer.from(this.bytes.subarray(0, this.length)).toString();
  }
}

/** Copies a constant to target[at...] and up to a word more; returns where it ended. The caller has made room. */
export function copyConstant(target: DataView, at: number, { view, length }: Constant): number {
  for (let index = 0; index < length; index += 4) target.setInt32(at + index, view.getInt32(index));
  return at + length;
}

/** Copies source[start, end) to target[at...]; returns where it ended. The caller has made room. */
export function copyBytes(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  if (end - start >= NATIVE_COPY_BYTES) {
    target.set(source.subarray(start, end), at);
    return at + end - start;
  }
  let out = at;
  for (let index = start; index < end; index++) target[out++] = source[index]!;
  return out;
}
