// A YAML text as a tree that knows on which line each part stands, so that a fault can be shown where it is.
// The door to the yaml package for rule files. For config.ts; knows nothing of JMX.

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

export type YamlTree = {
  /** From 1. */
  readonly line: number;
  readonly value: null | boolean | number | string | readonly YamlTree[] | ReadonlyMap<string, YamlTree>;
};

/** @throws SyntaxError with the line, when the text is no YAML. */
export function yamlTree(text: string): YamlTree {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined)
    throw new SyntaxError(`line ${lines.linePos(error.pos[0]).line}: ${error.message}`);
  return document.contents === null ? { line: 1, value: null } : tree(document.contents, lines, 1);
}

function tree(node: Node | null, lines: LineCounter, above: number): YamlTree {
  const start = node?.range?.[0];
  const line = start === undefined ? above : lines.linePos(start).line;
  if (isSeq(node)) return { line, value: node.items.map((item) => tree(asNode(item), lines, line)) };
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }): [string, YamlTree] => {
      const name = isScalar(key) ? String(key.value) : '';
      return [
        name,
        tree(
          asNode(value),
          lines,
          asNode(key)?.range ? lines.linePos(asNode(key)?.range?.[0] ?? 0).line : line,
        ),
      ];
    });
    return { line, value: new Map(entries) };
  }
  const value: unknown = isScalar(node) ? node.value : null;
  const plain = typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string';
  return { line, value: plain ? value : null };
}

const asNode = (value: unknown): Node | null =>
  isScalar(value) || isMap(value) || isSeq(value) ? value : null;
