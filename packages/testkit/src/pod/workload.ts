// From the objects of a manifest to what is to be run: pods, how often, and the data and service names they refer to.
// For run.ts. The invariant: nothing is left out in silence; an object with a field we do not carry out stops the whole.

import { randomBytes, randomUUID } from 'node:crypto';
import type { KubernetesObject } from '../manifest/documents.ts';
import { contradictions } from './contradictions.ts';
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
  StatefulSet: {
    readonly spec: {
      readonly template: Template;
      readonly replicas?: number;
      readonly serviceName?: string;
      readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
      readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    };
  };
  ConfigMap: { readonly data?: Texts; readonly binaryData?: Texts };
  Secret: { readonly data?: Texts; readonly stringData?: Texts };
  Service: {
    readonly spec: {
      readonly selector?: Texts;
      readonly ports?: readonly { readonly port: number; readonly targetPort?: number | string }[];
    };
  };
};

/** A pod to run. */
export type Workload = {
  readonly kind: 'Pod' | 'Deployment' | 'StatefulSet' | 'Job';
  readonly name: string;
  /** The pods of a StatefulSet are started one after the other, each when the one before it is ready. */
  readonly followsPrevious: boolean;
  /** The Service in which the pod has a name of its own: `redis-0.redis`. */
  readonly governingService: string | undefined;
  /** How often a pod that failed is replaced by a new one. */
  readonly retries: number;
  /** How often the pod's containers may be started again before it is given up. */
  readonly restartLimit: number;
  /** A new pod each time, with a name and a uid of its own where a controller would give it one. */
  readonly template: () => PodTemplate;
};

export type Service = { readonly name: string; readonly selector: Texts };

export type Plan = {
  readonly workloads: readonly Workload[];
  readonly store: Store;
  readonly services: readonly Service[];
};

/** The Kubernetes default of a Job's backoffLimit. */
const DEFAULT_BACKOFF_LIMIT = 6;
const DEFAULT_NAMESPACE = 'default';

/** Reads the plan out of a manifest's objects. Throws with every reason at once why it could not be carried out as written. */
export function planOf(objects: readonly KubernetesObject[]): Plan {
  refuse(objects.flatMap(refusedBy));
  const workloads = objects.flatMap(workloadsOf);
  const services = ofKind(objects, 'Service');
  refuse([
    ...namespaceFaults(objects),
    ...objects.flatMap(podFaults),
    ...services.flatMap((service) => serviceFaults(service, workloads)),
  ]);
  if (workloads.length === 0) throw new Error('there is no Pod, Deployment, StatefulSet or Job in it');
  return {
    workloads,
    services: services.map(({ metadata, spec }) => ({ name: metadata.name, selector: spec.selector ?? {} })),
    store: storeOf(objects),
  };
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(`this runner cannot do what is written:\n  ${faults.join('\n  ')}`);
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

/** A pod that is not replaced, whose containers are. */
const ONCE = { retries: 0, restartLimit: Infinity, followsPrevious: false, governingService: undefined };

function workloadsOf(object: KubernetesObject): Workload[] {
  const { metadata } = object;
  if (isA(object, 'Pod')) {
    const { spec } = object;
    const template = (): PodTemplate => ({ metadata: fullMetadata(metadata, metadata.name), spec });
    return [{ ...ONCE, kind: 'Pod', name: metadata.name, template }];
  }
  if (isA(object, 'Deployment')) {
    const workload = templated(object, 'Deployment', ONCE);
    return Array.from({ length: object.spec.replicas ?? 1 }, () => workload);
  }
  if (isA(object, 'StatefulSet'))
    return Array.from({ length: object.spec.replicas ?? 1 }, (_, ordinal) => stateful(object, ordinal));
  if (isA(object, 'Job')) return [templated(object, 'Job', jobLimits(object))];
  return [];
}

/**
 * A Job's backoffLimit counts failed pods, or, with restartPolicy OnFailure, the restarts in its pod. The Job controller
 * fails it at the restart that reaches the limit, and at the first one when the limit is 0.
 */
function jobLimits({ spec }: Objects['Job']): typeof ONCE {
  const { backoffLimit = DEFAULT_BACKOFF_LIMIT, template } = spec;
  if (template.spec.restartPolicy === 'Never') return { ...ONCE, retries: backoffLimit };
  return { ...ONCE, restartLimit: Math.max(backoffLimit, 1) - 1 };
}

/**
 * A pod of a StatefulSet keeps its name. A claimed volume is an empty one here: the run makes it, and removes it with
 * everything else.
 */
function stateful({ metadata, spec }: KubernetesObject & Objects['StatefulSet'], ordinal: number): Workload {
  const { template, serviceName, podManagementPolicy = 'OrderedReady', volumeClaimTemplates = [] } = spec;
  const name = `${metadata.name}-${ordinal}`;
  const inherited = { ...template.metadata, ...(metadata.namespace && { namespace: metadata.namespace }) };
  const labels = {
    ...template.metadata?.labels,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  };
  const claimed = volumeClaimTemplates.map((claim) => ({ name: claim.metadata.name, emptyDir: {} }));
  const podSpec = { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claimed] };
  return {
    ...ONCE,
    kind: 'StatefulSet',
    name: metadata.name,
    followsPrevious: ordinal > 0 && podManagementPolicy === 'OrderedReady',
    governingService: serviceName,
    template: () => ({ metadata: fullMetadata({ ...inherited, labels }, name), spec: podSpec }),
  };
}

/** A pod of a controller has a name of its own each time. */
function templated(
  { metadata, spec: { template } }: KubernetesObject & { readonly spec: { readonly template: Template } },
  kind: 'Deployment' | 'Job',
  limits: typeof ONCE,
): Workload {
  const inherited = { ...template.metadata, ...(metadata.namespace && { namespace: metadata.namespace }) };
  return {
    kind,
    name: metadata.name,
    ...limits,
    template: () => ({
      metadata: fullMetadata(inherited, `${metadata.name}-${randomBytes(3).toString('hex')}`),
      spec: template.spec,
    }),
  };
}

function fullMetadata({ namespace, labels, annotations }: ObjectMeta, name: string): PodMetadata {
  return {
    name,
    namespace: namespace ?? DEFAULT_NAMESPACE,
    uid: randomUUID(),
    labels: labels ?? {},
    annotations: annotations ?? {},
  };
}

function decoded(values: Texts = {}, encoding: BufferEncoding): [string, Buffer][] {
  return Object.entries(values).map(([key, text]) => [key, Buffer.from(text, encoding)]);
}

/** Names are looked up in one namespace only. */
function namespaceFaults(objects: readonly KubernetesObject[]): string[] {
  const namespaces = new Set(objects.map(({ metadata }) => metadata.namespace ?? DEFAULT_NAMESPACE));
  return namespaces.size > 1 ? [`objects of several namespaces: ${[...namespaces].join(', ')}`] : [];
}

function podFaults(object: KubernetesObject): string[] {
  const faults = workloadsOf(object)
    .slice(0, 1)
    .flatMap(({ kind, template }) => {
      const { spec } = template();
      return [...contradictions(spec), ...policyFaults(kind, spec.restartPolicy)];
    });
  return faults.map((fault) => `${object.kind} ${object.metadata.name}: ${fault}`);
}

/** What a controller's pods may have; a Job with the default would never end. */
function policyFaults(kind: Workload['kind'], restartPolicy: PodSpec['restartPolicy'] = 'Always'): string[] {
  if (kind === 'Pod' || (kind !== 'Job') === (restartPolicy === 'Always')) return [];
  return [`restartPolicy must be ${kind === 'Job' ? 'OnFailure or Never' : 'Always'}`];
}

/**
 * A Service is a name in the network of the run that leads to the pods it selects. There is no proxy in between, so it
 * cannot lead from one port to another, and it leads to pods that are not ready, too.
 */
function serviceFaults(
  { metadata, spec }: KubernetesObject & Objects['Service'],
  workloads: readonly Workload[],
): string[] {
  const { selector = {}, ports = [] } = spec;
  if (Object.keys(selector).length === 0)
    return [`Service ${metadata.name}: without a selector it leads nowhere`];
  const pods = workloads
    .map(({ template }) => template())
    .filter(({ metadata: { labels } }) => selects({ name: metadata.name, selector }, labels));
  return ports.flatMap(({ port, targetPort = port }) => {
    const targets =
      typeof targetPort === 'number' ? [targetPort] : pods.flatMap((pod) => namedPorts(pod, targetPort));
    if (targets.length > 0 && targets.every((target) => target === port)) return [];
    const what = `port ${port} cannot lead to port ${targetPort}: both must have the same number`;
    return [`Service ${metadata.name}: ${what}`];
  });
}

function namedPorts({ spec }: PodTemplate, name: string): number[] {
  return [...(spec.initContainers ?? []), ...spec.containers].flatMap(({ ports = [] }) =>
    ports.filter((port) => port.name === name).map(({ containerPort }) => containerPort),
  );
}
