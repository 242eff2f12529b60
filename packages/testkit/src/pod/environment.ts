// The environment of one container as kubelet makes it: envFrom first, then env in its order, each value expanded with
// what is defined before it. Also expands command and args. Pure: addresses and data come as parameters.
// Source: Kubernetes' "Define dependent environment variables": $(NAME) is replaced, $$(NAME) is the text $(NAME), and
// a name that is not defined stays as it is written.

import { environmentField, resourceValue } from './downward.ts';
import type { PodIdentity } from './downward.ts';
import type { ContainerSpec, EnvFromSource, EnvVar, KeyedData, KeyRef, Store } from './pod-spec.ts';

export type Environment = ReadonlyMap<string, string>;

/** Replaces `$(NAME)` by its value. */
export function expand(text: string, environment: Environment): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (found, name?: string) => {
    if (found === '$$') return '$';
    return environment.get(name ?? '') ?? found;
  });
}

/** The variables a manifest gives to a container. Throws when it refers to data that is neither there nor optional. */
export function environmentOf(container: ContainerSpec, pod: PodIdentity, store: Store): Environment {
  const environment = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    for (const [name, value] of variablesFrom(source, store)) environment.set(name, value);
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, container, pod, store, environment);
    if (value !== undefined) environment.set(variable.name, value);
  }
  return environment;
}

function variablesFrom(
  { prefix = '', configMapRef, secretRef }: EnvFromSource,
  store: Store,
): [string, string][] {
  const reference = configMapRef ?? secretRef;
  if (reference === undefined) return [];
  const [kind, data] =
    configMapRef === undefined ? ['Secret', store.secrets] : ['ConfigMap', store.configMaps];
  const entries = data.get(reference.name);
  if (entries === undefined && reference.optional !== true) {
    throw new Error(`envFrom: ${kind} ${reference.name} is not in the manifest`);
  }
  return [...(entries ?? [])].map(([key, bytes]) => [prefix + key, bytes.toString()]);
}

function valueOf(
  { name, value, valueFrom = {} }: EnvVar,
  container: ContainerSpec,
  pod: PodIdentity,
  store: Store,
  earlier: Environment,
): string | undefined {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef !== undefined) return environmentField(pod, fieldRef);
  if (resourceFieldRef !== undefined) return resourceValue(pod.spec, container, resourceFieldRef);
  if (configMapKeyRef !== undefined) return keyValue(name, 'ConfigMap', store.configMaps, configMapKeyRef);
  if (secretKeyRef !== undefined) return keyValue(name, 'Secret', store.secrets, secretKeyRef);
  return expand(value ?? '', earlier);
}

function keyValue(variable: string, kind: string, data: KeyedData, ref: KeyRef): string | undefined {
  const bytes = data.get(ref.name)?.get(ref.key);
  if (bytes === undefined && ref.optional !== true) {
    throw new Error(`env ${variable}: ${kind} ${ref.name} with key ${ref.key} is not in the manifest`);
  }
  return bytes?.toString();
}
