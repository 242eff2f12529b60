// For people: what a scrape makes of beans. Each value with the text that rules see, the rule that fits and the series,
// and what is left out, with the reason; or, for --dump, all that the beans have. It runs the poll that a scrape runs.
import type { Log } from '@podmate/base/log';
import type { AttributeInfo, AttributeValue } from '../jmx/mbean-info.ts';
import { fitsPattern } from '../jmx/object-name-pattern.ts';
import { plainValue, type PlainValue } from '../jmx/plain-value.ts';
import { parseBeanName } from '../jmx/rules/bean-name.ts';
import type { JmxConfig } from '../jmx/rules/config.ts';
import { type Leaf, leavesOf } from '../jmx/rules/leaves.ts';
import { RuleList, type Series } from '../jmx/rules/rule.ts';
import { numberText } from '../exposition/format.ts';
import { seriesText } from '../series/label-text.ts';
import { baseName, exposedLabel, exposedName, objectNameLabel } from './exposed-name.ts';
import type { Observer } from './observer.ts';
import { openTarget } from './pollable.ts';
import { type SeenGround, SeenMemory } from './seen-jvm.ts';
import type { TargetSettings } from './target.ts';

export type Ground = Pick<SeenGround, 'signal'> & { readonly log: Log };

/** What was seen of one bean. */
class Sight {
  readonly attributes = new Map<string, AttributeInfo>();
  /** Attributes that a scrape does not ask for, and why. */
  readonly leftOut = new Map<string, string>();
  readonly values = new Map<string, AttributeValue['value']>();
  /** Attribute (or '' for the bean as a whole) -> why there is no value. */
  readonly faults = new Map<string, string>();

  fault(attribute: string): string {
    return this.faults.get(attribute) ?? this.faults.get('') ?? 'exception: its getter failed';
  }
}

/** Values of a type that nobody can want printed: it would take megabytes. */
const NOT_DUMPED = 'never asked for: large, and text only';

/** Beans of a target that fit a pattern, in one poll. */
class Inspection implements Observer {
  readonly beans = new Map<string, Sight>();
  readonly samples: (readonly [Series, number])[] = [];
  readonly #everything: boolean;

  constructor(everything: boolean) {
    this.#everything = everything;
  }

  bean(name: string): Sight {
    return this.beans.getOrInsertComputed(name, () => new Sight());
  }

  wants(bean: string, attribute: AttributeInfo, whyNot: string | undefined): boolean {
    const sight = this.bean(bean);
    sight.attributes.set(attribute.name, attribute);
    if (whyNot === undefined || (this.#everything && whyNot !== NOT_DUMPED)) return true;
    sight.leftOut.set(attribute.name, whyNot);
    return false;
  }

  values(bean: string, attributes: readonly AttributeValue[]): void {
    for (const { name, value } of attributes) this.bean(bean).values.set(name, value);
  }

  /** @throws Error when the target cannot be read */
  async run({ spec, name, access }: TargetSettings, config: JmxConfig, ground: Ground): Promise<void> {
    const seen = { ...ground, target: name, memory: new SeenMemory() };
    const target = openTarget(spec, { ...access, config }, seen, this);
    try {
      await target.poll(
        {
          sample: (series, value) => this.samples.push([series, value]),
          failed: (bean, attribute = '', reason, detail) =>
            void this.bean(bean).faults.set(attribute, `${reason}: ${detail}`),
        },
        access.timeoutMs,
      );
    } finally {
      await target.close();
    }
  }
}

export type Question = {
  /** An ObjectName or a pattern of them. */
  readonly pattern: string;
  readonly form: 'explain' | 'text' | 'json';
};

/** The answer, or undefined when no bean fits. @throws Error when the target cannot be read */
export async function askTarget(
  { pattern, form }: Question,
  target: TargetSettings,
  ground: Ground,
): Promise<string | undefined> {
  const inspection = new Inspection(form !== 'explain');
  const { config } = target.access;
  const asked = { ...config, include: [pattern], exclude: [], reads: undefined };
  await inspection.run(target, form === 'explain' ? asked : { ...asked, attributes: undefined }, ground);
  const beans = [...inspection.beans].toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (beans.length === 0 && inspection.samples.length > 0)
    throw new Error('only the counters of this JVM can be read, not its beans; the log says why');
  if (beans.length === 0) return undefined;
  if (form !== 'explain') return beans.map(([name, sight]) => dumped(name, sight, form)).join('');
  const explained = new Explained(inspection, target, config);
  return beans.map(([name, sight]) => `${explained.bean(name, sight)}\n\n`).join('');
}

class Explained {
  readonly #target: TargetSettings;
  readonly #config: JmxConfig;
  readonly #rules: RuleList;
  readonly #series: Map<string, (readonly [Series, number])[]>;

  constructor(inspection: Inspection, target: TargetSettings, config: JmxConfig) {
    this.#target = target;
    this.#config = config;
    this.#rules = new RuleList(config.rules, config);
    this.#series = Map.groupBy(inspection.samples, ([series]) => objectNameLabel(series));
  }

  bean(name: string, sight: Sight): string {
    const lines = [`bean     ${name}`];
    const whyNot = unread(name, this.#config);
    if (whyNot !== undefined) lines.push(`not read ${whyNot}`);
    for (const { name: attribute, type } of sight.attributes.values()) {
      const value = sight.values.get(attribute);
      const reason = sight.leftOut.get(attribute);
      if (reason !== undefined) lines.push(`left out ${attribute}: ${reason}`);
      else if (value === undefined) lines.push(`no value ${attribute} (${type}): ${sight.fault(attribute)}`);
      else lines.push(...this.#value(name, attribute, type, value));
    }
    if (sight.attributes.size === 0) lines.push(`no value ${sight.fault('')}`);
    return lines.join('\n');
  }

  #value(bean: string, attribute: string, type: string, value: AttributeValue['value']): string[] {
    const name = parseBeanName(bean);
    const lines: string[] = [];
    const place = { properties: name.properties, path: [], name: attribute };
    leavesOf(place, value, (leaf) => void lines.push(...this.#leaf(bean, name, leaf)));
    return lines.length > 0 ? lines : [`left out ${attribute}: a value of type ${type} has nothing to count`];
  }

  #leaf(bean: string, name: ReturnType<typeof parseBeanName>, leaf: Leaf): string[] {
    const { properties, path, name: attribute } = leaf;
    const { text, rule, index } = this.#rules.find({ bean, name, properties, path, attribute }, leaf.text);
    if (rule === undefined) return [`value    ${text}`, 'rule     none'];
    const where = rule.text.origin === undefined ? '' : ` (${rule.text.origin})`;
    const pattern = rule.text.pattern ?? 'no pattern: it takes every value';
    const made = this.#series.get(text.slice(0, -`: ${leaf.text}`.length)) ?? [];
    return [
      `value    ${text}`,
      `rule     ${index + 1}${where} ${pattern}`,
      ...made.map(([series, number]) => `series   ${this.#text(series)} ${numberText(number)}`),
      ...(made.length > 0 ? [] : [`series   none: ${noSeries(leaf)}`]),
    ];
  }

  #text({ name, type, labels }: Series): string {
    const all = new Map(this.#target.labels);
    for (const [label, value] of Object.entries(labels)) all.set(exposedLabel(label), value);
    return seriesText(exposedName(baseName(name), type), all);
  }
}

const noSeries = ({ number }: Leaf): string =>
  number === undefined
    ? 'the value is no number, and the rule gives none'
    : 'the name or the value that the rule gives is empty or no number';

/** Why a scrape does not read this bean. */
function unread(name: string, { include, exclude, reads }: JmxConfig): string | undefined {
  const excluding = exclude.find((pattern) => fitsPattern(name, pattern));
  if (excluding !== undefined) return `excludeObjectNames has ${excluding}`;
  if (reads?.(name) === false) return 'no preset has a rule for it';
  if (include.length > 0 && !include.some((pattern) => fitsPattern(name, pattern)))
    return reads === undefined ? 'includeObjectNames has nothing that fits' : 'no preset has a rule for it';
  return undefined;
}

/** A bean with its attributes, types and values; as text, or as a JSON object on a line. */
function dumped(bean: string, sight: Sight, form: 'text' | 'json'): string {
  const attributes = Array.from(sight.attributes.values(), ({ name, type }): Dumped => {
    const value = sight.values.get(name);
    if (value !== undefined) return { name, type, value: plainValue(value) };
    return { name, type, fault: sight.leftOut.get(name) ?? sight.fault(name) };
  });
  const fault = sight.faults.get('');
  if (form === 'json') return `${JSON.stringify({ bean, attributes, ...(fault && { fault }) })}\n`;
  return `${[bean, ...(fault === undefined ? [] : [`  ! ${fault}`]), ...attributes.map(dumpLine)].join('\n')}\n\n`;
}

type Dumped = { readonly name: string; readonly type: string } & (
  | { readonly value: PlainValue }
  | { readonly fault: string }
);

/** Longer values are cut: whoever wants them takes JSON. */
const MAX_LINE = 400;

function dumpLine(one: Dumped): string {
  const what = 'value' in one ? JSON.stringify(one.value) : `! ${one.fault}`;
  const shown = what.length > MAX_LINE ? `${what.slice(0, MAX_LINE)}...` : what;
  return `  ${one.name}  ${one.type.replace(/^javax\.management\.openmbean\./, '') || 'no type'}  ${shown}`;
}
