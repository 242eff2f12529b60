// Sets of bytes: 256 flags, and the 64 bytes in which the kernel wants them (see kernel.wat).
// For the field splitter and the search of regexes.

/** 1 for each byte that is a member. */
export type ByteSet = Uint8Array;

export function byteSet(bytes: Iterable<number>): ByteSet {
  const set = new Uint8Array(256);
  for (const byte of bytes) set[byte] = 1;
  return set;
}

export function complement(set: ByteSet): ByteSet {
  return set.map((flag) => 1 - flag);
}

export const KERNEL_SET_BYTES = 64;

/** The set as the kernel reads it: rows of bits per low nibble, and the bit of each high nibble; two halves. */
export function kernelSet(set: ByteSet): Uint8Array {
  const rows = new Uint8Array(KERNEL_SET_BYTES);
  for (let high = 0; high < 8; high++) {
    rows[16 + high] = 1 << high;
    rows[48 + 8 + high] = 1 << high;
  }
  for (let byte = 0; byte < 256; byte++) {
    if (set[byte] === 0) continue;
    const half = byte < 0x80 ? 0 : 32;
    rows[half + (byte & 15)]! |= 1 << ((byte >> 4) & 7);
  }
  return rows;
}
