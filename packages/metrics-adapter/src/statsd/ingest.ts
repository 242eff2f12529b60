// Bytes -> series: a datagram (or a piece of a stream) is cut into lines, and each line either repeats one seen before, but
// for its number, or is parsed. HOT, and longer than 25 lines a function for that reason: a line that repeats costs one
// pass over its bytes, one lookup and one addition, and allocates nothing (measured: bench/ingest.ts). What a line means
// is decided in line.ts and apply.ts alone; here it is only remembered.
import { isUtf8 } from 'node:buffer';
import type { SeriesStore } from '../series/store.ts';
import { type Applier, NOWHERE, type Target } from './apply.ts';
import { type Counts, count } from './counts.ts';
import { type DatagramOptions, readDatagram } from './datadog-datagram.ts';
import { IdentityTable } from './identity-table.ts';
import { type Dialect, type Line, type Sample, type SampleType, parseLine } from './line.ts';
import type { Sets } from './sets.ts';

/** What a remembered line does with its number; shared by all lines that do the same. */
type Recipe = {
  readonly type: SampleType | 'drop';
  readonly divisor: number;
  readonly scale: number;
  readonly weight: number;
  readonly tagged: boolean;
  readonly mapped: boolean;
};

export type Relay = { line(bytes: Uint8Array, start: number, end: number): void };

const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
const [NEWLINE, PLUS, MINUS, POINT, ZERO, NINE, COLON, BAR] = [10, 43, 45, 46, 48, 57, 58, 124];
/** Up to this many digits a decimal number is exact as digits / power of ten (both below 2^53, Clinger 1990). */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);
const MAX_RECIPES = 0xffff;
/** Bytes of remembered lines, for each of two generations, per series allowed. */
const BYTES_PER_IDENTITY = 256;

export type IngestOptions = {
  readonly store: SeriesStore;
  readonly applier: Applier;
  readonly counts: Counts;
  readonly dialect: Dialect;
  /** Longer lines are counted and skipped. */
  readonly maxLineBytes: number;
  readonly relay?: Relay;
  readonly sets: Sets;
  /** undefined: events and service checks are not known. */
  readonly datagrams?: DatagramOptions;
};

export class Ingest {
  readonly #store: SeriesStore;
  readonly #applier: Applier;
  readonly #counts: Counts;
  readonly #dialect: Dialect;
  readonly #relay: Relay | undefined;
  readonly #maxLineBytes: number;
  readonly #sets: Sets;
  readonly #datagrams: DatagramOptions | undefined;
  readonly #identities: IdentityTable;
  readonly #recipes: Recipe[] = [];
  readonly #recipeIndex = new Map<string, number>();
  /** Coarse clock: whoever brings bytes sets it once for all he brings. */
  nowMs = 0;

  constructor(options: IngestOptions) {
    const { store, applier, counts, dialect, maxLineBytes, relay, sets, datagrams } = options;
    this.#store = store;
    this.#applier = applier;
    this.#counts = counts;
    this.#dialect = dialect;
    this.#relay = relay;
    this.#maxLineBytes = maxLineBytes;
    this.#sets = sets;
    this.#datagrams = datagrams;
    const identities = Math.max(1024, 2 * store.limits.maxSeries);
    this.#identities = new IdentityTable(identities, identities * BYTES_PER_IDENTITY);
  }

  get identities(): number {
    return this.#identities.size;
  }

  /** After the rules changed: nothing that is remembered holds any more. */
  forget(): void {
    this.#identities.clear();
    this.#recipes.length = 0;
    this.#recipeIndex.clear();
  }

  /** All lines between start and end; the last one needs no newline. */
  lines(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    do at = this.#line(bytes, at, end) + 1;
    while (at <= end);
  }

  /** One line. @returns where it ended: at its newline, or at `end`. */
  #line(bytes: Uint8Array, start: number, end: number): number {
    let hash = FNV_OFFSET;
    let i = start;
    let c = -1;
    for (; i < end; i++) {
      c = bytes[i]!;
      if (c === COLON || c === NEWLINE) break;
      hash = Math.imul(hash ^ c, FNV_PRIME);
    }
    if (i >= end || c !== COLON) return this.#slow(bytes, start, i < end ? i : end, 0, 0, 0);
    const colon = i++;
    c = i < end ? bytes[i]! : -1;
    const sign = c === MINUS ? -1 : 1;
    const signed = c === MINUS || c === PLUS;
    if (signed) i++;
    let number = 0;
    let digits = 0;
    let fraction = -1;
    for (; i < end; i++) {
      c = bytes[i]!;
      if (c >= ZERO && c <= NINE) {
        number = number * 10 + (c - ZERO);
        digits++;
      } else if (c === POINT && fraction < 0) fraction = digits;
      else break;
    }
    const plain = c === BAR && i < end && digits > 0 && digits <= EXACT_DIGITS;
    const tail = i;
    for (; i < end; i++) {
      c = bytes[i]!;
      if (c === NEWLINE) break;
      hash = Math.imul(hash ^ c, FNV_PRIME);
    }
    hash ^= hash >>> 15;
    if (!plain || !this.#identities.find(hash, bytes, start, colon, tail, i))
      return this.#slow(bytes, start, i, plain ? tail : 0, hash, colon);
    const value = fraction < 0 ? number : number / POWERS[digits - fraction]!;
    if (!this.#repeat(value * sign, signed)) return this.#slow(bytes, start, i, tail, hash, colon);
    this.#relay?.line(bytes, start, i);
    return i;
  }

  /** What the line last found does. @returns false when it has to be parsed after all. */
  #repeat(number: number, signed: boolean): boolean {
    const store = this.#store;
    const counts = this.#counts;
    const id = this.#identities.series;
    const recipe = this.#recipes[this.#identities.recipe]!;
    if (recipe.type === 'drop') counts.dropped += recipe.weight;
    else {
      if (store.epochs[id] !== this.#identities.epoch) return false;
      const value = (number / recipe.divisor) * recipe.scale;
      if (recipe.type === 'counter') {
        if (value < 0) return false;
        store.values[id]! += value;
        counts.counters++;
      } else if (recipe.type === 'gauge') {
        store.values[id] = signed ? store.values[id]! + value : value;
        counts.gauges++;
      } else {
        store.observers[id]!.observe(value, recipe.weight, this.nowMs);
        counts.observers += recipe.weight;
      }
      store.seenMs[id] = this.nowMs;
      store.layout.pageOf[id]!.dirty = true;
      if (recipe.mapped) counts.mapped += recipe.weight;
      else counts.unmapped += recipe.weight;
    }
    counts.lines++;
    counts.samples++;
    if (recipe.tagged) counts.tags++;
    return true;
  }

  /** `tail` > 0: the line has the shape of one that may be remembered. @returns `end` */
  #slow(bytes: Uint8Array, start: number, end: number, tail: number, hash: number, colon: number): number {
    const counts = this.#counts;
    counts.lines++;
    if (end === start) return end;
    if (end - start > this.#maxLineBytes) {
      counts.tooLongLines++;
      return end;
    }
    this.#relay?.line(bytes, start, end);
    const copy = Buffer.from(bytes.subarray(start, end));
    if (!isUtf8(copy)) {
      count(counts.sampleErrors, 'malformed_line');
      return end;
    }
    const text = copy.toString();
    const datagram = this.#datagrams && readDatagram(text, this.#datagrams, counts);
    const line = datagram ?? parseLine(text, this.#dialect, counts);
    if (line === undefined || line === 'none') return end;
    for (const sample of line.samples) {
      const target = this.#apply(line, sample);
      if (tail === 0 || target === undefined || !line.repeatable) continue;
      const recipe = this.#recipeOf(sample, target, line.labels.size > 0);
      if (recipe < 0) continue;
      const series = target.id;
      const epoch = series >= 0 ? this.#store.epochs[series]! : 0;
      this.#identities.remember(hash, bytes, start, colon, tail, end, { series, epoch, recipe });
    }
    return end;
  }

  #apply({ name, labels }: Line, { type, value, relative, weight, member }: Sample): Target | undefined {
    const target = this.#applier.target(name, type, value, labels, this.nowMs, weight);
    if (target === undefined || target.id === NOWHERE) return target;
    const store = this.#store;
    const { id, scale } = target;
    const scaled = value * scale;
    if (type === 'observer') {
      store.observers[id]!.observe(scaled, weight, this.nowMs);
      this.#counts.observers += weight;
    } else if (member !== undefined) {
      this.#sets.add(id, member, this.nowMs);
      this.#counts.gauges++;
    } else if (type === 'gauge') {
      store.values[id] = relative ? store.values[id]! + scaled : scaled;
      this.#counts.gauges++;
    } else {
      store.values[id]! += scaled;
      this.#counts.counters++;
    }
    store.seenMs[id] = this.nowMs;
    store.layout.pageOf[id]!.dirty = true;
    return target;
  }

  /** @returns the recipe's index, or -1 when there are too many. */
  #recipeOf({ type, divisor, weight }: Sample, { id, scale, mapped }: Target, tagged: boolean): number {
    const recipe: Recipe = { type: id === NOWHERE ? 'drop' : type, divisor, scale, weight, tagged, mapped };
    const key = Object.values(recipe).join();
    const known = this.#recipeIndex.get(key);
    if (known !== undefined) return known;
    if (this.#recipes.length >= MAX_RECIPES) return -1;
    this.#recipeIndex.set(key, this.#recipes.length);
    return this.#recipes.push(recipe) - 1;
  }
}
