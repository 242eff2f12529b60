// "Look again": inotify where it works, polling where it does not. For follow. A notice is only a hint, never a
// fact: the kernel's queue can overflow unseen, so follow sweeps as well.
// A directory written to many times within a few milliseconds is "hot": its watch is closed and it is looked at by
// a timer instead, until it is quiet again. At 50,000 lines/s that costs a quarter of one wake-up per write.
import fs from 'node:fs';

export type WatchMode = 'auto' | 'inotify' | 'poll';

/**
 * Why to look: an entry was written to (`write`), came or went (`name`), or nobody knows and a timer asks, often
 * (`tick`, of a hot directory) or seldom (`poll`).
 */
export type Notice =
  | { readonly why: 'write' | 'name'; readonly name: string }
  | { readonly why: 'tick' | 'poll' };

/** Looks at a directory and says whether anything had changed. */
export type Look = (directory: string, notice: Notice) => boolean;

type Watched = {
  watcher: fs.FSWatcher | undefined;
  timer: NodeJS.Timeout | undefined;
  inode: number;
  /** Notices since the burst began, and when that was. */
  burst: number;
  burstAtMs: number;
  quietTicks: number;
};

/** Statfs types of file systems whose changes may be made elsewhere, where inotify is blind. From linux/magic.h. */
const REMOTE_TYPES = new Map([
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x517b, 'smb'],
  [0x65735546, 'fuse'],
  [0x01021997, '9p'],
  [0x00c36400, 'ceph'],
  [0x5346414f, 'afs'],
  [0x0bd00bd0, 'lustre'],
  [0x7461636f, 'ocfs2'],
  [0x01161970, 'gfs2'],
  [0x786f4256, 'vboxsf'],
]);

/** Four notices within a tick: a timer costs less than the next ones. The tick bounds the latency of a hot log. */
const HOT_NOTICES = 4;
const TICK_MS = 5;
/** A hot directory quiet for this many ticks goes back to its watch. */
const COOL_TICKS = 20;

const TICK: Notice = { why: 'tick' };
const POLL: Notice = { why: 'poll' };

export class ChangeNotice {
  /** Directories polled although a watch was wanted: no more inotify instances or watches to be had. */
  fallbacks = 0;
  readonly #mode: WatchMode;
  readonly #pollIntervalMs: number;
  readonly #look: Look;
  readonly #watched = new Map<string, Watched>();
  readonly #remote = new Map<string, boolean>();

  constructor(options: { mode: WatchMode; pollIntervalMs: number; look: Look }) {
    this.#mode = options.mode;
    this.#pollIntervalMs = options.pollIntervalMs;
    this.#look = options.look;
  }

  /** Whether a directory is on a file system where reading may hang and notices do not come. */
  isRemote(directory: string): boolean {
    return this.#remote.getOrInsertComputed(directory, isRemote);
  }

  watch(directory: string): void {
    const known = this.#watched.get(directory);
    const inode = inodeOf(directory);
    if (known !== undefined) {
      if (known.inode === inode) return;
      this.unwatch(directory);
    }
    if (inode === undefined) return;
    const watched: Watched = {
      watcher: undefined,
      timer: undefined,
      inode,
      burst: 0,
      burstAtMs: 0,
      quietTicks: 0,
    };
    this.#watched.set(directory, watched);
    const polls = this.#mode === 'poll' || (this.#mode === 'auto' && this.isRemote(directory));
    if (polls) this.#poll(directory, watched);
    else this.#arm(directory, watched);
  }

  unwatch(directory: string): void {
    const watched = this.#watched.get(directory);
    if (watched === undefined) return;
    watched.watcher?.close();
    clearInterval(watched.timer);
    this.#watched.delete(directory);
  }

  /** Watches exactly these directories. */
  watchOnly(directories: ReadonlySet<string>): void {
    for (const directory of directories) this.watch(directory);
    for (const directory of this.#watched.keys()) {
      if (!directories.has(directory)) this.unwatch(directory);
    }
  }

  close(): void {
    for (const directory of this.#watched.keys()) this.unwatch(directory);
  }

  #poll(directory: string, watched: Watched): void {
    watched.timer = setInterval(() => this.#look(directory, POLL), this.#pollIntervalMs);
  }

  #arm(directory: string, watched: Watched): void {
    try {
      watched.watcher = fs.watch(directory, { persistent: true });
    } catch {
      // ENOSPC: max_user_watches; EMFILE: max_user_instances. Counted; the sweep and this timer do instead.
      this.fallbacks++;
      return this.#poll(directory, watched);
    }
    watched.watcher.on('change', (type, name) => {
      this.#look(
        directory,
        typeof name === 'string' ? { why: type === 'rename' ? 'name' : 'write', name } : POLL,
      );
      this.#countBurst(directory, watched);
    });
    // The directory went away; the next walk finds what took its place.
    watched.watcher.on('error', () => this.unwatch(directory));
  }

  #countBurst(directory: string, watched: Watched): void {
    const nowMs = performance.now();
    if (nowMs - watched.burstAtMs > TICK_MS) {
      watched.burstAtMs = nowMs;
      watched.burst = 0;
    }
    if (++watched.burst >= HOT_NOTICES && watched.watcher !== undefined) this.#heat(directory, watched);
  }

  #heat(directory: string, watched: Watched): void {
    watched.watcher!.close();
    watched.watcher = undefined;
    watched.quietTicks = 0;
    watched.timer = setInterval(() => {
      watched.quietTicks = this.#look(directory, TICK) ? 0 : watched.quietTicks + 1;
      if (watched.quietTicks >= COOL_TICKS) this.#cool(directory, watched);
    }, TICK_MS);
  }

  /** The watch first, then one more look: what came in between is not missed. */
  #cool(directory: string, watched: Watched): void {
    clearInterval(watched.timer);
    watched.timer = undefined;
    this.#arm(directory, watched);
    this.#look(directory, POLL);
  }
}

function isRemote(directory: string): boolean {
  try {
    return REMOTE_TYPES.has(fs.statfsSync(directory).type);
  } catch {
    return false;
  }
}

function inodeOf(directory: string): number | undefined {
  return fs.statSync(directory, { throwIfNoEntry: false })?.ino;
}
