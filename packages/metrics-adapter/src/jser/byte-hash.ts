// A quick 32-bit hash of bytes (FNV-1a) to find equal ones in a Map; equality itself is always compared.

export function hashBytes(bytes: Uint8Array, seed: number): number {
  let state = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < bytes.length; i++) state = Math.imul(state ^ (bytes[i] ?? 0), 0x01000193);
  return state >>> 0;
}
