// One rule of a jmx_exporter file, and what the list of them makes of a value: the first rule whose pattern fits
// decides. Semantics are those of jmx_exporter's collector, which users' files are written for.

import { type BeanName, safeName, snakeCase } from './bean-name.ts';
import { independence } from './independence.ts';
import { translateJavaRegex } from './java-regex.ts';
import { fill, parseTemplate, type Template } from './template.ts';

export type MetricType = 'gauge' | 'counter' | 'unknown';

/** What becomes one series. The same object in every scrape, as long as nothing but its value changes. */
export type Series = {
  readonly name: string;
  /** By name, sorted. */
  readonly labels: Readonly<Record<string, string>>;
  readonly type: MetricType;
  readonly help: string | undefined;
  /** The bean's ObjectName. */
  readonly bean: string;
  /**
   * What rules see after the bean's own key properties: `><path>attribute`, in a table `, key=of row><path>attribute`.
   * With the bean it tells series with equal labels apart.
   */
  readonly attribute: string;
  /** What the target says of the attribute; '' where it says nothing. */
  readonly description: string;
};

export type RuleText = {
  readonly pattern?: string;
  readonly name?: string;
  readonly value?: string;
  readonly valueFactor?: number;
  readonly help?: string;
  readonly type?: MetricType;
  readonly attrNameSnakeCase?: boolean;
  readonly labels?: ReadonlyMap<string, string>;
  /** Where it stands, for people: `line 12`, `preset jvm`. */
  readonly origin?: string;
};

export class Rule {
  readonly text: RuleText;
  readonly #regex: RegExp | undefined;
  readonly name: Template | undefined;
  readonly value: Template | undefined;
  readonly help: Template | undefined;
  readonly labels: readonly (readonly [name: Template, value: Template])[];
  /** Proven: whether and how it fits does not depend on a number at the end of the text. */
  readonly independent: boolean;
  readonly #needs: string | undefined;

  /** @throws JavaRegexError for the pattern, SyntaxError for a text with a group that is not there. */
  constructor(text: RuleText) {
    this.text = text;
    const source = text.pattern === undefined ? undefined : translateJavaRegex(text.pattern);
    this.#regex = source === undefined ? undefined : new RegExp(`^.*(?:${source}).*$`);
    const groups = new RegExp(`${source ?? ''}|`).exec('');
    const names = new Set(Object.keys(groups?.groups ?? {}));
    const template = (from: string): Template => parseTemplate(from, (groups?.length ?? 1) - 1, names);
    this.name = text.name === undefined ? undefined : template(text.name);
    this.value = text.value === undefined || text.value === '' ? undefined : template(text.value);
    this.help = text.help === undefined ? undefined : template(text.help);
    this.labels = [...(text.labels ?? [])]
      .toSorted(byName)
      .map(([name, value]) => [template(name), template(value)]);
    const texts = [this.name, this.value, this.help, ...this.labels.flat()];
    const proof = independence(
      source ?? '',
      texts.some((one) => one?.refers === true),
    );
    this.independent = source === undefined || proof.independent;
    this.#needs = proof.needs;
  }

  /** The match, true when there is no pattern, or null. */
  match(text: string): RegExpExecArray | true | null {
    if (this.#regex === undefined) return true;
    if (this.#needs !== undefined && !text.includes(this.#needs)) return null; // a tenth of the time of a regex that fails
    return this.#regex.exec(text);
  }

  /** Whether it can be told from the text before the number alone that this rule does not fit. */
  excludedBy(prefix: string): boolean {
    return this.#needs !== undefined && !`${prefix}: `.includes(this.#needs);
  }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;

export type NameStyle = {
  readonly lowercaseOutputName: boolean;
  readonly lowercaseOutputLabelNames: boolean;
  readonly inferCounterTypeFromName: boolean;
};

export type Outcome = {
  readonly rule: Rule;
  readonly series: Series;
  /** The value that the rule gives instead of the bean's. */
  readonly value: number | undefined;
};

export type Subject = {
  readonly bean: string;
  readonly name: BeanName;
  readonly properties: ReadonlyMap<string, string>;
  readonly path: readonly string[];
  readonly attribute: string;
  readonly description?: string;
};

/** `domain<type=x, name=y><path>` */
export function subjectHead({ name, properties, path }: Subject): string {
  const pairs = [...properties].map(([key, value]) => `${key}=${value}`).join(', ');
  return `${name.domain}<${pairs}><${path.join(', ')}>`;
}

export class RuleList {
  readonly rules: readonly Rule[];
  readonly #style: NameStyle;

  /** No rules at all is one rule that fits everything. */
  constructor(rules: readonly Rule[] | undefined, style: NameStyle) {
    this.rules = rules ?? [new Rule({})];
    this.#style = style;
  }

  /** Whether any rule makes a number of a text. */
  get readsTexts(): boolean {
    return this.rules.some((rule) => rule.value !== undefined);
  }

  /** For people: the first rule that fits, and the text that it sees; without one, the text as it is without rules. */
  find(subject: Subject, text: string): { text: string; rule: Rule | undefined; index: number } {
    const head = subjectHead(subject);
    for (const [index, rule] of this.rules.entries()) {
      const whole = `${head}${attributeName(rule, subject)}: ${text}`;
      if (rule.match(whole) !== null) return { text: whole, rule, index };
    }
    return { text: `${head}${subject.attribute}: ${text}`, rule: undefined, index: -1 };
  }

  /** What becomes of the value with this text; undefined: no series. */
  apply(subject: Subject, text: string): Outcome | undefined {
    const head = subjectHead(subject);
    for (const rule of this.rules) {
      const match = rule.match(`${head}${attributeName(rule, subject)}: ${text}`);
      if (match === null) continue;
      const found = match === true ? null : match;
      const value = rule.value === undefined ? undefined : javaNumber(fill(rule.value, found));
      if (Number.isNaN(value) && rule.value !== undefined && !/nan/i.test(fill(rule.value, found)))
        return undefined;
      const series =
        rule.name === undefined
          ? this.#defaultSeries(rule, subject)
          : this.#series(rule, rule.name, found, subject);
      return series === undefined ? undefined : { rule, series, value };
    }
    return undefined;
  }

  /** Whether `apply` is proven to give the same whatever number or boolean the text is. */
  isIndependent(subject: Subject, text: string): boolean {
    const head = subjectHead(subject);
    for (const rule of this.rules) {
      const prefix = head + attributeName(rule, subject);
      if (!rule.independent && !rule.excludedBy(prefix)) return false;
      if (rule.match(`${prefix}: ${text}`) !== null) return true;
    }
    return true;
  }

  #series(
    rule: Rule,
    template: Template,
    match: RegExpExecArray | null,
    subject: Subject,
  ): Series | undefined {
    const name = safeName(fill(template, match));
    if (name === '') return undefined;
    const labels = rule.labels.flatMap(([key, value]): [string, string][] => {
      const pair: [string, string] = [this.#labelName(fill(key, match)), fill(value, match)];
      return pair[0] === '' || pair[1] === '' ? [] : [pair];
    });
    const help = rule.help === undefined ? undefined : fill(rule.help, match);
    return this.#made(rule, name, labels, help, subject);
  }

  /** Domain, first key property, path and attribute are the name; the other key properties are labels. */
  #defaultSeries(rule: Rule, subject: Subject): Series {
    const [first, ...others] = [...subject.properties];
    const parts = [subject.name.domain, ...(first === undefined ? [] : [first[1]]), ...subject.path];
    const name = safeName([...parts, attributeName(rule, subject)].join('_'));
    const labels = others
      .map(([key, value]): [string, string] => [this.#labelName(key), value])
      .filter(([, value]) => value !== '');
    return this.#made(rule, name, labels, undefined, subject);
  }

  #labelName(name: string): string {
    const safe = safeName(name);
    return this.#style.lowercaseOutputLabelNames ? safe.toLowerCase() : safe;
  }

  #made(
    rule: Rule,
    name: string,
    labels: [string, string][],
    help: string | undefined,
    subject: Subject,
  ): Series {
    const cased = this.#style.lowercaseOutputName ? name.toLowerCase() : name;
    const inferred = this.#style.inferCounterTypeFromName && cased.endsWith('_total') ? 'counter' : 'unknown';
    const type = rule.text.type === undefined || rule.text.type === 'unknown' ? inferred : rule.text.type;
    const row = [...subject.properties].slice(subject.name.properties.size);
    const keys = row.map(([key, value]) => `, ${key}=${value}`).join('');
    const attribute = `${keys}><${subject.path.join(', ')}>${attributeName(rule, subject)}`;
    return {
      name: cased,
      labels: Object.fromEntries(labels.toSorted(byName)),
      type,
      help,
      bean: subject.bean,
      attribute,
      description: subject.description ?? '',
    };
  }
}

function attributeName(rule: Rule, subject: Subject): string {
  return rule.text.attrNameSnakeCase === true ? snakeCase(subject.attribute) : subject.attribute;
}

/** Double.valueOf; NaN also for what is no number. */
function javaNumber(text: string): number {
  const trimmed = text.trim();
  return /^[+-]?(?:\d|\.\d|Infinity|NaN)/.test(trimmed)
    ? Number(trimmed.replace(/(?<=[\d.])[dDfF]$/, ''))
    : Number.NaN;
}
