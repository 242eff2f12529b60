// The neighbours of a followed path that rotation made: copies of it (copytruncate), generations that came and went
// between two looks or while we were not running, and gzip'd ones. For followed-path. A new neighbour is opened the
// moment it is noticed, for it may be compressed and unlinked in the next; what it is, is settled when its bytes
// and the followed file's fate say so. Neighbours are known by inode, never by name: logrotate renames them all.
import fs from 'node:fs';
import path from 'node:path';
import type { Entry } from './checkpoint.ts';
import { compressedHead } from './compressed-head.ts';
import { fileKey, type Identity, identityOf, matchesFingerprint } from './file-identity.ts';
import type { FileReader } from './file-reader.ts';
import type { FollowInput } from './follow-input.ts';
import type { FollowGround } from './follow-ground.ts';
import { type Opened, Unreadable } from './open-files.ts';
import { compareRotatedNames, isCompressedName, isRotatedName, rotationCounter } from './rotated-names.ts';

/** The kernel stamps births with the time of its last tick, up to 10 ms ago. */
const CLOCK_TICK_MS = 10;
/** An empty neighbour is nothing yet; it is not judged before it has bytes, or was left alone for this long. */
const UNDECIDED_MS = 2000;
/** After the last byte of a copy logrotate truncates within microseconds, or after an fsync. */
const TRUNCATION_DUE_MS = 100;

export class RotatedSiblings {
  readonly #directory: string;
  readonly #base: string;
  readonly #followed: string;
  #input: FollowInput;
  readonly #ground: FollowGround;
  /** Neighbours born before this are history: they were there before us, or were dealt with by an earlier life. */
  readonly #sinceMs: number;
  readonly #candidates: FileReader[] = [];
  /** An earlier life followed this path, and what was rotated or copied in between is still to be judged. */
  resumed = false;

  constructor(followed: string, input: FollowInput, ground: FollowGround, sinceMs: number) {
    this.#followed = followed;
    this.#directory = path.dirname(followed);
    this.#base = path.basename(followed);
    this.#input = input;
    this.#ground = ground;
    this.#sinceMs = sinceMs - CLOCK_TICK_MS;
  }

  /** The same neighbours, read in another way. */
  useInput(input: FollowInput): void {
    this.#input = input;
    for (const reader of this.#candidates) reader.input = input;
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
      const opened = this.#open(name, nowMs);
      if (opened !== undefined && !opened.held) found.push(opened.reader);
    }
    for (const entry of wanted.values()) {
      const unzipped = this.#input.gzip ? this.#findCompressed(entry, nowMs) : undefined;
      if (unzipped !== undefined) found.push(unzipped);
      else this.#ground.lost(entry);
      this.#ground.checkpoint.forget(entry.identity);
    }
    for (const reader of found) reader.rotatedAtMs = nowMs;
    return found.toSorted((a, b) => this.compareAge(a, b));
  }

  /**
   * Looks at all neighbours, twice; new ones become candidates. False when the looks do not agree: names read while
   * rotation shifts them belong to different moments, some may have slipped through, and the counters of those that
   * were seen would tell a wrong order.
   */
  scan(nowMs: number, sinceMs = this.#sinceMs): boolean {
    const look = (): string =>
      this.#names()
        .map((name) => `${name}=${this.offer(name, nowMs, sinceMs)}`)
        .join('/');
    return look() === look();
  }

  /**
   * @param sinceMs neighbours born before are history: dealt with, or there before us
   * @returns the inode of that name, where there is a file
   */
  offer(name: string, nowMs: number, sinceMs = this.#sinceMs): bigint | undefined {
    if (isCompressedName(name) || !isRotatedName(this.#base, name)) return undefined;
    const stat = this.#stat(name);
    if (stat !== undefined) this.#consider(name, stat, nowMs, sinceMs);
    return stat?.ino;
  }

  #consider(name: string, stat: fs.BigIntStats, nowMs: number, sinceMs: number): void {
    const identity = identityOf(stat);
    const held = this.#ground.files.held(identity);
    if (held !== undefined) return this.#noteMoved(held, name);
    if (bornAtMs(identity, Number(stat.mtimeMs)) < sinceMs) return;
    if (this.#ground.checkpoint.find(identity)?.finished === true) return;
    const opened = this.#open(name, nowMs);
    // Between the two system calls rotation may have put another file there, one that is held.
    if (opened?.held) this.#noteMoved(opened.reader, name);
    else if (opened !== undefined) this.#candidates.push(opened.reader);
  }

  /** Gives up a candidate that turned out to be the file at the followed path. */
  surrender(reader: FileReader): boolean {
    const at = this.#candidates.indexOf(reader);
    if (at !== -1) this.#candidates.splice(at, 1);
    return at !== -1;
  }

  /** What holds the bytes of a file that was truncated: its copy, and whole later generations copied after it. */
  heirs(original: FileReader, nowMs: number): { copy: FileReader | undefined; later: FileReader[] } {
    // A copy proves itself by its bytes, whenever it was made.
    this.scan(nowMs, 0);
    for (const reader of this.#candidates) reader.refresh(nowMs);
    const byAge = this.#candidates.toSorted((a, b) => this.compareAge(a, b));
    const copies = byAge.filter((reader) => reader.isCopyOf(original));
    // A copy that ends before our position has nothing new. Of several the first is ours: the log begins alike.
    const copy = copies.find((reader) => reader.size > original.position);
    // What is no copy was at the path, copied and emptied between two looks: a whole generation.
    const later = byAge.filter(
      (other) =>
        !copies.includes(other) &&
        bornAtMs(other.identity, other.mtimeMs) >= this.#sinceMs &&
        (copy === undefined || this.compareAge(other, copy) > 0),
    );
    for (const reader of copy === undefined ? later : [copy, ...later]) this.surrender(reader);
    // Once the original begins anew, nothing could tell any more that these are copies.
    for (const other of copies) if (other !== copy) this.#dismiss(other);
    this.#dropHistory();
    return { copy, later };
  }

  /**
   * Candidates that prove to be no copies of what we hold: generations that came and went between two looks, or
   * while we were not running. Copies are dismissed when nothing came of them.
   */
  missed(generations: readonly FileReader[], nowMs: number): FileReader[] {
    const missed: FileReader[] = [];
    for (const reader of this.#candidates.slice()) {
      reader.refresh(nowMs);
      const quietMs = nowMs - reader.grewAtMs;
      const isCopy = generations.some((generation) => reader.isCopyOf(generation));
      if (isCopy && quietMs >= this.#ground.rotateWaitMs) this.#dismiss(reader);
      if (isCopy || (reader.size === 0 && quietMs < UNDECIDED_MS)) continue;
      this.surrender(reader);
      reader.rotatedAtMs = nowMs;
      missed.push(reader);
    }
    this.resumed = false;
    return missed.toSorted((a, b) => this.compareAge(a, b));
  }

  /**
   * Older first. Counters in the names tell it truly, for rotation shifts them all, and a copy is born after the file
   * that goes on; births tell it where there are no counters, or the names where the clock's ticks tie.
   */
  compareAge(a: FileReader, b: FileReader): number {
    const [nameA, nameB] = [path.basename(a.path), path.basename(b.path)];
    const [countA, countB] = [rotationCounter(this.#base, nameA), rotationCounter(this.#base, nameB)];
    if (countA !== undefined && countB !== undefined && countA !== countB) return countB - countA;
    const byBirth = Number(a.identity.birthtimeNs - b.identity.birthtimeNs);
    return byBirth || compareRotatedNames(this.#base, nameA, nameB);
  }

  /** A copy is being made, or was just made: the truncation is near. */
  awaitsTruncation(nowMs: number): boolean {
    return this.#candidates.some((reader) => reader.size > 0 && nowMs - reader.grewAtMs < TRUNCATION_DUE_MS);
  }

  releaseAll(): void {
    for (const reader of this.#candidates.splice(0)) this.#ground.files.release(reader);
  }

  /** Lets go of old neighbours that were looked at for being copies. */
  #dropHistory(): void {
    for (const reader of this.#candidates.slice()) {
      if (bornAtMs(reader.identity, reader.mtimeMs) >= this.#sinceMs) continue;
      this.surrender(reader);
      this.#ground.files.release(reader);
    }
  }

  /** A copy whose bytes were delivered from the original: whoever matches its name shall not read them again. */
  #dismiss(copy: FileReader): void {
    this.surrender(copy);
    copy.skipTo(copy.size);
    this.#ground.save(copy, true);
    this.#ground.files.release(copy);
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

  #open(name: string, nowMs: number): Opened | undefined {
    const { files } = this.#ground;
    try {
      return files.open(path.join(this.#directory, name), this.#followed, this.#input, nowMs);
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
      const opened = this.#open(name, nowMs);
      opened?.reader.startAt(entry);
      return opened?.reader;
    }
    return undefined;
  }
}

/** By the wall clock; of a file system without birth times it is the last write. */
function bornAtMs({ birthtimeNs }: Identity, mtimeMs: number): number {
  return Number(birthtimeNs / 1_000_000n) || mtimeMs;
}
