// A pod on the Docker engine: its network and volumes (held by the holder), its containers with what they see, and the
// questions a test or `kubectl` would ask of it. How its containers live is pod-life.ts's part.
// The invariant: everything it made on the engine is gone when it is disposed of, whatever happened before.

import { hostname } from 'node:os';
import { uniqueName } from '../containers.ts';
import type { Stream } from './container-output.ts';
import type { PodIdentity } from './downward.ts';
import { docker } from './engine.ts';
import { environmentOf } from './environment.ts';
import { Holder } from './holder.ts';
import { PodContainer } from './pod-container.ts';
import { PodLife } from './pod-life.ts';
import type { Phase } from './pod-life.ts';
import { PodVolumes } from './pod-volumes.ts';
import { paused } from './probe.ts';
import type { ContainerSpec, PodTemplate, Store } from './pod-spec.ts';

export type PodOptions = {
  readonly store: Store;
  readonly network: string;
  /** Further names under which the pod is found in the network. */
  readonly aliases: readonly string[];
  /** Image as the manifest names it -> image of the engine, which has it. */
  readonly images: ReadonlyMap<string, string>;
  /** As `docker run --publish` has them. */
  readonly publish: readonly string[];
  /** Whether to keep what containers print in memory. */
  readonly keepOutput: boolean;
  /** The first wait before a container that keeps ending is started again; Kubernetes' is 10 s. */
  readonly restartBackOffMs: number;
  /** How often containers may be started again, all together, before the pod is given up. */
  readonly restartLimit: number;
  readonly onEvent: (pod: string, container: string | undefined, event: string) => void;
  readonly onLine: (pod: string, container: string, stream: Stream, line: string) => void;
};

const DEFAULT_GRACE_S = 30;
/** How often kubelet looks whether an emptyDir has outgrown its limit. */
const EVICTION_LOOK_MS = 10_000;

export class Pod implements AsyncDisposable {
  readonly name: string;
  readonly #identity: PodIdentity;
  readonly #options: PodOptions;
  readonly #holder: Holder;
  readonly #volumes: PodVolumes;
  readonly #graceMs: number;
  readonly #containers: ReadonlyMap<string, PodContainer>;
  readonly #life: PodLife;
  #end: Promise<void> | undefined;
  #disposal: Promise<void> | undefined;

  /** Makes network, volumes and their contents; nothing of the manifest's runs yet. */
  static async create(template: PodTemplate, options: PodOptions): Promise<Pod> {
    const { metadata, spec } = template;
    const volumes = await PodVolumes.create(spec);
    let holder: Holder | undefined;
    try {
      holder = await Holder.start({
        name: uniqueName(metadata.name),
        network: options.network,
        aliases: options.aliases,
        hostname: hostnameOf(template),
        hostAliases: spec.hostAliases ?? [],
        volumes: volumes.engineNames,
        publish: options.publish,
      });
      const identity = { ...template, ...holder.addresses, nodeName: hostname() };
      await volumes.fill(holder, identity, options.store);
      return new Pod(identity, options, holder, volumes, await imageUsers(options.images));
    } catch (error) {
      await holder?.[Symbol.asyncDispose]();
      await volumes[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(
    identity: PodIdentity,
    options: PodOptions,
    holder: Holder,
    volumes: PodVolumes,
    users: ReadonlyMap<string, string>,
  ) {
    const { name } = identity.metadata;
    const { initContainers = [], containers, restartPolicy = 'Always' } = identity.spec;
    this.name = name;
    this.#identity = identity;
    this.#options = options;
    this.#holder = holder;
    this.#volumes = volumes;
    this.#graceMs = (identity.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000;
    const all = [...initContainers, ...containers].map((spec) => this.#container(spec, users));
    this.#containers = new Map(all.map((container) => [container.name, container]));
    this.#life = new PodLife({
      inits: all.slice(0, initContainers.length),
      mains: all.slice(initContainers.length),
      restartPolicy,
      graceMs: this.#graceMs,
      restartBackOffMs: options.restartBackOffMs,
      restartLimit: options.restartLimit,
      say: (container, event) => options.onEvent(name, container, event),
    });
  }

  get phase(): Phase {
    return this.#life.phase;
  }

  get ready(): boolean {
    return this.#life.ready;
  }

  /** Its address in the network of the run. */
  get address(): string {
    return this.#identity.podIP;
  }

  /** Where a published port of the pod is found on this machine: `127.0.0.1:32768`. Throws when it is not published. */
  async publishedAt(port: number): Promise<string> {
    const { stdout } = await docker(['port', this.#holder.name, String(port)]);
    return stdout.trim();
  }

  /** Throws when the pod has no such container. */
  container(name: string): PodContainer {
    const found = this.#containers.get(name);
    if (found !== undefined) return found;
    throw new Error(
      `pod ${this.name}: no container ${name}; there are ${[...this.#containers.keys()].join(', ')}`,
    );
  }

  /** Starts it; how it goes on is told by `phase`, `until` and `ended`. */
  start(): void {
    this.#end ??= this.#run();
  }

  /** Waits until the condition holds; throws when the pod ends before, or after `withinMs`. */
  async until(what: string, condition: () => boolean, withinMs = 60_000): Promise<void> {
    const signal = AbortSignal.timeout(withinMs);
    while (!condition()) {
      if (this.phase === 'Succeeded' || this.phase === 'Failed')
        throw this.#complaint(`${what}: the pod has ended`);
      await this.#life.change(signal).catch(() => {
        throw this.#complaint(`${what}: not within ${withinMs / 1000} s`);
      });
    }
  }

  /** Waits until the pod is ready; throws when it is not in time. */
  untilReady(withinMs?: number): Promise<void> {
    return this.until('ready', () => this.ready, withinMs);
  }

  /** Waits for its end by itself; throws when it could not be run. */
  async ended(): Promise<Phase> {
    await this.#end;
    if (this.#life.fault !== undefined) throw this.#life.fault;
    return this.phase;
  }

  /** Ends it as `kubectl delete pod` does, with the manifest's grace period or another. */
  async end(graceMs = this.#graceMs): Promise<Phase> {
    await Promise.all([this.#life.end(graceMs), this.#end]);
    return this.phase;
  }

  /** Writes the data of its volumes again, as kubelet does some time after a ConfigMap or Secret was changed. */
  async refill(store: Store): Promise<void> {
    await this.#volumes.fillData(this.#holder, this.#identity, store);
  }

  /** Removes all of it, killing what runs. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    const containers = [...this.#containers.values()];
    const ending = this.#life.end(0);
    await Promise.all(containers.map((container) => container.kill()));
    const [ended] = await Promise.allSettled([Promise.all([ending, this.#end])]);
    await Promise.all(containers.map((container) => container.remove()));
    await this.#holder[Symbol.asyncDispose]();
    await this.#volumes[Symbol.asyncDispose]();
    if (ended.status === 'rejected') throw ended.reason; // a fault of ours, which must leave nothing behind either
  }

  async #run(): Promise<void> {
    const watching = new AbortController();
    void this.#evictWhenTooBig(watching.signal);
    void this.#holder.ended.then(
      () => watching.signal.aborted || this.#life.fail(new Error("the pod's network is gone")),
    );
    await this.#life.live();
    watching.abort();
  }

  #container(spec: ContainerSpec, users: ReadonlyMap<string, string>): PodContainer {
    const { images, store, onEvent, onLine, keepOutput } = this.#options;
    const image = images.get(spec.image) ?? spec.image;
    return new PodContainer(spec, {
      holder: this.#holder,
      graceMs: this.#graceMs,
      surroundings: {
        image,
        imageUser: users.get(image) ?? '',
        holder: this.#holder.name,
        pod: this.#identity.spec,
        environment: environmentOf(spec, this.#identity, store),
        mounts: this.#volumes.mounts,
      },
      output: { keep: keepOutput, onLine: (stream, line) => onLine(this.name, spec.name, stream, line) },
      say: (event) => onEvent(this.name, spec.name, event),
      changed: () => this.#life.changed(),
    });
  }

  async #evictWhenTooBig(signal: AbortSignal): Promise<void> {
    while (await paused(EVICTION_LOOK_MS, signal)) {
      const reason = await this.#volumes.exceeded(this.#holder);
      if (reason === undefined || signal.aborted) continue;
      this.#life.fail(new Error(`evicted: ${reason}`));
      await this.#life.end(0);
    }
  }

  #complaint(what: string): Error {
    const outputs = [...this.#containers.values()].map(
      ({ name, stdout, stderr }) =>
        `--- ${name} stdout\n${stdout.slice(-1000)}--- ${name} stderr\n${stderr.slice(-1000)}`,
    );
    return new Error(`pod ${this.name}: ${what}\n${outputs.join('\n')}`, { cause: this.#life.fault });
  }
}

/** Linux takes 64 characters; kubelet cuts a pod's name at 63. */
function hostnameOf({ metadata, spec }: PodTemplate): string {
  return (spec.hostname ?? metadata.name).slice(0, 63).replace(/[-.]+$/, '');
}

/** The user each image names in its configuration. */
async function imageUsers(images: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const users = new Map<string, string>();
  for (const image of images.values()) {
    const { stdout } = await docker(['image', 'inspect', '--format', '{{.Config.User}}', image]);
    users.set(image, stdout.trim());
  }
  return users;
}
