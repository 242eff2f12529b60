// A deterministic automaton over bytes that is built while it runs: a state is made when it is first needed. The memory
// is bounded; when it is full all states are forgotten and the run goes on from the one it is in.
// A state is a list of groups of threads, by where their match begins, earliest first: the first group that matches
// ends all later ones, so that the last match seen in one pass is the leftmost-longest (a technique of RE2). Where only
// the existence of a match is asked (`ordered` false) there is one group, and fewer states.
// Invariant: state and class of the next byte decide everything; where groups begin is kept outside, in registers that
// flagged transitions move.

import type { ByteClasses } from './byte-classes.ts';
import { BEFORE_OTHER, BEFORE_WORD, NEXT_ANY, NEXT_END, type Threads } from './threads.ts';
import { NOTHING } from './utf8-sequence.ts';

// An entry of the transition table: the row of the next state, and what is to be done on entering it.
export const ROW = 0xffffff;
/** From here on an entry asks for something; below, it is only a row. */
export const FLAGGED = 0x1000000;
/** A match ends here, whatever follows. */
export const ACCEPT = 0x1000000;
/** A match ends here if what follows is right. */
export const CONDITIONAL = 0x2000000;
/** The first group begins at the byte just taken. */
export const BIRTH = 0x4000000;
/** Groups move; the list of moves says how. */
export const MOVE = 0x8000000;
/** No match has begun yet: bytes may be skipped. */
export const IDLE = 0x10000000;
/** Nothing can match any more. */
export const DEAD = 0x20000000;
/** Not made yet. */
export const UNKNOWN = 0x40000000;

/** Numbers in the transition table of one automaton: 1 MiB. */
const TABLE_SIZE = 0x40000;
/** Threads in all states of one automaton: about 4 MiB with their keys. */
const MOST_THREADS = 0x40000;

export type DfaOptions = {
  /** Keep apart where matches begin. */
  readonly ordered: boolean;
  /** Mark states in which no match has begun, for skipping. */
  readonly idles: boolean;
  readonly tableSize?: number;
};

type State = {
  readonly groups: readonly number[][];
  /** Threads of a match that would begin here. */
  readonly fresh: readonly number[];
  readonly seekers: readonly number[];
  /** The group that has matched; groups.length for the fresh one; -1 for none. */
  readonly accept: number;
  /** group, what must come next, what must not complete; by three. */
  readonly conditions: readonly number[];
  readonly flags: number;
};

export class Dfa {
  readonly threads: Threads;
  /** row + class of byte -> entry. Replaced when it grows: read it anew after enter, resolve and cut. */
  table: Int32Array;
  readonly classes: Uint8Array;
  /** Where the groups of the current state begin. Replaced when it grows, too. */
  begins = new Int32Array(8);
  /** How often everything was forgotten. */
  flushes = 0;
  /** The moves of the transition that resolve made last. */
  movesMade: Int32Array = NO_MOVES;

  readonly #options: DfaOptions;
  readonly #samples: Uint8Array;
  readonly #width: number;
  readonly #mostStates: number;
  /** Whether a match can begin anywhere but at the start of the record. */
  readonly #beginsInside: boolean;
  readonly #rows = new Map<string, number>();
  readonly #entered = new Map<number, number>();
  readonly #cuts = new Map<string, number>();
  readonly #moves = new Map<number, Int32Array>();
  #states: State[] = [];
  #threadCount = 0;

  constructor(threads: Threads, classes: ByteClasses, options: DfaOptions) {
    this.threads = threads;
    this.#options = options;
    this.classes = classes.of;
    this.#samples = classes.samples;
    this.#width = classes.samples.length;
    this.#mostStates = Math.max(2, Math.floor((options.tableSize ?? TABLE_SIZE) / this.#width));
    this.#beginsInside =
      threads.mode.lines || [BEFORE_OTHER, BEFORE_WORD].some((kind) => threads.canBeginAfter(kind));
    this.table = new Int32Array(Math.min(16, this.#mostStates) * this.#width);
  }

  /** How many states there are now. */
  get size(): number {
    return this.#states.length;
  }

  /** The entry with which a run begins after a character of this kind. */
  enter(before: number): number {
    const known = this.#entered.get(before);
    if (known !== undefined) return known;
    const { threads } = this;
    threads.beginStep();
    const seeker = threads.seeker(before);
    const fresh: number[] = [];
    threads.startAt(seeker, fresh);
    const entry = this.#intern(this.#makeState([], fresh, this.#beginsInside ? [seeker] : []));
    this.#entered.set(before, entry);
    return entry;
  }

  /** The entry for this class of byte; makes the transition if need be. `movesMade` says how groups move. */
  resolve(row: number, byteClass: number): number {
    const made = this.table[row + byteClass]!;
    if (made !== UNKNOWN) {
      this.movesMade = this.#moves.get(row + byteClass) ?? NO_MOVES;
      return made;
    }
    const { state, sources } = this.#successor(this.#states[row / this.#width]!, this.#samples[byteClass]!);
    const moves = this.#movesFor(row, sources);
    const flushes = this.flushes;
    const entry = this.#intern(state) | moves.flag;
    if (this.flushes === flushes) {
      this.table[row + byteClass] = entry;
      if (moves.flag === MOVE) this.#moves.set(row + byteClass, moves.list);
    }
    this.movesMade = moves.list;
    return entry;
  }

  /** group, next, need; group, next, need... of the matches that depend on what follows. */
  conditionsOf(row: number): readonly number[] {
    return this.#states[row / this.#width]!.conditions;
  }

  /** The group that matches in a state entered with ACCEPT, or -1 for a match that begins and ends here. */
  acceptedGroup(row: number): number {
    const { accept, groups } = this.#states[row / this.#width]!;
    return accept < groups.length ? accept : -1;
  }

  isFresh(row: number, group: number): boolean {
    return group >= this.#states[row / this.#width]!.groups.length;
  }

  /** The entry of what is left of a state when one of its groups has matched. */
  cut(row: number, group: number): number {
    const key = `${row} ${group}`;
    const known = this.#cuts.get(key);
    if (known !== undefined) return known;
    const { groups, fresh } = this.#states[row / this.#width]!;
    const state =
      group < groups.length
        ? this.#makeState(groups.slice(0, group + 1), [], [])
        : this.#makeState(groups, fresh, []);
    const flushes = this.flushes;
    const entry = this.#intern(state);
    if (this.flushes === flushes) this.#cuts.set(key, entry);
    return entry;
  }

  /** 1 for the bytes that leave a state as it is. Makes no states, so that `row` stays valid. */
  selfLoops(row: number): Uint8Array {
    const state = this.#states[row / this.#width]!;
    const key = this.#keyOf(state);
    const loops = this.#samples.map((byte) =>
      this.#keyOf(this.#successor(state, byte).state) === key ? 1 : 0,
    );
    return this.classes.map((byteClass) => loops[byteClass]!);
  }

  #successor(state: State, byte: number): { state: State; sources: number[] } {
    const { threads } = this;
    threads.beginStep();
    const groups: number[][] = [];
    const sources: number[] = [];
    let out: number[] = [];
    [...state.groups, state.fresh].forEach((group, index) => {
      for (const thread of group) threads.step(thread, byte, out);
      if (out.length === 0 || !this.#options.ordered) return;
      groups.push(out);
      sources.push(index);
      out = [];
    });
    if (out.length > 0) groups.push(out);
    const seekers: number[] = [];
    for (const seeker of state.seekers) threads.step(seeker, byte, seekers);
    const fresh: number[] = [];
    for (const seeker of seekers) threads.startAt(seeker, fresh);
    const next = this.#makeState(groups, fresh, seekers);
    sources.length = Math.min(sources.length, next.groups.length);
    return { state: next, sources };
  }

  /** Finds out where it matches, and drops what a match makes pointless. */
  #makeState(groups: readonly number[][], fresh: readonly number[], seekers: readonly number[]): State {
    const conditions: number[] = [];
    let accept = -1;
    const all = [...groups, fresh];
    for (let group = 0; group < all.length && accept === -1; group++) {
      for (const thread of all[group]!) {
        const condition = this.threads.matchCondition(thread);
        if (condition === undefined) continue;
        if (condition.next === NEXT_ANY && condition.need === NOTHING) accept = group;
        else conditions.push(group, condition.next, condition.need);
      }
    }
    const kept = {
      groups: accept === -1 ? groups : groups.slice(0, accept + 1),
      fresh: accept === -1 || accept === groups.length ? fresh : [],
      seekers: accept === -1 ? seekers : [],
      accept,
      conditions:
        accept === -1 ? conditions : conditions.filter((_, at) => conditions[at - (at % 3)]! < accept),
    };
    return { ...kept, flags: this.#flagsOf(kept) };
  }

  #flagsOf(state: Omit<State, 'flags'>): number {
    const { program, mode } = this.threads;
    let flags = state.accept === -1 ? 0 : ACCEPT;
    for (let at = 1; at < state.conditions.length; at += 3) {
      if (state.conditions[at] !== NEXT_END || mode.lines) flags |= CONDITIONAL;
    }
    if (
      state.seekers.length === 0 &&
      state.fresh.length === 0 &&
      state.groups.every((group) => group.length === 0)
    ) {
      flags |= DEAD;
    }
    const isIdle =
      flags === 0 &&
      this.#options.idles &&
      state.groups.length === 0 &&
      !program.asksWord &&
      state.seekers.length === 1 &&
      state.seekers[0] === this.threads.seeker(BEFORE_OTHER);
    return isIdle ? IDLE : flags;
  }

  #intern(state: State): number {
    const key = this.#keyOf(state);
    const known = this.#rows.get(key);
    if (known !== undefined) return known | state.flags;
    const threads = state.groups.reduce(
      (sum, group) => sum + group.length,
      state.fresh.length + state.seekers.length,
    );
    if (this.#states.length >= this.#mostStates || this.#threadCount + threads > MOST_THREADS)
      this.#forgetAll();
    const row = this.#states.length * this.#width;
    this.#states.push(state);
    this.#rows.set(key, row);
    this.#threadCount += threads;
    this.#makeRoom(row, state.groups.length);
    return row | state.flags;
  }

  #keyOf({ groups, fresh, seekers }: State): string {
    return [...groups, fresh, seekers].map((threads) => threads.toSorted(ascending).join()).join('|');
  }

  #makeRoom(row: number, groups: number): void {
    if (row + this.#width > this.table.length) {
      const grown = new Int32Array(Math.min(2 * this.table.length, this.#mostStates * this.#width));
      grown.set(this.table);
      this.table = grown;
    }
    this.table.fill(UNKNOWN, row, row + this.#width);
    if (groups >= this.begins.length) {
      const grown = new Int32Array(2 * groups + 2);
      grown.set(this.begins);
      this.begins = grown;
    }
  }

  #forgetAll(): void {
    this.flushes++;
    this.#states = [];
    this.#threadCount = 0;
    for (const memory of [this.#rows, this.#entered, this.#cuts, this.#moves]) memory.clear();
  }

  #movesFor(row: number, sources: readonly number[]): { flag: number; list: Int32Array } {
    const before = this.#states[row / this.#width]!.groups.length;
    if (!this.#options.ordered || sources.every((source, index) => source === index && source < before)) {
      return { flag: 0, list: NO_MOVES };
    }
    if (before === 0) return { flag: BIRTH, list: NO_MOVES };
    return { flag: MOVE, list: Int32Array.from(sources, (source) => (source === before ? -1 : source)) };
  }
}

const NO_MOVES = new Int32Array(0);

function ascending(one: number, other: number): number {
  return one - other;
}
