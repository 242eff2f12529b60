// Every YAML file below examples/ would be taken by what reads it: manifests keep the Kubernetes schema and all rules of
// the testkit, before.yaml too, which is no worse than what it is compared with; compose files keep the rules for them;
// kustomizations and patches parse, and are checked where they are rendered. There are no exceptions: one would be
// written here, with its reason.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { composeFaults } from '@podmate/testkit/manifest/compose';
import { manifestFaults } from '@podmate/testkit/manifest/check';
import { faultText, parseYaml } from '@podmate/testkit/manifest/kubectl-yaml';
import { findOurImages } from '@podmate/testkit/manifest/our-images';
import { namedPaths, yamlFiles } from '@podmate/testkit/manifest/yaml-files';
import type { YamlFile } from '@podmate/testkit/manifest/yaml-files';
import { repositoryRoot, repositoryVersion } from '../../docker/bundle.ts';
import { images } from '../../docker/images.ts';

const EXAMPLES = resolve(import.meta.dirname, '..');

const ourImages = await findOurImages(repositoryRoot);

const files = yamlFiles(EXAMPLES).map(({ file, kind }) => ({
  kind,
  file,
  name: relative(EXAMPLES, file),
  text: readFileSync(file, 'utf8'),
}));

function ofKind(kind: YamlFile['kind']): typeof files {
  return files.filter((file) => file.kind === kind);
}

test('the images of the rules are the images that are built', () => {
  expect([...ourImages.settings.keys()]).toEqual(images.map(({ name }) => name).toSorted());
  expect(ourImages.version).toBe(repositoryVersion());
});

test.each([
  ['manifest', 'log-tailer/before.yaml'],
  ['manifest', 'log-tailer/pod.yaml'],
  ['compose', 'log-tailer/compose.yaml'],
  ['kustomization', 'kustomize/components/log-tailer/kustomization.yaml'],
  ['patch', 'kustomize/components/log-tailer/sidecar.yaml'],
] as const)('there is a %s: %s', (kind, name) => {
  expect(ofKind(kind).map((file) => file.name)).toContain(name);
});

test.each(ofKind('manifest'))('$name keeps the schema and every rule', async ({ name, text }) => {
  expect((await manifestFaults(text, name, ourImages)).map(faultText)).toEqual([]);
});

test.each(ofKind('compose'))('$name keeps every rule', async ({ name, text }) => {
  expect((await composeFaults(text, name, ourImages)).map(faultText)).toEqual([]);
});

describe.each(ofKind('kustomization'))('$name', ({ name, file, text }) => {
  const [document, ...more] = parseYaml(text, name);

  test('is a kustomization or a component', () => {
    expect(more).toEqual([]);
    expect(document?.value).toMatchObject({
      apiVersion: expect.stringMatching(/^kustomize\.config\.k8s\.io\/v1(alpha1|beta1)$/),
      kind: expect.stringMatching(/^(Kustomization|Component)$/),
    });
  });

  test('names files and folders that are there', () => {
    const absent = namedPaths(text, name).filter((path) => !existsSync(join(dirname(file), path)));
    expect(absent).toEqual([]);
  });
});

test.each(ofKind('patch'))('$name parses', ({ name, text }) => {
  expect(parseYaml(text, name)).toHaveLength(1);
});

/** `podmate/log-tailer:0.1.0` anywhere in the text, comments included. */
const OUR_IMAGE = /\bpodmate\/([a-z-]+)(?::([\w.-]+))?/g;

test.each(files)(
  '$name names only images of ours that there are, of this version or none',
  ({ kind, text }) => {
    const named = [...text.matchAll(OUR_IMAGE)].map(([, name, tag]) => ({ name, tag }));
    const known = new Set<string | undefined>(images.map(({ name }) => name));
    const tags = kind === 'compose' ? [undefined] : [undefined, repositoryVersion()]; // compose builds what it names
    expect(named.filter(({ name, tag }) => !known.has(name) || !tags.includes(tag))).toEqual([]);
  },
);
