// Reads manifests into Kubernetes objects, each with the place it was written at, for the checks of this folder and for
// the pod runner. Values are what kubectl would send to the cluster (see kubectl-yaml.ts).
// Invariant: an object that comes out of here has an apiVersion, a kind and a name; whether its fields are right is
// what schema.ts and rules.ts find out.

import { readFileSync } from 'node:fs';
import { ManifestError, parseYaml } from './kubectl-yaml.ts';
import type { Fault, Path, YamlDocument } from './kubectl-yaml.ts';

/** Where an object is written: its file, its number in the file from 1, its first line from 1. */
export type Source = Pick<YamlDocument, 'file' | 'document' | 'line' | 'lineOf'>;

/** An object of any kind, as it is in its manifest; fields that are `unknown` are as yet unchecked. */
export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly data?: unknown;
  readonly source: Source;
};

/**
 * The objects of a file in their order. Throws a ManifestError with everything wrong with the text, or the error of
 * reading the file.
 */
export function readManifest(file: string): KubernetesObject[] {
  return parseManifest(readFileSync(file, 'utf8'), file);
}

/** The objects of a text in their order; `name` stands for the file in faults. Throws a ManifestError. */
export function parseManifest(text: string, name: string): KubernetesObject[] {
  const documents = parseYaml(text, name);
  const faults = documents.flatMap(identityFaults);
  const objects = documents.flatMap(({ value, ...source }) =>
    isIdentified(value) ? [{ ...value, source }] : [],
  );
  if (faults.length > 0) throw new ManifestError(faults);
  return objects;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True when `identityFaults` finds none. */
function isIdentified(value: unknown): value is Omit<KubernetesObject, 'source'> {
  return isFields(value) && wrongFields(value).length === 0;
}

/** What keeps a document from being an object at all. */
function identityFaults({ file, line, value, lineOf }: YamlDocument): Fault[] {
  if (!isFields(value)) return [{ file, line, path: [], what: 'not an object with apiVersion and kind' }];
  return wrongFields(value).map(({ path, what }) => ({ file, line: lineOf(path), path, what }));
}

type WrongField = Pick<Fault, 'path' | 'what'>;

function wrongFields(object: Fields): WrongField[] {
  const metadata = isFields(object['metadata']) ? object['metadata'] : {};
  return [
    ...wrongText(object['apiVersion'], ['apiVersion']),
    ...wrongText(object['kind'], ['kind']),
    ...wrongText(metadata['name'], ['metadata', 'name']),
    ...('namespace' in metadata ? wrongText(metadata['namespace'], ['metadata', 'namespace']) : []),
    ...wrongTexts(metadata['labels'] ?? {}, ['metadata', 'labels']),
    ...wrongTexts(metadata['annotations'] ?? {}, ['metadata', 'annotations']),
  ];
}

function wrongText(value: unknown, path: Path): WrongField[] {
  if (typeof value === 'string' && value !== '') return [];
  if (value === undefined) return [{ path, what: 'is missing; every object has one' }];
  return [{ path, what: `is read as ${JSON.stringify(value)}; write a text, in quotes if need be` }];
}

function wrongTexts(value: unknown, path: Path): WrongField[] {
  if (!isFields(value)) return [{ path, what: 'must be names with texts' }];
  return Object.entries(value)
    .filter(([, text]) => typeof text !== 'string')
    .map(([name, other]) => ({
      path: [...path, name],
      what: `is read as ${String(other)}; put it in quotes`,
    }));
}
