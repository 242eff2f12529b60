// The public engine: paths and options in, batches of complete records out, each with its file and offset.
// For log-tailer's delivery and for date-adapter. The consumer asks (`read`) with a buffer of its own, so memory is
// bounded by what it asks for, and says what it has delivered (`acknowledge`) before the checkpoint moves.
// Discovery, rotation and opening go on by themselves while the consumer is busy: being slow loses nothing.
// A little over 300 lines: what remains here is the wiring of its parts and the few decisions about when to look.
import path from 'node:path';
import { ChangeNotice, type Notice } from './change-notice.ts';
import type { Entry } from './checkpoint.ts';
import { Discovery } from './discovery.ts';
import type { Batch, FileReader } from './file-reader.ts';
import type { FollowInput } from './follow-input.ts';
import type { FollowOptions } from './follow-options.ts';
import { FollowStats } from './follow-stats.ts';
import { FollowedPath } from './followed-path.ts';
import type { FollowGround } from './follow-ground.ts';
import { OpenFiles } from './open-files.ts';
import { PathIndex } from './path-index.ts';
import { type Lag, Progress } from './progress.ts';
import { TurnTaking } from './turn-taking.ts';

export type { Batch } from './file-reader.ts';
export type { FollowedPath } from './followed-path.ts';

/**
 * Files looked at per sweep, tick of a hot directory, and poll; larger crowds take turns. A look is one stat, about
 * 2 us: the sweep of idle files costs under 0.1 % of a core, a hot directory 4 %.
 */
const FILES_PER_LOOK = { sweep: 250, tick: 100, poll: 5000 };
/** A path that delivered this recently is looked at on every tick. */
const ACTIVE_MS = 1000;
/** When draining, everything is looked at this often: the second time for what came while the first was delivered. */
const LAST_LOOKS = 2;
/** Where unfinished records are given up on after a timeout, somebody must look at the clock. */
const TIMEOUT_TICK_MS = 100;

export class Follow {
  readonly stats = new FollowStats();
  readonly #options: FollowOptions;
  readonly #files: OpenFiles;
  readonly #notice: ChangeNotice;
  readonly #ground: FollowGround;
  readonly #progress: Progress;
  readonly #index = new PathIndex();
  readonly #turns = new TurnTaking();
  /** Paths under rotation just now. */
  readonly #vigils = new Set<FollowedPath>();
  /** Paths that had something lately, and when. */
  readonly #active = new Map<FollowedPath, number>();
  readonly #timers: NodeJS.Timeout[] = [];
  #discovery: Discovery;
  /** What the last walk found. */
  #wanted: ReadonlyMap<string, FollowInput> = new Map();
  #entries: Map<string, Entry[]>;
  #wake: (() => void) | undefined;
  #lingerUntilMs: number | undefined;
  /** How often everything was looked at since the linger ended; see #drained. */
  #looksAfterLinger = 0;
  #ended = false;
  #walkSoon: NodeJS.Immediate | undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#progress = new Progress(options.checkpoint, this.stats, options.report);
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
      onDamaged: (file, error) => this.#progress.damaged(file, error),
    });
    this.#ground = {
      files: this.#files,
      checkpoint: options.checkpoint,
      stats: this.stats,
      rotateWaitMs: options.rotateWaitMs,
      keepRotatedMaxBytes: options.keepRotatedMaxBytes,
      save: (reader, finished) => this.#progress.save(reader, finished),
      watchFile: (file) => this.#index.noteRealPath(file),
      lost: (entry) => this.#progress.lost(entry),
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
      const input = this.#discovery.inputFor(followed.path);
      if (input === undefined) this.#drop(followed);
      else followed.useInput(input);
    }
    this.#walk();
  }

  get paths(): Iterable<FollowedPath> {
    return this.#index.paths();
  }

  get openFiles(): number {
    return this.#files.openCount;
  }

  /** Whether the next life will know what was delivered in this one. */
  get isResumable(): boolean {
    return this.#options.checkpoint.isKept;
  }

  get watchFallbacks(): number {
    return this.#notice.fallbacks;
  }

  /** Bytes written and not yet acknowledged, and how long (ms) the oldest of them may have waited. */
  lag(): Lag {
    return this.#progress.lag(this.#files.readers());
  }

  /** How long ago (s) the checkpoint was last written, while there is something it does not know. */
  get checkpointAgeSeconds(): number {
    return this.lag().bytes === 0 ? 0 : this.#progress.savedAgoMs / 1000;
  }

  /**
   * Waits until there is something to deliver and puts it into `buffer`, which must not be touched before the
   * batches are acknowledged. Undefined when the end has come: after `drain`, or when all files were removed.
   * One call at a time.
   */
  async read(buffer: Buffer): Promise<Batch[] | undefined> {
    for (;;) {
      const batches = await this.#turns.fill(buffer, this.#isEnding);
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
    for (const reader of changed) this.#progress.save(reader, false);
  }

  /**
   * Reads all files to their end, after `lingerMs` more of following, and then ends: `read` delivers the rest,
   * unfinished lines too, and returns undefined.
   */
  drain(lingerMs: number): void {
    if (this.#isEnding) return;
    this.#lingerUntilMs = performance.now() + lingerMs;
    setTimeout(() => this.#wakeUp(), lingerMs);
    this.#wakeUp();
  }

  /** Delivers what is there now, each file to its end, and ends. */
  finish(): void {
    this.#lingerUntilMs = 0;
    this.#looksAfterLinger = LAST_LOOKS;
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

  /** The last look was taken: what is unfinished stays unfinished, and is delivered so. */
  get #isEnding(): boolean {
    return this.#looksAfterLinger >= LAST_LOOKS;
  }

  /**
   * When draining: two last looks at everything, the second for what came while the first was delivered. True when
   * that (or the end) gives `read` something to do.
   */
  #drained(): boolean {
    if (this.#options.endWhenRemoved && this.#allRemoved()) this.drain(0);
    if (this.#lingerUntilMs === undefined || performance.now() < this.#lingerUntilMs) return false;
    this.#ended = this.#isEnding;
    if (this.#ended) return true;
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
    const { paths, directories, isNew, changed } = this.#discovery.walk();
    this.#notice.watchOnly(directories.union(this.#index.realDirectories()));
    if (!isNew) return;
    this.#wanted = paths;
    if (!this.#ground.started) this.#resumeMissing(paths);
    for (const [file, input] of paths) {
      if (!this.#index.has(file)) this.#follow(file, input, nowMs);
    }
    for (const { directory, names } of changed) {
      for (const name of names) this.#offer(directory, name, nowMs);
    }
    for (const followed of this.#index.paths()) if (this.#isOver(followed)) this.#drop(followed);
    this.#notice.watchOnly(directories.union(this.#index.realDirectories()));
  }

  /** Gone from where a glob found it, and nothing of it is left to deliver. */
  #isOver(followed: FollowedPath): boolean {
    return !followed.present && followed.generations.length === 0 && !this.#wanted.has(followed.path);
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
    this.#turns.delete(followed);
    this.#active.delete(followed);
    followed.releaseAll();
  }

  /** @returns whether there is something to deliver */
  #observe(followed: FollowedPath): boolean {
    const nowMs = performance.now();
    followed.observe(nowMs);
    this.#index.noteRotating(followed);
    if (followed.rotating && followed.isUnderRotation(nowMs)) this.#keepWatch(followed);
    if (this.#isOver(followed)) this.#drop(followed);
    const isReady = followed.next(nowMs, this.#isEnding) !== undefined;
    if (isReady) {
      this.#active.set(followed, nowMs);
      this.#turns.add(followed);
      this.#wakeUp();
    }
    return isReady;
  }

  /** While a copy is being made of a file, or names are shifted, it is looked at in every turn of the event loop. */
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
      this.#turns.add(followed);
      this.#wakeUp();
    }
  }
}
