// Finds the longest of many names at a place in the bytes, without regard to the case of ASCII letters. Hot, pure.
// A trie over bytes with 256 columns a node: one load for each byte of a name, nothing else. A locale's months are
// about 200 nodes, 100 KiB; other cases of letters beyond ASCII are names of their own (see calendar-names.ts).

import { namesToRead, type SpelledName } from './calendar-names.ts';
import type { NameField } from './element.ts';

const COLUMNS = 256;

/** Made once for each locale: Intl takes milliseconds for one, and `auto` would ask twenty times. */
const made = new Map<string, NameTrie>();

/** @throws RangeError for a locale that is none */
export function nameTrie(field: NameField, locale: string): NameTrie {
  const key = `${field} ${locale}`;
  const known = made.get(key) ?? new NameTrie(namesToRead(field, locale));
  made.set(key, known);
  return known;
}

export class NameTrie {
  /** What `match` found. */
  value = -1;
  readonly #next: Int16Array;
  readonly #values: Int16Array;

  constructor(names: readonly SpelledName[]) {
    const encoder = new TextEncoder();
    const spellings = names.map(({ text, value }) => ({ bytes: encoder.encode(asciiLower(text)), value }));
    const nodes = spellings.reduce((sum, { bytes }) => sum + bytes.length, 1);
    const next = new Int16Array(nodes * COLUMNS);
    const values = new Int16Array(nodes).fill(-1);
    let used = 1;
    for (const { bytes, value } of spellings) {
      let node = 0;
      for (const byte of bytes) {
        if (next[node * COLUMNS + byte] === 0) next[node * COLUMNS + byte] = used++;
        node = next[node * COLUMNS + byte] ?? 0;
      }
      if (node !== 0 && values[node] === -1) values[node] = value;
    }
    this.#next = next.slice(0, used * COLUMNS);
    this.#values = values.slice(0, used);
  }

  /** Where the longest name at bytes[at, end) ends, or -1; its value is then in `value`. */
  match(bytes: Uint8Array, at: number, end: number): number {
    const next = this.#next;
    let node = 0;
    let found = -1;
    for (let index = at; index < end; index++) {
      let byte = bytes[index]!;
      if (byte >= 0x41 && byte <= 0x5a) byte |= 0x20;
      node = next[node * COLUMNS + byte]!;
      if (node === 0) break;
      const value = this.#values[node]!;
      if (value !== -1) {
        found = index + 1;
        this.value = value;
      }
    }
    return found;
  }

  /** The bytes that a name can begin with: 1 for those. */
  firstBytes(): Uint8Array {
    return Uint8Array.from({ length: COLUMNS }, (_, byte) => {
      const folded = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
      return this.#next[folded] === 0 ? 0 : 1;
    });
  }
}

function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
