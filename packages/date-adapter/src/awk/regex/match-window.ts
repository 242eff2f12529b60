// What the first bytes of any match can be, place by place, and a fast search for places where they all fit. Most of a
// record is passed in strides of nearly a window: wherever a window lies, two adjacent bytes of it are looked at.
// Measured on nginx lines, for /kube-probe/ and / (404|50[0-9]) /: 1.5 and 0.7 GB/s; Horspool's search 1.5 and 0.6, a loop
// over the rarest byte 1.0 and 0.6, the automaton alone 0.5.
// Hot; allocates nothing per call. Invariant: it may stop where no match begins, never pass by where one does.

import type { Threads } from './threads.ts';
import type { ByteClasses } from './byte-classes.ts';
import { shareOfBytes } from './byte-frequency.ts';

/** Offsets in a window are bits of a byte. */
const WIDEST = 9;
/** Threads times classes of bytes; beyond that, finding out costs more than it saves. */
const MOST_STEPS = 4000;

/** For each place of the window: 1 for the bytes that may stand there. */
export type WindowSets = readonly Uint8Array[];

/** The window of all matches; empty when a match may be empty. @param seeker the thread of the idle state */
export function windowSets(threads: Threads, classes: ByteClasses, seeker: number): WindowSets {
  let at: number[] = [];
  threads.beginStep();
  threads.startAt(seeker, at);
  const sets: Uint8Array[] = [];
  for (let steps = 0; sets.length < WIDEST && at.length > 0;) {
    steps += at.length * classes.samples.length;
    if (steps > MOST_STEPS) break;
    if (at.some((thread) => threads.matchCondition(thread) !== undefined)) break;
    const { fits, after } = stepAll(threads, classes, at);
    sets.push(classes.of.map((number) => fits[number]!));
    at = after;
  }
  const inside = threads.mode.utf8 && sets[0]?.subarray(0x80, 0xc0).includes(1);
  return inside === true ? [] : sets;
}

function stepAll(
  threads: Threads,
  classes: ByteClasses,
  at: readonly number[],
): { fits: Uint8Array; after: number[] } {
  const after = new Set<number>();
  const fits = Uint8Array.from(classes.samples, (byte) => {
    const out: number[] = [];
    threads.beginStep();
    for (const thread of at) threads.step(thread, byte, out);
    for (const thread of out) after.add(thread);
    return out.length > 0 ? 1 : 0;
  });
  return { fits, after: [...after] };
}

/** A pair that comes more often than this stops the stride too often. */
const TOO_OFTEN = 0.12;

export class MatchWindow {
  readonly #width: number;
  readonly #stride: number;
  /** By byte: bit i says that it may stand at place i. The ninth place is not kept. */
  readonly #fits = new Uint8Array(256);
  /** By pair: bit i says that the two may stand at places i and i + 1. */
  readonly #pairs = new Uint8Array(PAIRS);

  private constructor(sets: WindowSets) {
    this.#width = sets.length;
    this.#stride = sets.length - 1;
    sets
      .slice(0, 8)
      .forEach((set, place) => set.forEach((fits, byte) => (this.#fits[byte]! |= fits << place)));
    for (let place = 0; place < this.#stride; place++) this.#addPairs(sets[place]!, sets[place + 1]!, place);
  }

  /** Undefined where it would stop too often to pay. */
  static forSets(sets: WindowSets): MatchWindow | undefined {
    let width = 0;
    let share = 0;
    for (let place = 0; place + 1 < sets.length; place++) {
      share += shareOfBytes(sets[place]!) * shareOfBytes(sets[place + 1]!);
      if (share > TOO_OFTEN) break;
      width = place + 2;
    }
    return width < 2 ? undefined : new MatchWindow(sets.slice(0, width));
  }

  /** The first place in bytes[at, end) where the window fits, or `end`. */
  next(bytes: Uint8Array, at: number, end: number): number {
    const pairs = this.#pairs;
    const stride = this.#stride;
    const last = end - 1;
    for (let p = at + stride - 1; p < last; p += stride) {
      const places = pairs[((bytes[p]! << 5) ^ bytes[p + 1]!) & (PAIRS - 1)]!;
      if (places === 0) continue;
      const begin = this.#begin(bytes, p, end, places);
      if (begin !== -1) return begin;
    }
    return end;
  }

  /** Where a window begins that has the pair at p in one of these places; the first such; -1 for none. */
  #begin(bytes: Uint8Array, p: number, end: number, places: number): number {
    const fits = this.#fits;
    const kept = Math.min(this.#width, 8);
    for (let place = this.#stride - 1; place >= 0; place--) {
      if ((places & (1 << place)) === 0) continue;
      const begin = p - place;
      if (begin + this.#width > end) return -1;
      let fitting = 0;
      while (fitting < kept && (fits[bytes[begin + fitting]!]! & (1 << fitting)) !== 0) fitting++;
      if (fitting === kept) return begin;
    }
    return -1;
  }

  #addPairs(first: Uint8Array, second: Uint8Array, place: number): void {
    for (let one = 0; one < 256; one++) {
      if (first[one] === 0) continue;
      for (let other = 0; other < 256; other++) {
        if (second[other] === 1) this.#pairs[((one << 5) ^ other) & (PAIRS - 1)]! |= 1 << place;
      }
    }
  }
}

/** A table that stays in the first cache: 7 bits of one byte beside, and across, 7 of the other. */
const PAIRS = 4096;
