// Is an object what Kubernetes 1.36 says its kind is? Answers offline, from two packages that are generated from its
// OpenAPI specification: kubernetes-models has compiled validators (types, required fields, choices, quantities) but
// lets unknown fields pass; the attribute maps of @kubernetes/client-node name all fields, and are walked here.
// Loaded are only the models of the kinds that are met: the two packages whole take several times as long.
// Invariant: no faults means that strict field validation of an API server would take the types and fields as they are.

import { nearest } from '@podmate/base/errors';
import type { KubernetesObject } from './documents.ts';
import { KINDS } from './kinds.ts';
import type { Fault, Path } from './kubectl-yaml.ts';

export type SchemaOptions = {
  /** `apiVersion/Kind` of custom resources, whose fields nobody here knows: nothing in them is checked. */
  readonly customKinds?: readonly string[];
};

/** What is wrong with an object: with `misfits`, its values are not of the types that rules are written for. */
export type SchemaFaults = { readonly misfits: readonly Fault[]; readonly unknownFields: readonly Fault[] };

/** Whether nobody here knows the object's fields, and nobody is to complain. */
export function isCustom(
  { apiVersion, kind }: KubernetesObject,
  { customKinds = [] }: SchemaOptions,
): boolean {
  return customKinds.includes(`${apiVersion}/${kind}`);
}

/** All that is wrong with the object's kind, types and fields; no faults when nothing is. */
export async function schemaFaults(
  object: KubernetesObject,
  options: SchemaOptions = {},
): Promise<SchemaFaults> {
  if (isCustom(object, options)) return { misfits: [], unknownFields: [] };
  const { source, ...fields } = object;
  const name = `${object.apiVersion}/${object.kind}`;
  const { file, lineOf } = source;
  const fault = ({ path, what }: Wrong): Fault => ({ file, line: lineOf(path), path, what });
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined) {
    const what = `${name} is not known here; ${meant(name, Object.keys(KINDS), 'mend it, or allow it as a custom resource')}`;
    return { misfits: [fault({ path: ['kind'], what })], unknownFields: [] };
  }
  const Model = await kind.load();
  return {
    misfits: [...nulls(fields, []), ...misfits(new Model(fields), fields)].map(fault),
    unknownFields: (await unknownFields(fields, kind.attributes, [])).map(fault),
  };
}

type Wrong = Pick<Fault, 'path' | 'what'>;

function meant(word: string, candidates: readonly string[], otherwise: string): string {
  const guess = nearest(word, candidates);
  return guess === undefined ? otherwise : `did you mean ${guess}?`;
}

const isStructure = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** `emptyDir:` with nothing behind it is null, which a cluster takes for a field that is not there. */
function nulls(value: unknown, path: Path): Wrong[] {
  if (value === null) return [{ path, what: 'has no value; write one, {} or [], or take the field out' }];
  if (!isStructure(value)) return [];
  return entries(value).flatMap(([part, inner]) => nulls(inner, [...path, part]));
}

function entries(value: object): [part: string | number, inner: unknown][] {
  return Array.isArray(value) ? value.map((item, index) => [index, item]) : Object.entries(value);
}

/** One of ajv's errors; the params depend on the keyword. */
type AjvError = {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: {
    readonly type?: string;
    readonly format?: string;
    readonly missingProperty?: string;
    readonly allowedValues?: readonly unknown[];
  };
};

function misfits(model: { validate(): void }, fields: object): Wrong[] {
  const wrongs = new Map<string, AjvError[]>();
  for (const error of ajvErrors(model)) {
    const { instancePath, params } = error;
    const place =
      params.missingProperty === undefined ? instancePath : `${instancePath}/${params.missingProperty}`;
    wrongs.set(place, [...(wrongs.get(place) ?? []), error]);
  }
  return [...wrongs].map(([pointer, errors]) => {
    const { path, value } = follow(fields, pointer);
    return { path, what: misfitText(value, errors) };
  });
}

function ajvErrors(model: { validate(): void }): readonly AjvError[] {
  try {
    model.validate();
    return [];
  } catch (error) {
    if (isValidationError(error)) return error.errors;
    throw error;
  }
}

function isValidationError(error: unknown): error is { errors: readonly AjvError[] } {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

/** What a JSON pointer (RFC 6901) leads to; its parts are places in lists where there are lists. */
function follow(root: unknown, pointer: string): { path: Path; value: unknown } {
  const parts = pointer.split('/').slice(1);
  const path: (string | number)[] = [];
  let value = root;
  for (const escaped of parts) {
    const part = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(part) : part);
    value = isStructure(value) ? entries(value).find(([key]) => key === path.at(-1))?.[1] : undefined;
  }
  return { path, value };
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a structure',
  int32: 'a whole number',
  int64: 'a whole number',
  quantity: 'a quantity such as 100m or 64Mi',
  byte: 'base64',
};

/** ajv has several errors for a value that may be of several types. */
function misfitText(value: unknown, errors: readonly AjvError[]): string {
  const choices = errors.flatMap(({ params }) => params.allowedValues ?? []).map(String);
  if (errors.some(({ keyword }) => keyword === 'required')) return 'is missing; Kubernetes requires it';
  if (choices.length > 0) {
    return `${JSON.stringify(value)} is none of ${choices.join(', ')}; ${meant(String(value), choices, 'take one of them')}`;
  }
  const wanted = errors.flatMap(({ params }) => params.format ?? params.type ?? []);
  const words = [...new Set(wanted.map((name) => EXPECTED[name] ?? name))].join(' or ');
  const isUnquoted = wanted.includes('string') && !isStructure(value);
  return `${JSON.stringify(value)} must be ${words}${isUnquoted ? '; put it in quotes' : ''}`;
}

type Attribute = { readonly baseName: string; readonly type: string };

/** A structure has a class with a map of its attributes, each class in a file of its name. */
async function attributesOf(type: string): Promise<readonly Attribute[]> {
  const module: Record<string, { getAttributeTypeMap(): readonly Attribute[] } | undefined> = await import(
    `@kubernetes/client-node/dist/gen/models/${type}.js`
  );
  return module[type]?.getAttributeTypeMap() ?? [];
}

/** What the types of attributes are called in the maps when they are not structures. */
const SCALAR = /^(?:string|number|boolean|any|Date|IntOrString|V1MicroTime)$/;
const LIST_OR_MAP = /^(?:Array<(.+)>|\{ \[key: string\]: (.+); \})$/;

/** The fields below `value` that its type does not have. A value of another shape than the type's is misfits' part. */
async function unknownFields(value: unknown, type: string, path: Path): Promise<Wrong[]> {
  if (SCALAR.test(type) || !isStructure(value)) return [];
  const [, item, entry] = LIST_OR_MAP.exec(type) ?? [];
  const inner = item ?? entry;
  const attributes = inner === undefined ? await attributesOf(type) : [];
  const wrongs = entries(value).map(async ([part, field]): Promise<Wrong[]> => {
    const known = inner ?? attributes.find(({ baseName }) => baseName === part)?.type;
    if (known !== undefined) return unknownFields(field, known, [...path, part]);
    const names = attributes.map(({ baseName }) => baseName);
    const todo = meant(String(part), names, `there are ${names.join(', ')}`);
    return [{ path: [...path, part], what: `is no field of this; ${todo}` }];
  });
  return (await Promise.all(wrongs)).flat();
}
