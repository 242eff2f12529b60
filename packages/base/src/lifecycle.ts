// The life of the one process: settings are read, parts start in order; a signal, the exit file, a quit request or a
// part ends it, the parts drain in reverse order within one deadline, and it exits. Sound as PID 1, where a signal
// without a handler is ignored, and its exit cannot hang on a thread of the pool that is stuck in a write.
import { once } from 'node:events';
import { type FSWatcher, existsSync, statSync, watch, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Admin, type AdminOptions, type Health, startAdmin } from './admin.ts';
import { type Address, formatAddress } from './address.ts';
import { SettingError, SettingErrors, explain } from './errors.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { helpText } from './settings-docs.ts';
import { type BaseValues, type Loaded, type SettingsTable, type Table, loadSettings } from './settings.ts';

/** Something of an image that lives and dies. */
export type Part = {
  name: string;
  start(): Promise<void> | void;
  /** Finishes what is under way. When the signal aborts, the deadline is past: save at once what can be saved. */
  drain?(signal: AbortSignal): Promise<void>;
};

type Parts = readonly Part[];

export type RunOptions = Partial<Omit<Health, 'started'>> & {
  log: Log;
  settings: Pick<BaseValues, 'adminListen' | 'drainTimeout' | 'minSigtermDelay' | 'quitListen' | 'exitFile'>;
  metrics?: Metrics;
};

const ending = Promise.withResolvers<{ reason: string; code: number; delayMs: number }>();
let phase: 'starting' | 'running' | 'draining' = 'starting';

/** After its deadline a part has this long for its last words, so that a checkpoint is still written. */
const lastWordsMs = 250;
const exitFilePollMs = 250;
const longestTimerMs = 2 ** 31 - 1;

/** Reads the settings of this process, or ends it: --help, --version, --check (0), wrong settings (64). */
export async function configure<T extends Table>(
  table: SettingsTable<T>,
  { version, ...sources }: { version: string } & Partial<Parameters<typeof loadSettings>[1]>,
): Promise<Loaded<T>> {
  try {
    const loaded = await loadSettings(table, { argv: process.argv.slice(2), env: process.env, ...sources });
    const { help, check } = loaded.values;
    if (help) say(1, helpText(table));
    else if (loaded.values.version) say(1, `${table.name} ${version}\n`);
    else if (check) say(1, `${table.name}: settings are valid\n`);
    else return loaded;
    return process.exit(0);
  } catch (error) {
    if (!(error instanceof SettingErrors)) throw error;
    say(2, error.errors.map(({ message }) => `${table.name}: ${message}\n`).join(''));
    return process.exit(error.exitCode);
  }
}

function say(fd: 1 | 2, text: string): void {
  try {
    writeSync(fd, text);
  } catch {
    // The reader has gone, as in `--help | head -1`.
  }
}

/** Asks for the end of the process, by a drain; the first to ask decides the reason and the exit code. */
export function stop(reason: string, code = 0): void {
  ending.resolve({ reason, code, delayMs: 0 });
}

/** Runs the parts until something asks for the end; then drains them and exits. Never returns. */
export async function run(parts: Parts, options: RunOptions): Promise<never> {
  const { log, settings } = options;
  catchSignals(log, settings.minSigtermDelay);
  watchExitFile(settings.exitFile);
  const [started, servers]: [Part[], Admin[]] = [[], []];
  void startAll(parts, options, started, servers);
  const { reason, code, delayMs } = await ending.promise;
  phase = 'draining';
  log.info('ending', { reason });
  if (delayMs > 0) await sleep(delayMs);
  const sound = await drainAll(started.toReversed(), settings.drainTimeout, log);
  await Promise.all(servers.map((server) => server.close()));
  // The request whose completion brought us here counts as pending until its turn of the event loop is over.
  await nextTurn();
  return exit(code === 0 && !sound ? 1 : code, log);
}

async function startAll(parts: Parts, options: RunOptions, started: Part[], servers: Admin[]): Promise<void> {
  let name = 'admin';
  try {
    await startServers(servers, options);
    for (const part of parts) {
      name = part.name;
      await part.start();
      started.push(part);
      if (phase === 'draining') return;
    }
    phase = 'running';
    options.log.info('started');
  } catch (error) {
    options.log.error('cannot start', { part: name, error });
    const wrongSetting = error instanceof SettingError || error instanceof SettingErrors;
    stop(`cannot start ${name}`, wrongSetting ? error.exitCode : 1);
  }
}

async function startServers(servers: Admin[], options: RunOptions): Promise<void> {
  const { adminListen, quitListen } = options.settings;
  const health: Health = {
    started: () => phase !== 'starting',
    live: () => options.live?.() ?? [],
    ready: () => (phase === 'running' ? (options.ready?.() ?? []) : [phase]),
    warnings: () => options.warnings?.() ?? [],
  };
  const quit = { quit: (): void => stop('quit request') };
  const admin = { health, ...(options.metrics && { metrics: options.metrics }) };
  const together = adminListen !== undefined && isDeepStrictEqual(adminListen, quitListen);
  if (adminListen)
    servers.push(await serve('--admin-listen', adminListen, { ...admin, ...(together && quit) }));
  if (quitListen && !together) servers.push(await serve('--quit-listen', quitListen, quit));
}

async function serve(setting: string, listen: Address, what: Omit<AdminOptions, 'listen'>): Promise<Admin> {
  try {
    return await startAdmin({ listen, ...what });
  } catch (cause) {
    throw new SettingError({ setting, value: formatAddress(listen), what: 'cannot listen', cause });
  }
}

/** The first signal asks for the end, the second ends at once: whoever sends two has no patience. */
function catchSignals(log: Log, minSigtermDelayMs: number): void {
  let signals = 0;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (signals++ > 0) exit(128 + constants.signals[signal], log);
      ending.resolve({ reason: signal, code: 0, delayMs: signal === 'SIGTERM' ? minSigtermDelayMs : 0 });
    });
  }
  process.on('uncaughtException', (error) => {
    log.error('crashed', { error, stack: error.stack });
    exit(70, log);
  });
}

/** The timer also keeps the process alive while no part has a handle open, even without a file to look for. */
function watchExitFile(path: string | undefined): void {
  setInterval(() => path && existsSync(path) && stop('exit file'), path ? exitFilePollMs : longestTimerMs);
}

/** @returns whether every drain ended well or was cut off by the deadline; a drain that throws is not well. */
async function drainAll(parts: Parts, drainTimeoutMs: number, log: Log): Promise<boolean> {
  const deadline = AbortSignal.timeout(drainTimeoutMs);
  let sound = true;
  for (const part of parts) {
    try {
      const late = await Promise.race([part.drain?.(deadline), tooLate(deadline)]);
      if (late) log.warn('not drained within the deadline', { part: part.name, drainTimeoutMs });
    } catch (error) {
      log.error('cannot drain', { part: part.name, error });
      sound = false;
    }
  }
  return sound;
}

async function tooLate(deadline: AbortSignal): Promise<true> {
  if (!deadline.aborted) await once(deadline, 'abort');
  return sleep(lastWordsMs, true as const);
}

/**
 * Ends the process with this code whatever its threads do. process.exit() joins them, and so hangs while one is blocked in
 * write(2) to a full pipe, or compiles for V8 and wants a garbage collection that nobody will make (Node 26: once in some
 * hundred ends). quick_exit(3) waits for nobody. Where this Node cannot call C, the wait is all there is.
 */
function exit(code: number, log: Log): never {
  log.flush();
  try {
    const quickExit = { quick_exit: { arguments: ['i32'], return: 'void' } } as const;
    process.getBuiltinModule('node:ffi').dlopen(null, quickExit).functions.quick_exit(code);
  } catch {} // Another Node, or another system.
  process.exit(code);
}

export type WatchOptions = {
  /** Quiet this long, a change counts as complete. */
  debounceMs?: number;
  pollMs?: number;
  /** false: as where inotify does not work (some network and FUSE mounts), by polling alone. */
  inotify?: boolean;
};

/**
 * Calls back when one of the files is another one, or no longer the same, after a quiet moment: the `..data` link of
 * a ConfigMap or Secret swaps, a file is renamed over or rewritten, appears or goes. inotify on the folders is only
 * the hint to look soon; what decides is a look at the files, also taken every pollMs. @returns stops watching
 */
export function watchMounted(
  paths: readonly string[],
  onChange: () => void,
  options: WatchOptions = {},
): () => void {
  const { debounceMs = 250, pollMs = 5000, inotify = true } = options;
  const folders = new Map<string, WatchedFolder>();
  let reported = paths.map(identity).join();
  let last = reported;
  let quiet: NodeJS.Timeout | undefined;
  // Not put off by further hints: others may write to the same folder all the time.
  const hint = (): void => {
    quiet ??= setTimeout(look, debounceMs).unref();
  };
  const look = (): void => {
    quiet = undefined;
    const before = last;
    last = paths.map(identity).join();
    if (last !== before) return hint();
    if (last === reported) return;
    reported = last;
    onChange();
  };
  const poll = (): void => {
    if (inotify) for (const folder of new Set(paths.map(dirname))) rearm(folders, folder, hint);
    if (paths.map(identity).join() !== reported) hint();
  };
  poll();
  const timer = setInterval(poll, pollMs).unref();
  return () => {
    clearInterval(timer);
    clearTimeout(quiet);
    folders.forEach(({ watcher }) => watcher.close());
  };
}

type WatchedFolder = { watcher: FSWatcher; inode: bigint };

/** A watch dies with its folder, so it is set anew when another folder has the name. */
function rearm(folders: Map<string, WatchedFolder>, folder: string, hint: () => void): void {
  const drop = (): void => {
    folders.get(folder)?.watcher.close();
    folders.delete(folder);
  };
  try {
    const inode = statSync(folder, { bigint: true }).ino;
    if (folders.get(folder)?.inode === inode) return;
    drop();
    folders.set(folder, { watcher: watch(folder, { persistent: false }, hint).on('error', drop), inode });
  } catch {
    drop(); // Absent, or out of inotify watches: the poll goes on alone.
  }
}

function identity(path: string): string {
  try {
    const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${dev}:${ino}:${size}:${mtimeNs}`;
  } catch (error) {
    return explain(error);
  }
}

/**
 * Reads the settings again whenever a file of theirs changes, and hands over the values with the reloadable ones
 * renewed. A wrong file changes nothing and says so; so does a setting that only a restart can change.
 */
export function watchSettings<T extends Table>(
  loaded: Loaded<T>,
  log: Log,
  apply: (values: Loaded<T>['values'], changed: readonly string[]) => void,
  options?: WatchOptions,
): () => void {
  const { rows } = loaded.table;
  let read = loaded;
  let { values } = loaded;
  const renew = async (): Promise<void> => {
    const before: Record<string, unknown> = read.values;
    read = await read.reload();
    log.conceal(read.secrets);
    const after: Record<string, unknown> = read.values;
    const changed = Object.keys(after).filter((key) => !isDeepStrictEqual(after[key], before[key]));
    const { true: now = [], false: later = [] } = Object.groupBy(
      changed,
      (key) => `${rows[key]?.reloadable === true}`,
    );
    if (later.length > 0) log.warn('settings changed that need a restart', { settings: later.join(' ') });
    if (now.length === 0) return;
    values = { ...values, ...Object.fromEntries(now.map((key) => [key, after[key]])) };
    log.info('settings reloaded', { settings: now.join(' ') });
    apply(values, now);
  };
  const refuse = (error: unknown): void => log.error('settings not reloaded, the old ones stay', { error });
  return watchMounted(loaded.files, () => void renew().catch(refuse), options);
}
