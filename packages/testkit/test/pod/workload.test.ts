import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../src/manifest/documents.ts';
import { planOf, selects, storeOf } from '../../src/pod/workload.ts';
import type { Plan } from '../../src/pod/workload.ts';

const POD = `
apiVersion: v1
kind: Pod
metadata: { name: shop, labels: { app: shop } }
spec: { containers: [{ name: main, image: i, ports: [{ name: http, containerPort: 80 }] }] }
`;

/** The containers of a template with a restartPolicy. */
const template = (restartPolicy: string): string =>
  `{ metadata: { labels: { app: shop } }, spec: { ${restartPolicy} containers: [{ name: main, image: i }] } }`;

const deployment = (fields: string, policy = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: sales }
spec: { ${fields} selector: { matchLabels: { app: shop } }, template: ${template(policy)} }
`;

const job = (fields: string, policy = 'restartPolicy: Never,'): string => `
apiVersion: batch/v1
kind: Job
metadata: { name: count }
spec: { ${fields} template: ${template(policy)} }
`;

const statefulSet = (fields: string, policy = ''): string => `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store }
spec: { ${fields} selector: { matchLabels: { app: shop } }, template: ${template(policy)} }
`;

const service = (spec: string): string => `
apiVersion: v1
kind: Service
metadata: { name: door }
spec: ${spec}
`;

const plan = (...documents: string[]): Plan =>
  planOf(documents.flatMap((text) => parseManifest(text, 'test.yaml')));

describe('pods', () => {
  test('a Pod is one, with its own name, and a uid each time', () => {
    const [pod, ...others] = plan(POD).workloads;
    expect(others).toEqual([]);
    expect(pod).toMatchObject({ kind: 'Pod', name: 'shop', retries: 0, restartLimit: Infinity });
    const { metadata } = pod!.template();
    expect(metadata).toMatchObject({
      name: 'shop',
      namespace: 'default',
      labels: { app: 'shop' },
      annotations: {},
    });
    expect(metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(pod!.template().metadata.uid).not.toBe(metadata.uid);
  });

  test.for([
    { name: 'one by default', in: '', out: 1 },
    { name: 'as many as written', in: 'replicas: 3,', out: 3 },
  ])('a Deployment is its replicas: $name', ({ in: fields, out }) => {
    const names = plan(deployment(fields)).workloads.map((one) => one.template().metadata.name);
    expect(new Set(names).size).toBe(out);
    for (const name of names) expect(name).toMatch(/^web-[0-9a-f]{6}$/);
  });

  test('a controller’s pods are in its namespace, with the labels of the template', () => {
    const [pod] = plan(deployment('')).workloads;
    expect(pod!.template().metadata).toMatchObject({ namespace: 'sales', labels: { app: 'shop' } });
  });

  test('the pods of a StatefulSet have their names, ordinals and volumes, and follow each other', () => {
    const claims = 'volumeClaimTemplates: [{ metadata: { name: data } }],';
    const { workloads } = plan(statefulSet(`replicas: 2, serviceName: door, ${claims}`));
    expect(workloads.map(({ followsPrevious }) => followsPrevious)).toEqual([false, true]);
    expect(workloads[1]).toMatchObject({ kind: 'StatefulSet', name: 'store', governingService: 'door' });
    expect(workloads[1]!.template()).toMatchObject({
      metadata: {
        name: 'store-1',
        labels: {
          app: 'shop',
          'statefulset.kubernetes.io/pod-name': 'store-1',
          'apps.kubernetes.io/pod-index': '1',
        },
      },
      spec: { volumes: [{ name: 'data', emptyDir: {} }] },
    });
  });

  test('with podManagementPolicy Parallel nobody follows', () => {
    const { workloads } = plan(statefulSet('replicas: 2, podManagementPolicy: Parallel,'));
    expect(workloads.map(({ followsPrevious }) => followsPrevious)).toEqual([false, false]);
  });

  test.for([
    { name: 'Never, the default limit', in: job(''), out: { retries: 6, restartLimit: Infinity } },
    { name: 'Never, 0', in: job('backoffLimit: 0,'), out: { retries: 0, restartLimit: Infinity } },
    { name: 'Never, 2', in: job('backoffLimit: 2,'), out: { retries: 2, restartLimit: Infinity } },
    {
      name: 'OnFailure: the restart that reaches the limit is one too many',
      in: job('backoffLimit: 3,', 'restartPolicy: OnFailure,'),
      out: { retries: 0, restartLimit: 2 },
    },
    {
      name: 'OnFailure, 0',
      in: job('backoffLimit: 0,', 'restartPolicy: OnFailure,'),
      out: { retries: 0, restartLimit: 0 },
    },
  ])('a Job with restartPolicy $name', ({ in: text, out }) => {
    expect(plan(text).workloads).toMatchObject([{ kind: 'Job', name: 'count', ...out }]);
  });
});

test('data: text, base64 and stringData, which wins', () => {
  const text = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { a: 'text ü', empty: '' }
binaryData: { b: AP8= }
---
apiVersion: v1
kind: Secret
metadata: { name: login }
data: { user: cm9vdA==, both: b2xk }
stringData: { both: new }
`;
  const { configMaps, secrets } = storeOf(parseManifest(text, 'test.yaml'));
  expect(configMaps.get('settings')).toEqual(
    new Map([
      ['a', Buffer.from('text ü')],
      ['empty', Buffer.from('')],
      ['b', Buffer.from([0, 0xff])],
    ]),
  );
  expect(secrets.get('login')).toEqual(
    new Map([
      ['user', Buffer.from('root')],
      ['both', Buffer.from('new')],
    ]),
  );
});

describe('services', () => {
  test('lead to the pods that have all their labels', () => {
    const [door] = plan(POD, service('{ selector: { app: shop }, ports: [{ port: 80 }] }')).services;
    expect(selects(door!, { app: 'shop', tier: 'front' })).toBe(true);
    expect(selects(door!, { app: 'other' })).toBe(false);
    expect(selects(door!, {})).toBe(false);
  });

  test.for([
    { name: 'the same number', in: '{ selector: { app: shop }, ports: [{ port: 80, targetPort: 80 }] }' },
    { name: 'a name for it', in: '{ selector: { app: shop }, ports: [{ port: 80, targetPort: http }] }' },
    { name: 'headless, no ports', in: '{ selector: { app: shop }, clusterIP: None }' },
  ])('carried out: $name', ({ in: spec }) => {
    expect(plan(POD, service(spec)).services).toEqual([{ name: 'door', selector: { app: 'shop' } }]);
  });

  test.for([
    {
      name: 'another number',
      in: '{ selector: { app: shop }, ports: [{ port: 81, targetPort: 80 }] }',
      error: 'port 81 cannot lead to port 80',
    },
    {
      name: 'a name for another number',
      in: '{ selector: { app: shop }, ports: [{ port: 81, targetPort: http }] }',
      error: 'port 81 cannot lead to port http',
    },
    {
      name: 'a name that no pod has',
      in: '{ selector: { app: shop }, ports: [{ port: 80, targetPort: web }] }',
      error: 'port 80 cannot lead to port web',
    },
    { name: 'no selector', in: '{ ports: [{ port: 80 }] }', error: 'leads nowhere' },
    { name: 'an empty selector', in: '{ selector: {}, ports: [{ port: 80 }] }', error: 'leads nowhere' },
    {
      name: 'a type with a load balancer',
      in: '{ type: LoadBalancer, selector: { app: shop } }',
      error: 'spec.type',
    },
  ])('refused: $name', ({ in: spec, error }) => {
    expect(() => plan(POD, service(spec))).toThrow(error);
  });
});

describe('refused', () => {
  test.for([
    { name: 'nothing at all', in: [], error: 'no Pod, Deployment, StatefulSet or Job' },
    {
      name: 'only data',
      in: ['{ apiVersion: v1, kind: ConfigMap, metadata: { name: x } }'],
      error: 'no Pod',
    },
    {
      name: 'a Job that would never end',
      in: [job('', '')],
      error: 'Job count: restartPolicy must be OnFailure or Never',
    },
    {
      name: 'a Deployment that would end',
      in: [deployment('', 'restartPolicy: Never,')],
      error: 'Deployment web: restartPolicy must be Always',
    },
    {
      name: 'a StatefulSet that would end',
      in: [statefulSet('', 'restartPolicy: OnFailure,')],
      error: 'StatefulSet store: restartPolicy must be Always',
    },
    {
      name: 'two namespaces',
      in: [POD, deployment('')],
      error: 'objects of several namespaces: default, sales',
    },
  ])('$name', ({ in: documents, error }) => {
    expect(() => plan(...documents)).toThrow(error);
  });

  test('all reasons at once, each with its object', () => {
    const twoFaults = `
apiVersion: v1
kind: Pod
metadata: { name: shop }
spec: { hostNetwork: true, containers: [{ name: main, image: i, tty: true }] }
`;
    const daemons = '{ apiVersion: apps/v1, kind: DaemonSet, metadata: { name: daemons } }';
    expect(() => plan(twoFaults, daemons)).toThrow(
      [
        'this runner cannot do what is written:',
        '  Pod shop: spec.hostNetwork is only carried out as false',
        '  Pod shop: spec.containers[0].tty is only carried out as false',
        '  DaemonSet daemons: kind DaemonSet is not carried out',
      ].join('\n'),
    );
  });
});
