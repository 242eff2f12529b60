// YAML as kubectl reads it: version 1.1 in the dialect of Go's yaml.v2, where `yes` is true and `0644` is 420, but
// `12:30` and dates are text. For documents.ts. What kubectl accepts in silence and nobody can have meant (a key twice,
// a key that is no text) is a fault here, with its line.
// Invariant: all faults of a text are found in one go, not only the first.

import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml';
import type { Document, ScalarTag, Tags } from 'yaml';

/** The way from a document to one of its values: field names and list indices. */
export type Path = readonly (string | number)[];

/** One document of a YAML text as plain values. */
export type YamlDocument = {
  readonly file: string;
  /** Counts from 1, as do lines. */
  readonly document: number;
  readonly line: number;
  readonly value: unknown;
  /** The line where the value at `path` is written; the nearest one around it when there is none. */
  readonly lineOf: (path: Path) => number;
};

/** Something wrong with a manifest: where, and in words what, and what to do about it. */
export type Fault = {
  readonly file: string;
  readonly line: number;
  readonly path: Path;
  readonly what: string;
};

/** A text that is no manifest; `faults` has all that is wrong with it, the message is their lines. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(faultText).join('\n'));
    this.faults = faults;
  }
}

/** `file:line: path: what` */
export function faultText({ file, line, path, what }: Fault): string {
  return [`${file}:${line}`, ...(path.length > 0 ? [pathText(path)] : []), what].join(': ');
}

/** `spec.containers[0].env[1]`, `metadata.labels["app.kubernetes.io/name"]`. */
export function pathText(path: Path): string {
  return path
    .map((part) => {
      if (typeof part === 'number') return `[${part}]`;
      return /^[\w-]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
    })
    .join('')
    .replace(/^\./, '');
}

/** Integers of Go's `ParseInt(text, 0)`: the bases of Go, and underscores anywhere. */
const integer: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^[-+]?(?:0b[01_]+|0x[\da-f_]+|0o?[0-7_]*[0-7]|0|[1-9][\d_]*)$/i,
  resolve(text) {
    const digits = text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase();
    const value = Number(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return text.startsWith('-') ? -value : value;
  },
};

const float: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:float',
  test: /^[-+]?(?:\.\d+|\d[\d_]*(?:\.[\d_]*)?)(?:e[-+]?\d+)?$/i,
  resolve: (text) => Number(text.replaceAll('_', '')),
};

/** Of YAML 1.1 without what yaml.v2 never had: numbers to base 60, times, sets and the like. */
function kubectlTags(tags: Tags): Tags {
  const kept = /:(?:map|seq|str|null|bool|merge)$/;
  return [...tags.filter((tag) => typeof tag !== 'string' && kept.test(tag.tag)), integer, float];
}

const KUBECTL = { version: '1.1', customTags: kubectlTags } as const;
const COMPOSE = { version: '1.2', merge: true } as const;

/**
 * The documents of a text, named `file` in faults, as kubectl reads them or as compose does (YAML 1.2 with `<<`). Throws a ManifestError when the text is not YAML, has a warning,
 * a duplicate key, a key that is no text, a `%YAML` line or an empty document.
 */
export function parseYaml(
  text: string,
  file: string,
  dialect: 'kubectl' | 'compose' = 'kubectl',
): YamlDocument[] {
  const lines = new LineCounter();
  const rules = dialect === 'kubectl' ? KUBECTL : COMPOSE;
  const options = { ...rules, uniqueKeys: true, prettyErrors: false, lineCounter: lines };
  const parsed = [...parseAllDocuments(text, options)];
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const faults = parsed.flatMap((document) =>
    wrongs(document).map(({ offset, what }) => ({ file, line: lineAt(offset), path: [], what })),
  );
  if (parsed.length === 0) faults.push({ file, line: 1, path: [], what: 'is empty; write a document' });
  if (faults.length > 0) throw new ManifestError(faults.toSorted((one, other) => one.line - other.line));
  return parsed.map((document, index) => ({
    file,
    document: index + 1,
    line: lineAt(startOf(document.contents)),
    value: document.toJS(),
    lineOf: (path) => lineAt(placeOf(document, path)),
  }));
}

type Wrong = { readonly offset: number; readonly what: string };

function wrongs(document: Document.Parsed): Wrong[] {
  const said = [...document.errors, ...document.warnings];
  const found: Wrong[] = said.map(({ pos, code, message }) => ({
    offset: pos[0],
    what: code === 'DUPLICATE_KEY' ? 'this key is there twice; take one out' : message,
  }));
  if (found.length > 0) return found;
  const { contents } = document;
  const offset = startOf(contents);
  if (document.directives.yaml.explicit === true) {
    found.push({ offset, what: 'a %YAML line changes how values are read; take it out' });
  }
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return [...found, { offset, what: 'an empty document; take out the --- around it' }];
  }
  return [...found, ...oddNodes(document)];
}

/** Keys that are no text (`on: x` is the key "true" to kubectl, `0644: x` the key "420"), and aliases of nothing. */
function oddNodes(document: Document.Parsed): Wrong[] {
  const found: Wrong[] = [];
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return;
      found.push({
        offset: startOf(node),
        what: `*${node.source} is the alias of nothing; set &${node.source} before it`,
      });
    },
    Pair(_, { key }) {
      const value = isScalar(key) ? key.value : undefined;
      if (typeof value === 'string' || typeof value === 'symbol') return; // a symbol is the merge key <<
      const read = isScalar(key) ? `is read as ${String(value)}` : 'is no text';
      found.push({ offset: startOf(key), what: `this key ${read}; put it in quotes` });
    },
  });
  return found;
}

function startOf(node: unknown): number {
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0;
}

/** The offset of the key or list item that `path` leads to, or of the last one on the way that exists. */
function placeOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(document.contents);
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === String(part));
      if (pair === undefined) return offset;
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isSeq(node) && node.items[Number(part)] !== undefined) {
      node = node.items[Number(part)];
      offset = startOf(node);
    } else return offset;
  }
  return offset;
}
