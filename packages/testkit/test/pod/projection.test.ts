import { expect, test } from 'vitest';
import { volumeFiles } from '../../src/pod/projection.ts';
import type { Volume } from '../../src/pod/pod-spec.ts';
import { identity, store } from './identity.ts';

const BYTES = Buffer.from([0, 0xff, 0xfe, 0x0a]);

const data = store({
  configMaps: { settings: { 'app.conf': 'a=1', blob: BYTES } },
  secrets: { login: { user: 'root', password: 'p' } },
});

function filesOf(volume: Omit<Volume, 'name'>): string[] {
  const pod = identity({
    containers: [{ name: 'main', image: 'image', resources: { limits: { memory: '64Mi' } } }],
  });
  return volumeFiles({ name: 'data', ...volume }, pod, data).map(
    ({ path, content, mode }) => `${mode.toString(8)} ${path}: ${content.toString('latin1')}`,
  );
}

test.for<{ name: string; in: Omit<Volume, 'name'>; out: string[] }>([
  { name: 'an emptyDir has none', in: { emptyDir: {} }, out: [] },
  {
    name: 'all keys of a ConfigMap, bytes as they are',
    in: { configMap: { name: 'settings' } },
    out: ['644 app.conf: a=1', '644 blob: \0\xff\xfe\n'],
  },
  {
    name: 'chosen and renamed keys; a mode of their own wins over the default',
    in: {
      configMap: {
        name: 'settings',
        defaultMode: 0o440,
        items: [
          { key: 'app.conf', path: 'etc/main.conf' },
          { key: 'app.conf', path: 'copy', mode: 0o755 },
        ],
      },
    },
    out: ['440 etc/main.conf: a=1', '755 copy: a=1'],
  },
  {
    name: 'a Secret',
    in: { secret: { secretName: 'login', defaultMode: 0o400 } },
    out: ['400 user: root', '400 password: p'],
  },
  {
    name: 'the downward API',
    in: {
      downwardAPI: {
        defaultMode: 0o444,
        items: [
          { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' }, mode: 0o600 },
          { path: 'memory', resourceFieldRef: { containerName: 'main', resource: 'limits.memory' } },
        ],
      },
    },
    out: ['600 labels: app="shop"\ntier="front"', '444 memory: 67108864'],
  },
  {
    name: 'projected: all of them in one',
    in: {
      projected: {
        defaultMode: 0o640,
        sources: [
          { configMap: { name: 'settings', items: [{ key: 'app.conf', path: 'app.conf' }] } },
          { secret: { name: 'login', items: [{ key: 'user', path: 'secret/user', mode: 0o400 }] } },
          { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
        ],
      },
    },
    out: ['640 app.conf: a=1', '400 secret/user: root', '640 name: shop-0'],
  },
  {
    name: 'what is optional and missing',
    in: {
      projected: {
        sources: [
          { configMap: { name: 'none', optional: true } },
          { secret: { name: 'none', optional: true } },
          { configMap: { name: 'settings', optional: true, items: [{ key: 'none', path: 'none' }] } },
        ],
      },
    },
    out: [],
  },
])('$name', ({ in: volume, out }) => {
  expect(filesOf(volume)).toEqual(out);
});

test.for<{ name: string; in: Omit<Volume, 'name'>; error: string }>([
  { name: 'no such ConfigMap', in: { configMap: { name: 'none' } }, error: 'volume data: ConfigMap none' },
  {
    name: 'no such Secret',
    in: { secret: { secretName: 'settings' } },
    error: 'volume data: Secret settings',
  },
  {
    name: 'no such key',
    in: { configMap: { name: 'settings', items: [{ key: 'none', path: 'none' }] } },
    error: 'ConfigMap settings has no key none',
  },
  {
    name: 'a field that only env has',
    in: { downwardAPI: { items: [{ path: 'ip', fieldRef: { fieldPath: 'status.podIP' } }] } },
    error: 'status.podIP',
  },
])('$name is an error', ({ in: volume, error }) => {
  expect(() => filesOf(volume)).toThrow(error);
});
