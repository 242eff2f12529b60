import { describe, expect, test } from 'vitest';
import { environmentField, resourceValue, volumeField } from '../../src/pod/downward.ts';
import type { ContainerSpec, ResourceFieldRef } from '../../src/pod/pod-spec.ts';
import { identity } from './identity.ts';

const LABELS = 'app="shop"\ntier="front"';
const ANNOTATIONS = String.raw`example.com/note="a \"quoted\" word\nand a line"`;

const REFUSED = /^fieldRef .*: there is no such field for (?:env|a volume)$/;

/** What a field gives; undefined when it is refused. */
function valueOf(field: () => string): string | undefined {
  try {
    return field();
  } catch (error) {
    if (error instanceof Error && REFUSED.test(error.message)) return undefined;
    throw error;
  }
}

/** From Kubernetes' "Available fields"; undefined where a field is not available. */
describe('fields', () => {
  test.for<{ name: string; env?: string; volume?: string }>([
    { name: 'metadata.name', env: 'shop-0', volume: 'shop-0' },
    { name: 'metadata.namespace', env: 'sales', volume: 'sales' },
    { name: 'metadata.uid', env: '0b4a', volume: '0b4a' },
    { name: "metadata.labels['app']", env: 'shop', volume: 'shop' },
    { name: "metadata.labels['none']", env: '', volume: '' },
    {
      name: "metadata.annotations['example.com/note']",
      env: 'a "quoted" word\nand a line',
      volume: 'a "quoted" word\nand a line',
    },
    { name: 'metadata.labels', volume: LABELS },
    { name: 'metadata.annotations', volume: ANNOTATIONS },
    { name: 'spec.nodeName', env: 'node-7' },
    { name: 'spec.serviceAccountName', env: 'default' },
    { name: 'status.podIP', env: '172.18.0.2' },
    { name: 'status.podIPs', env: '172.18.0.2' },
    { name: 'status.hostIP', env: '172.18.0.1' },
    { name: 'status.hostIPs', env: '172.18.0.1' },
    { name: 'status.phase' },
    { name: 'metadata' },
    { name: "spec.containers['main']" },
    { name: 'constructor' },
  ])('$name', ({ name: fieldPath, env, volume }) => {
    const pod = identity();
    expect(valueOf(() => environmentField(pod, { fieldPath }))).toBe(env);
    expect(valueOf(() => volumeField(pod, { fieldPath }))).toBe(volume);
  });

  test('a service account that is named', () => {
    const pod = identity({ serviceAccountName: 'seller' });
    expect(environmentField(pod, { fieldPath: 'spec.serviceAccountName' })).toBe('seller');
  });
});

describe('resources', () => {
  const own: ContainerSpec = {
    name: 'main',
    image: 'image',
    resources: { limits: { cpu: '1001m', memory: '100M' }, requests: { cpu: '250m' } },
  };
  const sidecar: ContainerSpec = {
    name: 'side',
    image: 'image',
    restartPolicy: 'Always',
    resources: { limits: { memory: '1Gi' } },
  };
  const { spec } = identity({ containers: [own], initContainers: [sidecar] });

  test.for<{ name: string; in: ResourceFieldRef; out: string }>([
    { name: 'bytes', in: { resource: 'limits.memory' }, out: '100000000' },
    { name: 'rounded up to the divisor', in: { resource: 'limits.memory', divisor: '1Mi' }, out: '96' },
    { name: 'cores, rounded up', in: { resource: 'limits.cpu' }, out: '2' },
    { name: 'millicores, exactly', in: { resource: 'limits.cpu', divisor: '1m' }, out: '1001' },
    { name: 'the divisor 0 is 1', in: { resource: 'limits.cpu', divisor: '0' }, out: '2' },
    { name: 'a request', in: { resource: 'requests.cpu', divisor: '1m' }, out: '250' },
    { name: 'a request is the limit by default', in: { resource: 'requests.memory' }, out: '100000000' },
    {
      name: 'another container, a sidecar too',
      in: { resource: 'limits.memory', containerName: 'side', divisor: 1024 },
      out: '1048576',
    },
  ])('$name', ({ in: reference, out }) => {
    expect(resourceValue(spec, own, reference)).toBe(out);
  });

  test.for<{ name: string; in: ResourceFieldRef; error: string }>([
    {
      name: 'a limit that is not set',
      in: { resource: 'limits.cpu', containerName: 'side' },
      error: 'sets none',
    },
    { name: 'no such container', in: { resource: 'limits.cpu', containerName: 'nobody' }, error: 'nobody' },
    { name: 'no such resource', in: { resource: 'limits.disk' }, error: 'limits.disk' },
    {
      name: 'no quantity',
      in: { resource: 'limits.cpu', divisor: 'much' },
      error: 'not a Kubernetes quantity',
    },
  ])('$name is an error', ({ in: reference, error }) => {
    expect(() => resourceValue(spec, own, reference)).toThrow(error);
  });

  test('a volume has to name the container', () => {
    expect(() => resourceValue(spec, undefined, { resource: 'limits.cpu' })).toThrow('no container');
  });
});
