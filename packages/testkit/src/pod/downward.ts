// What a pod may know about itself: the downward API's fields and resources, for environment and volumes.
// Sources: Kubernetes' "Available fields" of the downward API; resource.Quantity's rounding up to the divisor.

import { parseQuantity } from './quantity.ts';
import type { ContainerSpec, FieldRef, PodTemplate, ResourceFieldRef } from './pod-spec.ts';

/** A pod with the addresses it was given. */
export type PodIdentity = PodTemplate & {
  readonly podIP: string;
  readonly hostIP: string;
  readonly nodeName: string;
};

const SUBSCRIPTED = /^metadata\.(labels|annotations)\['([^']+)'\]$/;

/** The value of a `fieldRef`. Throws for a path that the downward API does not know. */
export function fieldValue(pod: PodIdentity, { fieldPath }: FieldRef): string {
  const [, map, key = ''] = SUBSCRIPTED.exec(fieldPath) ?? [];
  if (map === 'labels' || map === 'annotations') return pod.metadata[map][key] ?? '';
  const values: Readonly<Record<string, string>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'metadata.labels': listed(pod.metadata.labels),
    'metadata.annotations': listed(pod.metadata.annotations),
    'spec.nodeName': pod.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? 'default',
    'status.podIP': pod.podIP,
    'status.podIPs': pod.podIP,
    'status.hostIP': pod.hostIP,
    'status.hostIPs': pod.hostIP,
  };
  const value = values[fieldPath];
  if (value === undefined) throw new Error(`fieldRef ${fieldPath}: the downward API has no such field`);
  return value;
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
  containers: readonly ContainerSpec[],
  own: ContainerSpec | undefined,
  { resource, containerName, divisor = 1 }: ResourceFieldRef,
): string {
  const container = containerName === undefined ? own : containers.find(({ name }) => name === containerName);
  if (container === undefined) throw new Error(`resourceFieldRef ${resource}: no container ${containerName}`);
  const { limits, requests } = container.resources ?? {};
  const [list, name = ''] = resource.split('.', 2);
  const quantity = list === 'requests' ? (requests?.[name] ?? limits?.[name]) : limits?.[name];
  if (quantity === undefined) {
    throw new Error(
      `resourceFieldRef ${resource}: container ${container.name} sets none, and there is no node to ask`,
    );
  }
  const unit = parseQuantity(divisor);
  return String(Math.ceil(parseQuantity(quantity) / (unit === 0 ? 1 : unit)));
}
