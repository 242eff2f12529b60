// Names that a cluster refuses, and names that are there twice. For rules.ts.
// Sources: Kubernetes' "Object Names and IDs", "Labels and Selectors", and the API validation of 1.36.

import type { KubernetesObject } from '../documents.ts';
import type { Path } from '../kubectl-yaml.ts';
import { containerRule, objectRule, podRule, problemIf, repeated } from './rule.ts';
import type { Problem, Rule } from './rule.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/; // RFC 1123
const SERVICE = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/; // RFC 1035: begins with a letter
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_KEY =
  /^(?:(?=.{1,253}\/)[a-z0-9][-a-z0-9.]*\/)?(?=.{1,63}$)[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:(?=.{1,63}$)[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?)?$/;
const DATA_KEY = /^(?!\.\.?$|\.\..)[-._A-Za-z0-9]{1,253}$/;
const ENV_NAME = /^[-._A-Za-z][-._A-Za-z0-9]*$/;

const SMALL = 'lower-case letters, digits and -';

/** A CronJob appends the 11 characters of a time to its name, in what becomes a label of 63. */
const LONGEST_CRON_JOB = 52;

function nameProblems({ kind, metadata: { name } }: KubernetesObject): Problem[] {
  const path = ['metadata', 'name'];
  if (kind === 'Service')
    return problemIf(!SERVICE.test(name), path, `${name}: a Service is named in ${SMALL}, a letter first`);
  if (kind === 'Namespace')
    return problemIf(!LABEL.test(name), path, `${name}: a Namespace is named in ${SMALL}`);
  if (kind === 'CronJob' && name.length > LONGEST_CRON_JOB) {
    return [{ path, what: `${name.length} characters; a CronJob has at most ${LONGEST_CRON_JOB}` }];
  }
  return problemIf(!SUBDOMAIN.test(name), path, `${name} is no DNS name; use ${SMALL}`);
}

function labelProblems(labels: Readonly<Record<string, string>>, path: Path): Problem[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...problemIf(!LABEL_KEY.test(key), [...path, key], 'no key of a label; use letters, digits, - _ .'),
    ...problemIf(
      !LABEL_VALUE.test(value),
      [...path, key],
      `${value}: no value of a label; use up to 63 letters, digits, - _ .`,
    ),
  ]);
}

/** The labels of objects, and those of the templates of their pods. */
const label: Rule = {
  name: 'label',
  why: 'The cluster refuses the object.',
  find: ({ objects, pods }) => [
    ...objects.flatMap((object) =>
      labelProblems(object.metadata.labels ?? {}, ['metadata', 'labels']).map((problem) => ({
        object,
        ...problem,
      })),
    ),
    ...pods
      .filter(({ object }) => object.kind !== 'Pod')
      .flatMap(({ object, path, labels }) =>
        labelProblems(labels, [...path.slice(0, -1), 'metadata', 'labels']).map((problem) => ({
          object,
          ...problem,
        })),
      ),
  ],
};

const identity = ({ apiVersion, kind, metadata }: KubernetesObject): string =>
  [apiVersion, kind, metadata.namespace ?? '', metadata.name].join(' ');

const duplicateObject: Rule = {
  name: 'duplicate-object',
  why: 'The later one overwrites the earlier.',
  find: ({ objects }) =>
    repeated(objects.map(identity)).flatMap(({ index }) =>
      objects.slice(index, index + 1).map((object) => ({
        object,
        path: ['metadata', 'name'],
        what: `a second ${object.kind} ${object.metadata.name}; rename or remove one`,
      })),
    ),
};

/** The names of a ConfigMap's or Secret's entries. */
function keysOf(object: KubernetesObject, field: string): string[] {
  const entries: unknown = Object.entries(object).find(([name]) => name === field)?.[1];
  return typeof entries === 'object' && entries !== null ? Object.keys(entries) : [];
}

/** The keys that a container can ask a ConfigMap or Secret for. */
export function dataKeys(object: KubernetesObject): string[] {
  return ['data', 'binaryData', 'stringData'].flatMap((field) => keysOf(object, field));
}

export const names: readonly Rule[] = [
  objectRule('object-name', 'The cluster refuses the object.', nameProblems),
  label,
  duplicateObject,
  objectRule('data-key', 'Keys become names of files; the cluster refuses others.', (object) =>
    ['data', 'binaryData', 'stringData'].flatMap((field) =>
      (/^(?:ConfigMap|Secret)$/.test(object.kind) ? keysOf(object, field) : [])
        .filter((key) => !DATA_KEY.test(key))
        .map((key) => ({ path: [field, key], what: 'no name of a file; use letters, digits, - _ .' })),
    ),
  ),
  containerRule('container-name', 'The cluster refuses the pod.', ({ spec: { name } }) =>
    problemIf(!LABEL.test(name), ['name'], `${name}: containers are named in ${SMALL}, up to 63`),
  ),
  podRule(
    'duplicate-container',
    'The cluster refuses the pod; init containers count, too.',
    ({ containers }) =>
      repeated(containers.map(({ spec }) => spec.name)).map(({ value, index }) => ({
        path: [...(containers[index]?.path ?? []), 'name'],
        what: `a second container ${value}; rename one`,
      })),
  ),
  podRule('volume-name', 'The cluster refuses the pod.', ({ spec: { volumes = [] } }) =>
    volumes.flatMap(({ name }, index) =>
      problemIf(
        !LABEL.test(name),
        ['volumes', index, 'name'],
        `${name}: volumes are named in ${SMALL}, up to 63`,
      ),
    ),
  ),
  podRule('duplicate-volume', 'The cluster refuses the pod.', ({ spec: { volumes = [] } }) =>
    repeated(volumes.map(({ name }) => name)).map(({ value, index }) => ({
      path: ['volumes', index, 'name'],
      what: `a second volume ${value}; rename one`,
    })),
  ),
  containerRule(
    'env-name',
    'The cluster refuses the pod, or no program can read the variable.',
    ({ spec: { env = [] } }) =>
      env.flatMap(({ name }, index) =>
        problemIf(
          !ENV_NAME.test(name),
          ['env', index, 'name'],
          `${name} is no name of a variable; use letters, digits, _`,
        ),
      ),
  ),
];
