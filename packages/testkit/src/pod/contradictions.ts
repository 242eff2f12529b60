// What an API server would refuse in a pod that its schema allows, as far as this runner builds on it: names that are there
// twice or not at all, fields that mean nothing where they are, paths that lead out of a volume. For workload.ts. Pure.
// Found before anything runs: the same, met while the pod runs, would be a container that never starts.

import { portNumber } from './handler.ts';
import { parseQuantity } from './quantity.ts';
import type { ContainerSpec, PodSpec, Volume } from './pod-spec.ts';

/** All of them, in words; empty when there are none. */
export function contradictions(spec: PodSpec): string[] {
  const { initContainers = [], containers, volumes = [] } = spec;
  const all = [...initContainers, ...containers];
  return [
    ...(containers.length === 0 ? ['there is no container'] : []),
    ...doubles(all.map(({ name }) => name)).map((name) => `two containers are called ${name}`),
    ...doubles(volumes.map(({ name }) => name)).map((name) => `two volumes are called ${name}`),
    ...volumes.flatMap(volumeFaults),
    ...all.flatMap((container) =>
      [
        ...mountFaults(container, volumes),
        ...portFaults(container),
        ...quantityFaults(Object.values(container.resources?.limits ?? {})),
      ].map((fault) => `container ${container.name}: ${fault}`),
    ),
    ...initContainers
      .filter(({ restartPolicy }) => restartPolicy === undefined)
      .flatMap((container) => sidecarFields(container)),
  ];
}

function doubles(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

/** An init container that ends has nobody to probe and no later end to prepare. */
function sidecarFields({ name, ...fields }: ContainerSpec): string[] {
  return (['startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle'] as const)
    .filter((field) => fields[field] !== undefined)
    .map((field) => `init container ${name}: ${field} is for those with restartPolicy: Always`);
}

function mountFaults({ volumeMounts = [] }: ContainerSpec, volumes: readonly Volume[]): string[] {
  const undeclared = volumeMounts
    .filter((mount) => volumes.every(({ name }) => name !== mount.name))
    .map(({ name }) => `volume ${name} is not declared`);
  const twice = doubles(volumeMounts.map(({ mountPath }) => mountPath));
  const subPaths = volumeMounts.flatMap(({ subPath }) => (subPath === undefined ? [] : [subPath]));
  return [
    ...undeclared,
    ...twice.map((path) => `two volumes are mounted at ${path}`),
    ...subPaths.flatMap(pathFaults),
  ];
}

function portFaults(container: ContainerSpec): string[] {
  const { startupProbe, readinessProbe, livenessProbe, lifecycle = {} } = container;
  const handlers = [startupProbe, readinessProbe, livenessProbe, lifecycle.postStart, lifecycle.preStop];
  return handlers.flatMap((handler) => {
    const port = handler?.httpGet?.port ?? handler?.tcpSocket?.port;
    return port === undefined ? [] : errorOf(() => portNumber(container, port));
  });
}

function volumeFaults({ name, emptyDir, ...sources }: Volume): string[] {
  const { configMap, secret, downwardAPI, projected } = sources;
  const kinds = [emptyDir, configMap, secret, downwardAPI, projected].filter((kind) => kind !== undefined);
  const projections = (projected?.sources ?? []).flatMap((source) => Object.values(source));
  const paths = [configMap, secret, downwardAPI, ...projections].flatMap((source) =>
    (source?.items ?? []).map(({ path }) => path),
  );
  return [
    ...(kinds.length === 1 ? [] : [`has ${kinds.length} kinds of contents, not one`]),
    ...paths.flatMap(pathFaults),
    ...quantityFaults(emptyDir?.sizeLimit === undefined ? [] : [emptyDir.sizeLimit]),
  ].map((fault) => `volume ${name}: ${fault}`);
}

/** A path must stay inside its volume; a first part with two dots is kubelet's own. */
function pathFaults(path: string): string[] {
  const isInside = !path.startsWith('/') && !path.startsWith('..') && !path.split('/').includes('..');
  return isInside ? [] : [`path ${path} leads out of the volume`];
}

function quantityFaults(quantities: readonly (string | number)[]): string[] {
  return quantities.flatMap((quantity) => errorOf(() => parseQuantity(quantity)));
}

function errorOf(attempt: () => unknown): string[] {
  try {
    attempt();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
