// All rules about what a schema cannot see, and their application to the objects of one file. For check.ts and tests.
// Each rule stands beside its kin in rules/; test/manifest/wrong/<rule>.yaml breaks it and no other.

import type { KubernetesObject } from './documents.ts';
import type { Fault } from './kubectl-yaml.ts';
import type { OurImages } from './our-images.ts';
import { environment } from './rules/environment.ts';
import { carefulImages, images } from './rules/images.ts';
import { carefulLifecycle, lifecycle } from './rules/lifecycle.ts';
import { names } from './rules/names.ts';
import { ports } from './rules/ports.ts';
import { carefulProbes, probes } from './rules/probes.ts';
import { carefulResources, resources } from './rules/resources.ts';
import { readRuled } from './rules/rule.ts';
import type { Rule } from './rules/rule.ts';
import { carefulSecurity, security } from './rules/security.ts';
import { selectors } from './rules/selectors.ts';
import { carefulVolumes, volumes } from './rules/volumes.ts';

/** What breaks one of these is refused by the cluster, or does not work. */
export const workingRules: readonly Rule[] = [
  ...names,
  ...images,
  ...ports,
  ...volumes,
  ...environment,
  ...probes,
  ...lifecycle,
  ...selectors,
  ...resources,
  ...security,
];

/** What breaks one of these works, until somebody regrets it. */
export const carefulRules: readonly Rule[] = [
  ...carefulImages,
  ...carefulResources,
  ...carefulSecurity,
  ...carefulProbes,
  ...carefulLifecycle,
  ...carefulVolumes,
];

export type RuleFault = Fault & { readonly rule: string };

/** What is wrong with the objects of one file, which have passed the schema check; in the order of their lines. */
export async function ruleFaults(
  objects: readonly KubernetesObject[],
  ourImages: OurImages,
  rules: readonly Rule[] = [...workingRules, ...carefulRules],
): Promise<RuleFault[]> {
  const manifest = await readRuled(objects, ourImages);
  return rules
    .flatMap(({ name, find }) =>
      find(manifest).map(({ object: { source }, path, what }) => ({
        rule: name,
        file: source.file,
        line: source.lineOf(path),
        path,
        what,
      })),
    )
    .toSorted((one, other) => one.line - other.line);
}
