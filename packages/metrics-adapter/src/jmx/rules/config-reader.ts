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

/** Of YAML 1.1, which files are written in. */
const BOOLEAN = /^(?:(true|yes|on)|false|no|off)$/i;

export class ConfigReader {
  readonly faults: string[] = [];
  readonly warnings: string[] = [];

  fault(at: YamlTree, what: string): undefined {
    this.faults.push(`line ${at.line}: ${what}`);
    return undefined;
  }

  mapping(tree: YamlTree, what: string): Mapping {
    for (const key of tree.repeated ?? [])
      this.warnings.push(`line ${tree.line}: ${what} has ${key} more than once: the last one holds`);
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
    const word = BOOLEAN.exec(typeof tree.value === 'string' ? tree.value : '');
    if (word !== null) return word[1] !== undefined;
    this.fault(tree, `${key} is neither true nor false`);
    return false;
  }

  number(tree: YamlTree | undefined, key: string, least = -Infinity): number | undefined {
    const value = this.text(tree, key);
    if (tree === undefined || value === undefined) return undefined;
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (!Number.isFinite(number)) return this.fault(tree, `${key} is not a number`);
    return number < least ? this.fault(tree, `${key} is less than ${least}`) : number;
  }

  texts(tree: YamlTree | undefined, key: string): string[] {
    return this.list(tree, key).flatMap((one) => this.text(one, key) ?? []);
  }

  /** For what jmx_exporter passes over: a file that it takes is taken, and the reader is told. */
  ignoring(mapping: Mapping, known: ReadonlySet<string>): void {
    for (const [key, tree] of mapping)
      if (!known.has(key)) this.warnings.push(`line ${tree.line}: unknown key ${key} has no effect`);
  }

  only(mapping: Mapping, known: ReadonlySet<string>): void {
    for (const [key, tree] of mapping) if (!known.has(key)) this.fault(tree, `unknown key ${key}`);
  }
}
