// Follows the settings file and the TLS material while we run: on a change, or SIGHUP, everything is read again and put
// into effect as a whole. What is wrong changes nothing, is said with all its errors, and counted. Arguments and
// environment are those of the start; so is what only a restart can change.
import { isDeepStrictEqual } from 'node:util';
import { type Part, watchMounted } from '@podmate/base/lifecycle';
import type { Log } from '@podmate/base/log';
import type { Ambassador } from './ambassador.ts';
import type { Environment } from './expand.ts';
import { planListeners } from './plan.ts';
import type { LoadedSettings, SettingsValues } from './settings.ts';

/** Used once, at the start. */
const NEED_RESTART: readonly (keyof SettingsValues)[] = [
  'accessLog',
  'accessLogShare',
  'adminListen',
  'drainTimeout',
  'exitFile',
  'faultsListen',
  'logFormat',
  'logLevel',
  'minSigtermDelay',
  'quitListen',
];

/** Where inotify tells nothing, a change is seen after this. */
const POLL_MS = 1000;

export class Reload implements Part {
  readonly name = 'settings watch';
  readonly counts = { success: 0, failure: 0 };
  /** When the settings in use were read (ms since the epoch). */
  lastSuccessAtMs = Date.now();
  /** Why the settings as they are written now are not in use. */
  fault: string | undefined;
  readonly #ambassador: Ambassador;
  readonly #env: Environment;
  readonly #log: Log;
  #loaded: LoadedSettings;
  readonly #watches = { settings: new Watch(), tls: new Watch() };
  #running: Promise<void> | undefined;
  #isWanted = false;
  #isStarted = false;
  #isOver = false;

  constructor(loaded: LoadedSettings, env: Environment, ambassador: Ambassador, log: Log) {
    this.#loaded = loaded;
    this.#env = env;
    this.#ambassador = ambassador;
    this.#log = log;
    // From now on: what changes until the start must not be missed.
    this.#watches.settings.follow(loaded.files, () => this.request());
  }

  start(): void {
    this.#isStarted = true;
    this.#watch();
    if (this.#isWanted) this.request();
  }

  async drain(): Promise<void> {
    this.#isOver = true;
    this.#watches.settings.stop();
    this.#watches.tls.stop();
    await this.#running;
  }

  /** Reads everything again; asked while that is under way, once more after it. */
  request(): void {
    this.#isWanted = true;
    if (this.#isStarted) this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async #run(): Promise<void> {
    while (this.#isWanted && !this.#isOver) {
      this.#isWanted = false;
      try {
        await this.#reload();
        this.counts.success++;
        this.lastSuccessAtMs = Date.now();
        this.fault = undefined;
      } catch (error) {
        this.counts.failure++;
        this.fault = error instanceof Error ? error.message : String(error);
        this.#log.error('settings not reloaded, the old ones stay', { error });
      }
    }
  }

  async #reload(): Promise<void> {
    const loaded = await this.#loaded.reload();
    this.#log.conceal(loaded.secrets);
    const specs = planListeners(loaded.values, this.#env);
    const changed = this.#changes(loaded.values);
    await this.#ambassador.apply(loaded.values, specs);
    this.#loaded = loaded;
    this.#watch();
    this.#ambassador.renewTls();
    const later = changed.filter((key) => NEED_RESTART.some((each) => each === key));
    if (later.length > 0)
      this.#log.warn('settings changed that need a restart', { settings: later.join(' ') });
    this.#log.info('settings reloaded', { changed: changed.join(' ') || 'nothing' });
  }

  #changes(values: SettingsValues): string[] {
    const before: Record<string, unknown> = this.#loaded.values;
    return Object.entries(values).flatMap(([key, value]) =>
      isDeepStrictEqual(value, before[key]) ? [] : [key],
    );
  }

  /** Which files there are depends on the settings. */
  #watch(): void {
    const { settings, tls } = this.#watches;
    settings.follow(this.#loaded.files, () => this.request());
    const paths = this.#ambassador.materials.flatMap((material) => material.paths);
    tls.follow([...new Set(paths)], () => this.#ambassador.renewTls());
  }
}

/** Begins anew only where the files are others: what changes meanwhile would be missed. */
class Watch {
  #paths: readonly string[] = [];
  #end = (): void => {};

  follow(paths: readonly string[], onChange: () => void): void {
    if (isDeepStrictEqual(paths, this.#paths)) return;
    this.#end();
    this.#paths = paths;
    this.#end = watchMounted(paths, onChange, { pollMs: POLL_MS });
  }

  stop(): void {
    this.#end();
  }
}
