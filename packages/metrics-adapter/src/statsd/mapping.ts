// Which rule a name and type of sample get, and what its templates make of them. Globs come before regexes, as in
// statsd_exporter. What was found is kept in a bounded cache, also that a name has no rule.
import { dotOf } from './glob-graph.ts';
import { GlobTree } from './glob.ts';
import type { SampleType } from './line.ts';
import type { MappingFile, Rule, RuleOptions } from './mapping-file.ts';
import type { Captures } from './template.ts';

export type Match = {
  readonly rule: Rule;
  readonly name: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
};

export type MappingCache = { readonly size: number; readonly type: 'lru' | 'random' };

export class Mapping {
  readonly defaults: RuleOptions;
  readonly ruleCount: number;
  readonly #globs: GlobTree<Rule>;
  readonly #regexes: readonly Rule[];
  readonly #cache = new Map<string, Match | null>();
  readonly #bounds: MappingCache;
  /** Times that rules were tried, because the cache did not know the name. */
  misses = 0;

  constructor(file: MappingFile, bounds: MappingCache) {
    this.defaults = file.defaults;
    this.ruleCount = file.rules.length;
    this.#bounds = bounds;
    this.#globs = new GlobTree(file.globOrdering);
    for (const [index, rule] of file.rules.entries())
      if (rule.regex === undefined) this.#globs.add(rule.match, index, rule.metricType, rule);
    this.#regexes = file.rules.filter(({ regex }) => regex !== undefined);
  }

  get cacheLength(): number {
    return this.#cache.size;
  }

  get hasCache(): boolean {
    return this.#bounds.size > 0;
  }

  /** The glob rules as a graph in the DOT language. */
  graph(): string {
    return dotOf(this.#globs);
  }

  lookup(name: string, type: SampleType): Match | undefined {
    if (this.#bounds.size === 0) return this.#find(name, type);
    const key = `${type} ${name}`;
    const known = this.#cache.get(key);
    if (known !== undefined) {
      if (this.#bounds.type === 'lru') {
        this.#cache.delete(key);
        this.#cache.set(key, known);
      }
      return known ?? undefined;
    }
    this.misses++;
    const found = this.#find(name, type);
    // A Map keeps the order of insertion: the first is the least recently used, or with `random` the oldest.
    if (this.#cache.size >= this.#bounds.size) this.#cache.delete(this.#cache.keys().next().value ?? '');
    this.#cache.set(key, found ?? null);
    return found;
  }

  #find(name: string, type: SampleType): Match | undefined {
    const glob = this.#globs.match(name, type);
    if (glob !== undefined) return filled(glob.rule, glob.captures);
    for (const rule of this.#regexes) {
      if (rule.metricType !== undefined && rule.metricType !== type) continue;
      const captures = rule.regex?.exec(name);
      if (captures) return filled(rule, captures, captures.groups);
    }
    return undefined;
  }
}

function filled(rule: Rule, captures: Captures, groups?: Record<string, string>): Match {
  const labels = rule.labels.map(([label, template]) => [label, template(captures, groups)] as const);
  return { rule, name: rule.name(captures, groups), labels };
}
