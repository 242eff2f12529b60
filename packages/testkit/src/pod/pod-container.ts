// One container of a pod through its lives: created anew each time it is started, watched by its probes, read to its last
// byte, ended with its hooks and within its grace. Who starts it again, and when, is the pod's part (pod.ts).
// The invariant: `runOnce` resolves only when the container has ended and all it printed has been read.

import { uniqueName } from '../containers.ts';
import { createArguments } from './container-flags.ts';
import type { ContainerSurroundings } from './container-flags.ts';
import { ContainerOutput } from './container-output.ts';
import type { OutputOptions } from './container-output.ts';
import { docker, tryDocker } from './engine.ts';
import { carryOut } from './handler.ts';
import type { Holder } from './holder.ts';
import { paused, watch } from './probe.ts';
import type { ContainerSpec, Handler, Probe } from './pod-spec.ts';

/** How one life of a container ended. */
export type Exit = {
  readonly code: number;
  readonly outOfMemory: boolean;
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly startedAt: number;
  readonly endedAt: number;
};

export type PodContainerOptions = {
  readonly holder: Holder;
  readonly surroundings: Omit<ContainerSurroundings, 'name'>;
  readonly output: OutputOptions;
  /** Kubernetes' terminationGracePeriodSeconds of the pod, in milliseconds. */
  readonly graceMs: number;
  /** What happened, in words. */
  readonly say: (event: string) => void;
  /** Called whenever `started`, `ready` or `running` has changed. */
  readonly changed: () => void;
};

/** kubelet leaves a container this long after SIGTERM, even when the grace period is already used up. */
const LEAST_GRACE_MS = 2000;
/**
 * A command to the engine may fail, and a Ctrl-C that comes while it is forked hits it before it has its own session. Who
 * ends a container asks again, until it has ended.
 */
const AGAIN_MS = 200;
/** kubelet waits for a hook as long as the grace period; one that runs after the start has no such bound. */
const POST_START_TIMEOUT_MS = 600_000;

export class PodContainer {
  readonly spec: ContainerSpec;
  readonly output: ContainerOutput;
  running = false;
  /** It runs and its postStart hook, if any, is done: the next container may be started. */
  initiated = false;
  /** Its start-up probe has passed in this life, or it has none and runs. */
  started = false;
  /** Its readiness probe passes, or it has none and has started. */
  ready = false;
  /** How each of its lives ended, the first first. */
  readonly exits: Exit[] = [];
  readonly #options: PodContainerOptions;
  #engineName = '';
  #stopping: Promise<void> | undefined;
  /** Of the present life; aborted when it is over. */
  #life = new AbortController();
  /** Aborted also when a probe has condemned it. */
  #probing = new AbortController();

  constructor(spec: ContainerSpec, options: PodContainerOptions) {
    this.spec = spec;
    this.#options = options;
    this.output = new ContainerOutput(options.output);
  }

  get name(): string {
    return this.spec.name;
  }

  get stdout(): string {
    return this.output.stdout;
  }

  get stderr(): string {
    return this.output.stderr;
  }

  /** Runs a program inside; throws when it fails. */
  async exec(...command: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    return docker(['exec', this.#engineName, ...command]);
  }

  /**
   * Starts it and stays until it has ended. If `ending` is given meanwhile, it is not started, or told to end at once with
   * the grace period of that moment. Throws when it cannot be started at all. Resolves to undefined when it was not.
   */
  async runOnce(ending: AbortSignal, graceMs: () => number): Promise<Exit | undefined> {
    await this.remove();
    this.#engineName = uniqueName(this.name);
    const around = { ...this.#options.surroundings, name: this.#engineName };
    await docker(['create', ...createArguments(this.spec, around)]);
    if (ending.aborted) return undefined;
    await docker(['start', this.#engineName]);
    this.running = true;
    this.#stopping = undefined;
    this.#life = new AbortController();
    this.#probing = new AbortController();
    this.#options.say('started');
    void this.#afterStart(this.#life.signal);
    if (ending.aborted) void this.stop(graceMs());
    const ended = docker(['wait', this.#engineName]).finally(() => this.#isOver());
    await Promise.all([ended, this.output.follow(this.#engineName, ended)]);
    return this.#recordExit();
  }

  /**
   * Ends it as kubelet does: preStop, then `turn`, then its image's stop signal, then the kill; all within the grace
   * period, but the signal has two seconds at the least. `turn` is what has to end before it. Called again while it is
   * ending, it waits for the same end.
   */
  stop(graceMs: number, turn: Promise<unknown> = Promise.resolve()): Promise<void> {
    if (!this.running) return Promise.resolve();
    this.#stopping ??= this.#stop(graceMs, turn);
    return this.#stopping;
  }

  async kill(): Promise<void> {
    if (this.running) await docker(['kill', this.#engineName]).catch(() => {}); // it has ended by itself
  }

  async remove(): Promise<void> {
    if (this.#engineName === '') return;
    await docker(['rm', '--force', '--volumes', this.#engineName]).catch(() => {});
    this.#engineName = '';
  }

  async #stop(graceMs: number, turn: Promise<unknown>): Promise<void> {
    const deadline = performance.now() + graceMs;
    const left = (): number => Math.max(0, Math.ceil(deadline - performance.now()));
    const preStop = this.spec.lifecycle?.preStop;
    const life = this.#life.signal;
    if (preStop !== undefined && graceMs > 0) {
      await within(left(), this.#hook('preStop', preStop, left()), life);
    }
    await within(left(), turn, life);
    if (life.aborted) return;
    this.#options.say('told to end');
    do {
      const seconds = Math.ceil(Math.max(LEAST_GRACE_MS, left()) / 1000);
      await tryDocker(['stop', '--time', String(seconds), this.#engineName]);
    } while (await paused(AGAIN_MS, life));
  }

  /** The hook, then the probes. A postStart that fails kills the container, as the API reference says. */
  async #afterStart(life: AbortSignal): Promise<void> {
    const postStart = this.spec.lifecycle?.postStart;
    if (postStart !== undefined) {
      const good = await this.#hook('postStart', postStart, POST_START_TIMEOUT_MS);
      if (life.aborted) return; // it may have been started again by now
      if (!good) return this.stop(this.#options.graceMs);
    }
    this.initiated = true;
    this.#options.changed();
    this.#probe(this.#probing.signal);
  }

  async #hook(name: string, hook: Handler, timeoutMs: number): Promise<boolean> {
    const { ok, detail } = await this.#carryOut(hook, timeoutMs);
    if (!ok) this.#options.say(`${name} failed: ${detail}`);
    return ok;
  }

  #carryOut(handler: Handler, timeoutMs: number): ReturnType<typeof carryOut> {
    const { holder } = this.#options;
    const target = { spec: this.spec, holder, engineName: this.#engineName, life: this.#life.signal };
    return carryOut(handler, target, timeoutMs);
  }

  /** The start-up probe first; the others only when it has passed. */
  #probe(signal: AbortSignal): void {
    const { startupProbe } = this.spec;
    if (signal.aborted) return;
    if (startupProbe === undefined) {
      this.#hasStarted(signal);
      return;
    }
    const startup = new AbortController();
    const report = (ok: boolean, detail: string): void => {
      startup.abort();
      if (ok) this.#hasStarted(signal);
      else this.#unhealthy('start-up', startupProbe, detail);
    };
    this.#watch(startupProbe, report, AbortSignal.any([signal, startup.signal]));
  }

  #hasStarted(signal: AbortSignal): void {
    const { readinessProbe, livenessProbe } = this.spec;
    this.started = true;
    if (readinessProbe === undefined) this.#setReady(true, '');
    else this.#watch(readinessProbe, (ok, detail) => this.#setReady(ok, detail), signal);
    if (livenessProbe !== undefined) {
      const report = (ok: boolean, detail: string): void => {
        if (!ok) this.#unhealthy('liveness', livenessProbe, detail);
      };
      this.#watch(livenessProbe, report, signal);
    }
    this.#options.changed();
  }

  #watch(probe: Probe, report: (ok: boolean, detail: string) => void, signal: AbortSignal): void {
    void watch(probe, (timeoutMs) => this.#carryOut(probe, timeoutMs), report, signal);
  }

  #setReady(ready: boolean, detail: string): void {
    if (ready === this.ready) return;
    this.ready = ready;
    this.#options.say(ready ? 'ready' : `not ready: ${detail}`);
    this.#options.changed();
  }

  #unhealthy(what: string, { terminationGracePeriodSeconds }: Probe, detail: string): void {
    if (this.#stopping !== undefined) return; // kubelet no longer looks at the health of what is to end
    this.#options.say(`${what} probe failed: ${detail}`);
    this.#probing.abort();
    const graceMs =
      terminationGracePeriodSeconds === undefined
        ? this.#options.graceMs
        : terminationGracePeriodSeconds * 1000;
    void this.stop(graceMs);
  }

  #isOver(): void {
    this.#life.abort();
    this.#probing.abort();
    this.running = false;
    this.initiated = false;
    this.started = false;
    this.ready = false;
  }

  async #recordExit(): Promise<Exit> {
    const fields = '{{.State.ExitCode}} {{.State.OOMKilled}} {{.State.StartedAt}} {{.State.FinishedAt}}';
    const { stdout } = await docker(['inspect', '--format', fields, this.#engineName]);
    const [code, oom, startedAt = '', endedAt = ''] = stdout.trim().split(' ');
    const exit: Exit = {
      code: Number(code),
      outOfMemory: oom === 'true',
      startedAt: Date.parse(startedAt),
      endedAt: Date.parse(endedAt),
    };
    this.exits.push(exit);
    this.#options.say(`ended with code ${exit.code}${exit.outOfMemory ? ', out of memory' : ''}`);
    this.#options.changed();
    return exit;
  }
}

/** Waits for a promise, but no longer than this, nor than the life lasts. */
async function within(ms: number, promise: Promise<unknown>, life: AbortSignal): Promise<void> {
  const done = new AbortController();
  await Promise.race([promise, paused(ms, AbortSignal.any([life, done.signal]))]);
  done.abort();
}
