// What one container's manifest means in the engine's words: the arguments of `docker create`.
// Pure, but for what it is told about the image's user. The invariant: the container gets no right, volume or memory that
// the manifest does not give, and one that would run as root against `runAsNonRoot` is refused, as kubelet does.

import { flagsOf } from '../containers.ts';
import { expand } from './environment.ts';
import type { Environment } from './environment.ts';
import { parseQuantity } from './quantity.ts';
import type { ContainerSpec, PodSpec, Resources, SecurityContext } from './pod-spec.ts';

/** Where a volume of the pod is on the engine's machine. */
export type MountSource = {
  /** The engine's name for it. */
  readonly engineName: string;
  /** Its folder, for `subPath`. */
  readonly folder: string;
  /** Data from a ConfigMap or the like is read-only, whatever the mount says. */
  readonly readOnly: boolean;
};

/** kubelet's default, too. */
const CPU_PERIOD_US = 100_000;

type Options = Parameters<typeof flagsOf>[0];

export type ContainerSurroundings = {
  readonly name: string;
  readonly image: string;
  /** `User` of the image's configuration. */
  readonly imageUser: string;
  readonly holder: string;
  readonly pod: PodSpec;
  readonly environment: Environment;
  readonly mounts: ReadonlyMap<string, MountSource>;
};

/** The arguments of `docker create` for this container. Throws when the manifest contradicts itself. */
export function createArguments(spec: ContainerSpec, around: ContainerSurroundings): string[] {
  const { environment, pod } = around;
  const holder = `container:${around.holder}`;
  const [entrypoint, ...rest] = (spec.command ?? []).map((part) => expand(part, environment));
  const args = (spec.args ?? []).map((part) => expand(part, environment));
  const flags = flagsOf({
    name: around.name,
    pull: pullPolicy(spec.imagePullPolicy),
    'log-driver': 'json-file', // whatever the engine's own is: this one can be read back
    network: holder,
    ipc: holder,
    pid: pod.shareProcessNamespace === true ? holder : undefined,
    ...securityOptions(spec, around),
    ...resourceOptions(spec.resources),
    volume: mountsOf(spec, around.mounts),
    workdir: spec.workingDir,
    env: [...environment].map(([name, value]) => `${name}=${value}`),
    entrypoint,
  });
  return [...flags, around.image, ...rest, ...args];
}

function pullPolicy(policy = 'IfNotPresent'): string {
  return { IfNotPresent: 'missing', Never: 'never', Always: 'always' }[policy] ?? 'missing';
}

/** The container's own settings win over the pod's, field by field. */
function effectiveContext({ securityContext = {} }: ContainerSpec, pod: PodSpec): SecurityContext {
  return { ...pod.securityContext, ...securityContext };
}

function securityOptions(spec: ContainerSpec, { pod, imageUser }: ContainerSurroundings): Options {
  const context = effectiveContext(spec, pod);
  const { runAsUser, runAsGroup, capabilities = {} } = context;
  if (context.runAsNonRoot === true) refuseRoot(spec.name, runAsUser, imageUser);
  const { fsGroup, supplementalGroups = [] } = pod.securityContext ?? {};
  const groups = fsGroup === undefined ? supplementalGroups : [...supplementalGroups, fsGroup];
  return {
    user: userFlag(runAsUser, runAsGroup, imageUser),
    'group-add': groups.map(String),
    privileged: context.privileged,
    'read-only': context.readOnlyRootFilesystem,
    'cap-drop': capabilities.drop,
    'cap-add': capabilities.add,
    'security-opt': [
      ...(context.allowPrivilegeEscalation === false ? ['no-new-privileges'] : []),
      ...(context.seccompProfile?.type === 'Unconfined' ? ['seccomp=unconfined'] : []),
    ],
  };
}

/** A group alone goes with the user that the image names. */
function userFlag(
  user: number | undefined,
  group: number | undefined,
  imageUser: string,
): string | undefined {
  if (group === undefined) return user?.toString();
  return `${user ?? (imageUser.split(':', 1)[0] || '0')}:${group}`;
}

/** kubelet's check: it trusts numbers only, since a name may stand for root in the image's passwd. */
function refuseRoot(container: string, runAsUser: number | undefined, imageUser: string): void {
  const [user = ''] = imageUser.split(':', 1);
  if (runAsUser === 0) throw new Error(`container ${container}: runAsNonRoot, but runAsUser is 0`);
  if (runAsUser !== undefined) return;
  if (user === '' || Number(user) === 0) {
    throw new Error(`container ${container}: runAsNonRoot, but the image's user is root; set runAsUser`);
  }
  if (!/^\d+$/.test(user)) {
    throw new Error(
      `container ${container}: runAsNonRoot, but the image's user ${user} is a name that cannot be verified; set runAsUser`,
    );
  }
}

function resourceOptions({ limits = {} }: Resources = {}): Options {
  const { cpu, memory } = limits;
  const bytes = memory === undefined ? undefined : String(Math.ceil(parseQuantity(memory)));
  return {
    // not --cpus, which the engine refuses for more than the machine has
    'cpu-period': cpu === undefined ? undefined : String(CPU_PERIOD_US),
    'cpu-quota': cpu === undefined ? undefined : String(Math.ceil(parseQuantity(cpu) * CPU_PERIOD_US)),
    memory: bytes,
    'memory-swap': bytes, // memory and swap together: pods have no swap
  };
}

function mountsOf(spec: ContainerSpec, mounts: ReadonlyMap<string, MountSource>): string[] {
  return (spec.volumeMounts ?? []).map(({ name, mountPath, readOnly, subPath }) => {
    const source = mounts.get(name);
    if (source === undefined) throw new Error(`container ${spec.name}: volume ${name} is not declared`);
    const mode = readOnly === true || source.readOnly ? 'ro' : 'rw';
    if (subPath !== undefined) return `${source.folder}/${subPath}:${mountPath}:${mode}`;
    return `${source.engineName}:${mountPath}:${mode},nocopy`; // the image's own files must not appear in an emptyDir
  });
}
