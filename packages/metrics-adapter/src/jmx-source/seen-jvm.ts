// A JVM that was only described ("the one that is there"): found through /proc, read in the best way that works, and
// looked for again when it has gone or came back as another process. For pollable.ts.
// Invariant: a process that was read by JMX is never quietly read by its counters instead: that it cannot be read is
// told. One that is only started is read by its counters until it can be attached to.
import type { Log } from '@podmate/base/log';
import type { AttachOptions } from '../attach/attach.ts';
import { isAlive, type JavaProcess, javaProcess } from '../attach/java-process.ts';
import { readPerfCounters } from '../hsperfdata/perf-file.ts';
import { PerfSeries } from '../hsperfdata/perf-series.ts';
import { type AutoTarget, autoTarget } from '../jmx/auto-target.ts';
import type { PollReport } from '../jmx/poller.ts';
import type { SampleSink } from '../jmx/rules/collector.ts';
import type { SessionOptions } from '../jmx/session.ts';
import type { SeenTarget } from './target-spec.ts';

export type SeenGround = {
  readonly log: Log;
  readonly signal: AttachOptions['signal'];
  /** The target's name, for the log. */
  readonly target: string;
  readonly memory: SeenMemory;
};

/** What is known of processes, longer than a poll that is given up and the pollable that made it. */
export class SeenMemory {
  /** Signalled, without a socket to show for it. */
  deaf: JavaProcess | undefined;
  deafSinceMs = 0;
  readByJmx: JavaProcess | undefined;
  /** Under way, or done since the last poll was given up. */
  search: Promise<AutoTarget> | undefined;
  said = '';
}

type Pollable = {
  poll(sink: SampleSink, timeoutMs: number): Promise<PollReport>;
  close(): Promise<void>;
};

type Found = { readonly target: AutoTarget; readonly pollable: Pollable; readonly sinceMs: number };

/** What each step of the search may take, however short a poll is: a busy JVM needs a second to start its agent. */
const STEP_MS = 5000;
/** Counters are read for this long before a better way is tried again: a port may open late. */
const TRY_AGAIN_MS = 60_000;
/** So long a JVM that opened no socket is not signalled again: each time is a thread dump in its log. */
const DEAF_MS = 3_600_000;

export class SeenJvm implements Pollable {
  readonly #spec: SeenTarget;
  readonly #session: Partial<SessionOptions>;
  readonly #ground: SeenGround;
  readonly #open: (options: SessionOptions) => Pollable;
  #found: Found | undefined;
  #isClosed = false;

  /** `open`: makes a pollable of an RMI connector. */
  constructor(
    spec: SeenTarget,
    session: Partial<SessionOptions>,
    ground: SeenGround,
    open: (options: SessionOptions) => Pollable,
  ) {
    this.#spec = spec;
    this.#session = session;
    this.#ground = ground;
    this.#open = open;
  }

  /** @throws Error when there is no such JVM, when there are several, and when it cannot be read */
  async poll(sink: SampleSink, timeoutMs: number): Promise<PollReport> {
    const deadline = performance.now() + timeoutMs;
    if (this.#found !== undefined && !(await this.#isGood(this.#found))) await this.#forget();
    const found = (this.#found ??= await this.#find());
    if (this.#isClosed) throw new Error('the target was closed');
    try {
      return await found.pollable.poll(sink, Math.max(1, deadline - performance.now()));
    } catch (error) {
      await this.#forget(); // the next poll looks for it anew: its agent may be gone though it is there
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#forget();
  }

  async #forget(): Promise<void> {
    const pollable = this.#found?.pollable;
    this.#found = undefined;
    await pollable?.close();
  }

  /** Whether to go on with it: it lives, and there is nothing better to be had. */
  async #isGood({ target, sinceMs }: Found): Promise<boolean> {
    if (!(await isAlive(target.jvm))) return false;
    if (target.tier !== 'hsperfdata' || this.#spec.countersOnly) return true;
    if (performance.now() - sinceMs > TRY_AGAIN_MS) return false;
    if (target.jvm.catchesQuit) return true;
    const now = await javaProcess(target.jvm.pid).catch(() => undefined);
    return now?.catchesQuit !== true; // it was only starting
  }

  /** A search outlives the poll that began it: what it finds is there for the next one. */
  async #find(): Promise<Found> {
    const { memory } = this.#ground;
    const search = (memory.search ??= this.#search());
    const target = await search.catch((error: unknown) => {
      if (memory.search === search) memory.search = undefined;
      throw error;
    });
    if (this.#isClosed) throw new Error('the target was closed');
    memory.search = undefined;
    if (target.tier !== 'hsperfdata') memory.readByJmx = target.jvm;
    else if (isSame(target.jvm, memory.readByJmx)) throw new Error(target.refused.join('; '));
    this.#say(target);
    const pollable =
      target.tier === 'hsperfdata'
        ? counters(target.jvm)
        : this.#open({ ...target.session, ...this.#session });
    return { target, pollable, sinceMs: performance.now() };
  }

  async #search(): Promise<AutoTarget> {
    const { which, countersOnly } = this.#spec;
    const { memory, signal } = this.#ground;
    let asked: JavaProcess | undefined;
    const target = await autoTarget({
      which,
      countersOnly,
      timeoutMs: STEP_MS,
      session: { ...this.#session, connectTimeoutMs: STEP_MS, callTimeoutMs: STEP_MS },
      maySignal: (jvm) => {
        asked = jvm;
        return !isSame(jvm, memory.deaf) || performance.now() - memory.deafSinceMs > DEAF_MS;
      },
      signal: (pid, name) => {
        memory.deaf = asked;
        memory.deafSinceMs = performance.now();
        signal(pid, name);
      },
    });
    if (target.tier === 'attach') memory.deaf = undefined;
    return target;
  }

  /** Once for each process and way. */
  #say({ jvm: { pid, main }, tier, refused }: AutoTarget): void {
    const words = { pid, main, way: tier, ...(refused.length > 0 && { insteadOf: refused.join('; ') }) };
    const said = JSON.stringify(words);
    const { memory, log, target } = this.#ground;
    if (said !== memory.said) log.info('JVM found', { target, ...words });
    memory.said = said;
  }
}

const isSame = (one: JavaProcess, other: JavaProcess | undefined): boolean =>
  one.pid === other?.pid && one.startedTicks === other.startedTicks;

function counters(jvm: JavaProcess): Pollable {
  const series = new PerfSeries();
  return {
    async poll(sink) {
      series.write(await readPerfCounters(jvm), sink);
      return { beans: 0, recognized: 0, failed: 0 };
    },
    close: () => Promise.resolve(),
  };
}
