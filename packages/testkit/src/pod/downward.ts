// What a pod may know about itself: the downward API's fields and resources, for environment and volumes.
// Sources: Kubernetes' "Available fields" of the downward API; resource.Quantity's rounding up to the divisor.

import { parseQuantity } from './quantity.ts';
import type { ContainerSpec, FieldRef, PodSpec, PodTemplate, ResourceFieldRef } from './pod-spec.ts';

/** A pod with the addresses it was given. */
export type PodIdentity = PodTemplate & {
  readonly podIP: string;
  readonly hostIP: string;
  readonly nodeName: string;
};

/** What a quotient of two floats can be trusted with: 1001m by 1m is 1001, not 1002. */
const FLOAT_DIGITS = 15;

const SUBSCRIPTED = /^metadata\.(labels|annotations)\['([^']+)'\]$/;

/** The value of a `fieldRef` in `env`. Throws for a path that is not available there. */
export function environmentField(pod: PodIdentity, { fieldPath }: FieldRef): string {
  const values = new Map([
    ['spec.nodeName', pod.nodeName],
    ['spec.serviceAccountName', pod.spec.serviceAccountName ?? 'default'],
    ['status.podIP', pod.podIP],
    ['status.podIPs', pod.podIP],
    ['status.hostIP', pod.hostIP],
    ['status.hostIPs', pod.hostIP],
  ]);
  const value = values.get(fieldPath) ?? metadataField(pod, fieldPath);
  if (value === undefined) throw new Error(`fieldRef ${fieldPath}: there is no such field for env`);
  return value;
}

/** The value of a `fieldRef` in a volume. Throws for a path that is not available there. */
export function volumeField(pod: PodIdentity, { fieldPath }: FieldRef): string {
  const values = new Map([
    ['metadata.labels', listed(pod.metadata.labels)],
    ['metadata.annotations', listed(pod.metadata.annotations)],
  ]);
  const value = values.get(fieldPath) ?? metadataField(pod, fieldPath);
  if (value === undefined) throw new Error(`fieldRef ${fieldPath}: there is no such field for a volume`);
  return value;
}

/** What is available in both. */
function metadataField({ metadata }: PodIdentity, fieldPath: string): string | undefined {
  const [, map, key = ''] = SUBSCRIPTED.exec(fieldPath) ?? [];
  if (map === 'labels' || map === 'annotations') return metadata[map][key] ?? '';
  const { name, namespace, uid } = metadata;
  return new Map([
    ['metadata.name', name],
    ['metadata.namespace', namespace],
    ['metadata.uid', uid],
  ]).get(fieldPath);
}

/** As a downwardAPI volume writes labels: `key="value"`, one a line, by name. */
function listed(map: Readonly<Record<string, string>>): string {
  return Object.keys(map)
    .toSorted()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}

/**
 * The value of a `resourceFieldRef`: whole multiples of the divisor, rounded up. Without the limit it would be what the
 * node can give, which is nothing to build a test on: throws.
 */
export function resourceValue(
  { initContainers = [], containers }: PodSpec,
  own: ContainerSpec | undefined,
  { resource, containerName, divisor = 1 }: ResourceFieldRef,
): string {
  const named = [...containers, ...initContainers].find(({ name }) => name === containerName);
  const container = containerName === undefined ? own : named;
  if (container === undefined) throw new Error(`resourceFieldRef ${resource}: no container ${containerName}`);
  const { limits, requests } = container.resources ?? {};
  const [list, name = ''] = resource.split('.', 2);
  const quantity = list === 'requests' ? (requests?.[name] ?? limits?.[name]) : limits?.[name];
  if (quantity === undefined) {
    throw new Error(
      `resourceFieldRef ${resource}: container ${container.name} sets none, and there is no node to ask`,
    );
  }
  const unit = parseQuantity(divisor) || 1; // 0 stands for the default
  return String(Math.ceil(Number((parseQuantity(quantity) / unit).toPrecision(FLOAT_DIGITS))));
}
