// Runs a manifest: all its pods on one network of their own, Services as names in it, a Job's failed pod replaced by a new
// one. For tests and for `npm run pod`.
// The invariant: what a manifest says is done or refused before anything runs, and all of it is gone in the end.

import { uniqueName } from '../containers.ts';
import type { KubernetesObject } from '../manifest/documents.ts';
import { RestartBackOff } from './back-off.ts';
import { docker } from './engine.ts';
import { Pod } from './pod.ts';
import type { PodOptions } from './pod.ts';
import type { Phase } from './pod-life.ts';
import { paused } from './probe.ts';
import { provideImages } from './provide-images.ts';
import type { ImageOptions } from './provide-images.ts';
import { planOf, selects } from './workload.ts';
import type { Plan, Workload } from './workload.ts';

export type RunOptions = ImageOptions &
  Partial<Pick<PodOptions, 'publish' | 'keepOutput' | 'restartBackOffMs' | 'onEvent' | 'onLine'>> & {
    /** Gives up before the pods are started. */
    readonly signal?: AbortSignal;
  };

/** What all pods of a run have in common. */
type Surroundings = Omit<PodOptions, 'aliases' | 'restartLimit'>;

/** Kubernetes' first wait before a Job's failed pod is replaced and before a container is started for the third time. */
const BACK_OFF_MS = 10_000;

/** The longest that a timer can wait. */
const NO_LIMIT_MS = 2 ** 31 - 1;

const nobody = (): void => {};

export class ManifestRun implements AsyncDisposable {
  /** In the manifest's order; a Job's replacement pods come after their predecessors. */
  readonly pods: Pod[] = [];
  readonly #plan: Plan;
  readonly #options: Surroundings;
  readonly #outcomes: Promise<Phase>[] = [];
  readonly #ending = new AbortController();
  #disposal: Promise<void> | undefined;

  /**
   * Makes all pods, then starts them. Throws when the manifest cannot be carried out, or when `signal` aborts before they
   * are started; nothing is left then.
   */
  static async start(objects: readonly KubernetesObject[], options: RunOptions = {}): Promise<ManifestRun> {
    const plan = planOf(objects);
    await docker(['version']); // without an engine, its own words say so best
    const specs = plan.workloads.map((workload) => workload.template().spec);
    const images = await provideImages(specs, options);
    options.signal?.throwIfAborted();
    const network = uniqueName(plan.workloads[0]?.name ?? 'pods');
    await docker(['network', 'create', network]);
    const run = new ManifestRun(plan, {
      publish: options.publish ?? [],
      keepOutput: options.keepOutput ?? true,
      restartBackOffMs: options.restartBackOffMs ?? BACK_OFF_MS,
      onEvent: options.onEvent ?? nobody,
      onLine: options.onLine ?? nobody,
      store: plan.store,
      network,
      images,
    });
    const pods: [Workload, Pod][] = [];
    try {
      for (const workload of plan.workloads) pods.push([workload, await run.#createPod(workload)]);
      options.signal?.throwIfAborted();
    } catch (error) {
      await run[Symbol.asyncDispose]();
      throw error;
    }
    let previous: Pod | undefined;
    for (const [workload, pod] of pods) {
      const outcome = run.#runToEnd(workload, pod, workload.followsPrevious ? previous : undefined);
      previous = pod;
      outcome.catch(() => {}); // who calls ended() hears of it
      run.#outcomes.push(outcome);
    }
    return run;
  }

  private constructor(plan: Plan, options: Surroundings) {
    this.#plan = plan;
    this.#options = options;
  }

  /** The only pod there is; throws when there are several. */
  get pod(): Pod {
    const [pod, ...others] = this.pods;
    if (pod === undefined || others.length > 0) throw new Error(`${this.pods.length} pods, not one`);
    return pod;
  }

  /** A pod by its name; throws when there is none. */
  podNamed(name: string): Pod {
    const found = this.pods.find((pod) => pod.name === name);
    if (found !== undefined) return found;
    throw new Error(`no pod ${name}; there are ${this.pods.map((pod) => pod.name).join(', ')}`);
  }

  /** Waits until every pod is ready. */
  async untilReady(withinMs?: number): Promise<void> {
    await Promise.all(this.pods.map((pod) => pod.untilReady(withinMs)));
  }

  /** Waits for the end of everything by itself: true when all of it succeeded. */
  async ended(): Promise<boolean> {
    const phases = await Promise.all(this.#outcomes);
    return phases.every((phase) => phase === 'Succeeded');
  }

  /** Ends all pods as `kubectl delete` does. */
  async end(graceMs?: number): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.pods.map((pod) => pod.end(graceMs)));
  }

  /** Removes all of it, killing what runs. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    this.#ending.abort();
    await this.#disposePods();
    await Promise.allSettled(this.#outcomes); // a Job may just have been making another pod
    const disposals = await this.#disposePods();
    const [network] = await Promise.allSettled([docker(['network', 'rm', this.#options.network])]);
    const errors = [...disposals, network].flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    if (errors.length > 0) throw new AggregateError(errors, `not all is removed: ${errors.join('; ')}`);
  }

  #disposePods(): Promise<PromiseSettledResult<void>[]> {
    return Promise.allSettled(this.pods.map((pod) => pod[Symbol.asyncDispose]()));
  }

  async #createPod(workload: Workload): Promise<Pod> {
    const template = workload.template();
    const services = this.#plan.services.filter((service) => selects(service, template.metadata.labels));
    const { namespace, name: podName } = template.metadata;
    const { restartLimit, governingService } = workload;
    const names = services.flatMap(({ name }) =>
      name === governingService ? [name, `${podName}.${name}`] : [name],
    );
    const aliases = names.flatMap((name) => [
      name,
      `${name}.${namespace}`,
      `${name}.${namespace}.svc`,
      `${name}.${namespace}.svc.cluster.local`,
    ]);
    const pod = await Pod.create(template, { ...this.#options, aliases, restartLimit });
    this.pods.push(pod);
    return pod;
  }

  /** A pod to its end, from when `previous` is ready, and a Job's replacements as often as its backoffLimit allows. */
  async #runToEnd(workload: Workload, first: Pod, previous?: Pod): Promise<Phase> {
    await previous?.until('ready', () => previous.ready || this.#ending.signal.aborted, NO_LIMIT_MS);
    if (this.#ending.signal.aborted) return first.phase;
    const backOff = new RestartBackOff(this.#options.restartBackOffMs);
    backOff.next(0); // unlike a container, a pod is not replaced at once
    let pod = first;
    for (let retry = 0; ; retry += 1) {
      pod.start();
      const phase = await pod.ended();
      if (phase === 'Succeeded' || retry >= workload.retries) return phase;
      if (!(await paused(backOff.next(0), this.#ending.signal))) return phase;
      pod = await this.#createPod(workload);
      if (this.#ending.signal.aborted) return phase;
    }
  }
}
