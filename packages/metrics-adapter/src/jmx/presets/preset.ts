// Ready-made rules for a product, from a table: an ObjectName with placeholders, and for each attribute the metric it
// becomes. A table gives three things that could disagree if they were written three times: the patterns by which beans
// are asked for, the attributes that are asked for, and the rules. For the files beside this one.
// Invariant: every rule is independent of the number (rules/independence), so that it is asked once for each series.

import { Rule, type MetricType } from '../rules/rule.ts';

export type Preset = {
  readonly name: string;
  /** ObjectName patterns of the beans it reads. Each costs the target a look at all beans of the domain. */
  readonly include: readonly string[];
  /** ObjectName patterns of the domains that these beans are in: few queries, for who sorts out the rest by `reads`. */
  readonly domains: readonly string[];
  reads(bean: string): boolean;
  /** Names of the attributes that some rule of it reads. */
  readonly attributes: ReadonlySet<string>;
  readonly rules: readonly Rule[];
};

/**
 * An attribute (`HeapMemoryUsage.used` for a member of a composite) and its metric; the factor makes base units of its
 * unit. `info`: the attribute is a text, which becomes this label of a metric that is always 1.
 */
export type Measure = readonly [
  attribute: string,
  metric: string,
  type: Exclude<MetricType, 'unknown'> | 'untyped',
  help: string,
  more?: More | undefined,
];

type More = {
  readonly factor?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly info?: string;
};

export type BeanTable = {
  readonly include: readonly string[];
  /** Regular expressions for whole ObjectNames. */
  readonly names: () => string[];
  readonly attributes: readonly string[];
  readonly rules: (origin: string) => Rule[];
};

/** Milliseconds, microseconds and nanoseconds in seconds; percents as a ratio. */
export const MS = { factor: 1e-3 };
export const US = { factor: 1e-6 };
export const NS = { factor: 1e-9 };
export const PERCENT = { factor: 1e-2 };

/**
 * Beans of this form. `{label}` in a key property takes its value (or a part of it) as a label, `{label:a|b}` only
 * those values. Beans are known by their properties in this order, and in canonical (sorted) order,
 * which some targets tell instead. `anyOrder`: the product registers those after the first in whatever order.
 */
export function beans(objectName: string, measures: readonly Measure[], anyOrder = false): BeanTable {
  const { domain, properties } = taken(objectName);
  const forms = orders(properties, anyOrder);
  return {
    include: namePatterns(objectName),
    names: () => forms.map((form) => groups(`${domain}:${form.join(',')}`).pattern),
    attributes: measures.map(([attribute]) => attribute.split('.')[0] ?? attribute),
    rules: (origin) =>
      forms.flatMap((form) => {
        const head = groups(`${domain}<${form.join(', ')}><`); // as rules see a bean
        return measures.map((measure) => ruleOf(head, measure, origin));
      }),
  };
}

/** `but`: beans that are not read though a table fits. What costs time is made when it is first wanted. */
export function preset(name: string, tables: readonly BeanTable[], but?: RegExp): Preset {
  const include = [...new Set(tables.flatMap((table) => table.include))];
  let names: RegExp | undefined;
  let rules: readonly Rule[] | undefined;
  return {
    name,
    include,
    domains: [...new Set(include.map((pattern) => `${taken(pattern).domain}:*`))],
    reads(bean) {
      names ??= new RegExp(`^(?:${tables.flatMap((table) => table.names()).join('|')})$`);
      return names.test(bean) && but?.test(bean) !== true;
    },
    attributes: new Set(tables.flatMap((table) => table.attributes)),
    get rules() {
      return (rules ??= tables.flatMap((table) => table.rules(`preset ${name}`)));
    },
  };
}

const PLACEHOLDER = /\{(\/?\w+)(?::([^}]*))?\}/g;

function taken(objectName: string): { domain: string; properties: string[] } {
  const colon = objectName.indexOf(':');
  return { domain: objectName.slice(0, colon), properties: objectName.slice(colon + 1).split(',') };
}

/** As the target understands them: a pattern for each of the values that a placeholder may have. */
function namePatterns(objectName: string): string[] {
  let patterns = [''];
  let at = 0;
  for (const { index, 0: whole, 2: values } of objectName.matchAll(PLACEHOLDER)) {
    const before = objectName.slice(at, index);
    patterns = patterns.flatMap((one) => (values?.split('|') ?? ['*']).map((value) => one + before + value));
    at = index + whole.length;
  }
  return patterns.map((one) => one + objectName.slice(at));
}

type Groups = {
  readonly pattern: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
};

/** A regular expression for this text, in which each placeholder is a group. */
function groups(text: string): Groups {
  const labels: [string, string][] = [];
  let pattern = '';
  let at = 0;
  for (const { index, 0: whole, 1: label = '', 2: values } of text.matchAll(PLACEHOLDER)) {
    labels.push([label.replace('/', ''), `$${labels.length + 1}`]);
    const any = label.startsWith('/') ? '(/[^",]*)' : '"?([^",]+?)"?';
    pattern += literal(text.slice(at, index)) + (values === undefined ? any : `(${values})`);
    at = index + whole.length;
  }
  return { pattern: pattern + literal(text.slice(at)), labels };
}

function ruleOf(
  { pattern, labels }: Groups,
  [attribute, metric, type, help, more = {}]: Measure,
  origin: string,
): Rule {
  const path = attribute.split('.');
  const name = path.pop() ?? '';
  const fixed = Object.entries(more.labels ?? {});
  const info: [string, string][] = more.info === undefined ? [] : [[more.info, `$${labels.length + 1}`]];
  return new Rule({
    pattern: `${pattern}${literal(`${path.join(', ')}>${name}: `)}${info.length > 0 ? '(.+)' : ''}`,
    name: metric,
    labels: new Map([...labels, ...fixed, ...info]),
    help,
    type: type === 'untyped' ? 'unknown' : type,
    origin,
    ...(info.length > 0 && { value: '1' }),
    ...(more.factor !== undefined && { valueFactor: more.factor }),
  });
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

const key = (property: string): string => property.slice(0, property.indexOf('='));

function orders(properties: readonly string[], anyOrder: boolean): string[][] {
  const canonical = properties.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const registered = anyOrder ? permutations(properties) : [properties];
  const all = [...registered, canonical].map((one): [string, readonly string[]] => [one.join(','), one]);
  return Array.from(new Map(all).values(), (one) => [...one]);
}

/** The first stays first: products write `type=` before all others. */
function permutations([first, ...others]: readonly string[]): string[][] {
  const tails = (rest: readonly string[]): string[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((one) => tails(rest.filter((other) => other !== one)).map((tail) => [one, ...tail]));
  return tails(others).map((tail) => (first === undefined ? tail : [first, ...tail]));
}
