// One time zone: offset at an instant, and offset of a local time with the rule for times that happen twice (a fold)
// or never (a gap). Hot, pure. The zone's data is asked lazily, by blocks of about a year around the dates met, and
// kept as intervals of one offset; the interval met last answers nearly every question with two comparisons.

import type { ZoneData } from './zone-data.ts';

/** Which of two instants a local time of a fold means; `monotone`: the earlier, unless time would run backwards. */
export type FoldPolicy = 'earlier' | 'later' | 'monotone';

export const EXACT = 0;
export const FOLD = 1;
export const GAP = 2;

/** 2^25 s, 388 days. */
const BLOCK_SECONDS = 33_554_432;
/** No two changes of any zone since 1900 are nearer than this. */
const PROBE_SECONDS = 3 * 86_400;
const DAY = 86_400;
/** 256 years and more; beyond, it is somebody's garbage, and blocks are made anew. */
const MAX_BLOCKS = 512;
/** Threads write a little out of order: only a step back of more than this is the second pass of a fold. */
const MONOTONE_TOLERANCE_SECONDS = 60;

interface Block {
  /** Where intervals begin; the first is the block's own beginning. */
  readonly starts: readonly number[];
  readonly offsets: readonly number[];
}

export class Zone {
  readonly id: string;
  /** How the last `offsetOfLocal` was found: EXACT, FOLD or GAP. */
  resolution = EXACT;
  /** The interval that the last `offsetAt` fell into: the offset is the same in [from, to). */
  from = -Infinity;
  to = Infinity;
  #offset: number;
  #localFrom = -Infinity;
  #localTo = Infinity;
  #localOffset: number;
  readonly #source: ((utcSeconds: number) => number) | undefined;
  readonly #blocks = new Map<number, Block>();

  /** @param source offset at an instant, or one offset for ever; seconds east of UTC */
  constructor(id: string, source: ((utcSeconds: number) => number) | number) {
    this.id = id;
    this.#offset = typeof source === 'number' ? source : 0;
    this.#localOffset = this.#offset;
    if (typeof source === 'number') return;
    this.#source = source;
    this.to = this.from;
    this.#localTo = this.#localFrom;
  }

  get fixed(): boolean {
    return this.#source === undefined;
  }

  /** Seconds east of UTC at an instant. */
  offsetAt(utcSeconds: number): number {
    if (utcSeconds >= this.from && utcSeconds < this.to) return this.#offset;
    return this.#locate(utcSeconds);
  }

  /**
   * Seconds east of UTC at a local time (its seconds since 1970 as if it were UTC). A local time in a gap is moved on
   * by the gap's length. `last`: the instant before, for `monotone`.
   */
  offsetOfLocal(local: number, policy: FoldPolicy, last: number): number {
    if (local >= this.#localFrom && local < this.#localTo) {
      this.resolution = EXACT;
      return this.#localOffset;
    }
    return this.#resolve(local, policy, last);
  }

  #locate(utcSeconds: number): number {
    const index = Math.floor(utcSeconds / BLOCK_SECONDS);
    const { starts, offsets } = this.#blocks.get(index) ?? this.#probe(index);
    let interval = starts.length - 1;
    while (interval > 0 && starts[interval]! > utcSeconds) interval--;
    this.from = starts[interval]!;
    this.to = starts[interval + 1] ?? (index + 1) * BLOCK_SECONDS;
    this.#offset = offsets[interval]!;
    return this.#offset;
  }

  #probe(index: number): Block {
    const source = this.#source ?? (() => this.#offset);
    const starts = [index * BLOCK_SECONDS];
    const offsets = [source(index * BLOCK_SECONDS)];
    const end = (index + 1) * BLOCK_SECONDS;
    for (let at = index * BLOCK_SECONDS; at < end; at += PROBE_SECONDS) {
      const next = Math.min(at + PROBE_SECONDS, end - 1);
      const after = source(next);
      if (after === offsets.at(-1)) continue;
      starts.push(changeWithin(source, at, next));
      offsets.push(after);
    }
    if (this.#blocks.size >= MAX_BLOCKS) this.#blocks.clear();
    const block = { starts, offsets };
    this.#blocks.set(index, block);
    return block;
  }

  /** Looks at every interval of offsets that the local time could fall into. */
  #resolve(local: number, policy: FoldPolicy, last: number): number {
    let earlier = NaN;
    let later = NaN;
    let gap = NaN;
    let before = this.offsetAt(local - DAY);
    for (let at = local - DAY; at <= local + DAY; at = this.to) {
      const offset = this.offsetAt(at);
      const utc = local - offset;
      if (utc >= this.from && utc < this.to) {
        later = offset;
        if (Number.isNaN(earlier)) earlier = offset;
      } else if (offset > before && local >= this.from + before && local < this.from + offset) gap = before;
      before = offset;
    }
    return this.#choose(local, { earlier, later, gap }, policy, last);
  }

  #choose(
    local: number,
    found: { earlier: number; later: number; gap: number },
    policy: FoldPolicy,
    last: number,
  ): number {
    if (Number.isNaN(found.earlier)) {
      this.resolution = GAP;
      return Number.isNaN(found.gap) ? this.offsetAt(local) : found.gap;
    }
    if (found.earlier === found.later) {
      this.resolution = EXACT;
      this.#remember(local - found.earlier);
      return found.earlier;
    }
    this.resolution = FOLD;
    const backwards = local - found.earlier < last - MONOTONE_TOLERANCE_SECONDS;
    return policy === 'later' || (policy === 'monotone' && backwards) ? found.later : found.earlier;
  }

  /** Keeps the range of local times that belong to one offset only: the interval's, less what neighbours claim. */
  #remember(utcSeconds: number): void {
    const offset = this.offsetAt(utcSeconds);
    const { from, to } = this;
    const before = this.offsetAt(from - 1);
    const after = this.offsetAt(to);
    this.#localFrom = from + Math.max(offset, before);
    this.#localTo = to + Math.min(offset, after);
    this.#localOffset = offset;
    this.offsetAt(utcSeconds);
  }
}

/** The first second in (before, after] at which the offset is no longer what it was. */
function changeWithin(source: (utcSeconds: number) => number, before: number, after: number): number {
  const offset = source(before);
  let same = before;
  let changed = after;
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (source(middle) === offset) same = middle;
    else changed = middle;
  }
  return changed;
}

const OFFSET_ID = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i;

/**
 * The zone of an IANA name or a fixed offset (`+05:30`, `UTC+1`, `Z`).
 * @throws RangeError for a zone that nobody knows
 */
export function zoneOf(id: string, data: ZoneData): Zone {
  if (/^(?:Z|UTC|GMT|UT)$/i.test(id)) return new Zone('UTC', 0);
  const [, sign, hours = '', minutes = '0'] = OFFSET_ID.exec(id) ?? [];
  if (sign !== undefined && Number(hours) < 24 && Number(minutes) < 60) {
    const seconds = Number(hours) * 3600 + Number(minutes) * 60;
    return new Zone(id, sign === '-' ? -seconds : seconds);
  }
  const source = data.offsets(id);
  if (source !== undefined) return new Zone(id, source);
  throw new RangeError(`no time zone is called ${id}; write a name as Europe/Berlin or an offset as +01:00`);
}
