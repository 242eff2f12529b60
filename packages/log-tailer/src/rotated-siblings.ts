// The neighbours of a followed path that rotation made: copies of it (copytruncate), generations that came and went
// between two looks or while we were not running, and gzip'd ones. For followed-path. A new neighbour is opened the
// moment it is noticed, for it may be compressed and unlinked in the next; what it is, is settled when its bytes
// and the followed file's fate say so. Neighbours are known by inode, never by name: logrotate renames them all.
import fs from 'node:fs';
import path from 'node:path';
import type { Entry } from './checkpoint.ts';
import { compressedHead } from './compressed-head.ts';
import { fileKey, identityOf, matchesFingerprint } from './file-identity.ts';
import type { FileReader } from './file-reader.ts';
import type { FollowInput } from './follow-input.ts';
import type { Ground } from './followed-path.ts';
import { Unreadable } from './open-files.ts';
import { isCompressedName, isRotatedName } from './rotated-names.ts';

/** The kernel stamps births with the time of its last tick, up to 10 ms ago. */
const CLOCK_TICK_MS = 10;
/** An empty neighbour is nothing yet; it is not judged before it has bytes, or was left alone for this long. */
const UNDECIDED_MS = 2000;

type Candidate = { readonly reader: FileReader; readonly bornAtMs: number };

export class RotatedSiblings {
  readonly #directory: string;
  readonly #base: string;
  readonly #followed: string;
  readonly #input: FollowInput;
  readonly #ground: Ground;
  /** Neighbours born before this are history: they were there before us, or were dealt with by an earlier life. */
  readonly #sinceMs: number;
  readonly #candidates: Candidate[] = [];
  readonly #dismissed = new Set<string>();
  /** An earlier life followed this path: what was rotated in between is to be found. */
  resumed = false;

  constructor(followed: string, input: FollowInput, ground: Ground, sinceMs: number) {
    this.#followed = followed;
    this.#directory = path.dirname(followed);
    this.#base = path.basename(followed);
    this.#input = input;
    this.#ground = ground;
    this.#sinceMs = sinceMs - CLOCK_TICK_MS;
  }

  get waiting(): boolean {
    return this.#candidates.length > 0;
  }

  /** Files an earlier life had not finished, wherever rotation moved them; oldest first. */
  findKnown(entries: readonly Entry[], nowMs: number): FileReader[] {
    if (entries.length === 0) return [];
    this.resumed = true;
    const wanted = new Map(entries.map((entry) => [fileKey(entry.identity), entry]));
    const found: FileReader[] = [];
    for (const name of this.#names()) {
      const stat = this.#stat(name);
      if (stat === undefined || !wanted.delete(fileKey(identityOf(stat))) || name === this.#base) continue;
      const reader = this.#open(name, nowMs);
      if (reader !== undefined) found.push(reader);
    }
    for (const entry of wanted.values()) {
      const unzipped = this.#input.gzip ? this.#findCompressed(entry, nowMs) : undefined;
      if (unzipped !== undefined) found.push(unzipped);
      else this.#ground.lost(entry);
      this.#ground.checkpoint.forget(entry.identity);
    }
    for (const reader of found) reader.rotatedAtMs = nowMs;
    return found.sort((a, b) => Number(a.identity.birthtimeNs - b.identity.birthtimeNs));
  }

  /** Looks at all neighbours; new ones become candidates. */
  scan(nowMs: number): void {
    for (const name of this.#names()) this.offer(name, nowMs);
  }

  offer(name: string, nowMs: number): void {
    if (isCompressedName(name) || !isRotatedName(this.#base, name)) return;
    const stat = this.#stat(name);
    if (stat === undefined) return;
    const identity = identityOf(stat);
    const held = this.#ground.files.held(identity);
    if (held !== undefined) return this.#noteMoved(held, name);
    const bornAtMs = Number(stat.birthtimeMs) || Number(stat.mtimeMs);
    if (bornAtMs < this.#sinceMs || this.#dismissed.has(fileKey(identity))) return;
    if (this.#ground.checkpoint.find(identity)?.finished === true) return;
    const reader = this.#open(name, nowMs);
    if (reader !== undefined) this.#candidates.push({ reader, bornAtMs });
  }

  /** Gives up a candidate that turned out to be the file at the followed path. */
  surrender(reader: FileReader): boolean {
    const at = this.#candidates.findIndex((candidate) => candidate.reader === reader);
    if (at !== -1) this.#candidates.splice(at, 1);
    return at !== -1;
  }

  /** What holds the bytes of a file that was truncated: its copy, and whole later generations copied after it. */
  heirs(original: FileReader, nowMs: number): { copy: FileReader | undefined; later: FileReader[] } {
    this.scan(nowMs);
    for (const { reader } of this.#candidates) reader.refresh(nowMs);
    const byBirth = this.#candidates.toSorted((a, b) => a.bornAtMs - b.bornAtMs);
    const copies = byBirth.filter(({ reader }) => reader.isCopyOf(original));
    // A copy that ends before our position has nothing new. Of several the first is ours: the log begins alike.
    const copy = copies.find(({ reader }) => reader.size > original.position);
    const nothingMissed = copies.length === 0 && original.size > 0 && original.unread === 0;
    const later = nothingMissed
      ? []
      : byBirth.filter((other) => !copies.includes(other) && other.bornAtMs >= (copy?.bornAtMs ?? 0));
    for (const { reader } of copy === undefined ? later : [copy, ...later]) this.surrender(reader);
    return { copy: copy?.reader, later: later.map(({ reader }) => reader) };
  }

  /**
   * Candidates that prove to be generations we never saw at the path: no copy of one we hold, and born before the
   * file that is there now. Others are dismissed when they prove to be something else.
   */
  missed(generations: readonly FileReader[], nowMs: number): FileReader[] {
    const missed: FileReader[] = [];
    const current = generations.at(-1)?.rotatedAtMs === undefined ? generations.at(-1) : undefined;
    for (const candidate of [...this.#candidates]) {
      const { reader } = candidate;
      reader.refresh(nowMs);
      const quietMs = nowMs - reader.grewAtMs;
      const isCopy = generations.some((generation) => reader.isCopyOf(generation));
      if (isCopy || (reader.size === 0 && quietMs < UNDECIDED_MS)) {
        if (quietMs >= this.#ground.rotateWaitMs) this.#dismiss(candidate, true);
        continue;
      }
      this.surrender(reader);
      if (current === undefined || reader.identity.birthtimeNs <= current.identity.birthtimeNs) {
        reader.rotatedAtMs = nowMs;
        missed.push(reader);
      } else this.#dismiss(candidate, false);
    }
    return missed.sort((a, b) => Number(a.identity.birthtimeNs - b.identity.birthtimeNs));
  }

  releaseAll(): void {
    for (const { reader } of this.#candidates.splice(0)) this.#ground.files.release(reader);
  }

  /** @param isCopy its bytes were delivered from the original: whoever matches its name shall not read them again */
  #dismiss(candidate: Candidate, isCopy: boolean): void {
    const { reader } = candidate;
    this.surrender(reader);
    this.#dismissed.add(fileKey(reader.identity));
    if (isCopy) {
      reader.skipTo(reader.size);
      this.#ground.save(reader, true);
    }
    this.#ground.files.release(reader);
  }

  #names(): string[] {
    try {
      return fs
        .readdirSync(this.#directory)
        .filter((name) => name === this.#base || isRotatedName(this.#base, name));
    } catch {
      // The directory went away or is not ours to list: then there are no neighbours to find.
      return [];
    }
  }

  /** Stats of a neighbour that is a regular file. */
  #stat(name: string): fs.BigIntStats | undefined {
    try {
      const stat = fs.statSync(path.join(this.#directory, name), { bigint: true });
      return stat.isFile() ? stat : undefined;
    } catch {
      return undefined;
    }
  }

  #noteMoved(held: FileReader, name: string): void {
    if (held.followedPath !== this.#followed) return;
    held.path = path.join(this.#directory, name);
    // Parked, and rotated before anything new was noticed: it may have grown in between.
    if (!held.open) this.#ground.files.reopen(held, held.path, this.#input);
  }

  #open(name: string, nowMs: number): FileReader | undefined {
    const { files } = this.#ground;
    try {
      return files.open(path.join(this.#directory, name), this.#followed, this.#input, nowMs).reader;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      files.countError(error.code);
      return undefined;
    }
  }

  /** A gzip'd neighbour whose uncompressed bytes are the file the entry tells of, from where that was read. */
  #findCompressed(entry: Entry, nowMs: number): FileReader | undefined {
    for (const name of this.#names()) {
      if (!isCompressedName(name)) continue;
      const file = path.join(this.#directory, name);
      if (!matchesFingerprint(compressedHead(file, entry.head.length), entry.head)) continue;
      const reader = this.#open(name, nowMs);
      reader?.startAt(entry);
      return reader;
    }
    return undefined;
  }
}
