// The generations of one path, oldest first: the files a rotation moved away and that are not yet read to their
// end, and the file that is at the path now. For follow. `observe` is cheap, never waits for stdout, and is called
// on every notice and sweep: it opens new generations before rotation can take them away. Which neighbours are
// generations too is rotated-siblings' question; bytes are file-reader's.
// A little over 300 lines: its cases are those of rotation, and they share the state.
import fs from 'node:fs';
import { identityOf, looksLike } from './file-identity.ts';
import type { FileReader } from './file-reader.ts';
import type { FollowGround } from './follow-ground.ts';
import type { FollowInput } from './follow-input.ts';
import type { RotationKind } from './follow-stats.ts';
import { nextGeneration, type Owed, rotatedQuietMs } from './generation-turn.ts';
import { Unreadable } from './open-files.ts';
import { isCompressedName } from './rotated-names.ts';
import { RotatedSiblings } from './rotated-siblings.ts';
import type { Entry } from './checkpoint.ts';
import { startOffset } from './start-position.ts';
import { systemError } from './system-error.ts';

/** A compressed file touched this lately may still be being written; it is opened when it is left alone. */
const COMPRESSING_MS = 2000;
/** Names are shifted within milliseconds; a directory that never comes to rest holds delivery up no longer than this. */
const SHIFTING_MS = 500;
/** A rotation under way gives a new file at every look; whoever rotates faster than this is looked at again later. */
const MAX_LOOKS = 50;

export class FollowedPath {
  readonly path: string;
  input: FollowInput;
  /** Why the file at the path cannot be read; undefined when it can, or is not there. */
  problem: Unreadable | undefined;
  /** False until a file was seen at the path, and after it went away. */
  present = false;
  everPresent = false;
  readonly #ground: FollowGround;
  readonly #generations: FileReader[] = [];
  readonly #siblings: RotatedSiblings;
  /** Since when (ms) rotation is shifting names, as far as the looks at the neighbours tell. */
  #shiftingSinceMs: number | undefined;
  /** The file at our path is a generation of another followed path: rotated there, matched here. */
  #alias: FileReader | undefined;

  constructor(
    followed: string,
    input: FollowInput,
    ground: FollowGround,
    knownEntries: readonly Entry[],
    nowMs: number,
  ) {
    this.path = followed;
    this.input = input;
    this.#ground = ground;
    const since = knownEntries.reduce((latest, entry) => Math.max(latest, entry.lookedAtMs), 0);
    this.#siblings = new RotatedSiblings(followed, input, ground, since === 0 ? Date.now() : since);
    this.#generations.push(...this.#siblings.findKnown(knownEntries, nowMs));
  }

  /** The same files, read in another way from the next record on: what is under way is neither lost nor repeated. */
  useInput(input: FollowInput): void {
    this.input = input;
    for (const reader of this.#generations) reader.input = input;
    this.#siblings.useInput(input);
  }

  get generations(): readonly FileReader[] {
    return this.#generations;
  }

  /** The reader of the file at the path. */
  get current(): FileReader | undefined {
    const last = this.#generations.at(-1);
    return last?.rotatedAtMs === undefined ? last : undefined;
  }

  /** Files are held that rotation moved away, or may have made: worth a look at every notice and sweep. */
  get rotating(): boolean {
    const rotated = this.#generations.length > (this.current === undefined ? 0 : 1);
    return rotated || this.#shiftingSinceMs !== undefined || this.#siblings.waiting;
  }

  /** Looks at the path, its rotated files and its neighbours. @param nowMs monotonic enough for waits of seconds */
  observe(nowMs: number): void {
    const { current } = this;
    const wallMs = Date.now();
    if (current !== undefined && !this.input.byName) current.refresh(nowMs);
    else this.#observePath(nowMs);
    if (this.current !== undefined) this.current.lookedAtMs = wallMs;
    for (const reader of this.#generations) {
      if (reader.rotatedAtMs !== undefined && reader.open) reader.refresh(nowMs);
    }
    for (let at = 0; at < this.#generations.length; at++) {
      if (this.#generations[at]!.truncated) at += this.#recover(this.#generations[at]!, nowMs);
    }
    if (this.#siblings.waiting || this.#siblings.resumed)
      this.#insertMissed(this.#siblings.missed(this.#generations, nowMs));
    if (this.#generations.length > 1 || this.current === undefined) this.#retire(nowMs);
  }

  /** A new name in our directory: perhaps a copy that logrotate is making, or a generation we never saw. */
  offerSibling(name: string, nowMs: number): void {
    this.#siblings.offer(name, nowMs);
  }

  /** Worth looking at without pause: the sooner a truncation is seen, the less is lost in it. */
  isUnderRotation(nowMs: number): boolean {
    return this.#shiftingSinceMs !== undefined || this.#siblings.awaitsTruncation(nowMs);
  }

  get unread(): number {
    return this.#generations.reduce((bytes, reader) => bytes + reader.unread, 0);
  }

  /** The oldest file with something to deliver, and how much of it is owed; undefined when there is none. */
  next(nowMs: number, ending: boolean): Owed | undefined {
    // What is newer must not overtake a generation that slipped through while the names were shifted.
    if (!ending && nowMs - (this.#shiftingSinceMs ?? -Infinity) < SHIFTING_MS) return undefined;
    return nextGeneration(this.#generations, this.input, this.#ground.rotateWaitMs, { nowMs, ending });
  }

  /** Lets go of everything; what the checkpoint says of it stays. */
  releaseAll(): void {
    for (const reader of this.#generations) this.#ground.files.release(reader);
    this.#siblings.releaseAll();
  }

  /**
   * What is at the path now. When that is another file than before, the neighbours are looked at too, and then the
   * path again: only when it stayed the same in between is it known who of them was never there.
   */
  #observePath(nowMs: number): void {
    for (let look = 0; look < MAX_LOOKS; look++) {
      const before = this.current;
      const stat = this.#statPath();
      if (stat !== undefined && before !== undefined && looksLike(stat, before.identity)) {
        this.#grown(before, stat, nowMs);
      } else if (stat !== undefined) this.#arrived(stat, nowMs);
      else this.#gone(nowMs);
      const hasChanged = this.current !== before && this.#generations.length > 1;
      if (!hasChanged && !(this.#siblings.resumed && look === 0) && this.#shiftingSinceMs === undefined)
        return;
      this.#shiftingSinceMs = this.#siblings.scan(nowMs) ? undefined : (this.#shiftingSinceMs ?? nowMs);
    }
  }

  #statPath(): fs.Stats | undefined {
    try {
      const stat = fs.statSync(this.path, { throwIfNoEntry: false });
      if (stat === undefined) this.problem = undefined;
      return stat;
    } catch (error) {
      this.#report(error);
      return undefined;
    }
  }

  #report(error: unknown): void {
    const { code, message } = systemError(error);
    if (this.problem?.code === code) return;
    this.problem = error instanceof Unreadable ? error : new Unreadable(code, message, { cause: error });
    this.#ground.files.countError(code);
    this.#ground.report({ kind: 'unreadable', path: this.path, code, message: this.problem.message });
  }

  #grown(current: FileReader, stat: fs.Stats, nowMs: number): void {
    this.problem = undefined;
    if (stat.size === current.size && stat.mtimeMs === current.mtimeMs) return;
    try {
      if (!current.open && !this.#ground.files.reopen(current, this.path, this.input))
        return this.#arrived(stat, nowMs);
    } catch (error) {
      return this.#report(error);
    }
    current.noteSize(stat.size, stat.mtimeMs, nowMs);
  }

  #gone(nowMs: number): void {
    this.#alias = undefined;
    this.present = false;
    if (this.current !== undefined) this.current.rotatedAtMs = nowMs;
  }

  /** Another file is at the path than the one we held as current. */
  #arrived(stat: fs.Stats, nowMs: number): void {
    if (this.#alias !== undefined && looksLike(stat, this.#alias.identity) && this.#alias.open) return;
    this.#alias = undefined;
    if (this.input.gzip && isCompressedName(this.path) && Date.now() - stat.ctimeMs < COMPRESSING_MS) return;
    const before = this.#generations.at(-1);
    const wasGone = !this.present;
    try {
      const identity = identityOf(fs.statSync(this.path, { bigint: true }));
      const holder = this.#ground.files.held(identity);
      if (holder !== undefined) this.#followHeld(holder, nowMs);
      else this.#openNew(nowMs);
      this.problem = undefined;
    } catch (error) {
      if (this.current !== undefined) this.current.rotatedAtMs = nowMs;
      if (systemError(error).code !== 'ENOENT') this.#report(error);
      return;
    }
    this.present = this.everPresent = true;
    if (before !== undefined && this.current !== before)
      this.#ground.stats.rotations[rotationKind(this.path, before, wasGone)]++;
  }

  /** The file at the path is held already: by us (renamed away and back) or by another path's rotation. */
  #followHeld(holder: FileReader, nowMs: number): void {
    const own = this.#generations.indexOf(holder);
    if (own === -1 && !this.#siblings.surrender(holder)) {
      this.#alias = holder;
      if (this.current !== undefined) this.current.rotatedAtMs = nowMs;
      return;
    }
    if (this.current !== undefined) this.current.rotatedAtMs = nowMs;
    if (own !== -1) this.#generations.splice(own, 1);
    holder.rotatedAtMs = undefined;
    holder.path = this.path;
    this.#generations.push(holder);
  }

  #openNew(nowMs: number): void {
    const { files } = this.#ground;
    const previous = this.current;
    const wallMs = Date.now();
    const { reader, known, held } = files.open(this.path, this.path, this.input, nowMs);
    // Between the two system calls rotation may have put another file there, one that is held.
    if (held) return this.#followHeld(reader, nowMs);
    reader.lookedAtMs = wallMs;
    if (previous !== undefined) previous.rotatedAtMs = nowMs;
    if (!known && !this.#ground.started) this.#skipToStart(reader);
    this.#generations.push(reader);
    this.#ground.save(reader, false);
    this.#ground.watchFile(this.path);
  }

  #skipToStart(reader: FileReader): void {
    const { startAt, ignoreOlderMs, framer } = this.input;
    const position = Date.now() - reader.mtimeMs > ignoreOlderMs ? ({ kind: 'end' } as const) : startAt;
    if (position.kind === 'beginning' || reader.size === Infinity) return;
    reader.skipTo(startOffset(reader.fd, reader.size, position, framer.lines));
  }

  /** Returns how many generations were put in front of the truncated one. */
  #recover(reader: FileReader, nowMs: number): number {
    const { stats, save, report } = this.#ground;
    stats.truncations++;
    const { copy, later } = this.#siblings.heirs(reader, nowMs);
    if (copy !== undefined) {
      copy.inherit(reader);
      stats.rotations.copytruncate++;
    }
    const lostBytes = Math.max(0, reader.size - Math.max(reader.position, copy?.size ?? 0));
    stats.lostBytes += lostBytes;
    report({ kind: 'truncated', path: this.path, lostBytes, recovered: copy !== undefined });
    const heirs = copy === undefined ? later : [copy, ...later];
    for (const heir of heirs) {
      heir.rotatedAtMs = nowMs;
      save(heir, false);
    }
    this.#generations.splice(this.#generations.indexOf(reader), 0, ...heirs);
    reader.restart();
    reader.refresh(nowMs);
    save(reader, false);
    return heirs.length;
  }

  /** Generations that came and went between two looks, in the order of their births. */
  #insertMissed(missed: readonly FileReader[]): void {
    for (const reader of missed) {
      let at = this.#generations.length - (this.current === undefined ? 0 : 1);
      while (at > 0 && this.#siblings.compareAge(this.#generations[at - 1]!, reader) > 0) at--;
      this.#generations.splice(at, 0, reader);
      this.#ground.stats.rotations.rename++;
      this.#ground.save(reader, false);
    }
  }

  /**
   * Lets go of rotated files that are delivered to their end and quiet: their writer has moved on. Sooner when
   * together they hold more disk space than is allowed. Never one with unread bytes.
   */
  #retire(nowMs: number): void {
    let heldBytes = 0;
    for (let at = this.#generations.length - 1; at >= 0; at--) {
      const reader = this.#generations[at]!;
      if (reader.rotatedAtMs === undefined || !reader.exhausted) continue;
      heldBytes += reader.size;
      if (
        rotatedQuietMs(reader, nowMs) < this.#ground.rotateWaitMs &&
        heldBytes <= this.#ground.keepRotatedMaxBytes
      )
        continue;
      this.#generations.splice(at, 1);
      this.#letGo(reader);
    }
  }

  /** Remembered as finished while a name leads to it, or a gzip'd copy may come to be matched. */
  #letGo(reader: FileReader): void {
    if (reader.open && (reader.names() > 0 || this.input.gzip)) this.#ground.save(reader, true);
    else this.#ground.checkpoint.forget(reader.identity);
    this.#ground.files.release(reader);
  }
}

function rotationKind(path: string, before: FileReader, wasGone: boolean): RotationKind {
  if (fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return 'symlink';
  if (before.open && before.names() > 0) return 'rename';
  return wasGone ? 'recreate' : 'replace';
}
