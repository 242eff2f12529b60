// statsd_exporter's mapping file -> rules. Strict as there: an unknown key, a wrong pattern or an option that does not fit is
// a fault, and all faults of a file are reported together, each with its line. Pure but for what it is given to read.
import type { HistogramOptions } from '../series/histogram.ts';
import type { SummaryOptions } from '../series/summary.ts';
import { YamlFile, type YamlValue } from '@podmate/base/yaml-document';
import { compileGoRegex } from './go-regex.ts';
import { parseGoDuration } from './go-duration.ts';
import type { SampleType } from './line.ts';
import { type Template, compileTemplate } from './template.ts';

export type ObserverType = 'histogram' | 'summary';

export type Rule = {
  /** Of the `match` as written. */
  readonly match: string;
  readonly regex: RegExp | undefined;
  readonly name: Template;
  readonly labels: readonly (readonly [name: string, value: Template])[];
  readonly honorLabels: boolean;
  readonly metricType: SampleType | undefined;
  readonly options: RuleOptions;
};

/** What a rule says about the series it makes; where no rule matches, what the defaults say. */
export type RuleOptions = {
  readonly action: 'map' | 'drop';
  readonly help: string | undefined;
  readonly observerType: ObserverType;
  readonly ttlMs: number;
  readonly scale: number | undefined;
  readonly histogram: HistogramOptions;
  readonly summary: SummaryOptions;
};

export type MappingFile = {
  readonly rules: readonly Rule[];
  readonly defaults: RuleOptions;
  readonly globOrdering: boolean;
};

const GLOB = /^(\*|[A-Za-z_][\w-]*)(\.\*|\.[A-Za-z0-9_][\w-]*)*$/;
const NAME = /^([A-Za-z_]|\$\{?\d+\}?)([A-Za-z0-9_]|\$\{?\d+\}?)*$/;
/** Two characters at least, as in statsd_exporter. */
const LABEL = /^[A-Za-z_][A-Za-z0-9_]+$/;

const DEFAULT_KEYS = [
  'observer_type',
  'match_type',
  'glob_disable_ordering',
  'ttl',
  'summary_options',
  'histogram_options',
];
const RULE_KEYS = [
  'match',
  'name',
  'labels',
  'honor_labels',
  'observer_type',
  'match_type',
  'help',
  'action',
  'match_metric_type',
  'ttl',
  'summary_options',
  'histogram_options',
  'scale',
];

/** client_golang's default buckets and statsd_exporter's default quantiles and window. */
const BUILT_IN: RuleOptions = {
  action: 'map',
  help: undefined,
  observerType: 'summary',
  ttlMs: 0,
  scale: undefined,
  histogram: {
    ...boundsOf([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]),
    nativeFactor: 1.1,
    nativeMaxBuckets: 256,
  },
  summary: { ...quantilesOf([0.5, 0.9, 0.99]), maxAgeMs: 600_000, ageBuckets: 5 },
};

/** Without a mapping file. */
export const noMapping: MappingFile = { rules: [], defaults: BUILT_IN, globOrdering: true };

/** @throws SettingErrors with every fault, each with file, line and column. */
export function readMappingFile(name: string, text: string): MappingFile {
  const file = new YamlFile(name, text);
  const top = file.root.entries(['defaults', 'mappings']);
  const defaults = top.get('defaults')?.entries(DEFAULT_KEYS) ?? new Map<string, YamlValue>();
  const options: RuleOptions = { ...BUILT_IN, ...observerOptions(defaults, BUILT_IN) };
  const matchType = defaults.get('match_type')?.choice(['glob', 'regex']) ?? 'glob';
  const globOrdering = defaults.get('glob_disable_ordering')?.boolean() !== true;
  const said = { matchType, options, observerType: defaults.get('observer_type')?.text() };
  const rules = (top.get('mappings')?.items() ?? []).flatMap((item) => readRule(item, said));
  file.finish();
  return { rules, defaults: options, globOrdering };
}

type Entries = ReadonlyMap<string, YamlValue>;

/** What the defaults say to a rule; `observerType` only when they do. */
type Said = {
  readonly matchType: 'glob' | 'regex';
  readonly options: RuleOptions;
  readonly observerType: string | undefined;
};

function readRule(item: YamlValue, { matchType, options: defaults, observerType }: Said): Rule[] {
  const entries = item.entries(RULE_KEYS);
  const kind = entries.get('match_type')?.choice(['glob', 'regex']) ?? matchType;
  const match = required(item, entries, 'match');
  const name = required(item, entries, 'name');
  if (match === undefined || name === undefined) return [];
  if (kind === 'glob' && !GLOB.test(match))
    entries
      .get('match')
      ?.fail(
        `${match}: not a glob`,
        'a segment is a name or a single *; for more there is match_type: regex',
      );
  if (!NAME.test(name)) entries.get('name')?.fail(`${name}: not a metric name`, 'letters, digits, _ and $1');
  const labels = [...(entries.get('labels')?.entries() ?? [])].map(([label, value]) => {
    if (!LABEL.test(label))
      value.fail(`${label}: not a label name`, 'two characters or more: letters, digits and _');
    return [label, compileTemplate(value.text(), kind)] as const;
  });
  refuseOtherOptions(entries, entries.get('observer_type')?.text() || observerType);
  return [
    {
      match,
      regex: kind === 'regex' ? readRegex(match, entries.get('match')) : undefined,
      name: compileTemplate(name, kind),
      labels,
      honorLabels: entries.get('honor_labels')?.boolean() ?? false,
      metricType: entries.get('match_metric_type')?.choice(['counter', 'gauge', 'observer']),
      options: {
        ...observerOptions(entries, defaults),
        action: entries.get('action')?.choice(['map', 'drop']) ?? 'map',
        help: entries.get('help')?.text() || undefined,
        scale: entries.get('scale')?.number(),
      },
    },
  ];
}

function required(item: YamlValue, entries: Entries, key: string): string | undefined {
  const text = entries.get(key)?.text();
  if (text === undefined || text === '') item.fail(`${key} is missing`, `each mapping has a ${key}`);
  return text || undefined;
}

function readRegex(source: string, at: YamlValue | undefined): RegExp | undefined {
  try {
    return compileGoRegex(source);
  } catch (error) {
    at?.fail(`${source}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** What defaults and rules have in common: observer type, ttl and the options of each type, the missing ones inherited. */
function observerOptions(
  entries: Entries,
  defaults: RuleOptions,
): Pick<RuleOptions, 'observerType' | 'ttlMs' | 'histogram' | 'summary'> {
  const observerType =
    entries.get('observer_type')?.choice(['histogram', 'summary']) ?? defaults.observerType;
  const ttlMs = durationOf(entries.get('ttl')) || defaults.ttlMs;
  return {
    observerType,
    ttlMs,
    histogram: histogramOptions(entries.get('histogram_options'), defaults.histogram),
    summary: summaryOptions(entries.get('summary_options'), defaults.summary),
  };
}

/** Options of a type that the rule or the defaults exclude. Where neither names one, those of histograms have no effect. */
function refuseOtherOptions(entries: Entries, observerType: string | undefined): void {
  if (observerType === 'histogram')
    entries.get('summary_options')?.fail('on a histogram', 'use histogram_options or observer_type: summary');
  if (observerType === 'summary')
    entries.get('histogram_options')?.fail('on a summary', 'use summary_options or observer_type: histogram');
}

function histogramOptions(value: YamlValue | undefined, defaults: HistogramOptions): HistogramOptions {
  const entries = value?.entries([
    'buckets',
    'native_histogram_bucket_factor',
    'native_histogram_max_buckets',
  ]);
  const buckets = entries?.get('buckets');
  const bounds = buckets?.items().map((item) => item.number() ?? 0) ?? [];
  if (bounds.some((bound, i) => i > 0 && bound <= bounds[i - 1]!)) buckets?.fail('not in ascending order');
  return {
    ...defaults,
    ...(bounds.length > 0 && boundsOf(bounds.filter((bound) => bound !== Infinity))),
    nativeFactor: entries?.get('native_histogram_bucket_factor')?.number() ?? defaults.nativeFactor,
    nativeMaxBuckets: entries?.get('native_histogram_max_buckets')?.number() ?? defaults.nativeMaxBuckets,
  };
}

function summaryOptions(value: YamlValue | undefined, defaults: SummaryOptions): SummaryOptions {
  const entries = value?.entries(['quantiles', 'max_age', 'age_buckets', 'buf_cap']);
  const quantiles = entries?.get('quantiles');
  const each = quantiles?.items().map((item) => {
    const fields = item.entries(['quantile', 'error']);
    fields.get('error')?.number();
    const q = fields.get('quantile')?.number() ?? NaN;
    if (!(q >= 0 && q <= 1)) item.fail('a quantile is a number from 0 to 1');
    return q;
  });
  entries?.get('buf_cap')?.number();
  return {
    ...(each !== undefined && each.length > 0 ? quantilesOf(each) : defaults),
    maxAgeMs: durationOf(entries?.get('max_age')) || defaults.maxAgeMs,
    ageBuckets: entries?.get('age_buckets')?.number() || defaults.ageBuckets,
  };
}

function durationOf(value: YamlValue | undefined): number {
  const text = value?.text() ?? '';
  if (text === '') return 0;
  const ms = parseGoDuration(text);
  if (ms === undefined) value?.fail(`${text}: not a duration`, 'write 90s, 1m30s or 500ms');
  return ms ?? 0;
}

function boundsOf(bounds: readonly number[]): Pick<HistogramOptions, 'bounds' | 'les'> {
  return { bounds: Float64Array.from(bounds), les: bounds.map(String) };
}

function quantilesOf(quantiles: readonly number[]): Pick<SummaryOptions, 'quantiles' | 'labels'> {
  return { quantiles, labels: quantiles.map(String) };
}
