// Reads values of the kinds that a rule file has out of a YAML tree, and gathers what is wrong, each with its line.
// For config.ts, which knows the keys.

import type { YamlTree } from './yaml-tree.ts';

export class JmxConfigError extends Error {
  override readonly name = 'JmxConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

export type Mapping = ReadonlyMap<string, YamlTree>;

const isList = (value: YamlTree['value']): value is readonly YamlTree[] => Array.isArray(value);

export class ConfigReader {
  readonly faults: string[] = [];
  readonly warnings: string[] = [];

  fault(at: YamlTree, what: string): undefined {
    this.faults.push(`line ${at.line}: ${what}`);
    return undefined;
  }

  mapping(tree: YamlTree, what: string): Mapping {
    if (tree.value instanceof Map) return tree.value;
    if (tree.value !== null) this.fault(tree, `${what} is not a mapping`);
    return new Map();
  }

  list(tree: YamlTree | undefined, what: string): readonly YamlTree[] {
    if (tree === undefined || tree.value === null) return [];
    if (isList(tree.value)) return tree.value;
    this.fault(tree, `${what} is not a list`);
    return [];
  }

  text(tree: YamlTree | undefined, key: string): string | undefined {
    if (tree === undefined || tree.value === null) return undefined;
    if (typeof tree.value !== 'object') return String(tree.value);
    return this.fault(tree, `${key} is not a text`);
  }

  flag(tree: YamlTree | undefined, key: string): boolean {
    if (tree === undefined || tree.value === null) return false;
    if (typeof tree.value === 'boolean') return tree.value;
    if (tree.value === 'true' || tree.value === 'false') return tree.value === 'true';
    this.fault(tree, `${key} is neither true nor false`);
    return false;
  }

  number(tree: YamlTree | undefined, key: string): number | undefined {
    const value = this.text(tree, key);
    if (tree === undefined || value === undefined) return undefined;
    return value.trim() !== '' && Number.isFinite(Number(value))
      ? Number(value)
      : this.fault(tree, `${key} is not a number`);
  }

  texts(tree: YamlTree | undefined, key: string): string[] {
    return this.list(tree, key).flatMap((one) => this.text(one, key) ?? []);
  }

  only(mapping: Mapping, known: ReadonlySet<string>): void {
    for (const [key, tree] of mapping) if (!known.has(key)) this.fault(tree, `unknown key ${key}`);
  }
}
