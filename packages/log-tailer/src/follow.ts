// The public engine: paths and options in, batches of complete records out, each with its file and offset.
// For log-tailer's delivery and for date-adapter. The consumer asks (`read`) with a buffer of its own, so memory is
// bounded by what it asks for, and says what it has delivered (`acknowledge`) before the checkpoint moves.
// Discovery, rotation and opening go on by themselves while the consumer is busy: being slow loses nothing.
import path from 'node:path';
import { ChangeNotice, type Notice, type WatchMode } from './change-notice.ts';
import type { Checkpoint, Entry } from './checkpoint.ts';
import { Discovery } from './discovery.ts';
import { FINGERPRINT_BYTES } from './file-identity.ts';
import type { Batch, FileReader } from './file-reader.ts';
import type { FollowInput } from './follow-input.ts';
import { count, FollowStats } from './follow-stats.ts';
import type { FollowEvent } from './follow-events.ts';
import { FollowedPath, type Ground } from './followed-path.ts';
import { OpenFiles } from './open-files.ts';
import { PathIndex } from './path-index.ts';
import { systemError } from './system-error.ts';

export type FollowOptions = {
  readonly inputs: readonly FollowInput[];
  readonly checkpoint: Checkpoint;
  /** A rotated file is kept until it was quiet for this long after its last byte was delivered. */
  readonly rotateWaitMs: number;
  /** Deleted or rotated files that are delivered are let go earlier when they hold more disk space than this. */
  readonly keepRotatedMaxBytes: number;
  readonly watch: WatchMode;
  readonly pollIntervalMs: number;
  readonly sweepIntervalMs: number;
  readonly discoveryIntervalMs: number;
  readonly maxOpenFiles: number;
  /** Ends by itself once every file that was ever there is gone and delivered. */
  readonly endWhenRemoved: boolean;
  /** Our own words: what happened to a file, for the operator. */
  readonly report: (event: FollowEvent) => void;
};

/**
 * Files looked at per sweep, tick of a hot directory, and poll; larger crowds take turns. A look is one stat, about
 * 2 us: the sweep of idle files costs under 0.1 % of a core, a hot directory 4 %.
 */
const FILES_PER_LOOK = { sweep: 400, tick: 100, poll: 5000 };
/** A path that delivered this recently is looked at on every tick. */
const ACTIVE_MS = 1000;
/** Where unfinished records are given up on after a timeout, somebody must look at the clock. */
const TIMEOUT_TICK_MS = 100;
/** Not worth another read for less room than this. */
const MIN_ROOM_BYTES = 4096;

export class Follow {
  readonly stats = new FollowStats();
  readonly #options: FollowOptions;
  readonly #files: OpenFiles;
  readonly #notice: ChangeNotice;
  readonly #ground: Ground;
  readonly #index = new PathIndex();
  /** Paths with something to deliver, in turn. */
  readonly #ready = new Set<FollowedPath>();
  /** Paths under a copytruncate just now. */
  readonly #vigils = new Set<FollowedPath>();
  /** Paths that had something lately, and when. */
  readonly #active = new Map<FollowedPath, number>();
  readonly #timers: NodeJS.Timeout[] = [];
  #discovery: Discovery;
  #entries: Map<string, Entry[]>;
  /** The path whose record is being handed out in pieces: nothing may come in between. */
  #insideRecord: FollowedPath | undefined;
  #wake: (() => void) | undefined;
  #lingerUntilMs: number | undefined;
  /** How often everything was looked at since the linger ended; see #drained. */
  #looksAfterLinger = 0;
  #ended = false;
  #savedAtMs = performance.now();
  #walkSoon: NodeJS.Immediate | undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#discovery = new Discovery(options.inputs);
    this.#entries = options.checkpoint.unfinished();
    this.#notice = new ChangeNotice({
      mode: options.watch,
      pollIntervalMs: options.pollIntervalMs,
      look: (directory, notice) => this.#look(directory, notice),
    });
    this.#files = new OpenFiles({
      checkpoint: options.checkpoint,
      stats: this.stats,
      maxOpen: options.maxOpenFiles,
      isRemote: (file) => this.#notice.isRemote(path.dirname(file)),
    });
    this.#ground = {
      files: this.#files,
      checkpoint: options.checkpoint,
      stats: this.stats,
      rotateWaitMs: options.rotateWaitMs,
      keepRotatedMaxBytes: options.keepRotatedMaxBytes,
      save: (reader, finished) => this.#save(reader, finished),
      watchFile: (followed) => this.#index.noteRealPath(followed),
      lost: (entry) => this.#lost(entry),
      report: options.report,
      started: false,
    };
  }

  /** Finds and opens what is there, and begins to watch. */
  start(): void {
    this.#walk();
    this.#ground.started = true;
    const { sweepIntervalMs, discoveryIntervalMs, inputs } = this.#options;
    this.#timers.push(setInterval(() => this.#walk(), discoveryIntervalMs));
    this.#timers.push(setInterval(() => this.#sweep(), sweepIntervalMs));
    const expires = inputs.some(
      (input) => input.multilineTimeoutMs < Infinity || input.partialTimeoutMs < Infinity,
    );
    if (expires) this.#timers.push(setInterval(() => this.#lookAtUnfinished(), TIMEOUT_TICK_MS));
  }

  /** Follows other inputs from now on; files no longer matched are delivered as far as they are read, and let go. */
  replaceInputs(inputs: readonly FollowInput[]): void {
    this.#discovery = new Discovery(inputs);
    for (const followed of this.#index.paths()) {
      if (this.#discovery.inputFor(followed.path) !== followed.input) this.#drop(followed);
    }
    this.#walk();
  }

  get paths(): Iterable<FollowedPath> {
    return this.#index.paths();
  }

  get openFiles(): number {
    return this.#files.openCount;
  }

  /** How long ago (s) the checkpoint was last written, while there is something it does not know. */
  get checkpointAgeSeconds(): number {
    return this.lag().bytes === 0 ? 0 : (performance.now() - this.#savedAtMs) / 1000;
  }

  get watchFallbacks(): number {
    return this.#notice.fallbacks;
  }

  /** Bytes written and not yet acknowledged, and how long (ms) the oldest of them may have waited. */
  lag(): { bytes: number; oldestMs: number } {
    const nowMs = performance.now();
    let bytes = 0;
    let oldestMs = 0;
    for (const reader of this.#files.readers()) {
      if (reader.unacknowledged === 0) continue;
      bytes += reader.unacknowledged;
      oldestMs = Math.max(oldestMs, nowMs - reader.behindSinceMs);
    }
    return { bytes, oldestMs };
  }

  /**
   * Waits until there is something to deliver and puts it into `buffer`, which must not be touched before the
   * batches are acknowledged. Undefined when the end has come: after `drain`, or when all files were removed.
   * One call at a time.
   */
  async read(buffer: Buffer): Promise<Batch[] | undefined> {
    for (;;) {
      const batches = await this.#fill(buffer);
      if (batches.length > 0) return batches;
      if (this.#ended) return undefined;
      if (this.#drained()) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The batches were delivered. Moves the checkpoint. */
  acknowledge(batches: readonly Batch[]): void {
    const changed = new Set<FileReader>();
    for (const batch of batches) {
      this.stats.deliveredBytes += batch.bytes.length;
      changed.add(batch.reader.acknowledge(batch));
    }
    for (const reader of changed) this.#save(reader, false);
  }

  /**
   * Reads all files to their end, after `lingerMs` more of following, and then ends: `read` delivers the rest,
   * unfinished lines too, and returns undefined.
   */
  drain(lingerMs: number): void {
    this.#lingerUntilMs = performance.now() + lingerMs;
    setTimeout(() => this.#wakeUp(), lingerMs);
    this.#wakeUp();
  }

  /** Ends at once: `read` returns undefined. What is unread stays so, and the checkpoint knows. */
  stop(): void {
    this.#ended = true;
    this.#wakeUp();
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    clearImmediate(this.#walkSoon);
    this.#notice.close();
    this.#files.closeAll();
  }

  async #fill(buffer: Buffer): Promise<Batch[]> {
    const batches: Batch[] = [];
    let at = 0;
    const turn = this.#insideRecord === undefined ? this.#ready : [this.#insideRecord];
    for (const followed of turn) {
      at = await this.#fillFrom(followed, buffer, at, batches);
      if (this.#insideRecord !== undefined) break;
      // To the end of the line of those that wait, or out of it.
      this.#ready.delete(followed);
      const isReady = followed.next(performance.now(), this.#isEnding) !== undefined;
      if (isReady) this.#ready.add(followed);
      if (isReady || buffer.length - at < MIN_ROOM_BYTES + FINGERPRINT_BYTES) break;
    }
    return batches;
  }

  /** Reads one path until it has no more or the buffer no room. Returns where the free room begins. */
  async #fillFrom(followed: FollowedPath, buffer: Buffer, from: number, batches: Batch[]): Promise<number> {
    let at = from;
    while (buffer.length - at >= MIN_ROOM_BYTES + FINGERPRINT_BYTES) {
      const next = followed.next(performance.now(), this.#isEnding);
      if (next === undefined) break;
      const { reader, owed } = next;
      const before = reader.position;
      const taken = reader.take(buffer, at, buffer.length - at - FINGERPRINT_BYTES, owed);
      const batch = taken instanceof Promise ? await taken : taken;
      this.#insideRecord = reader.insideRecord ? followed : undefined;
      if (batch !== undefined) {
        batches.push(batch);
        at = batch.bytes.byteOffset - buffer.byteOffset + batch.bytes.length;
        if (this.#insideRecord !== undefined) break;
      }
      // A short read was a truncation; a file read to its end may have grown. Not when ending: the end is a fact.
      if (batch === undefined || (!reader.readable && !this.#isEnding)) reader.refresh(performance.now());
      if (reader.truncated) followed.observe(performance.now());
      else if (reader.position === before) break;
    }
    return at;
  }

  /** The last look was taken: what is unfinished stays unfinished, and is delivered so. */
  get #isEnding(): boolean {
    return this.#looksAfterLinger > 1;
  }

  /**
   * When draining: two last looks at everything, the second for what came while the first was delivered. True when
   * that (or the end) gives `read` something to do.
   */
  #drained(): boolean {
    if (this.#options.endWhenRemoved && this.#allRemoved()) this.drain(0);
    if (this.#lingerUntilMs === undefined || performance.now() < this.#lingerUntilMs) return false;
    if (this.#isEnding) this.#ended = true;
    this.#walk();
    this.#looksAfterLinger++;
    for (const followed of this.#index.paths()) this.#observe(followed);
    return true;
  }

  #allRemoved(): boolean {
    let seen = false;
    for (const followed of this.#index.paths()) {
      if (followed.present || followed.unread > 0) return false;
      seen ||= followed.everPresent;
    }
    return seen;
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Finds paths and directories anew. */
  #walk(): void {
    const nowMs = performance.now();
    const { paths, directories, changed } = this.#discovery.walk();
    if (!this.#ground.started) this.#resumeMissing(paths);
    for (const [file, input] of paths) {
      if (!this.#index.has(file)) this.#follow(file, input, nowMs);
    }
    for (const { directory, names } of changed) {
      for (const name of names) this.#offer(directory, name, nowMs);
    }
    for (const followed of this.#index.paths()) {
      if (!followed.present && !paths.has(followed.path) && followed.generations.length === 0)
        this.#drop(followed);
    }
    this.#notice.watchOnly(directories.union(this.#index.realDirectories()));
  }

  /** A path that is gone but of which the checkpoint knows unread files: they may wait beside it. */
  #resumeMissing(paths: Map<string, FollowInput>): void {
    for (const file of this.#entries.keys()) {
      const input = this.#discovery.inputFor(file);
      if (input !== undefined) paths.getOrInsert(file, input);
    }
  }

  #follow(file: string, input: FollowInput, nowMs: number): void {
    const entries = this.#entries.get(file) ?? [];
    this.#entries.delete(file);
    const followed = new FollowedPath(file, input, this.#ground, entries, nowMs);
    this.#index.add(followed);
    this.#observe(followed);
  }

  #drop(followed: FollowedPath): void {
    this.#index.delete(followed);
    this.#ready.delete(followed);
    this.#active.delete(followed);
    if (this.#insideRecord === followed) this.#insideRecord = undefined;
    followed.releaseAll();
  }

  /** @returns whether there is something to deliver */
  #observe(followed: FollowedPath): boolean {
    const nowMs = performance.now();
    followed.observe(nowMs);
    this.#index.noteRotating(followed);
    if (followed.rotating && followed.awaitsTruncation(nowMs)) this.#keepWatch(followed);
    const isReady = followed.next(nowMs, this.#isEnding) !== undefined;
    if (isReady) {
      this.#active.set(followed, nowMs);
      this.#ready.add(followed);
      this.#wakeUp();
    }
    return isReady;
  }

  /** While a copy is being made of a file, it is looked at in every turn of the event loop. */
  #keepWatch(followed: FollowedPath): void {
    if (this.#vigils.has(followed)) return;
    this.#vigils.add(followed);
    setImmediate(() => {
      this.#vigils.delete(followed);
      if (!this.#ended) this.#observe(followed);
    });
  }

  #look(directory: string, notice: Notice): boolean {
    if (!('name' in notice)) return this.#lookAround(directory, notice.why);
    if (notice.why === 'name') {
      this.#offer(directory, notice.name, performance.now());
      this.#walkSoon ??= setImmediate(() => {
        this.#walkSoon = undefined;
        this.#walk();
      });
    }
    let changed = false;
    for (const followed of this.#index.at(directory, notice.name))
      changed = this.#observe(followed) || changed;
    return changed;
  }

  /** A look that knows no name: all of a directory, in turns where that is too much, but the active ones always. */
  #lookAround(directory: string, why: 'tick' | 'poll'): boolean {
    let changed = this.#discovery.hasChanged(directory);
    if (changed) this.#walk();
    const inside = this.#index.someOf(directory, FILES_PER_LOOK[why]);
    const active = inside.length < FILES_PER_LOOK[why] ? [] : this.#active.keys();
    for (const followed of [...active, ...inside]) changed = this.#observe(followed) || changed;
    return changed;
  }

  #offer(directory: string, name: string, nowMs: number): void {
    for (const followed of this.#index.rotatedTo(directory, name)) followed.offerSibling(name, nowMs);
  }

  /** The safety net under notices, and the clock of everything that waits. */
  #sweep(): void {
    const nowMs = performance.now();
    for (const [followed, activeAtMs] of this.#active) {
      if (nowMs - activeAtMs > ACTIVE_MS) this.#active.delete(followed);
    }
    for (const followed of [...this.#index.rotating(), ...this.#index.some(FILES_PER_LOOK.sweep)])
      this.#observe(followed);
    if (this.#options.endWhenRemoved && this.#allRemoved()) this.#wakeUp();
  }

  #lookAtUnfinished(): void {
    const nowMs = performance.now();
    for (const followed of this.#index.paths()) {
      if (followed.next(nowMs, false) === undefined) continue;
      this.#ready.add(followed);
      this.#wakeUp();
    }
  }

  /** A file of an earlier life is gone: what it held beyond our end when we last saw it is lost. */
  #lost({ path: file, offset, size }: Entry): void {
    const lostBytes = Number.isFinite(size) ? Math.max(0, size - offset) : 0;
    this.stats.lostBytes += lostBytes;
    this.#options.report({ kind: 'lost-file', path: file, offset, lostBytes });
  }

  #save(reader: FileReader, finished: boolean): void {
    try {
      this.#options.checkpoint.save({
        identity: reader.identity,
        path: reader.followedPath,
        offset: reader.acknowledged,
        size: reader.size,
        head: reader.head,
        marker: reader.acknowledgedMarker,
        finished,
        lookedAtMs: reader.lookedAtMs,
      });
      this.#savedAtMs = performance.now();
    } catch (error) {
      const { code, message } = systemError(error);
      count(this.stats.checkpointErrors, code);
      this.#options.report({ kind: 'checkpoint-unwritable', code, message });
    }
  }
}
