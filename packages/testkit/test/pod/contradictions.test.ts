import { expect, test } from 'vitest';
import { contradictions } from '../../src/pod/contradictions.ts';
import type { ContainerSpec, PodSpec, Volume } from '../../src/pod/pod-spec.ts';

const scratch: Volume = { name: 'scratch', emptyDir: {} };

function container(fields: Partial<ContainerSpec> = {}): ContainerSpec {
  return { name: 'main', image: 'image', ...fields };
}

function pod(fields: Partial<PodSpec> = {}): PodSpec {
  return { containers: [container()], ...fields };
}

test('a pod that uses everything has none', () => {
  const probe = { httpGet: { port: 'http' } };
  const user = container({
    ports: [{ name: 'http', containerPort: 80 }],
    startupProbe: probe,
    readinessProbe: { tcpSocket: { port: 80 } },
    livenessProbe: { exec: { command: ['true'] } },
    lifecycle: { preStop: { sleep: { seconds: 1 } }, postStart: probe },
    resources: { limits: { cpu: '1', memory: '64Mi' } },
    volumeMounts: [
      { name: 'scratch', mountPath: '/a', subPath: 'x/..y' },
      { name: 'scratch', mountPath: '/b' },
    ],
  });
  const initContainers = [
    container({ name: 'init' }),
    { ...user, name: 'side', restartPolicy: 'Always', lifecycle: {} },
  ];
  expect(contradictions(pod({ containers: [user], initContainers, volumes: [scratch] }))).toEqual([]);
});

test.for<{ name: string; in: PodSpec; out: string[] }>([
  { name: 'no container', in: pod({ containers: [] }), out: ['there is no container'] },
  {
    name: 'one name for an init container and a main container',
    in: pod({ initContainers: [container()] }),
    out: ['two containers are called main'],
  },
  {
    name: 'one name for two volumes',
    in: pod({ volumes: [scratch, scratch] }),
    out: ['two volumes are called scratch'],
  },
  {
    name: 'a volume that is not declared',
    in: pod({ containers: [container({ volumeMounts: [{ name: 'none', mountPath: '/x' }] })] }),
    out: ['container main: volume none is not declared'],
  },
  {
    name: 'two mounts at one path',
    in: pod({
      volumes: [scratch],
      containers: [
        container({
          volumeMounts: [
            { name: 'scratch', mountPath: '/x' },
            { name: 'scratch', mountPath: '/x', subPath: 'a' },
          ],
        }),
      ],
    }),
    out: ['container main: two volumes are mounted at /x'],
  },
  {
    name: 'a subPath that leads out',
    in: pod({
      volumes: [scratch],
      containers: [
        container({
          volumeMounts: [
            { name: 'scratch', mountPath: '/x', subPath: '../../etc' },
            { name: 'scratch', mountPath: '/y', subPath: 'a/../../b' },
            { name: 'scratch', mountPath: '/z', subPath: '/etc' },
          ],
        }),
      ],
    }),
    out: ['../../etc', 'a/../../b', '/etc'].map(
      (path) => `container main: path ${path} leads out of the volume`,
    ),
  },
  {
    name: 'files that lead out of their volume, or stand in for kubelet’s own',
    in: pod({
      volumes: [
        { name: 'one', configMap: { name: 'x', items: [{ key: 'k', path: '/k' }] } },
        {
          name: 'two',
          downwardAPI: { items: [{ path: '..data', fieldRef: { fieldPath: 'metadata.name' } }] },
        },
        {
          name: 'three',
          projected: { sources: [{ secret: { name: 's', items: [{ key: 'k', path: 'a/..' }] } }] },
        },
      ],
    }),
    out: [
      'volume one: path /k leads out of the volume',
      'volume two: path ..data leads out of the volume',
      'volume three: path a/.. leads out of the volume',
    ],
  },
  {
    name: 'a volume of no kind, and one of two',
    in: pod({ volumes: [{ name: 'none' }, { ...scratch, configMap: { name: 'x' } }] }),
    out: [
      'volume none: has 0 kinds of contents, not one',
      'volume scratch: has 2 kinds of contents, not one',
    ],
  },
  {
    name: 'a port name that the container does not declare, though another does',
    in: pod({
      containers: [
        container({
          readinessProbe: { httpGet: { port: 'http' } },
          lifecycle: { preStop: { httpGet: { port: 'x' } } },
        }),
        container({ name: 'other', ports: [{ name: 'http', containerPort: 80 }] }),
      ],
    }),
    out: ['http', 'x'].map(
      (port) => `container main: a probe or hook asks port ${port}, which it does not declare`,
    ),
  },
  {
    name: 'what only sidecars have, in an init container that ends',
    in: pod({
      initContainers: [
        container({
          name: 'init',
          startupProbe: { exec: { command: ['true'] } },
          readinessProbe: { exec: { command: ['true'] } },
          livenessProbe: { exec: { command: ['true'] } },
          lifecycle: { preStop: { sleep: { seconds: 1 } } },
        }),
      ],
    }),
    out: ['startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle'].map(
      (field) => `init container init: ${field} is for those with restartPolicy: Always`,
    ),
  },
  {
    name: 'what is no quantity',
    in: pod({
      containers: [container({ resources: { limits: { memory: '64MB' } } })],
      volumes: [{ name: 'scratch', emptyDir: { sizeLimit: 'much' } }],
    }),
    out: [
      'volume scratch: much: not a Kubernetes quantity',
      'container main: 64MB: not a Kubernetes quantity',
    ],
  },
])('$name', ({ in: spec, out }) => {
  expect(contradictions(spec)).toEqual(out);
});
