// Runs a manifest: all its pods on one network of their own, Services as names in it, a Job's failed pod replaced by a new
// one. For tests and for `npm run pod`.
// The invariant: what a manifest says is done or refused before anything runs, and all of it is gone in the end.

import { docker, uniqueName } from '../containers.ts';
import type { KubernetesObject } from '../manifest/documents.ts';
import { RestartBackOff } from './back-off.ts';
import { Pod } from './pod.ts';
import type { PodOptions } from './pod.ts';
import type { Phase } from './pod-life.ts';
import { provideImages } from './provide-images.ts';
import type { ImageOptions } from './provide-images.ts';
import { planOf, selects } from './workload.ts';
import type { Plan, Workload } from './workload.ts';

export type RunOptions = ImageOptions &
  Partial<Pick<PodOptions, 'publish' | 'keepOutput' | 'restartBackOffMs' | 'onEvent' | 'onLine'>>;

/** Kubernetes' first wait before a Job's failed pod is replaced and before a container is started for the third time. */
const BACK_OFF_MS = 10_000;

const nobody = (): void => {};

export class ManifestRun implements AsyncDisposable {
  /** In the manifest's order; a Job's replacement pods come after their predecessors. */
  readonly pods: Pod[] = [];
  readonly #plan: Plan;
  readonly #options: Omit<PodOptions, 'aliases'>;
  readonly #outcomes: Promise<Phase>[] = [];
  #ending = false;

  /** Makes all pods and starts them; throws when the manifest cannot be carried out. */
  static async start(objects: readonly KubernetesObject[], options: RunOptions = {}): Promise<ManifestRun> {
    const plan = planOf(objects);
    const specs = plan.workloads.map((workload) => workload.template().spec);
    const images = await provideImages(specs, options);
    const network = uniqueName('network');
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
    try {
      for (const workload of plan.workloads) {
        const outcome = run.#runToEnd(workload, await run.#startPod(workload));
        outcome.catch(() => {}); // who calls ended() hears of it
        run.#outcomes.push(outcome);
      }
    } catch (error) {
      await run[Symbol.asyncDispose]();
      throw error;
    }
    return run;
  }

  private constructor(plan: Plan, options: Omit<PodOptions, 'aliases'>) {
    this.#plan = plan;
    this.#options = options;
  }

  /** The only pod there is; throws when there are several. */
  get pod(): Pod {
    const [pod, ...others] = this.pods;
    if (pod === undefined || others.length > 0) throw new Error(`${this.pods.length} pods, not one`);
    return pod;
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
    this.#ending = true;
    await Promise.all(this.pods.map((pod) => pod.end(graceMs)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    await Promise.all(this.pods.map((pod) => pod[Symbol.asyncDispose]()));
    await docker(['network', 'rm', this.#options.network]);
  }

  async #startPod(workload: Workload): Promise<Pod> {
    const template = workload.template();
    const services = this.#plan.services.filter((service) => selects(service, template.metadata.labels));
    const aliases = services.flatMap(({ name }) => [
      name,
      `${name}.${template.metadata.namespace}`,
      `${name}.${template.metadata.namespace}.svc`,
      `${name}.${template.metadata.namespace}.svc.cluster.local`,
    ]);
    const pod = await Pod.create(template, { ...this.#options, aliases });
    this.pods.push(pod);
    pod.start();
    return pod;
  }

  /** A pod to its end, and a Job's replacements as often as its backoffLimit allows. */
  async #runToEnd(workload: Workload, first: Pod): Promise<Phase> {
    const backOff = new RestartBackOff(this.#options.restartBackOffMs);
    let pod = first;
    for (let retry = 0; ; retry += 1) {
      const phase = await pod.ended();
      if (phase === 'Succeeded' || retry >= workload.retries || this.#ending) return phase;
      await new Promise((resolve) => setTimeout(resolve, backOff.next(0)));
      if (this.#ending) return phase;
      pod = await this.#startPod(workload);
    }
  }
}
