// The Pod Security Standards' profile `restricted`, which a careful cluster enforces, and two things beyond it: no token
// of the cluster, and for our images a read-only root file system. For rules.ts.
// Source: Kubernetes' "Pod Security Standards" (1.36). What is about Windows is left out.

import type { ISecurityContext } from 'kubernetes-models/v1/SecurityContext';
import { containerRule, podRule, problemIf } from './rule.ts';
import type { Container, Pod, Problem, Rule } from './rule.ts';

const VOLUME_KINDS = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const SAFE_SYSCTLS =
  /^(?:kernel\.shm_rmid_forced|net\.ipv4\.(?:ip_local_port_range|ip_unprivileged_port_start|tcp_syncookies|ping_group_range|ip_local_reserved_ports|tcp_keepalive_(?:time|intvl|probes)|tcp_fin_timeout|tcp_rmem|tcp_wmem))$/;
const SELINUX_TYPES = /^(?:|container(?:_init|_kvm|_engine)?_t)$/;

type Profiles = Pick<ISecurityContext, 'seLinuxOptions' | 'appArmorProfile'>;

const contextOf = ({ spec }: Container): ISecurityContext => spec.securityContext ?? {};

/** What the container says, or else its pod. */
function effective(
  container: Container,
  { spec }: Pod,
): Pick<ISecurityContext, 'runAsNonRoot' | 'runAsUser' | 'seccompProfile'> {
  return { ...spec.securityContext, ...contextOf(container) };
}

const inContext = (...path: string[]): string[] => ['securityContext', ...path];

function profileProblems({ seLinuxOptions = {}, appArmorProfile }: Profiles): Problem[] {
  const { type = '', user = '', role = '' } = seLinuxOptions;
  const isOwn = !SELINUX_TYPES.test(type) || user !== '' || role !== '';
  return [
    ...problemIf(isOwn, inContext('seLinuxOptions'), 'are other than those of containers; take them out'),
    ...problemIf(
      appArmorProfile?.type === 'Unconfined',
      inContext('appArmorProfile', 'type'),
      'is Unconfined; write RuntimeDefault',
    ),
  ];
}

function capabilityProblems(container: Container): Problem[] {
  const { add = [], drop = [] } = contextOf(container).capabilities ?? {};
  return [
    ...problemIf(!drop.includes('ALL'), inContext('capabilities'), 'are not dropped; write drop: [ALL]'),
    ...add
      .filter((name) => name !== 'NET_BIND_SERVICE')
      .map((name) => ({
        path: inContext('capabilities', 'add'),
        what: `${name} is more than NET_BIND_SERVICE; take it out`,
      })),
  ];
}

function seccompProblems(container: Container, pod: Pod): Problem[] {
  const type = effective(container, pod).seccompProfile?.type;
  const isConfined = type === 'RuntimeDefault' || type === 'Localhost';
  return problemIf(
    !isConfined,
    inContext('seccompProfile'),
    `is ${type ?? 'not set'}; write type: RuntimeDefault, here or for the pod`,
  );
}

function handlerHosts({ spec }: Container): Problem[] {
  const { startupProbe, livenessProbe, readinessProbe, lifecycle } = spec;
  const handlers = {
    startupProbe,
    livenessProbe,
    readinessProbe,
    postStart: lifecycle?.postStart,
    preStop: lifecycle?.preStop,
  };
  return Object.entries(handlers).flatMap(([name, handler]) =>
    (['httpGet', 'tcpSocket'] as const)
      .filter((kind) => (handler?.[kind]?.host ?? '') !== '')
      .map((kind) => ({
        path: [...(name.endsWith('Probe') ? [] : ['lifecycle']), name, kind, 'host'],
        what: 'makes kubelet connect elsewhere; take it out',
      })),
  );
}

/** The container that kubelet refuses: it must not be root and is told to be. */
const rootUser = containerRule('root-user', 'kubelet does not start the container.', (container, pod) =>
  problemIf(
    effective(container, pod).runAsNonRoot === true && effective(container, pod).runAsUser === 0,
    inContext('runAsUser'),
    'is 0, root, against runAsNonRoot; name another user',
  ),
);

export const security: readonly Rule[] = [rootUser];

export const carefulSecurity: readonly Rule[] = [
  containerRule(
    'run-as-non-root',
    'Root in the container is one bug from root on the node.',
    (container, pod) =>
      problemIf(
        effective(container, pod).runAsNonRoot !== true,
        inContext('runAsNonRoot'),
        'is not true; set it, here or for the pod',
      ),
  ),
  containerRule(
    'privilege-escalation',
    'A set-uid program gives more rights than the container was given.',
    (container) =>
      problemIf(
        contextOf(container).allowPrivilegeEscalation !== false,
        inContext('allowPrivilegeEscalation'),
        'is not false; set it',
      ),
  ),
  containerRule('privileged', 'The container owns the node.', (container) =>
    problemIf(contextOf(container).privileged === true, inContext('privileged'), 'is true; take it out'),
  ),
  containerRule('capabilities', 'What a program does not need an intruder does not get.', capabilityProblems),
  containerRule('seccomp', 'Without a profile every system call of the kernel is open.', seccompProblems),
  containerRule('proc-mount', 'Parts of /proc that are hidden show the node.', (container) =>
    problemIf(
      (contextOf(container).procMount ?? 'Default') !== 'Default',
      inContext('procMount'),
      'is not Default; take it out',
    ),
  ),
  podRule('host-namespaces', 'The container sees the processes or the network of the node.', ({ spec }) =>
    (['hostNetwork', 'hostPID', 'hostIPC'] as const).flatMap((field) =>
      problemIf(spec[field] === true, [field], 'is true; take it out'),
    ),
  ),
  podRule(
    'volume-kind',
    'A folder of the node, or of a server, that every pod can reach.',
    ({ spec: { volumes = [] } }) =>
      volumes.flatMap((volume, index) =>
        Object.keys(volume)
          .filter((kind) => kind !== 'name' && !VOLUME_KINDS.includes(kind))
          .map((kind) => ({
            path: ['volumes', index, kind],
            what: `is not allowed by the restricted profile; use one of ${VOLUME_KINDS.join(', ')}`,
          })),
      ),
  ),
  containerRule(
    'host-port',
    'One pod for each node, reachable around every policy.',
    ({ spec: { ports = [] } }) =>
      ports.flatMap(({ hostPort = 0 }, index) =>
        problemIf(
          hostPort !== 0,
          ['ports', index, 'hostPort'],
          'takes a port of the node; take it out, use a Service',
        ),
      ),
  ),
  containerRule('probe-host', 'kubelet can be made to call any server of the network.', handlerHosts),
  podRule('sysctls', 'A setting of the kernel that others share.', ({ spec }) =>
    (spec.securityContext?.sysctls ?? []).flatMap(({ name }, index) =>
      problemIf(
        !SAFE_SYSCTLS.test(name),
        [...inContext('sysctls'), index, 'name'],
        `${name} is none of the safe ones; take it out`,
      ),
    ),
  ),
  podRule(
    'security-profile',
    'The confinement of SELinux or AppArmor is loosened.',
    ({ spec, containers }) => [
      ...profileProblems(spec.securityContext ?? {}),
      ...containers.flatMap((container) =>
        profileProblems(contextOf(container)).map(({ path, what }) => ({
          path: [...container.path, ...path],
          what,
        })),
      ),
    ],
  ),
  containerRule(
    'read-only-root',
    'Our images write nowhere but into volumes; nobody else should either.',
    (container) =>
      problemIf(
        container.ours !== undefined && contextOf(container).readOnlyRootFilesystem !== true,
        inContext('readOnlyRootFilesystem'),
        'is not true; set it',
      ),
  ),
  podRule('service-account-token', 'Whoever breaks into the pod can talk to the cluster.', ({ spec }) =>
    problemIf(
      spec.automountServiceAccountToken !== false,
      ['automountServiceAccountToken'],
      'is not false; set it, or use the token',
    ),
  ),
];
