// Which YAML files there are below a folder, and what each of them is. For check.ts and the test of the examples.
// Invariant: every YAML file is one of the kinds; one that nobody recognises is a manifest, and so has to be a right one.

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseYaml } from './kubectl-yaml.ts';
import type { YamlDocument } from './kubectl-yaml.ts';

export type YamlFile = {
  readonly file: string;
  /** `patch`: what a kustomization names below `patches`, a part of an object. */
  readonly kind: 'manifest' | 'compose' | 'kustomization' | 'patch';
};

/** The YAML files at a path, which is one or a folder with some; in the order of their names. */
export function yamlFiles(path: string): YamlFile[] {
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((file) => !file.includes('node_modules'))
        .toSorted()
    : [path];
  return files.map((file) => ({ file, kind: kindOf(file) }));
}

function kindOf(file: string): YamlFile['kind'] {
  const name = basename(file);
  if (/^(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$/.test(name)) return 'compose';
  if (/^kustomization\.ya?ml$/.test(name)) return 'kustomization';
  return patchesBeside(file).includes(name) ? 'patch' : 'manifest';
}

/** The names that the kustomization in the file's folder has below `patches`. */
function patchesBeside(file: string): string[] {
  const path = join(dirname(file), 'kustomization.yaml');
  return existsSync(path) ? patchPaths(parseYaml(readFileSync(path, 'utf8'), path)) : [];
}

/** The files and folders that a kustomization takes in. Throws a ManifestError when the text is no YAML. */
export function namedPaths(text: string, name: string): string[] {
  const documents = parseYaml(text, name);
  const lists = documents.flatMap(({ value }) => [field(value, 'resources'), field(value, 'components')]);
  return [...lists.flatMap(listOf), ...patchPaths(documents)].filter((path) => typeof path === 'string');
}

function patchPaths(documents: readonly YamlDocument[]): string[] {
  return documents
    .flatMap(({ value }) => listOf(field(value, 'patches')))
    .map((patch) => field(patch, 'path'))
    .filter((path) => typeof path === 'string');
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
