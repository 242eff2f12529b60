// What a rule is, and how manifests look to it: objects that the schema found right, and the pods in them, whatever kind
// of workload they are in, each container with the part it plays. For the files of this folder and rules.ts.
// Invariant: a rule computes from what it is given and nothing else; it says what is wrong and what to do about it.

import type { IDaemonSetSpec } from 'kubernetes-models/apps/v1/DaemonSetSpec';
import type { IDeploymentSpec } from 'kubernetes-models/apps/v1/DeploymentSpec';
import type { IStatefulSetSpec } from 'kubernetes-models/apps/v1/StatefulSetSpec';
import type { ICronJobSpec } from 'kubernetes-models/batch/v1/CronJobSpec';
import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec';
import type { IPodDisruptionBudgetSpec } from 'kubernetes-models/policy/v1/PodDisruptionBudgetSpec';
import type { KubernetesObject } from '../documents.ts';
import type { Path } from '../kubectl-yaml.ts';
import { givenSettings, ourName } from '../our-images.ts';
import type { GivenSettings, OurImages } from '../our-images.ts';

/** Something wrong at a path; of what, the caller knows. */
export type Problem = { readonly path: Path; readonly what: string };

export type Found = Problem & { readonly object: KubernetesObject };

export type Rule = {
  /** In kebab case; the manifest that breaks it is test/manifest/wrong/<name>.yaml. */
  readonly name: string;
  /** In one line, what happens to who does not keep it. */
  readonly why: string;
  readonly find: (manifest: Manifest) => Found[];
};

/** The objects of one file. */
export type Manifest = {
  readonly objects: readonly KubernetesObject[];
  readonly pods: readonly Pod[];
  readonly images: OurImages;
};

export type Pod = {
  readonly object: KubernetesObject;
  /** To its spec, from the object. */
  readonly path: Path;
  readonly spec: IPodSpec;
  readonly labels: Readonly<Record<string, string>>;
  /** The names of all its volumes, those that a StatefulSet claims for it, too. */
  readonly volumes: ReadonlySet<string>;
  /** As they are started: init containers first. */
  readonly containers: readonly Container[];
};

export type Container = {
  /** From the pod's spec. */
  readonly path: Path;
  readonly spec: IContainer;
  /** A sidecar is an init container that is restarted: it runs as long as the pod. */
  readonly part: 'init' | 'sidecar' | 'main';
  /** The name of the image when it is one of ours. */
  readonly ours?: string;
  /** Of an image of ours, when the manifest decides them. */
  readonly settings?: GivenSettings;
};

/** The manifest as rules see it, of objects that the schema found right. */
export async function readRuled(objects: readonly KubernetesObject[], images: OurImages): Promise<Manifest> {
  const pods = await Promise.all(objects.map((object) => podOf(object, images)));
  return { objects, pods: pods.filter((one) => one !== undefined), images };
}

/** The kinds that rules look into. */
type Specs = {
  Pod: IPodSpec;
  Deployment: IDeploymentSpec;
  StatefulSet: IStatefulSetSpec;
  DaemonSet: IDaemonSetSpec;
  Job: IJobSpec;
  CronJob: ICronJobSpec;
  Service: IServiceSpec;
  NetworkPolicy: INetworkPolicySpec;
  PodDisruptionBudget: IPodDisruptionBudgetSpec;
};

/** Whether the object is of this kind, and so, after the schema check, its spec of this type. */
export function isA<Kind extends keyof Specs>(
  object: KubernetesObject,
  kind: Kind,
): object is KubernetesObject & { spec: Specs[Kind] } {
  return object.kind === kind && object.spec !== undefined;
}

async function podOf(object: KubernetesObject, images: OurImages): Promise<Pod | undefined> {
  const template = templateOf(object);
  const { spec, metadata } = template ?? {};
  if (template === undefined || spec === undefined) return undefined;
  const lists = ['initContainers', 'containers'] as const;
  const containers = lists.flatMap((list) =>
    (spec[list] ?? []).map((one, index) => containerOf(one, [list, index], images)),
  );
  const path = [...template.path, 'spec'];
  const claims = isA(object, 'StatefulSet') ? (object.spec.volumeClaimTemplates ?? []) : [];
  const names = [...(spec.volumes ?? []), ...claims.map((claim) => claim.metadata ?? {})].flatMap(
    ({ name }) => name ?? [],
  );
  return {
    object,
    path,
    spec,
    labels: metadata?.labels ?? {},
    volumes: new Set(names),
    containers: await Promise.all(containers),
  };
}

function templateOf(object: KubernetesObject): (IPodTemplateSpec & { path: Path }) | undefined {
  if (isA(object, 'Pod'))
    return { path: [], metadata: { labels: { ...object.metadata.labels } }, spec: object.spec };
  if (isA(object, 'CronJob')) {
    const { template } = object.spec.jobTemplate.spec ?? {};
    return template && { path: ['spec', 'jobTemplate', 'spec', 'template'], ...template };
  }
  const isWorkload =
    isA(object, 'Deployment') || isA(object, 'StatefulSet') || isA(object, 'DaemonSet') || isA(object, 'Job');
  return isWorkload ? { path: ['spec', 'template'], ...object.spec.template } : undefined;
}

async function containerOf(spec: IContainer, path: Path, images: OurImages): Promise<Container> {
  const isInit = path[0] === 'initContainers';
  const part = isInit ? (spec.restartPolicy === 'Always' ? 'sidecar' : 'init') : 'main';
  const ours = ourName(spec.image);
  const table = images.settings.get(ours ?? '');
  const settings = table && (await givenSettings(spec, table));
  return { path, spec, part, ...(ours !== undefined && { ours }), ...(settings && { settings }) };
}

/** A rule that looks at one object after the other. */
export function objectRule(
  name: string,
  why: string,
  judge: (object: KubernetesObject, manifest: Manifest) => Problem[],
): Rule {
  const find: Rule['find'] = (manifest) =>
    manifest.objects.flatMap((object) => judge(object, manifest).map((problem) => ({ object, ...problem })));
  return { name, why, find };
}

/** A rule about pods; its paths begin at the pod's spec. */
export function podRule(name: string, why: string, judge: (pod: Pod, manifest: Manifest) => Problem[]): Rule {
  const find: Rule['find'] = (manifest) =>
    manifest.pods.flatMap((one) =>
      judge(one, manifest).map(({ path, what }) => ({
        object: one.object,
        path: [...one.path, ...path],
        what,
      })),
    );
  return { name, why, find };
}

/** A rule about containers; its paths begin at the container. */
export function containerRule(
  name: string,
  why: string,
  judge: (container: Container, pod: Pod, manifest: Manifest) => Problem[],
): Rule {
  return podRule(name, why, (one, manifest) =>
    one.containers.flatMap((container) =>
      judge(container, one, manifest).map(({ path, what }) => ({ path: [...container.path, ...path], what })),
    ),
  );
}

/** One problem, or none: `problemIf(port < 1, ['port'], 'no port; ...')`. */
export function problemIf(isWrong: boolean, path: Path, what: string): Problem[] {
  return isWrong ? [{ path, what }] : [];
}

/** Each value that an earlier one equals, with its place among them. */
export function repeated<T>(values: readonly T[]): { value: T; index: number }[] {
  return values
    .map((value, index) => ({ value, index }))
    .filter(({ value, index }) => values.indexOf(value) < index);
}
