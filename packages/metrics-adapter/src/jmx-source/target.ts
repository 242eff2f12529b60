// One target and what was learned of it at its last poll. A poll never takes longer than it may: what is late is told apart
// from what is there, and its answers are not taken any more. For source.ts, which polls all of them side by side.
// Invariant: however a poll ends, the store has what it brought and nothing older.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@podmate/base/log';
import type { AttachOptions } from '../attach/attach.ts';
import type { FailureReason } from '../jmx/poll-round.ts';
import type { SampleSink } from '../jmx/rules/collector.ts';
import type { SeriesStore } from '../series/store.ts';
import { type SeenGround, SeenMemory } from './seen-jvm.ts';
import type { PolledFamilies } from './families.ts';
import type { Access, Pollable, openTarget } from './pollable.ts';
import type { TargetSpec } from './target-spec.ts';
import { TargetSeries } from './target-series.ts';

/** A target as the settings say. */
export type TargetSettings = {
  readonly name: string;
  readonly spec: TargetSpec;
  /** Of every series of it that has none of that name. */
  readonly labels: ReadonlyMap<string, string>;
  readonly access: Access;
};

export type TargetGround = {
  readonly store: SeriesStore;
  readonly families: PolledFamilies;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly elapsedMs: () => number;
  readonly signal: AttachOptions['signal'];
  readonly open: typeof openTarget;
};

/** A poll that is a little late is waited for: its own deadline lets it end in order. */
const graceMs = (timeoutMs: number): number => Math.min(250, timeoutMs / 4);

export class JmxTarget {
  #settings: TargetSettings;
  readonly #ground: TargetGround;
  readonly #series: TargetSeries;
  readonly #startsAtMs: number;
  readonly #seen: SeenGround;
  #pollable: Pollable | undefined;
  #hasEnded = false;
  durationSeconds = 0;
  /** The last poll failed as a whole. */
  isFailed = false;
  polls = 0;
  failedPolls = 0;
  beans = 0;
  recognizedBeans = 0;
  /** Beans and attributes that gave no value in a poll, by reason. */
  readonly failures: Record<FailureReason, number> = {
    unserializable: 0,
    timeout: 0,
    exception: 0,
    connection: 0,
  };

  constructor(settings: TargetSettings, ground: TargetGround) {
    this.#settings = settings;
    this.#ground = ground;
    this.#seen = { ...ground, target: settings.name, memory: new SeenMemory() };
    this.#startsAtMs = ground.elapsedMs() + settings.access.config.startDelaySeconds * 1000;
    this.#series = new TargetSeries(settings.labels, ground.store, ground.families);
  }

  get settings(): TargetSettings {
    return this.#settings;
  }

  get name(): string {
    return this.settings.name;
  }

  get seriesCount(): number {
    return this.#series.size;
  }

  /** At most as long as the settings of the target say, too. Never rejects. */
  async poll(timeoutMs: number): Promise<void> {
    const { elapsedMs, log } = this.#ground;
    if (this.#hasEnded || elapsedMs() < this.#startsAtMs) return;
    const began = elapsedMs();
    this.#series.begin(this.#ground.nowMs());
    this.polls++;
    try {
      await this.#inTime(Math.min(timeoutMs, this.settings.access.timeoutMs));
      if (this.#hasEnded) return;
      if (this.isFailed) log.info('target read again', { target: this.name, beans: this.beans });
      this.isFailed = false;
    } catch (error) {
      if (this.#hasEnded) return;
      this.#series.begin(this.#ground.nowMs());
      if (!this.isFailed) log.warn('target not read', { target: this.name, error });
      else log.debug('target still not read', { target: this.name, error });
      this.isFailed = true;
      this.failedPolls++;
      this.beans = this.recognizedBeans = 0;
    }
    this.#series.finish();
    this.durationSeconds = (elapsedMs() - began) / 1000;
  }

  /** For the next poll; the series stay those of the last one until then. */
  reconfigure(settings: TargetSettings): void {
    this.#settings = settings;
    void this.#close();
  }

  /** Its series go. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#series.begin(this.#ground.nowMs());
    this.#series.finish();
    await this.#close();
  }

  async #close(): Promise<void> {
    const pollable = this.#pollable;
    this.#pollable = undefined;
    await pollable?.close().catch((error: unknown) => this.#ground.log.debug('not closed', { error }));
  }

  /** @throws Error when the target cannot be read, or not in time */
  async #inTime(timeoutMs: number): Promise<void> {
    const { spec, access } = this.settings;
    const pollable = (this.#pollable ??= this.#ground.open(spec, access, this.#seen));
    const series = this.#series;
    let isOver = false;
    const sink: SampleSink = {
      sample: (one, value) => void (isOver || series.sample(one, value)),
      failed: (...failure) => void (isOver || this.#failed(...failure)),
    };
    const waiting = new AbortController();
    const alarm = sleep(timeoutMs + graceMs(timeoutMs), undefined, { signal: waiting.signal }).catch(
      () => undefined,
    );
    const polled = pollable.poll(sink, timeoutMs);
    polled.catch(() => undefined); // when it is late nobody asks any more
    try {
      const report = await Promise.race([polled, alarm]);
      if (report === undefined) {
        void this.#close(); // another one for the next poll, whatever this one waits for
        throw new Error(`not read within ${timeoutMs} ms`);
      }
      this.beans = report.beans;
      this.recognizedBeans = report.recognized;
    } finally {
      isOver = true;
      waiting.abort();
    }
  }

  #failed(bean: string, attribute: string | undefined, reason: FailureReason, detail: string): void {
    this.failures[reason]++;
    this.#ground.log.debug('no value', { target: this.name, bean, attribute, reason, detail });
  }
}
