// Labels that should find pods and do not. For rules.ts; ports.ts follows a Service to its pods by the same function.
// Source: Kubernetes' "Labels and Selectors".

import type { IDeploymentSpec } from 'kubernetes-models/apps/v1/DeploymentSpec';
import type { KubernetesObject } from '../documents.ts';
import { isA, objectRule } from './rule.ts';
import type { Manifest, Pod, Problem, Rule } from './rule.ts';

type Selector = IDeploymentSpec['selector'];
type Labels = Readonly<Record<string, string>>;

function matches({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    const value = labels[key];
    const isIn = value !== undefined && values.includes(value);
    return (
      { In: isIn, NotIn: !isIn, Exists: value !== undefined, DoesNotExist: value === undefined }[operator] ??
      false
    );
  });
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    expressions.every((isMet) => isMet)
  );
}

/** The pods of the manifest that the selector of an object finds, all of its namespace. */
export function selectedPods(
  { metadata: { namespace } }: KubernetesObject,
  selector: Selector,
  { pods }: Manifest,
): Pod[] {
  return pods.filter(
    ({ object, labels }) => object.metadata.namespace === namespace && matches(selector, labels),
  );
}

/** The selector of what is for pods of others, with the path to it; an empty one is a choice of its own. */
function selectorOf(object: KubernetesObject): { path: string[]; selector: Selector } | undefined {
  if (isA(object, 'Service')) {
    const { selector } = object.spec;
    return selector && { path: ['spec', 'selector'], selector: { matchLabels: selector } };
  }
  if (isA(object, 'NetworkPolicy')) {
    const { podSelector } = object.spec;
    return podSelector && { path: ['spec', 'podSelector'], selector: podSelector };
  }
  if (!isA(object, 'PodDisruptionBudget')) return undefined;
  const { selector } = object.spec;
  return selector && { path: ['spec', 'selector'], selector };
}

function selectsNothing(object: KubernetesObject, manifest: Manifest): Problem[] {
  const found = selectorOf(object);
  if (found === undefined || manifest.pods.length === 0) return [];
  const { path, selector } = found;
  if (selectedPods(object, selector, manifest).length > 0) return [];
  return [{ path, what: 'finds none of the pods in this file; mend the labels here or there' }];
}

const selectorMismatch: Rule = {
  name: 'selector-mismatch',
  why: 'The cluster refuses a workload that does not select its own pods.',
  find: ({ pods }) =>
    pods.flatMap(({ object, labels }) => {
      const isOwner = isA(object, 'Deployment') || isA(object, 'StatefulSet') || isA(object, 'DaemonSet');
      if (!isOwner || matches(object.spec.selector, labels)) return [];
      return [
        {
          object,
          path: ['spec', 'selector'],
          what: 'does not fit the labels of the template; make them agree',
        },
      ];
    }),
};

export const selectors: readonly Rule[] = [
  selectorMismatch,
  objectRule(
    'selects-nothing',
    'A Service without endpoints, a policy that protects nobody.',
    selectsNothing,
  ),
];
