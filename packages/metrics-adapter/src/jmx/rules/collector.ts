// Polls a target and hands out samples: beans as objects go through the rules once; later polls, in which only numbers
// changed, go straight from the bytes of the reply to the sink. For whoever exposes the samples.
// Invariant: a sample is the same as if every poll had gone through the rules.

import type { FailureReason, PollSink, SeenBean } from '../poll-round.ts';
import type { JmxPoller, PollReport } from '../poller.ts';
import type { AttributeValue } from '../mbean-info.ts';
import { type BeanName, parseBeanName, safeName } from './bean-name.ts';
import type { MetricCustomizer } from './config.ts';
import { javaText } from './java-text.ts';
import { kindOfSingle, type Leaf, leavesOf } from './leaves.ts';
import type { JavaValue } from '../../jser/java-value.ts';
import type { Outcome, RuleList, Series, Subject } from './rule.ts';

export type SampleSink = {
  /** `series` is the same object as in the last scrape where it is the same series: a key for what the sink keeps. */
  sample(series: Series, value: number): void;
  /** A bean or attribute that could not be read this time, and why. */
  failed(bean: string, attribute: string | undefined, reason: FailureReason, detail: string): void;
};

/** How one sample comes out of a reply's numbers. Equal for the beans of a class, so these objects are shared. */
type Source = {
  /** -1: `value` is the sample. */
  readonly slot: number;
  readonly value: number;
  readonly factor: number;
  /** 1000 for milliseconds. */
  readonly divisor: number;
};

/** A value whose rule has to be asked each time, because it may depend on the value. */
type Dynamic = {
  readonly subject: Subject;
  readonly extraLabels: readonly ExtraLabel[];
  readonly slot: number;
  readonly code: string;
  readonly date: boolean;
};

/** From attributesAsLabels. */
type ExtraLabel = readonly [name: string, value: string];

export type Plan = {
  readonly series: readonly Series[];
  readonly sources: readonly Source[];
  readonly dynamic: readonly Dynamic[] | undefined;
};

export class RuleCollector {
  readonly #poller: Pick<JmxPoller<Plan>, 'poll'>;
  readonly #rules: RuleList;
  readonly #customizers: readonly MetricCustomizer[];
  readonly #sources = new Map<string, readonly Source[]>();
  readonly #texts = new Map<string, string>();
  /** Attributes of the bean that came last which nothing will ever come of. */
  #unneeded: readonly string[] = [];

  constructor(
    poller: Pick<JmxPoller<Plan>, 'poll'>,
    rules: RuleList,
    customizers: readonly MetricCustomizer[] = [],
  ) {
    this.#poller = poller;
    this.#customizers = customizers;
    this.#rules = rules;
  }

  /** One scrape. @throws RemoteError, Error when the target as a whole cannot be read. */
  scrape(sink: SampleSink, timeoutMs: number): Promise<PollReport> {
    const pollSink: PollSink<Plan> = {
      values: (bean, attributes) => this.#values(bean, attributes, sink),
      numbers: (_bean, plan, numbers) => this.#numbers(plan, numbers, sink),
      exact: (plan) => plan.dynamic?.map(({ slot }) => slot) ?? [],
      failed: (bean, attribute, reason, detail) => sink.failed(bean, attribute, reason, detail),
      unneeded: () => this.#unneeded,
    };
    return this.#poller.poll(pollSink, timeoutMs);
  }

  /** Hot: no object is made here, but for values whose rule depends on them. */
  #numbers(plan: Plan, numbers: Float64Array, sink: SampleSink): void {
    const { series, sources, dynamic } = plan;
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i];
      const one = series[i];
      if (source === undefined || one === undefined) continue;
      if (source.slot < 0) sink.sample(one, source.value);
      else sink.sample(one, ((numbers[source.slot] ?? 0) / source.divisor) * source.factor);
    }
    if (dynamic !== undefined) for (const one of dynamic) this.#ask(one, numbers, sink);
  }

  #ask({ subject, extraLabels, slot, code, date }: Dynamic, numbers: Float64Array, sink: SampleSink): void {
    const number = (numbers[slot] ?? 0) / (date ? 1000 : 1);
    const outcome = this.#rules.apply(subject, javaText(code, number));
    if (outcome === undefined) return;
    sink.sample(withLabels(outcome.series, extraLabels), sampleValue(outcome, number, code));
  }

  /**
   * undefined: labels that are numbers change with them, so that there is nothing to keep; or a long is beyond 2^53
   * and a rule reads its text, which a slot cannot give.
   */
  #values(bean: SeenBean<Plan>, attributes: readonly AttributeValue[], sink: SampleSink): Plan | undefined {
    const name = parseBeanName(bean.name);
    const custom = this.#customizers.filter((one) => fits(one, name));
    const extraLabels = labelLeaves(custom, attributes);
    const making = new PlanMaking(
      bean,
      extraLabels.map((leaf) => [leaf.name, leaf.text]),
    );
    const describing = new Map(bean.asked?.attributes.map((one) => [one.name, one.description]));
    const unneeded: string[] = [];
    for (const { name: attribute, value } of attributes) {
      const before = making.parts;
      const description = describing.get(attribute) ?? '';
      const place = { properties: name.properties, path: [], name: attribute, description };
      const take = (leaf: Leaf): void => this.#leaf(making, subjectOf(bean.name, name, leaf), leaf, sink);
      if (!leavesOf(place, value, take)) sink.failed(bean.name, attribute, 'exception', 'too many values');
      if (making.parts === before && this.#isUseless(attribute, value, bean, custom))
        unneeded.push(attribute);
    }
    this.#unneeded = unneeded;
    for (const { name: attribute, value } of custom.flatMap((one) => one.extraMetrics)) {
      const leaf = {
        properties: name.properties,
        path: [],
        name: attribute,
        text: String(value),
        slot: -1,
        date: false,
      };
      const fixed: Leaf = { ...leaf, number: Number(value), code: typeof value === 'boolean' ? 'Z' : '' };
      this.#leaf(making, subjectOf(bean.name, name, fixed), fixed, sink);
    }
    if (extraLabels.some((leaf) => leaf.slot >= 0) || making.isInexact) return undefined;
    const { series, sources, dynamic } = making;
    return { series, sources: this.#shared(sources), dynamic: dynamic.length > 0 ? dynamic : undefined };
  }

  /**
   * Of an attribute that gave nothing now: whether it never will. A number of the type that the bean declares gave
   * nothing whatever it is, or it would be in the plan; a text gives nothing where no rule makes numbers of texts.
   */
  #isUseless(
    name: string,
    value: JavaValue,
    bean: SeenBean<Plan>,
    custom: readonly MetricCustomizer[],
  ): boolean {
    const declared = bean.asked?.attributes.find((one) => one.name === name)?.type;
    const kind = declared === undefined ? undefined : kindOfSingle(value, declared);
    if (kind === undefined || (kind === 'text' && this.#rules.readsTexts)) return false;
    return !custom.some((one) => one.attributesAsLabels.includes(name));
  }

  /** One value through the rules: now to the sink, and into the plan for the next times. */
  #leaf(making: PlanMaking, subject: Subject, leaf: Leaf, sink: SampleSink): void {
    const found = this.#rules.apply(subject, leaf.text);
    const outcome = found === undefined ? undefined : { ...found, series: making.labelled(found.series) };
    if (leaf.slot >= 0 && !this.#rules.isIndependent(subject, leaf.text)) {
      const { extraLabels } = making;
      if (leaf.code === 'J' && !Number.isSafeInteger(leaf.number)) making.isInexact = true;
      making.dynamic.push({ subject, extraLabels, slot: leaf.slot, code: leaf.code, date: leaf.date });
      if (outcome !== undefined)
        sink.sample(outcome.series, sampleValue(outcome, leaf.number ?? 0, leaf.code));
      return;
    }
    if (outcome === undefined || (outcome.value === undefined && leaf.number === undefined)) return;
    const one = making.known.get(seriesKey(outcome.series)) ?? this.#compact(outcome.series, making.labels);
    making.series.push(one);
    making.sources.push(sourceOf(outcome, leaf));
    sink.sample(one, sampleValue(outcome, leaf.number ?? 0, leaf.code));
  }

  #shared(sources: readonly Source[]): readonly Source[] {
    const key = sources.map((one) => `${one.slot}/${one.value}/${one.factor}/${one.divisor}`).join();
    const known = this.#sources.get(key);
    if (known === undefined) this.#sources.set(key, sources);
    return known ?? sources;
  }

  /** Names, help and attributes repeat from bean to bean, labels within one: what is equal is one object. */
  #compact(series: Series, labels: Map<string, Series['labels']>): Series {
    const key = JSON.stringify(series.labels);
    const shared =
      labels.get(key) ??
      Object.fromEntries(Object.entries(series.labels).map(([k, v]) => [this.#text(k), flat(v)]));
    labels.set(key, shared);
    return {
      ...series,
      labels: shared,
      name: this.#text(series.name),
      help: series.help === undefined ? undefined : this.#text(series.help),
      attribute: this.#text(series.attribute),
      description: this.#text(series.description),
    };
  }

  #text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const own = flat(text);
    if (this.#texts.size < MAX_TEXTS) this.#texts.set(own, own);
    return own;
  }
}

/** What becomes of one bean's reply, while it is walked. */
class PlanMaking {
  readonly extraLabels: readonly ExtraLabel[];
  readonly series: Series[] = [];
  readonly sources: Source[] = [];
  readonly dynamic: Dynamic[] = [];
  /** A value is asked for by its text, which a slot does not give. */
  isInexact = false;
  /** Label sets of this bean so far; its series mostly share one. */
  readonly labels = new Map<string, Series['labels']>();
  /** The objects that earlier plans of the bean gave to the sink. */
  readonly known: ReadonlyMap<string, Series>;

  constructor(bean: SeenBean<Plan>, extraLabels: readonly ExtraLabel[]) {
    this.extraLabels = extraLabels;
    this.known = new Map(
      bean.plans.flatMap((plan) => plan.series).map((series) => [seriesKey(series), series]),
    );
  }

  /** Grows with everything that a value may become. */
  get parts(): number {
    return this.series.length + this.dynamic.length;
  }

  labelled(series: Series): Series {
    return withLabels(series, this.extraLabels);
  }
}

/** Labels of the rule win over those of attributes. */
function withLabels(series: Series, extra: readonly ExtraLabel[]): Series {
  if (extra.length === 0) return series;
  const all = Object.entries({
    ...Object.fromEntries(extra.map(([name, value]) => [safeName(name), value])),
    ...series.labels,
  });
  return { ...series, labels: Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

function fits({ domain, properties }: MetricCustomizer, name: BeanName): boolean {
  return (
    domain === name.domain && [...properties].every(([key, value]) => name.properties.get(key) === value)
  );
}

function labelLeaves(custom: readonly MetricCustomizer[], attributes: readonly AttributeValue[]): Leaf[] {
  const wanted = new Set(custom.flatMap((one) => one.attributesAsLabels));
  const leaves: Leaf[] = [];
  for (const { name, value } of wanted.size === 0 ? [] : attributes) {
    const place = { properties: new Map<string, string>(), path: [], name };
    if (wanted.has(name)) leavesOf(place, value, (leaf) => leaf.path.length === 0 && leaves.push(leaf));
  }
  return leaves;
}

/** Texts kept to be shared; where there are more of them, few are equal. */
const MAX_TEXTS = 100_000;

/** A copy: V8 keeps a part of a text as a view, which would keep the whole text of the match alive. */
const flat = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

function subjectOf(bean: string, name: BeanName, leaf: Leaf): Subject {
  const { properties, path, name: attribute, description = '' } = leaf;
  return { bean, name, properties, path, attribute, description };
}

/** Booleans are not scaled, the values that a rule gives are. */
function sampleValue({ rule, value }: Outcome, number: number, code: string): number {
  const factor = rule.text.valueFactor ?? 1;
  if (value !== undefined) return value * factor;
  return code === 'Z' ? number : number * factor;
}

function sourceOf(outcome: Outcome, leaf: Leaf): Source {
  const factor = leaf.code === 'Z' ? 1 : (outcome.rule.text.valueFactor ?? 1);
  const fixed = leaf.slot < 0 || outcome.value !== undefined;
  if (fixed)
    return { slot: -1, value: sampleValue(outcome, leaf.number ?? 0, leaf.code), factor: 1, divisor: 1 };
  return { slot: leaf.slot, value: 0, factor, divisor: leaf.date ? 1000 : 1 };
}

const seriesKey = (series: Series): string =>
  `${series.attribute}\0${series.name}\0${JSON.stringify(series.labels)}`;
