// One open file: reads complete records from a position, sees truncation, and knows when it has nothing more.
// Hot, and longer than 300 lines: one state machine over position, head, marker and epoch, which only moves as a whole.
// For followed-path, which decides which files there are. Invariant: `position` is on a record boundary
// except inside a record longer than a buffer, and every read begins `marker.length` bytes before it, so that
// a file truncated and grown again past our position is noticed by the read itself, at no extra system call.
import fs from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ByteSource } from './byte-source.ts';
import {
  FINGERPRINT_BYTES,
  type Fingerprint,
  fingerprint,
  type Identity,
  matchesFingerprint,
  NO_FINGERPRINT,
} from './file-identity.ts';
import type { FollowInput } from './follow-input.ts';
import type { FollowStats } from './follow-stats.ts';
import { holeEnd, nulRun } from './nul-hole.ts';

/** Complete records of one file, in the buffer that was given to `follow.read`. */
export type Batch = {
  readonly reader: FileReader;
  /** Offset in the file of bytes[0]. */
  readonly offset: number;
  /** Offset just past the last byte; what `acknowledge` moves the checkpoint to. */
  readonly end: number;
  readonly bytes: Buffer;
  /** False where the bytes go on (or are gone on with) inside one record longer than the buffer. */
  readonly startsRecord: boolean;
  readonly endsRecord: boolean;
  /** The beginning of a line, shown since the process ends; it counts as delivered only once it is whole. */
  readonly unfinished: boolean;
  readonly marker: Fingerprint;
  readonly epoch: number;
};

/**
 * What a record is owed: `complete` records only; `quiet`: whole lines of an unfinished event too, nothing came
 * for the multi-line timeout; `rest`: also an unfinished line, nothing will be added; `ending`: the same, but it is
 * we who end, and something may be added.
 */
export type Completeness = 'complete' | 'quiet' | 'rest' | 'ending';

/** Where a file is read from when it was known before. */
export type Position = { readonly offset: number; readonly head: Fingerprint; readonly marker: Fingerprint };

type Edges = Pick<Batch, 'startsRecord' | 'endsRecord' | 'unfinished'>;

/** A scan for the end of a huge line lets the event loop breathe this often. */
const SCAN_SLICE_BYTES = 32 * 1024 * 1024;

export class FileReader {
  /** Where the file was last seen; a rotated file is renamed under us. */
  path: string;
  /** The path whose generation this is, and how it is read. */
  readonly followedPath: string;
  input: FollowInput;
  readonly identity: Identity;
  position = 0;
  acknowledged = 0;
  head: Fingerprint = NO_FINGERPRINT;
  marker: Fingerprint = NO_FINGERPRINT;
  acknowledgedMarker: Fingerprint = NO_FINGERPRINT;
  /** Grows by one with every truncation: positions of different epochs do not compare. */
  epoch = 0;
  size = 0;
  mtimeMs = 0;
  /** The last time (ms) it was seen to grow. */
  grewAtMs: number;
  /** When (ms, wall clock) it was last seen to be the file at its path. */
  lookedAtMs = 0;
  /** Since when (ms) there are bytes that were not delivered. */
  behindSinceMs: number;
  /** When (ms) the path was seen to lead elsewhere; undefined while this is the file at the path. */
  rotatedAtMs: number | undefined;
  truncated = false;
  /** Set on a copy that logrotate made: its bytes count as recovered. */
  recovering = false;
  /** Another reader that took over the old epoch's unread bytes, and its acknowledgements. */
  heir: { epoch: number; reader: FileReader } | undefined;
  #source: ByteSource;
  readonly #stats: FollowStats;
  /** Up to here (offset) there is no complete record behind `position`: nothing to do until the file is larger. */
  #searched = 0;
  /** End (offset) of the long record being handed out in pieces. */
  #longEnd: number | undefined;
  #longStart = 0;
  /** The head itself while it is shorter than a fingerprint: a copy made earlier is a prefix of it. */
  #shortHead: Buffer | undefined;

  constructor(
    file: { path: string; followedPath: string; identity: Identity; source: ByteSource },
    how: { input: FollowInput; stats: FollowStats; nowMs: number },
  ) {
    this.path = file.path;
    this.followedPath = file.followedPath;
    this.identity = file.identity;
    this.#source = file.source;
    this.input = how.input;
    this.#stats = how.stats;
    this.grewAtMs = this.behindSinceMs = how.nowMs;
  }

  get fd(): number {
    return this.#source.fd;
  }

  /** Delivered to the end of the file. */
  get exhausted(): boolean {
    return this.delivered && this.position === this.size;
  }

  /** How many names lead to the file; 0: it was deleted, and lives by our descriptor. */
  names(): number {
    return fs.fstatSync(this.#source.fd).nlink;
  }

  /** False while the descriptor is given back; see open-files. */
  get open(): boolean {
    return this.#source.fd !== -1;
  }

  get insideRecord(): boolean {
    return this.#longEnd !== undefined;
  }

  /** Bytes behind the position as of the last look; 0 for a gzip'd file whose end is not known. */
  get unread(): number {
    return Number.isFinite(this.size) ? Math.max(0, this.size - this.position) : 0;
  }

  get unacknowledged(): number {
    return Number.isFinite(this.size) ? Math.max(0, this.size - this.acknowledged) : 0;
  }

  get delivered(): boolean {
    return this.acknowledged === this.position;
  }

  /** True while a complete record may lie behind the position. */
  get readable(): boolean {
    return (
      !this.truncated && (this.#longEnd !== undefined || this.size > Math.max(this.position, this.#searched))
    );
  }

  /** An unfinished record waits at the end of the file. */
  get unfinished(): boolean {
    return !this.truncated && this.size > this.position && !this.readable;
  }

  startAt(position: Position): void {
    this.position = this.acknowledged = position.offset;
    this.head = position.head;
    this.marker = this.acknowledgedMarker = position.marker;
  }

  /** Starts inside the file without having read what is before: fingerprints it instead. */
  skipTo(offset: number): void {
    const length = Math.min(offset, FINGERPRINT_BYTES);
    const marker = fingerprint(this.peek(offset - length, length));
    this.startAt({ offset, head: fingerprint(this.peek(0, length)), marker });
  }

  /** Continues where another reader's file was truncated: this one holds a copy of it. */
  inherit(original: FileReader): void {
    this.startAt({
      offset: original.acknowledged,
      head: original.head,
      marker: original.acknowledgedMarker,
    });
    this.position = original.position;
    this.marker = original.marker;
    this.#longEnd = original.#longEnd;
    this.#longStart = original.#longStart;
    this.recovering = true;
    original.heir = { epoch: original.epoch, reader: this };
  }

  /** Whether this file is a copy of another, or of its beginning; also when that one is truncated by now. */
  isCopyOf(original: FileReader): boolean {
    const { head, marker, position } = original;
    const length = Math.min(this.size, head.length);
    if (length === 0) return false;
    const begin = this.peek(0, length);
    if (length < head.length) return original.#shortHead?.subarray(0, length).equals(begin) ?? false;
    if (!matchesFingerprint(begin, head)) return false;
    if (this.size < position) return true;
    return matchesFingerprint(this.peek(position - marker.length, marker.length), marker);
  }

  /**
   * Takes note of a stat of this file. A truncation is noted and nothing else: `size` goes on to say how much
   * there was, until `restart`.
   */
  noteSize(size: number, mtimeMs: number, nowMs: number): void {
    if (this.truncated || this.#source.compressed) return;
    if (size < this.size) this.truncated = true;
    // Rewritten to the very same size, or grown while the consumer is blocked: only the bytes can tell.
    else if (mtimeMs !== this.mtimeMs && (size === this.size || this.unread > 0))
      this.truncated = !this.verify();
    if (this.truncated) return;
    if (size > this.size) {
      if (this.acknowledged === this.size) this.behindSinceMs = nowMs;
      this.grewAtMs = nowMs;
    }
    this.size = size;
    this.mtimeMs = mtimeMs;
    if (this.head.length < FINGERPRINT_BYTES && size > this.head.length) this.#growHead();
  }

  /** Looks at the held descriptor. */
  refresh(nowMs: number): void {
    if (this.#source.compressed) {
      this.size = this.#source.size();
      return;
    }
    const stat = fs.fstatSync(this.#source.fd);
    this.noteSize(stat.size, stat.mtimeMs, nowMs);
  }

  /** Whether head and marker are still what they were. */
  verify(): boolean {
    const { marker, head, position } = this;
    return (
      matchesFingerprint(this.peek(position - marker.length, marker.length), marker) &&
      matchesFingerprint(this.peek(0, head.length), head)
    );
  }

  /** Bytes at an offset, at once; fewer at the end of the file. */
  peek(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    const got = length === 0 ? 0 : fs.readSync(this.#source.fd, bytes, 0, length, offset);
    return bytes.subarray(0, got);
  }

  /**
   * Complete records from the position into target[at, at + marker + limit). Undefined when there are none now,
   * when the file turned out to be truncated, or when the next record asks for a whole buffer (then `at` must
   * be 0). Immediate for local files, a promise where a read may hang.
   */
  take(
    target: Buffer,
    at: number,
    limit: number,
    owed: Completeness,
  ): Batch | undefined | Promise<Batch | undefined> {
    if (this.#longEnd !== undefined) return this.#takePiece(target, at, limit);
    const wanted = Math.min(limit, this.size - this.position);
    if (wanted <= 0) return undefined;
    const keep = this.marker.length;
    const got = this.#source.read(target, at, keep + wanted, this.position - keep);
    if (typeof got === 'number') return this.#frame(target, at, got, limit, owed);
    return got.then((bytes) => this.#frame(target, at, bytes, limit, owed));
  }

  /** What was delivered, and is now behind the checkpoint. */
  acknowledge(batch: Batch): FileReader {
    if (batch.epoch !== this.epoch) {
      if (this.heir?.epoch === batch.epoch) return this.heir.reader.acknowledge({ ...batch, epoch: 0 });
      return this;
    }
    if (batch.unfinished) return this;
    this.acknowledged = batch.end;
    this.acknowledgedMarker = batch.marker;
    return this;
  }

  /** The file was emptied: everything from its beginning is new. */
  restart(): void {
    this.epoch++;
    this.truncated = false;
    this.position = this.acknowledged = this.#searched = this.size = 0;
    this.head = this.marker = this.acknowledgedMarker = NO_FINGERPRINT;
    this.#longEnd = undefined;
  }

  /** Gives the descriptor back while nothing is unread; `reopen` brings it back. */
  close(): void {
    this.#source.close();
  }

  reopen(source: ByteSource): void {
    this.#source = source;
  }

  #frame(target: Buffer, at: number, got: number, limit: number, owed: Completeness) {
    const from = at + this.marker.length;
    const to = at + got;
    if (this.#source.compressed) this.size = this.#source.size();
    if (!this.#isStillMine(target.subarray(at, to))) {
      this.truncated = true;
      return undefined;
    }
    if (to === from) return undefined;
    if (this.input.skipNul && target[from] === 0) {
      const run = nulRun(target, from, to, this.position === 0 && this.epoch > 0);
      if (run > 0) return this.#skipNuls(run, to - from);
    }
    const full = to - from >= limit;
    let end = this.input.framer.lastEnd(target, from, to);
    if (end === from && ((full && at === 0) || owed !== 'complete'))
      end = this.input.framer.lines.lastEnd(target, from, to);
    if (end === from && full) return at === 0 ? this.#takeLong(target, at, limit, owed) : undefined;
    const unfinished = end === from && (owed === 'rest' || owed === 'ending');
    if (unfinished) end = to;
    this.#searched = this.position + (to - from);
    if (end === from) return undefined;
    const edges = { startsRecord: true, endsRecord: true, unfinished: unfinished && owed === 'ending' };
    return this.#advance(target, from, end, edges);
  }

  /** Whether what was read, from `marker.length` before the position on, is of the file as it was. */
  #isStillMine(read: Buffer): boolean {
    const { marker, head, position } = this;
    if (!matchesFingerprint(read.subarray(0, marker.length), marker)) return false;
    // So near the beginning the marker covers little or nothing: there the head is what tells.
    return position > marker.length || matchesFingerprint(read.subarray(0, head.length), head);
  }

  #advance(target: Buffer, from: number, end: number, edges: Edges): Batch {
    const offset = this.position;
    const covered = this.marker.length + (end - from);
    this.position = offset + (end - from);
    this.marker = fingerprint(target.subarray(end - Math.min(covered, FINGERPRINT_BYTES), end));
    this.#stats.readBytes += end - from;
    if (this.recovering) this.#stats.recoveredBytes += end - from;
    const { marker, epoch, position } = this;
    return {
      reader: this,
      offset,
      end: position,
      bytes: target.subarray(from, end),
      ...edges,
      marker,
      epoch,
    };
  }

  /** A line longer than the buffer: find its end first, so that nothing is handed out before it is complete. */
  async #takeLong(target: Buffer, at: number, limit: number, owed: Completeness): Promise<Batch | undefined> {
    const { lines, width } = this.input.framer;
    let scan = Math.max(this.#searched, this.position);
    let end = -1;
    for (let slice = 0; end === -1 && scan < this.size;) {
      const got = await this.#source.read(target, at, Math.min(limit, this.size - scan), scan);
      const found = lines.firstEnd(target, at, at + got);
      if (found !== -1) end = scan + (found - at);
      else if (got < width) break;
      else scan += got - (got % width);
      slice += got;
      if (slice >= SCAN_SLICE_BYTES) await nextTurn((slice = 0));
    }
    this.#searched = scan;
    if (end === -1 && owed !== 'rest' && owed !== 'ending') return undefined;
    this.#longStart = this.position;
    this.#longEnd = end === -1 ? this.size : end;
    this.#stats.longLines.stream++;
    return this.#takePiece(target, at, limit);
  }

  async #takePiece(target: Buffer, at: number, limit: number): Promise<Batch | undefined> {
    const keep = this.marker.length;
    const longEnd = this.#longEnd!;
    const wanted = Math.min(limit, longEnd - this.position);
    const got = await this.#source.read(target, at, keep + wanted, this.position - keep);
    const from = at + keep;
    if (got < keep + wanted || !matchesFingerprint(target.subarray(at, from), this.marker)) {
      this.truncated = true;
      return undefined;
    }
    const last = this.position + wanted === longEnd;
    const end = last ? at + got : cutBetweenCharacters(target, from, at + got, this.input.framer.width);
    const startsRecord = this.position === this.#longStart;
    if (last) {
      this.#longEnd = undefined;
      this.#searched = 0;
    }
    return this.#advance(target, from, end, { startsRecord, endsRecord: last, unfinished: false });
  }

  /** NULs left by a writer that kept its offset over a truncation are no data; see nul-hole. */
  #skipNuls(run: number, read: number): undefined {
    const end = run < read ? this.position + run : holeEnd(this.#source.fd, this.position + run, this.size);
    const skipped = end - this.position;
    this.#stats.skippedNulBytes += skipped;
    const wasDelivered = this.delivered;
    this.position = end;
    const length = Math.min(end, FINGERPRINT_BYTES);
    this.marker = fingerprint(this.peek(end - length, length));
    if (wasDelivered) {
      this.acknowledged = end;
      this.acknowledgedMarker = this.marker;
    }
    return undefined;
  }

  /** A head still short grows with its file; one that no longer begins alike is another file's, ours was truncated. */
  #growHead(): void {
    const bytes = this.peek(0, Math.min(this.size, FINGERPRINT_BYTES));
    if (!matchesFingerprint(bytes.subarray(0, this.head.length), this.head)) {
      this.truncated = true;
      return;
    }
    this.head = fingerprint(bytes);
    this.#shortHead = bytes.length < FINGERPRINT_BYTES ? bytes : undefined;
  }
}

/** A cut inside a long record: not inside a UTF-8 sequence, not inside a UTF-16 unit pair. */
function cutBetweenCharacters(bytes: Buffer, from: number, to: number, width: number): number {
  if (width === 2) return to - ((to - from) % 4);
  let cut = to;
  while (cut > to - 4 && cut > from && (bytes[cut]! & 0xc0) === 0x80) cut--;
  return cut > from ? cut : to;
}
