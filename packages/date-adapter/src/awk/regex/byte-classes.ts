// Bytes that no part of a program tells apart share a column of the transition table.

import type { Threads } from './threads.ts';
import { neededAfterLead } from './utf8-sequence.ts';

export type ByteClasses = {
  /** The class of each byte. */
  readonly of: Uint8Array;
  /** One byte of each class. */
  readonly samples: Uint8Array;
};

export function byteClasses(threads: Threads): ByteClasses {
  const { program, mode } = threads;
  const partition = new Partition();
  const tables = program.sets.map((set) => set.low);
  if (program.asksWord) tables.push(mode.word.low);
  const known = mode.utf8 ? 0x80 : 0x100;
  for (const table of tables) partition.refineByTable(table, known);
  if (mode.lines) partition.refine((byte) => (byte === 0x0a ? 1 : 0));
  if (mode.utf8) {
    const plain = !program.asksWord && program.sets.every((set) => set.isPlainBeyondAscii);
    partition.refine(plain ? sequenceRole : (byte) => Math.max(0, byte - 0x7f));
  }
  return partition.classes();
}

/** All that matters of a byte where the characters beyond ASCII are all alike. */
function sequenceRole(byte: number): number {
  if (byte < 0x80) return 0;
  if (byte < 0xc0) return byte < 0x90 ? 1 : byte < 0xa0 ? 2 : 3;
  return 4 + neededAfterLead(byte);
}

class Partition {
  readonly #of = new Uint8Array(256);

  refine(part: (byte: number) => number): void {
    const numbers = new Map<number, number>();
    for (let byte = 0; byte < 256; byte++) {
      const key = this.#of[byte]! * 256 + part(byte);
      let number = numbers.get(key);
      if (number === undefined) numbers.set(key, (number = numbers.size));
      this.#of[byte] = number;
    }
  }

  /** As refine, for a table of 0 and 1 of which the first `known` count. */
  refineByTable(table: Uint8Array, known: number): void {
    const numbers = new Int16Array(512).fill(-1);
    let count = 0;
    for (let byte = 0; byte < 256; byte++) {
      const key = this.#of[byte]! * 2 + (byte < known ? table[byte]! : 0);
      if (numbers[key] === -1) numbers[key] = count++;
      this.#of[byte] = numbers[key]!;
    }
  }

  classes(): ByteClasses {
    const samples: number[] = [];
    this.#of.forEach((number, byte) => (samples[number] ??= byte));
    return { of: this.#of, samples: Uint8Array.from(samples) };
  }
}
