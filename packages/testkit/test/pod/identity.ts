// A pod for the unit tests of this folder: everything that has a value has one of its own.

import type { PodIdentity } from '../../src/pod/downward.ts';
import type { ContainerSpec, KeyedData, PodSpec, Store } from '../../src/pod/pod-spec.ts';

export const main: ContainerSpec = { name: 'main', image: 'image' };

/** A pod with the container `main`, or with what is given. */
export function identity(spec: Partial<PodSpec> = {}): PodIdentity {
  return {
    metadata: {
      name: 'shop-0',
      namespace: 'sales',
      uid: '0b4a',
      labels: { tier: 'front', app: 'shop' },
      annotations: { 'example.com/note': 'a "quoted" word\nand a line' },
    },
    spec: { containers: [main], ...spec },
    podIP: '172.18.0.2',
    hostIP: '172.18.0.1',
    nodeName: 'node-7',
  };
}

type Texts = Readonly<Record<string, Readonly<Record<string, string | Buffer>>>>;

/** ConfigMaps and Secrets by name and key. */
export function store({ configMaps = {}, secrets = {} }: { configMaps?: Texts; secrets?: Texts }): Store {
  return { configMaps: keyed(configMaps), secrets: keyed(secrets) };
}

function keyed(objects: Texts): KeyedData {
  const entries = Object.entries(objects).map(([name, texts]): [string, Map<string, Buffer>] => [
    name,
    new Map(Object.entries(texts).map(([key, value]) => [key, Buffer.from(value)])),
  ]);
  return new Map(entries);
}
