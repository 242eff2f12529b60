// Ports of containers and Services: what two containers of a pod cannot both have, and names that lead nowhere.
// For rules.ts. All containers of a pod share one network, so a port taken in one is taken in all.

import type { IServicePort } from 'kubernetes-models/v1/ServicePort';
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import type { KubernetesObject } from '../documents.ts';
import { containerRule, isA, objectRule, podRule, problemIf, repeated } from './rule.ts';
import type { Container, Manifest, Pod, Problem, Rule } from './rule.ts';
import { selectedPods } from './selectors.ts';

/** An IANA service name: up to 15, no two hyphens in a row, at least one letter. */
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;

type Declared = { readonly path: (string | number)[]; readonly key: string | undefined };

/** One property of every port that is taken as long as the pod runs. */
function declared(
  { containers }: Pod,
  keyOf: (port: NonNullable<Container['spec']['ports']>[number]) => string | undefined,
): Declared[] {
  return containers
    .filter(({ part }) => part !== 'init')
    .flatMap(({ path, spec }) =>
      (spec.ports ?? []).map((port, index) => ({ path: [...path, 'ports', index], key: keyOf(port) })),
    )
    .filter(({ key }) => key !== undefined);
}

function repeatedPorts(ports: readonly Declared[], field: string, what: string): Problem[] {
  return repeated(ports.map(({ key }) => key)).map(({ value, index }) => ({
    path: [...(ports[index]?.path ?? []), field],
    what: `${value} ${what}`,
  }));
}

function serviceProblems(
  object: KubernetesObject,
  judge: (spec: IServiceSpec, ports: readonly IServicePort[]) => Problem[],
): Problem[] {
  return isA(object, 'Service') ? judge(object.spec, object.spec.ports ?? []) : [];
}

/** What a Service calls leads to a port that every pod it selects has declared. */
function targetProblems(service: KubernetesObject, manifest: Manifest): Problem[] {
  return serviceProblems(service, ({ selector = {} }, ports) =>
    ports.flatMap(({ port, targetPort = port }, index) =>
      selectedPods(service, { matchLabels: selector }, manifest)
        .filter(({ containers }) => !containers.some((container) => hasPort(container, targetPort)))
        .map(({ object }) => ({
          path: ['spec', 'ports', index],
          what: `no container of ${object.kind} ${object.metadata.name} has a port ${targetPort}; declare it or mend targetPort`,
        })),
    ),
  );
}

/** Whether a container declares a port, by its name or its number. */
export function hasPort({ spec: { ports = [] } }: Container, wanted: string | number): boolean {
  return ports.some(
    ({ name, containerPort }) => (typeof wanted === 'number' ? containerPort : name) === wanted,
  );
}

export const ports: readonly Rule[] = [
  containerRule('port-name', 'The cluster refuses the pod.', ({ spec }) =>
    (spec.ports ?? []).flatMap(({ name }, index) =>
      problemIf(
        name !== undefined && !PORT_NAME.test(name),
        ['ports', index, 'name'],
        `${name}: ports are named in up to 15 lower-case letters, digits and -`,
      ),
    ),
  ),
  podRule('duplicate-port-name', 'A Service that names the port takes whichever it meets first.', (pod) =>
    repeatedPorts(
      declared(pod, ({ name }) => name),
      'name',
      'is the name of an earlier port; rename one',
    ),
  ),
  podRule('duplicate-port', 'Containers of a pod share one network: the second cannot listen.', (pod) =>
    repeatedPorts(
      declared(pod, ({ containerPort, protocol = 'TCP' }) => `${containerPort}/${protocol}`),
      'containerPort',
      'is taken by an earlier container; give one of them another',
    ),
  ),
  containerRule('port-range', 'The cluster refuses the pod.', ({ spec }) =>
    (spec.ports ?? []).flatMap(({ containerPort }, index) =>
      problemIf(
        !isPort(containerPort),
        ['ports', index, 'containerPort'],
        `${containerPort} is no port; take 1 to 65535`,
      ),
    ),
  ),
  objectRule(
    'service-ports',
    'The cluster refuses a Service without ports, and several ports that it cannot tell apart.',
    (object) =>
      serviceProblems(object, ({ type, clusterIP }, all) => [
        ...problemIf(
          all.length === 0 && type !== 'ExternalName' && clusterIP !== 'None',
          ['spec'],
          'has no ports; list them',
        ),
        ...all.flatMap(({ port, name }, index) => [
          ...problemIf(
            !isPort(port),
            ['spec', 'ports', index, 'port'],
            `${port} is no port; take 1 to 65535`,
          ),
          ...problemIf(
            all.length > 1 && name === undefined,
            ['spec', 'ports', index],
            'has no name; of several ports each needs one',
          ),
        ]),
        ...repeated(all.map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`)).map(
          ({ value, index }) => ({
            path: ['spec', 'ports', index, 'port'],
            what: `${value} is there already; take one of them out`,
          }),
        ),
      ]),
  ),
  objectRule('service-target-port', 'Connections to the Service are refused.', targetProblems),
];
