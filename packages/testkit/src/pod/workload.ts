// From the objects of a manifest to what is to be run: pods, how often, and the data and service names they refer to.
// For run.ts. The invariant: nothing is left out in silence; an object with a field we do not carry out stops the whole.

import { randomBytes, randomUUID } from 'node:crypto';
import type { KubernetesObject } from '../manifest/documents.ts';
import { refusals } from './implemented-fields.ts';
import type { PodMetadata, PodSpec, PodTemplate, Store } from './pod-spec.ts';

type ObjectMeta = {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
};

type Keyed = ReadonlyMap<string, Buffer>;

type Template = { readonly metadata?: ObjectMeta; readonly spec: PodSpec };

type Texts = Readonly<Record<string, string>>;

/** The kinds that are carried out, as the schema has them; `refusals` has seen to it that there are no others. */
type Objects = {
  Pod: { readonly spec: PodSpec };
  Deployment: { readonly spec: { readonly template: Template; readonly replicas?: number } };
  Job: { readonly spec: { readonly template: Template; readonly backoffLimit?: number } };
  ConfigMap: { readonly data?: Texts; readonly binaryData?: Texts };
  Secret: { readonly data?: Texts; readonly stringData?: Texts };
  Service: {
    readonly spec: {
      readonly selector?: Texts;
      readonly ports?: readonly { readonly port: number; readonly targetPort?: number | string }[];
    };
  };
};

/** A pod to run. A Job's pod that failed is replaced by a new one, up to `retries` times; others have none. */
export type Workload = {
  readonly kind: 'Pod' | 'Deployment' | 'Job';
  readonly name: string;
  readonly retries: number;
  /** A new pod each time, with a name and a uid of its own where a controller would give it one. */
  template(): PodTemplate;
};

export type Service = { readonly name: string; readonly selector: Texts };

export type Plan = {
  readonly workloads: readonly Workload[];
  readonly store: Store;
  readonly services: readonly Service[];
};

/** The Kubernetes default of a Job's backoffLimit. */
const DEFAULT_BACKOFF_LIMIT = 6;

/** Reads the plan out of a manifest's objects. Throws with every reason at once why it could not be carried out as written. */
export function planOf(objects: readonly KubernetesObject[]): Plan {
  const services = ofKind(objects, 'Service');
  const faults = [...objects.flatMap(refusedBy), ...services.flatMap(serviceFaults)];
  if (faults.length > 0) throw new Error(`this runner cannot do what is written:\n  ${faults.join('\n  ')}`);
  const workloads = objects.flatMap(workloadsOf);
  if (workloads.length === 0) throw new Error('there is no Pod, Deployment or Job in it');
  return {
    workloads,
    services: services.map(({ metadata, spec }) => ({ name: metadata.name, selector: spec.selector ?? {} })),
    store: storeOf(objects),
  };
}

/** The data of a manifest, for its pods and for `refill`. */
export function storeOf(objects: readonly KubernetesObject[]): Store {
  const configMaps = ofKind(objects, 'ConfigMap').map(({ metadata, data, binaryData }): [string, Keyed] => [
    metadata.name,
    new Map([...decoded(data, 'utf8'), ...decoded(binaryData, 'base64')]),
  ]);
  const secrets = ofKind(objects, 'Secret').map(({ metadata, data, stringData }): [string, Keyed] => [
    metadata.name,
    new Map([...decoded(data, 'base64'), ...decoded(stringData, 'utf8')]), // stringData wins
  ]);
  return { configMaps: new Map(configMaps), secrets: new Map(secrets) };
}

/** Whether a service leads to a pod with these labels. */
export function selects({ selector }: Service, labels: Texts): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function isA<Kind extends keyof Objects>(
  object: KubernetesObject,
  kind: Kind,
): object is KubernetesObject & Objects[Kind] {
  return object.kind === kind;
}

function ofKind<Kind extends keyof Objects>(
  objects: readonly KubernetesObject[],
  kind: Kind,
): (KubernetesObject & Objects[Kind])[] {
  return objects.filter((object) => isA(object, kind));
}

function refusedBy(object: KubernetesObject): string[] {
  return refusals(object).map((refusal) => `${object.kind} ${object.metadata.name}: ${refusal}`);
}

function workloadsOf(object: KubernetesObject): Workload[] {
  const { metadata } = object;
  if (isA(object, 'Pod')) {
    const { spec } = object;
    const template = (): PodTemplate => ({ metadata: fullMetadata(metadata, metadata.name), spec });
    return [{ kind: 'Pod', name: metadata.name, retries: 0, template }];
  }
  if (isA(object, 'Deployment')) {
    const workload = templated(object, 'Deployment', 0);
    return Array.from({ length: object.spec.replicas ?? 1 }, () => workload);
  }
  if (isA(object, 'Job')) {
    return [templated(object, 'Job', object.spec.backoffLimit ?? DEFAULT_BACKOFF_LIMIT)];
  }
  return [];
}

/** A pod of a controller has a name of its own each time. */
function templated(
  { metadata, spec: { template } }: KubernetesObject & { readonly spec: { readonly template: Template } },
  kind: 'Deployment' | 'Job',
  retries: number,
): Workload {
  const inherited = { ...template.metadata, ...(metadata.namespace && { namespace: metadata.namespace }) };
  return {
    kind,
    name: metadata.name,
    retries,
    template: () => ({
      metadata: fullMetadata(inherited, `${metadata.name}-${randomBytes(3).toString('hex')}`),
      spec: template.spec,
    }),
  };
}

function fullMetadata({ namespace, labels, annotations }: ObjectMeta, name: string): PodMetadata {
  return {
    name,
    namespace: namespace ?? 'default',
    uid: randomUUID(),
    labels: labels ?? {},
    annotations: annotations ?? {},
  };
}

function decoded(values: Texts = {}, encoding: BufferEncoding): [string, Buffer][] {
  return Object.entries(values).map(([key, text]) => [key, Buffer.from(text, encoding)]);
}

/**
 * A Service is a name in the network of the run that leads to the pods it selects. There is no proxy in between, so it
 * cannot lead from one port to another, and it leads to pods that are not ready, too.
 */
function serviceFaults({ metadata, spec }: KubernetesObject & Objects['Service']): string[] {
  const faults = (spec.ports ?? [])
    .filter(({ port, targetPort = port }) => targetPort !== port)
    .map(
      ({ port, targetPort }) => `port ${port} cannot lead to port ${targetPort}: give both the same number`,
    );
  if (spec.selector === undefined) faults.push('without a selector it leads nowhere');
  return faults.map((fault) => `Service ${metadata.name}: ${fault}`);
}
