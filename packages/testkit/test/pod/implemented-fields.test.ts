// The table of what is carried out: every field of pod-spec.ts is in it, and nothing gets through it anywhere.
// Both are shown with manifests that say everything: TypeScript demands every field of the types in them.

import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../src/manifest/documents.ts';
import { refusals } from '../../src/pod/implemented-fields.ts';
import type { ContainerSpec, Handler, PodSpec, Probe } from '../../src/pod/pod-spec.ts';

type Json = Readonly<Record<string, unknown>>;

/** All fields, however deep, must be there. */
type Whole<T> = T extends readonly (infer Item)[]
  ? readonly [Whole<Item>, ...Whole<Item>[]]
  : T extends object
    ? { readonly [Field in keyof T]-?: Whole<T[Field]> }
    : T;

const exec = { command: ['true'] } as const;
const httpGet = {
  path: '/',
  port: 80,
  scheme: 'HTTP',
  httpHeaders: [{ name: 'Accept', value: 'text/plain' }],
} as const;

/** Kubernetes has no `sleep` in probes and no `tcpSocket` in hooks that works. */
const hook: Whole<Omit<Handler, 'tcpSocket'>> = { exec, httpGet, sleep: { seconds: 1 } };

const probe: Whole<Omit<Probe, 'sleep'>> = {
  exec,
  httpGet,
  tcpSocket: { port: 80 },
  initialDelaySeconds: 1,
  periodSeconds: 1,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 1,
  terminationGracePeriodSeconds: 1,
};

const keyRef = { name: 'x', key: 'x', optional: true };
const fieldRef = { fieldPath: 'metadata.name' };
const resourceFieldRef = { resource: 'limits.cpu', containerName: 'main', divisor: '1m' };
const items = [{ key: 'x', path: 'x', mode: 0o400 }] as const;
const downwardItems = [{ path: 'x', fieldRef, resourceFieldRef, mode: 0o400 }] as const;

type Hooked = 'startupProbe' | 'readinessProbe' | 'livenessProbe' | 'lifecycle';

const container: Whole<Omit<ContainerSpec, 'restartPolicy' | Hooked>> & { readonly [Field in Hooked]: Json } =
  {
    name: 'main',
    image: 'image',
    imagePullPolicy: 'Always',
    command: ['x'],
    args: ['x'],
    workingDir: '/',
    env: [
      {
        name: 'X',
        value: 'x',
        valueFrom: { fieldRef, resourceFieldRef, configMapKeyRef: keyRef, secretKeyRef: keyRef },
      },
    ],
    envFrom: [
      { prefix: 'X_', configMapRef: { name: 'x', optional: true }, secretRef: { name: 'x', optional: true } },
    ],
    ports: [{ name: 'http', containerPort: 80 }],
    startupProbe: probe,
    readinessProbe: probe,
    livenessProbe: probe,
    lifecycle: { postStart: hook, preStop: hook },
    resources: { limits: { cpu: 1, memory: '1Mi' }, requests: { cpu: 1 } },
    securityContext: {
      runAsUser: 1,
      runAsGroup: 1,
      runAsNonRoot: true,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { add: ['CHOWN'], drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [{ name: 'x', mountPath: '/x', readOnly: true, subPath: 'x' }],
  };

const keys = { items, optional: true };

const spec: Omit<Whole<PodSpec>, 'containers' | 'initContainers'> & Json = {
  initContainers: [{ ...container, restartPolicy: 'Always' }],
  containers: [container],
  volumes: [
    {
      name: 'x',
      emptyDir: { medium: 'Memory', sizeLimit: '1Mi' },
      configMap: { ...keys, name: 'x', defaultMode: 0o400 },
      secret: { ...keys, secretName: 'x', defaultMode: 0o400 },
      downwardAPI: { items: downwardItems, defaultMode: 0o400 },
      projected: {
        sources: [
          {
            configMap: { ...keys, name: 'x' },
            secret: { ...keys, name: 'x' },
            downwardAPI: { items: downwardItems },
          },
        ],
        defaultMode: 0o400,
      },
    },
  ],
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 1,
  hostname: 'x',
  hostAliases: [{ ip: '127.0.0.1', hostnames: ['x'] }],
  serviceAccountName: 'x',
  shareProcessNamespace: true,
  securityContext: {
    runAsUser: 1,
    runAsGroup: 1,
    runAsNonRoot: true,
    seccompProfile: { type: 'Unconfined' },
    fsGroup: 1,
    supplementalGroups: [1],
  },
};

const metadata = { name: 'x', namespace: 'x', labels: { any: 'x' }, annotations: { any: 'x' } };
const template = { metadata, spec };

const objects: readonly (Json & { kind: string })[] = [
  { apiVersion: 'v1', kind: 'Pod', metadata, spec },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas: 1, selector: { matchLabels: { any: 'x' } }, template },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: { any: 'x' } },
      template,
      serviceName: 'x',
      podManagementPolicy: 'OrderedReady',
      volumeClaimTemplates: [{ metadata, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'x' } }],
    },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata,
    spec: { backoffLimit: 1, completions: 1, parallelism: 1, template },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { any: 'x' },
    binaryData: { any: '' },
    immutable: true,
  },
  { apiVersion: 'v1', kind: 'Secret', metadata, data: { any: '' }, stringData: { any: 'x' }, type: 'Opaque' },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      selector: { any: 'x' },
      type: 'ClusterIP',
      ports: [{ name: 'x', port: 1, targetPort: 1, protocol: 'TCP' }],
    },
  },
];

/** Objects in which any name is a field: theirs are the user's own. */
const MAPS = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'data',
  'binaryData',
  'stringData',
  'selector',
  'requests',
]);
const isMap = (field: string): boolean => MAPS.has(field);

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Copies of an object, each with a field too many in another place; with the path of that field. */
function* withStrangers(value: unknown, path: string): Generator<{ path: string; value: unknown }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const changed of withStrangers(item, `${path}[${index}]`)) {
        yield { path: changed.path, value: value.with(index, changed.value) };
      }
    }
  } else if (isObject(value)) {
    const inside = path === '' ? '' : `${path}.`;
    yield { path: `${inside}stranger`, value: { ...value, stranger: 1 } };
    for (const [field, inner] of Object.entries(value)) {
      // a Deployment's selector has fields, a Service's has labels
      if (isMap(field) && !(isObject(inner) && 'matchLabels' in inner)) continue;
      for (const changed of withStrangers(inner, `${inside}${field}`)) {
        yield { path: changed.path, value: { ...value, [field]: changed.value } };
      }
    }
  }
}

function said(object: unknown): string[] {
  return parseManifest(JSON.stringify(object), 'test.json').flatMap(refusals);
}

const inPod = (fields: Json): unknown => ({ apiVersion: 'v1', kind: 'Pod', metadata, spec: fields });
const inContainer = (fields: Json): unknown => inPod({ containers: [fields] });

describe.for(objects)('$kind', (object) => {
  test('every field of the types is carried out', () => {
    expect(said(object)).toEqual([]);
  });

  const changed = [...withStrangers(object, '')];

  test(`a field too many is refused at each of ${changed.length} places`, () => {
    for (const { path, value } of changed) expect(said(value)).toEqual([`${path} is not carried out`]);
  });

  test('another group’s kind of the same name is refused', () => {
    expect(said({ ...object, apiVersion: 'example.com/v1' })).toEqual([
      `apiVersion is only carried out as ${String(object['apiVersion'])}`,
    ]);
  });
});

describe('values', () => {
  test.for<{ name: string; in: unknown; path: string }>([
    { name: 'the node’s network', in: inPod({ hostNetwork: true }), path: 'spec.hostNetwork' },
    {
      name: 'a token',
      in: inPod({ automountServiceAccountToken: true }),
      path: 'spec.automountServiceAccountToken',
    },
    { name: 'another system', in: inPod({ os: { name: 'windows' } }), path: 'spec.os.name' },
    { name: 'a terminal', in: inContainer({ tty: true }), path: 'spec.containers[0].tty' },
    {
      name: 'a restart policy of a main container',
      in: inContainer({ restartPolicy: 'Always' }),
      path: 'spec.containers[0].restartPolicy',
    },
    {
      name: 'one that makes no sidecar',
      in: inPod({ initContainers: [{ restartPolicy: 'Never' }] }),
      path: 'spec.initContainers[0].restartPolicy',
    },
    {
      name: 'a probe of the node’s loopback',
      in: inContainer({ readinessProbe: { httpGet: { host: '127.0.0.1' } } }),
      path: 'spec.containers[0].readinessProbe.httpGet.host',
    },
    {
      name: 'a seccomp profile of the node',
      in: inContainer({ securityContext: { seccompProfile: { type: 'Localhost' } } }),
      path: 'spec.containers[0].securityContext.seccompProfile.type',
    },
    {
      name: 'huge pages',
      in: inPod({ volumes: [{ emptyDir: { medium: 'HugePages' } }] }),
      path: 'spec.volumes[0].emptyDir.medium',
    },
    {
      name: 'a folder of the node',
      in: inPod({ volumes: [{ hostPath: { path: '/' } }] }),
      path: 'spec.volumes[0].hostPath',
    },
    {
      name: 'a resource of a device',
      in: inContainer({ resources: { limits: { gpu: 1 } } }),
      path: 'spec.containers[0].resources.limits.gpu',
    },
  ])('$name is refused', ({ in: object, path }) => {
    expect(said(object)).toEqual([
      expect.stringMatching(`^${path.replaceAll(/[[\].]/g, String.raw`\$&`)} is `),
    ]);
  });

  test('names that every JavaScript object has are no fields', () => {
    expect(said({ ...objects[0], constructor: 1, toString: 1 })).toHaveLength(2);
    expect(said({ ...objects[0], kind: 'constructor' })).toEqual(['kind constructor is not carried out']);
  });
});
