// The files of a volume that is made from data: configMap, secret, downwardAPI, and projected, which is several of them.
// Pure: what kubelet would write, as paths, bytes and modes; the holder of the pod writes them.
// Source: Kubernetes' volume documentation: `items` choose and rename keys, a key or object that is missing is an error
// unless `optional`, a file's own `mode` wins over `defaultMode` (0644).

import { resourceValue, volumeField } from './downward.ts';
import type { PodIdentity } from './downward.ts';
import type {
  DownwardFile,
  KeyedData,
  KeysSource,
  KeyToPath,
  ProjectionSource,
  Store,
  Volume,
} from './pod-spec.ts';

export type VolumeFile = { readonly path: string; readonly content: Buffer; readonly mode: number };

const DEFAULT_MODE = 0o644;

/** The files of a volume; none for one that starts empty. Throws when data is missing. */
export function volumeFiles(volume: Volume, pod: PodIdentity, store: Store): VolumeFile[] {
  const { name, configMap, secret, downwardAPI, projected } = volume;
  const from = (sources: readonly ProjectionSource[], mode = DEFAULT_MODE): VolumeFile[] =>
    sources.flatMap((source) => sourceFiles(`volume ${name}`, source, mode, pod, store));
  if (configMap !== undefined) return from([{ configMap }], configMap.defaultMode);
  if (secret !== undefined) {
    return from([{ secret: { ...secret, name: secret.secretName } }], secret.defaultMode);
  }
  if (downwardAPI !== undefined) return from([{ downwardAPI }], downwardAPI.defaultMode);
  if (projected !== undefined) return from(projected.sources, projected.defaultMode);
  return [];
}

function sourceFiles(
  where: string,
  { configMap, secret, downwardAPI }: ProjectionSource,
  mode: number,
  pod: PodIdentity,
  store: Store,
): VolumeFile[] {
  if (configMap !== undefined) {
    return keyFiles(
      `${where}: ConfigMap ${configMap.name}`,
      configMap,
      store.configMaps,
      configMap.name,
      mode,
    );
  }
  if (secret !== undefined) {
    return keyFiles(`${where}: Secret ${secret.name}`, secret, store.secrets, secret.name, mode);
  }
  return (downwardAPI?.items ?? []).map((item) => downwardFile(item, mode, pod));
}

function keyFiles(
  where: string,
  { items, optional }: KeysSource,
  data: KeyedData,
  name: string,
  mode: number,
): VolumeFile[] {
  const entries = data.get(name);
  if (entries === undefined) {
    if (optional === true) return [];
    throw new Error(`${where} is not in the manifest`);
  }
  const wanted: readonly KeyToPath[] = items ?? [...entries.keys()].map((key) => ({ key, path: key }));
  return wanted.flatMap(({ key, path, mode: own }) => {
    const content = entries.get(key);
    if (content !== undefined) return [{ path, content, mode: own ?? mode }];
    if (optional === true) return [];
    throw new Error(`${where} has no key ${key}`);
  });
}

function downwardFile(item: DownwardFile, mode: number, pod: PodIdentity): VolumeFile {
  const { path, fieldRef, resourceFieldRef } = item;
  const text =
    fieldRef === undefined
      ? resourceValue(pod.spec, undefined, resourceFieldRef ?? { resource: '' })
      : volumeField(pod, fieldRef);
  return { path, content: Buffer.from(text), mode: item.mode ?? mode };
}
