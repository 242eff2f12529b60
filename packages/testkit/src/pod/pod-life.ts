// The life of a pod's containers, as kubelet leads it: init containers in order, native sidecars among them gated by their
// start-up probes, then the main containers; restarts by policy with back-off; at the end the mains first, then the
// sidecars in reverse, within the grace period. Where they run and what they see is pod.ts's part.
// Sources: Kubernetes' "Pod Lifecycle", KEP-753 (sidecar containers).
// The invariant: `live` resolves only when no container runs and none will be started again.

import { EventEmitter, once } from 'node:events';
import { RestartBackOff } from './back-off.ts';
import type { Exit, PodContainer } from './pod-container.ts';
import { paused } from './probe.ts';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export type PodLifeOptions = {
  /** In their order; those with `restartPolicy: Always` are sidecars. */
  readonly inits: readonly PodContainer[];
  readonly mains: readonly PodContainer[];
  readonly restartPolicy: RestartPolicy;
  readonly graceMs: number;
  readonly restartBackOffMs: number;
  /** How often containers may be started again, all together, before the pod is given up: a Job's backoffLimit. */
  readonly restartLimit: number;
  /** What happened, in words, to a container or to the whole. */
  readonly say: (container: string | undefined, event: string) => void;
};

export class PodLife {
  phase: Phase = 'Pending';
  /** Why it could not go on as written. */
  fault: unknown;
  readonly #options: PodLifeOptions;
  readonly #sidecars: readonly PodContainer[];
  readonly #changes = new EventEmitter();
  /** The pod is to end: nothing is started any more, but for the sidecars, which stay until the mains are gone. */
  readonly #ending = new AbortController();
  readonly #sidecarsEnding = new AbortController();
  readonly #lives = new Map<PodContainer, Promise<Exit | undefined>>();
  #graceMs: number;
  #restarts = 0;

  constructor(options: PodLifeOptions) {
    this.#options = options;
    this.#sidecars = options.inits.filter(({ spec }) => spec.restartPolicy === 'Always');
    this.#graceMs = options.graceMs;
    this.#changes.setMaxListeners(0); // one for everyone who waits
  }

  /** All containers that are to stay are ready: what a Service or `kubectl wait` asks for. */
  get ready(): boolean {
    return (
      this.phase === 'Running' && [...this.#sidecars, ...this.#options.mains].every(({ ready }) => ready)
    );
  }

  /** Something that `change` waits for may be different now. */
  changed(): void {
    this.#changes.emit('change');
  }

  /** Waits for the next change. Rejects when the signal aborts. */
  async change(signal?: AbortSignal): Promise<void> {
    await once(this.#changes, 'change', { signal });
  }

  /** From the first init container to the end of the last sidecar. Never rejects: see `fault`. */
  async live(): Promise<void> {
    const good = await this.#initialise()
      .then((initialised) => initialised && this.#runMains())
      .catch((error: unknown) => this.fail(error));
    this.#ending.abort();
    this.#sidecarsEnding.abort();
    await this.#stopAll();
    await Promise.all(this.#lives.values());
    this.phase = good && this.fault === undefined ? 'Succeeded' : 'Failed';
    this.#options.say(undefined, this.phase);
    this.changed();
  }

  /** Tells all containers to end in their turn; `live` resolves when they have. */
  async end(graceMs: number): Promise<void> {
    this.#graceMs = graceMs;
    this.#ending.abort();
    this.changed();
    await this.#stopAll();
  }

  /** What cannot be run as it is written, or must not be run on, ends the pod. */
  fail(error: unknown): false {
    if (this.fault === undefined) this.#giveUp(error instanceof Error ? error.message : String(error));
    this.fault ??= error;
    return false;
  }

  #giveUp(reason: string): void {
    this.#options.say(undefined, reason);
    this.#ending.abort();
    this.changed();
    void this.#stopAll();
  }

  /** Init containers in their order; false when one failed for good or the pod is to end. */
  async #initialise(): Promise<boolean> {
    const policy = this.#options.restartPolicy === 'Never' ? 'Never' : 'OnFailure';
    for (const container of this.#options.inits) {
      if (this.#ending.signal.aborted) return false;
      if (this.#sidecars.includes(container)) {
        const life = this.#supervise(container, 'Always', this.#sidecarsEnding.signal);
        await this.#whileStarting(life, () => container.started);
      } else {
        const exit = await this.#supervise(container, policy, this.#ending.signal);
        if (exit?.code !== 0) return false;
      }
    }
    return !this.#ending.signal.aborted;
  }

  /** True when all main containers have ended well, for good. */
  async #runMains(): Promise<boolean> {
    const lives = [];
    for (const container of this.#options.mains) {
      if (this.#ending.signal.aborted) return false;
      const life = this.#supervise(container, this.#options.restartPolicy, this.#ending.signal);
      lives.push(life);
      await this.#whileStarting(life, () => container.initiated || container.exits.length > 0);
    }
    this.phase = 'Running';
    this.changed();
    const exits = await Promise.all(lives);
    return exits.every((exit) => exit?.code === 0);
  }

  /** Waits for a container to come up, for the end of its attempts, or for the pod's. */
  async #whileStarting(life: Promise<unknown>, isUp: () => boolean): Promise<void> {
    const over = life.then(() => true);
    while (!isUp() && !this.#ending.signal.aborted) {
      if (await Promise.race([over, this.change().then(() => false)])) return;
    }
  }

  /** One container through all its lives; resolves to how the last one ended, undefined when it could not be started. */
  #supervise(container: PodContainer, policy: RestartPolicy, ending: AbortSignal): Promise<Exit | undefined> {
    const life = this.#livesOf(container, policy, ending).catch((error: unknown) => {
      this.fail(error);
      return undefined;
    });
    this.#lives.set(container, life);
    return life;
  }

  async #livesOf(
    container: PodContainer,
    policy: RestartPolicy,
    ending: AbortSignal,
  ): Promise<Exit | undefined> {
    const backOff = new RestartBackOff(this.#options.restartBackOffMs);
    const over = AbortSignal.any([ending, this.#ending.signal]);
    for (;;) {
      const exit = await container.runOnce(ending, () => this.#graceMs);
      const again = policy === 'Always' || (policy === 'OnFailure' && exit?.code !== 0);
      if (exit === undefined || !again || over.aborted) return exit;
      this.#restarts += 1;
      if (this.#restarts > this.#options.restartLimit) {
        this.#giveUp('backoffLimit is reached');
        return exit;
      }
      const waitMs = backOff.next(exit.endedAt - exit.startedAt);
      this.#options.say(container.name, `is started again in ${waitMs / 1000} s`);
      if (!(await paused(waitMs, over))) return exit;
    }
  }

  /** Mains at once; each sidecar when the mains and the sidecars after it are gone. */
  async #stopAll(): Promise<void> {
    const graceMs = this.#graceMs;
    const { inits, mains } = this.#options;
    const others = [...inits.filter((container) => !this.#sidecars.includes(container)), ...mains];
    const gone = (containers: readonly PodContainer[]): Promise<unknown> =>
      Promise.all(containers.map(async (container) => this.#lives.get(container)));
    await Promise.all([
      ...others.map((container) => container.stop(graceMs)),
      ...this.#sidecars.map((container, index) =>
        container.stop(graceMs, gone([...others, ...this.#sidecars.slice(index + 1)])),
      ),
    ]);
  }
}
