// All targets of one adapter, polled side by side: when somebody scrapes, or in the background at an interval. For the parts
// and the web server. Invariant: one poll of a target at a time; whoever asks while one is under way gets its result.
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Log } from '@podmate/base/log';
import type { AttachOptions } from '../attach/attach.ts';
import type { SeriesStore } from '../series/store.ts';
import { PolledFamilies } from './families.ts';
import { openTarget } from './pollable.ts';
import { JmxTarget, type TargetGround, type TargetSettings } from './target.ts';

export type SourceOptions = {
  readonly store: SeriesStore;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly elapsedMs: () => number;
  readonly signal: AttachOptions['signal'];
  /** 0: when somebody scrapes. */
  readonly intervalMs: number;
  /** What a target is read with; tests have others. */
  readonly open?: typeof openTarget;
};

export class JmxSource {
  readonly #options: SourceOptions;
  readonly #ground: TargetGround;
  #targets: readonly JmxTarget[];
  #polling: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: readonly TargetSettings[], options: SourceOptions) {
    this.#options = options;
    this.#ground = { open: openTarget, ...options, families: new PolledFamilies(options.store) };
    this.#targets = settings.map((one) => this.#target(one));
  }

  get targets(): readonly JmxTarget[] {
    return this.#targets;
  }

  start(): void {
    const { intervalMs } = this.#options;
    if (intervalMs <= 0) return;
    void this.poll(Infinity);
    this.#timer = setInterval(() => void this.poll(Infinity), intervalMs);
  }

  /** For a scrape that has this long. Never rejects. */
  async collect(timeoutMs: number): Promise<void> {
    if (this.#options.intervalMs > 0) return;
    const isOurs = this.#polling === undefined;
    const polled = this.poll(timeoutMs);
    if (isOurs || timeoutMs === Infinity) return polled;
    const waiting = new AbortController(); // another began it, who may have more time
    const { signal } = waiting;
    await Promise.race([polled, sleep(timeoutMs, undefined, { signal }).catch(() => undefined)]);
    waiting.abort();
  }

  /** Polls all targets, or waits for the poll that is under way. */
  poll(timeoutMs: number): Promise<void> {
    const each = (one: JmxTarget): Promise<void> => one.poll(timeoutMs);
    this.#polling ??= Promise.all(this.#targets.map(each)).then(() => (this.#polling = undefined));
    return this.#polling;
  }

  /** Other rules or other targets: those that are the same targets go on with their series. */
  async reconfigure(settings: readonly TargetSettings[]): Promise<void> {
    while (this.#polling !== undefined) await this.#polling;
    const before = new Set(this.#targets);
    this.#targets = settings.map((one) => {
      const same = [...before].find((target) => isDeepStrictEqual(keyOf(target.settings), keyOf(one)));
      if (same === undefined) return this.#target(one);
      before.delete(same);
      same.reconfigure(one);
      return same;
    });
    await Promise.all([...before].map((one) => one.end()));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#targets.map((one) => one.end()));
  }

  #target(settings: TargetSettings): JmxTarget {
    return new JmxTarget(settings, this.#ground);
  }
}

/** What makes it the same target with the same series. */
const keyOf = ({ name, labels }: TargetSettings) => ({ name, labels });
