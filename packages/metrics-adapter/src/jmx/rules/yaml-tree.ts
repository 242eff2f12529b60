// A YAML text as a tree that knows on which line each part stands, so that a fault can be shown where it is. It takes
// what jmx_exporter's YAML library takes: anchors, merged mappings, a key twice, of which the last holds.
// The door to the yaml package for rule files. For config.ts; knows nothing of JMX.

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { YAMLMap } from 'yaml';

export type YamlTree = {
  /** From 1. */
  readonly line: number;
  readonly value: null | boolean | number | string | readonly YamlTree[] | ReadonlyMap<string, YamlTree>;
  /** Keys of a mapping that it has more than once; the last holds. */
  readonly repeated?: readonly string[];
};

/** @throws SyntaxError with the line, when the text is no YAML. */
export function yamlTree(text: string): YamlTree {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined)
    throw new SyntaxError(`line ${lines.linePos(error.pos[0]).line}: ${error.message}`);
  const reading = new TreeReading(document, lines);
  return document.contents === null ? { line: 1, value: null } : reading.tree(document.contents, 1);
}

class TreeReading {
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  /** What anchors stand for, made once however often it is meant; undefined: being made. */
  readonly #anchored = new Map<Node, YamlTree | undefined>();

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  tree(node: Node | null, above: number): YamlTree {
    const line = this.#line(node, above);
    if (isAlias(node)) return { ...this.#aliased(node.resolve(this.#document), node.source, line), line };
    if (isSeq(node)) return { line, value: node.items.map((item) => this.tree(asNode(item), line)) };
    if (isMap(node)) return this.#mapping(node, line);
    const value: unknown = isScalar(node) ? node.value : null;
    const plain = typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string';
    return { line, value: plain ? value : null };
  }

  #line(node: Node | null, above: number): number {
    const start = node?.range?.[0];
    return start === undefined ? above : this.#lines.linePos(start).line;
  }

  #aliased(node: Node | undefined, name: string, line: number): YamlTree {
    if (node === undefined) throw new SyntaxError(`line ${line}: there is no anchor ${name}`);
    const known = this.#anchored.get(node);
    if (known !== undefined) return known;
    if (this.#anchored.has(node)) throw new SyntaxError(`line ${line}: the anchor ${name} stands for itself`);
    this.#anchored.set(node, undefined);
    const made = this.tree(node, line);
    this.#anchored.set(node, made);
    return made;
  }

  #mapping(node: YAMLMap, line: number): YamlTree {
    const own = new Map<string, YamlTree>();
    const merged: YamlTree[] = [];
    const repeated: string[] = [];
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const one = this.tree(asNode(value), this.#line(asNode(key), line));
      if (name === '<<') merged.push(...(isList(one.value) ? one.value : [one]));
      else if (own.has(name)) repeated.push(name);
      if (name !== '<<') own.set(name, { ...one, line: this.#line(asNode(key), line) });
    }
    for (const { value } of merged)
      if (value instanceof Map) for (const [name, one] of value) if (!own.has(name)) own.set(name, one);
    return { line, value: own, ...(repeated.length > 0 && { repeated }) };
  }
}

const isList = (value: YamlTree['value']): value is readonly YamlTree[] => Array.isArray(value);

const asNode = (value: unknown): Node | null =>
  isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : null;
