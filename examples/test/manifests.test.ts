// Every YAML file below examples/ is what its folder says it is: it parses without a warning, no document is empty, and
// the images of ours that it names are those of this version. What a Kubernetes schema sees is checked elsewhere.

import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { repositoryVersion } from '../../docker/bundle.ts';
import { images } from '../../docker/images.ts';

const EXAMPLES = resolve(import.meta.dirname, '..');

const files = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.ya?ml$/.test(name))
  .toSorted();

/** `image: podmate/log-tailer:0.1.0` anywhere in the text, comments included. */
const OUR_IMAGE = /\bpodmate\/([a-z-]+)(?::([\w.-]+))?/g;

test('there are examples', () => {
  expect(files).toContain('log-tailer/pod.yaml');
});

const isCompose = (file: string): boolean => /compose\.ya?ml$/.test(file);

const composeShape = { services: expect.any(Object) };
const objectShape = {
  apiVersion: expect.any(String),
  kind: expect.any(String),
  metadata: expect.any(Object),
};

describe.each(files)('%s', (file) => {
  const text = readFileSync(join(EXAMPLES, file), 'utf8');
  const documents = [...parseAllDocuments(text, { uniqueKeys: true })];

  test('parses without errors and warnings', () => {
    expect(documents).not.toEqual([]);
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  });

  test('is a compose file or Kubernetes objects', () => {
    for (const document of documents) {
      expect(document.toJS()).toMatchObject(isCompose(file) ? composeShape : objectShape);
    }
  });

  test('names only images of ours that there are, manifests with this version', () => {
    for (const [, name, tag] of text.matchAll(OUR_IMAGE)) {
      expect(images.map((image) => image.name)).toContain(name);
      expect(tag).toBe(isCompose(file) ? undefined : repositoryVersion());
    }
  });
});
