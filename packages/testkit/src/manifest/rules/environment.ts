// Environment variables, and keys of ConfigMaps and Secrets that are in the same file. For rules.ts.
// Source: Kubernetes' "Define Dependent Environment Variables" and "Expose Pod Information", API validation of 1.36.

import type { IEnvVar } from 'kubernetes-models/v1/EnvVar';
import type { IVolume } from 'kubernetes-models/v1/Volume';
import type { Path } from '../kubectl-yaml.ts';
import { isServiceLink } from '../our-images.ts';
import { dataKeys } from './names.ts';
import { containerRule, podRule, problemIf, repeated } from './rule.ts';
import type { Container, Manifest, Pod, Problem, Rule } from './rule.ts';

const ENV_FIELD =
  /^(?:metadata\.(?:name|namespace|uid|labels\['[^']+'\]|annotations\['[^']+'\])|spec\.(?:nodeName|serviceAccountName)|status\.(?:hostIPs?|podIPs?))$/;
const FILE_FIELD =
  /^metadata\.(?:name|namespace|uid|labels|annotations|labels\['[^']+'\]|annotations\['[^']+'\])$/;

function sourceProblems({ value, valueFrom }: IEnvVar, index: number): Problem[] {
  const path = ['env', index];
  if (valueFrom === undefined) return [];
  if (value !== undefined) return [{ path, what: 'has both value and valueFrom; take one out' }];
  const sources = Object.keys(valueFrom);
  return problemIf(
    sources.length !== 1,
    [...path, 'valueFrom'],
    'names not one source; write one, such as fieldRef',
  );
}

/** `$(NAME)` in a text, but for what Kubernetes sets for Services; `$$(NAME)` is how one writes the text itself. */
function references(text: string): string[] {
  const found = text.replaceAll('$$', '').matchAll(/\$\(([-._A-Za-z][-._A-Za-z0-9]*)\)/g);
  return [...found].map(([, name = '']) => name).filter((name) => !isServiceLink(name));
}

/** A shell has its own `$(...)`, which Kubernetes leaves alone. */
const isShellCall = (words: readonly string[]): boolean => words.some((word) => /^-\w*c$/.test(word));

const staysText = (name: string): string =>
  `$(${name}) stays as it is: no variable ${name} before it; add one or write $$(${name})`;

function unexpanded({ spec: { command = [], args = [], env = [], envFrom = [] } }: Container): Problem[] {
  if (envFrom.length > 0) return [];
  const names = env.map(({ name }) => name);
  const inEnv = env.flatMap(({ value = '' }, index) =>
    references(value)
      .filter((name) => !names.slice(0, index).includes(name))
      .map((name) => ({ path: ['env', index, 'value'], what: staysText(name) })),
  );
  if (isShellCall([...command, ...args])) return inEnv;
  const inWords = ([field, words]: [string, string[]]): Problem[] =>
    words.flatMap((word, index) =>
      references(word)
        .filter((name) => !names.includes(name))
        .map((name) => ({ path: [field, index], what: staysText(name) })),
    );
  return [...inEnv, ...inWords(['command', command]), ...inWords(['args', args])];
}

/** One key that something asks a ConfigMap or Secret for. */
type Wanted = {
  readonly path: Path;
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key: string;
};

function wantedByEnvironment({ path, spec: { env = [] } }: Container): Wanted[] {
  return env.flatMap(({ valueFrom = {} }, index): Wanted[] => {
    const { configMapKeyRef: map, secretKeyRef: secret } = valueFrom;
    const at = (field: string): Path => [...path, 'env', index, 'valueFrom', field];
    return [
      ...(map && map.optional !== true
        ? [{ path: at('configMapKeyRef'), kind: 'ConfigMap' as const, name: map.name ?? '', key: map.key }]
        : []),
      ...(secret && secret.optional !== true
        ? [{ path: at('secretKeyRef'), kind: 'Secret' as const, name: secret.name ?? '', key: secret.key }]
        : []),
    ];
  });
}

function wantedByVolume({ configMap, secret, projected }: IVolume, path: Path): Wanted[] {
  const sources = [
    { configMap, secretName: secret?.secretName, secret, path },
    ...(projected?.sources ?? []).map((source, index) => ({
      configMap: source.configMap,
      secretName: source.secret?.name,
      secret: source.secret,
      path: [...path, 'projected', 'sources', index],
    })),
  ];
  return sources.flatMap((source) => [
    ...keysOf('ConfigMap', source.configMap?.name, source.configMap, [...source.path, 'configMap']),
    ...keysOf('Secret', source.secretName, source.secret, [...source.path, 'secret']),
  ]);
}

type Keyed = { readonly optional?: boolean; readonly items?: readonly { readonly key: string }[] };

function keysOf(kind: Wanted['kind'], name = '', keyed: Keyed = {}, path: Path = []): Wanted[] {
  if (keyed.optional === true) return [];
  return (keyed.items ?? []).map(({ key }, index) => ({ path: [...path, 'items', index], kind, name, key }));
}

/** Only what is in the file can be known to lack a key. */
function missingKeys(pod: Pod, { objects }: Manifest): Problem[] {
  const wanted = [
    ...pod.containers.flatMap(wantedByEnvironment),
    ...(pod.spec.volumes ?? []).flatMap((volume, index) => wantedByVolume(volume, ['volumes', index])),
  ];
  return wanted.flatMap(({ path, kind, name, key }) => {
    const holder = objects.find((object) => object.kind === kind && object.metadata.name === name);
    const lacks = holder !== undefined && !dataKeys(holder).includes(key);
    return problemIf(lacks, path, `${kind} ${name} has no key ${key}; add it there or mend it here`);
  });
}

export const environment: readonly Rule[] = [
  containerRule('duplicate-env', 'The later one wins, in silence.', ({ spec: { env = [] } }) =>
    repeated(env.map(({ name }) => name)).map(({ value, index }) => ({
      path: ['env', index, 'name'],
      what: `${value} is set already; take one out`,
    })),
  ),
  containerRule('env-source', 'The cluster refuses the pod.', ({ spec: { env = [] } }) =>
    env.flatMap(sourceProblems),
  ),
  containerRule(
    'service-variable',
    'Kubernetes injects variables of this form for Services; our images pass over them.',
    ({ ours, spec: { env = [] } }) =>
      env.flatMap(({ name }, index) =>
        problemIf(
          ours !== undefined && isServiceLink(name),
          ['env', index, 'name'],
          `${name} looks like what Kubernetes injects for a Service; our settings have no such names`,
        ),
      ),
  ),
  containerRule(
    'unexpanded-variable',
    'A reference to a variable that is not set before it stays a text.',
    unexpanded,
  ),
  podRule('missing-key', 'The container does not start until the key is there.', missingKeys),
  containerRule('env-field', 'The cluster refuses the pod.', ({ spec: { env = [] } }) =>
    env.flatMap(({ valueFrom }, index) =>
      problemIf(
        valueFrom?.fieldRef !== undefined && !ENV_FIELD.test(valueFrom.fieldRef.fieldPath),
        ['env', index, 'valueFrom', 'fieldRef', 'fieldPath'],
        `a variable cannot be ${valueFrom?.fieldRef?.fieldPath}; take a field such as metadata.name or metadata.labels['app']`,
      ),
    ),
  ),
  podRule('file-field', 'The cluster refuses the pod.', ({ spec: { volumes = [] } }) =>
    volumes.flatMap(({ downwardAPI }, index) =>
      (downwardAPI?.items ?? []).flatMap(({ fieldRef }, item) =>
        problemIf(
          fieldRef !== undefined && !FILE_FIELD.test(fieldRef.fieldPath),
          ['volumes', index, 'downwardAPI', 'items', item, 'fieldRef', 'fieldPath'],
          `a file cannot be ${fieldRef?.fieldPath}; take metadata.labels or another of metadata`,
        ),
      ),
    ),
  ),
];
