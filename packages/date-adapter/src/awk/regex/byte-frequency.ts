// How often bytes come in logs, roughly: estimates for English with numbers and paths, by kind of byte, in per mille.
// For choosing between ways to search, never for what is found.

const PER_MILLE: readonly (readonly [bytes: string, each: number])[] = [
  [' ', 90],
  ['0123456789', 22],
  ['etaoinsrl', 28],
  ['cdumpghbfyw', 12],
  ['kvxzjq', 4],
  ['./-:"', 28],
  [',=_[]()', 8],
];
/** Letters in upper case and other signs. */
const OTHER_ASCII = 3;
const BEYOND_ASCII = 0.5;

const shares = new Float64Array(256).fill(OTHER_ASCII / 1000, 0x20, 0x7f);
shares.fill(BEYOND_ASCII / 1000, 0x80);
for (const [bytes, each] of PER_MILLE) {
  for (const character of bytes) shares[character.codePointAt(0)!] = each / 1000;
}

/** What part of a text the bytes of this set make, 0 to 1. @param set 1 for members */
export function shareOfBytes(set: Uint8Array): number {
  return Math.min(
    1,
    shares.reduce((sum, share, byte) => sum + share * set[byte]!, 0),
  );
}
