// One container of a Kubernetes manifest, run on the docker engine as the manifest says: image, command, environment,
// user, restrictions, memory limit and volumes. Starting and ending several in the order of a pod is the caller's part.
// Invariant: a field that is not known here is refused, never ignored: a test that passes has run all that is written.

import { docker, type Container, startContainer, uniqueName } from './containers.ts';

/** The part of a Kubernetes `Container` that is implemented. */
export type ContainerSpec = {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext?: {
    readonly runAsUser?: number;
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[] };
  };
  readonly resources?: { readonly limits?: { readonly memory?: string } };
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
};

/** What each field may hold; `any`: it means nothing to a container that runs alone, whatever it holds. */
type Fields = { readonly [field: string]: Fields | 'any' };

const KNOWN_FIELDS: Fields = {
  name: 'any',
  image: 'any',
  restartPolicy: 'any',
  command: 'any',
  args: 'any',
  env: { name: 'any', value: 'any' },
  ports: 'any',
  startupProbe: 'any',
  readinessProbe: 'any',
  livenessProbe: 'any',
  securityContext: {
    runAsUser: 'any',
    allowPrivilegeEscalation: 'any',
    readOnlyRootFilesystem: 'any',
    capabilities: { drop: 'any' },
  },
  resources: { requests: 'any', limits: { memory: 'any' } },
  volumeMounts: { name: 'any', mountPath: 'any', readOnly: 'any' },
};

/** The paths of fields that are not in `known`; lists are looked through. */
function unknownFields(value: unknown, known: Fields | 'any', path: string): string[] {
  if (known === 'any' || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => unknownFields(item, known, path));
  return Object.entries(value).flatMap(([field, inner]) => {
    const rule = known[field];
    return rule === undefined ? [`${path}.${field}`] : unknownFields(inner, rule, `${path}.${field}`);
  });
}

/** `96Mi` as docker writes it: 96m. Both mean powers of 1024. */
function dockerMemory(quantity: string): string {
  const found = /^(\d+)(Ki|Mi|Gi)$/.exec(quantity);
  if (found === null)
    throw new Error(`resources.limits.memory ${quantity}: only Ki, Mi and Gi are known here`);
  return `${found[1]}${found[2]?.[0]?.toLowerCase()}`;
}

function securityFlags({ securityContext = {} }: ContainerSpec, fsGroup: number): string[] {
  const { runAsUser, allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = securityContext;
  const flags = ['--group-add', String(fsGroup)];
  if (runAsUser !== undefined) flags.push('--user', String(runAsUser));
  if (allowPrivilegeEscalation === false) flags.push('--security-opt', 'no-new-privileges');
  if (readOnlyRootFilesystem === true) flags.push('--read-only');
  return [...flags, ...(capabilities?.drop ?? []).flatMap((name) => ['--cap-drop', name])];
}

/** What of a pod its containers share. */
export type PodVolumes = AsyncDisposable & {
  readonly fsGroup: number;
  /** Engine name of each volume of the manifest. */
  readonly names: Readonly<Record<string, string>>;
};

/** Empty volumes as kubelet makes an emptyDir for a pod with an fsGroup: open to all, new files get the group. */
export async function createVolumes(
  volumes: readonly string[],
  fsGroup: number,
  image: string,
): Promise<PodVolumes> {
  const names = Object.fromEntries(volumes.map((volume) => [volume, uniqueName(volume)]));
  for (const name of Object.values(names)) {
    const script = `chgrp ${fsGroup} /volume && chmod 2777 /volume`;
    const flags = ['--rm', '--user', '0', '--volume', `${name}:/volume`, '--entrypoint', 'sh'];
    await docker(['run', ...flags, image, '-c', script]);
  }
  const remove = async (): Promise<void> => {
    await docker(['volume', 'rm', '--force', ...Object.values(names)]);
  };
  return { fsGroup, names, [Symbol.asyncDispose]: remove };
}

function mountFlags({ name: container, volumeMounts = [] }: ContainerSpec, volumes: PodVolumes): string[] {
  return volumeMounts.flatMap(({ name, mountPath, readOnly }) => {
    const volume = volumes.names[name];
    if (volume === undefined) throw new Error(`${container}: volume ${name} is not declared`);
    const options = readOnly === true ? 'nocopy,ro' : 'nocopy'; // the image's files must not appear in an emptyDir
    return ['--volume', `${volume}:${mountPath}:${options}`];
  });
}

/**
 * Starts one container of a pod. `more` are further arguments of the program, `network` is `none` or the container whose
 * network it shares. Throws when the manifest says something that would not be done.
 */
export async function startPodContainer(
  spec: ContainerSpec,
  volumes: PodVolumes,
  { network, more = [] }: { network: string; more?: readonly string[] },
): Promise<Container> {
  const unknown = unknownFields(spec, KNOWN_FIELDS, spec.name);
  if (unknown.length > 0) throw new Error(`not implemented here: ${unknown.join(', ')}`);
  const [entrypoint, ...commandArguments] = spec.command ?? [];
  const memory = spec.resources?.limits?.memory;
  const flags = [
    '--network',
    network,
    ...securityFlags(spec, volumes.fsGroup),
    ...mountFlags(spec, volumes),
    ...(memory === undefined ? [] : ['--memory', dockerMemory(memory)]),
    ...(spec.env ?? []).flatMap(({ name, value }) => ['--env', `${name}=${value}`]),
    ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
  ];
  return startContainer(spec.image, [...commandArguments, ...(spec.args ?? []), ...more], flags);
}
