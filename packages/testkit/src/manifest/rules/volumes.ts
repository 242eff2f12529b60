// Volumes and where they are mounted. For rules.ts: `volumes` are faults that keep a pod from working as written,
// `carefulVolumes` what a careful operator avoids.

import type { IVolume } from 'kubernetes-models/v1/Volume';
import { numberOf } from './resources.ts';
import { containerRule, podRule, problemIf, repeated } from './rule.ts';
import type { Container, Pod, Problem, Rule } from './rule.ts';

const SMALLEST_VOLUME_BYTES = 4096; // one page; less is a slip of the unit (64m is 0.064 bytes)

function usedVolumes({ containers }: Pod): Set<string> {
  return new Set(
    containers.flatMap(({ spec: { volumeMounts = [], volumeDevices = [] } }) =>
      [...volumeMounts, ...volumeDevices].map(({ name }) => name),
    ),
  );
}

function mountProblems({ spec: { volumeMounts = [] } }: Container): Problem[] {
  return volumeMounts.flatMap(({ mountPath, subPath = '', subPathExpr = '' }, index) => [
    ...problemIf(
      !/^\/[^:]*[^:/]/.test(mountPath),
      ['volumeMounts', index, 'mountPath'],
      `${mountPath}: write an absolute path below /, without a colon`,
    ),
    ...problemIf(
      [subPath, subPathExpr].some((path) => path.startsWith('/') || path.split('/').includes('..')),
      ['volumeMounts', index],
      'a subPath stays within its volume; write a relative path without ..',
    ),
  ]);
}

/** What a volume is; without a word it becomes an emptyDir. */
const kindsOf = (volume: IVolume): string[] => Object.keys(volume).filter((field) => field !== 'name');

export const volumes: readonly Rule[] = [
  containerRule('mount-undeclared', 'The cluster refuses the pod.', ({ spec }, { volumes: declared }) =>
    (spec.volumeMounts ?? []).flatMap(({ name }, index) =>
      problemIf(
        !declared.has(name),
        ['volumeMounts', index, 'name'],
        `there is no volume ${name}; declare it below volumes`,
      ),
    ),
  ),
  podRule(
    'volume-unused',
    'Nobody sees what is in it: a mount was forgotten, or the volume is left over.',
    (pod) => {
      const used = usedVolumes(pod);
      return (pod.spec.volumes ?? []).flatMap(({ name }, index) =>
        problemIf(
          !used.has(name),
          ['volumes', index, 'name'],
          `nobody mounts ${name}; mount it or take it out`,
        ),
      );
    },
  ),
  podRule(
    'volume-source',
    'Of several sources the cluster takes none; without one it quietly makes an emptyDir.',
    (pod) =>
      (pod.spec.volumes ?? []).flatMap((volume, index) =>
        problemIf(
          kindsOf(volume).length !== 1,
          ['volumes', index],
          `is ${kindsOf(volume).join(' and ') || 'of no kind'}; write one kind, such as emptyDir: {}`,
        ),
      ),
  ),
  containerRule('duplicate-mount-path', 'The cluster refuses the pod.', ({ spec }) =>
    repeated((spec.volumeMounts ?? []).map(({ mountPath }) => mountPath.replace(/(?<=.)\/+$/, ''))).map(
      ({ value, index }) => ({
        path: ['volumeMounts', index, 'mountPath'],
        what: `${value} is mounted already; choose another path`,
      }),
    ),
  ),
  containerRule(
    'mount-path',
    'The cluster refuses the pod, or the mount hides the whole image.',
    mountProblems,
  ),
  podRule('volume-size', 'The pod is evicted with its first byte.', ({ spec: { volumes: all = [] } }) =>
    all.flatMap(({ emptyDir }, index) =>
      problemIf(
        !(numberOf(emptyDir?.sizeLimit ?? SMALLEST_VOLUME_BYTES) >= SMALLEST_VOLUME_BYTES),
        ['volumes', index, 'emptyDir', 'sizeLimit'],
        `${emptyDir?.sizeLimit} is less than a page; m is a thousandth, write Mi or M`,
      ),
    ),
  ),
];

export const carefulVolumes: readonly Rule[] = [
  containerRule(
    'sub-path-updates',
    'A file mounted by subPath never changes with its ConfigMap or Secret: no new settings, no new certificate.',
    ({ spec: { volumeMounts = [] } }, { spec: { volumes: all = [] } }) =>
      volumeMounts.flatMap(({ name, subPath, subPathExpr }, index) => {
        const source = all.find((volume) => volume.name === name);
        const isUpdated = source?.configMap ?? source?.secret ?? source?.projected ?? source?.downwardAPI;
        return problemIf(
          isUpdated !== undefined && (subPath ?? subPathExpr) !== undefined,
          ['volumeMounts', index],
          'is a file of a ConfigMap or Secret by subPath; mount the folder',
        );
      }),
  ),
  podRule(
    'memory-volume',
    'A tmpfs without a limit may fill the memory of the node.',
    ({ spec: { volumes: all = [] } }) =>
      all.flatMap(({ emptyDir }, index) =>
        problemIf(
          emptyDir?.medium === 'Memory' && emptyDir.sizeLimit === undefined,
          ['volumes', index, 'emptyDir'],
          'is memory without a sizeLimit; set one',
        ),
      ),
  ),
];
