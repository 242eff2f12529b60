// The lines that the torture suite writes: `<author>.<generation>.<sequence> <padding>`, made from the seed alone,
// so that the oracle can make each line again and compare every byte. The padding varies in length and content:
// with constant padding a tailer's fingerprints of two places in a file can be equal by chance of the test.
// Invariant: the same seed, author, generation and sequence give the same line; different ones differ.

import { hash, SeededRandom } from '@podmate/testkit/seeded-random';

const POOL_BYTES = 65_536;
const LINE = /^([a-z]+)\.(\d+)\.(\d+) /;

export type LineName = { readonly author: string; readonly generation: number; readonly sequence: number };

export class NumberedLines {
  readonly #seed: number;
  readonly #pool: string;

  constructor(seed: number) {
    this.#seed = seed;
    this.#pool = new SeededRandom(seed).branch('padding').text(POOL_BYTES);
  }

  /** The line without its newline; at most `paddingMax` characters of padding, far less than the pool. */
  text(author: string, generation: number, sequence: number, paddingMax: number): string {
    const start = `${author}.${generation}.${sequence} `;
    const bits = hash(`${this.#seed}${start}`);
    const length = (bits >>> 16) % (paddingMax + 1);
    const from = (bits & 0xffff) % (POOL_BYTES - length);
    return start + this.#pool.slice(from, from + length);
  }
}

/** Whose line this claims to be; undefined when it is none of ours. */
export function readName(line: string): LineName | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  return { author: match[1]!, generation: Number(match[2]), sequence: Number(match[3]) };
}

/** Names for as many authors as there are files: waa, wab, ... (up to 676). */
export function authorNames(count: number): string[] {
  return Array.from(
    { length: count },
    (_, n) => `w${String.fromCharCode(97 + Math.floor(n / 26), 97 + (n % 26))}`,
  );
}
