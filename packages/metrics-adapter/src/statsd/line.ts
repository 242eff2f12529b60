// One line of StatsD with all its dialects -> samples: DogStatsD 1.0 to 1.6 sections (`#tags`, `@rate`, `c:` container, `T`
// timestamp, `e:` external data, `card:` cardinality), packed values, several samples in one line, tags in the name as
// InfluxDB, Librato and SignalFx write them. The slow path: what repeats is recognised by its bytes (ingest.ts) and
// does not come here. Where our reading is wider than statsd_exporter's, `compat` narrows it. Pure: text in, samples out.
import { type Counts, count } from './counts.ts';
import { escapeName } from '../series/metric-name.ts';

export type SampleType = 'counter' | 'gauge' | 'observer';
/** What becomes of a tag without a value: an error, or a label with this value. */
export type ValuelessTags = 'drop' | 'true';

export type Sample = {
  readonly type: SampleType;
  readonly value: number;
  /** A gauge with a sign: added to what is there. */
  readonly relative: boolean;
  /** How many observations this one stands for. */
  readonly weight: number;
  /** What the number on the line was divided by: 1000 (milliseconds), or a counter's rate. */
  readonly divisor: number;
  /** Of a set: what is counted; the sample is a gauge then. */
  readonly member?: string;
};

export type Line = {
  readonly name: string;
  readonly labels: Map<string, string>;
  readonly samples: readonly Sample[];
  /** Whether the same bytes but for the number mean the same but for the number. */
  readonly repeatable: boolean;
};

export type Dialect = {
  readonly dogstatsd: boolean;
  readonly influxdb: boolean;
  readonly librato: boolean;
  readonly signalfx: boolean;
  /** As narrow as statsd_exporter. */
  readonly compat: boolean;
  readonly containerIdLabel: boolean;
  readonly sets: boolean;
  readonly valuelessTags: ValuelessTags;
  /** Names of labels as they are sent. */
  readonly utf8: boolean;
};

/** What readTags() has to know of it. */
export type TagDialect = Pick<Dialect, 'valuelessTags' | 'utf8'>;

/** A rate below this is no sampling but an attack on whoever repeats samples; ours are weighted, yet stay integers. */
const MAX_WEIGHT = 1e9;

/** undefined: nothing on the line can be used; why not was counted. */
export function parseLine(text: string, dialect: Dialect, counts: Counts): Line | undefined {
  const colon = text.indexOf(':');
  if (colon <= 0) return refuse(counts, 'malformed_line');
  const labels = new Map<string, string>();
  const name = nameAndTags(text.slice(0, colon), labels, dialect, counts);
  const body = text.slice(colon + 1);
  const parts = body.split('|');
  const isDogStatsD = body.includes('|#') || (!dialect.compat && hasDogStatsDSection(parts));
  if (body.includes('|#') && labels.size > 0) return refuse(counts, 'mixed_tagging_styles');
  if (parts.length < 2) return refuse(counts, 'not_enough_parts_after_colon');
  const texts = samplesOf(body, parts, isDogStatsD, dialect.compat);
  if (texts === undefined) return refuse(counts, 'invalid_extended_aggregate_type');
  const samples: Sample[] = [];
  for (const each of texts) readSample(each, labels, samples, dialect, counts);
  const repeatable =
    texts.length === 1 && samples.length === 1 && samples[0]?.member === undefined && !body.includes('|T');
  return { name, labels, samples, repeatable };
}

function refuse(counts: Counts, reason: string): undefined {
  count(counts.sampleErrors, reason);
}

/** Sections that only DogStatsD has; in `1|c:2|ms` the colon parts samples, so a type never has one. */
function hasDogStatsDSection(parts: readonly string[]): boolean {
  return parts[1]?.includes(':') === false && parts.slice(2).some((part) => /^(c:|e:|card:|T\d)/.test(part));
}

/** The samples on a line: `1:2:3|ms|...` is three with the same rest; `1|c:2|ms` is two, but not beside DogStatsD tags. */
function samplesOf(
  body: string,
  [values = '', type = '']: readonly string[],
  isDogStatsD: boolean,
  compat: boolean,
): string[] | undefined {
  if (values.includes(':')) {
    if (!(compat ? /^(ms|h|d)$/ : /^(ms|h|d|c|g)$/).test(type)) return undefined;
    const rest = body.slice(values.length);
    return values.split(':').map((value) => value + rest);
  }
  return isDogStatsD ? [body] : body.split(':');
}

/** Go's strconv.ParseFloat; undefined for what is no number or too large for one. */
export function parseNumber(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return finite(Number(text));
  if (/\d_\d/.test(text)) return parseNumber(text.replaceAll(/(?<=\d)_(?=\d)/g, ''));
  const [all, sign, whole = '', fraction = '', exponent] = HEXADECIMAL.exec(text) ?? [];
  if (all !== undefined && whole + fraction !== '') {
    const digits = Number.parseInt(whole + fraction, 16);
    return finite((sign === '-' ? -digits : digits) * 2 ** (Number(exponent) - 4 * fraction.length));
  }
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^nan$/i.test(text) ? NaN : undefined;
}

const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/i;
const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

function readSample(
  text: string,
  labels: Map<string, string>,
  samples: Sample[],
  dialect: Dialect,
  counts: Counts,
): void {
  counts.samples++;
  const [valueText = '', type = '', ...sections] = text.split('|');
  const tooMany = dialect.compat && sections.length > 4;
  if (!text.includes('|') || tooMany) return refuse(counts, 'malformed_component');
  const isSet = type === 's' && dialect.sets;
  const value = isSet ? 0 : parseNumber(valueText);
  if (value === undefined) return refuse(counts, 'malformed_value');
  if (sections.includes('')) return refuse(counts, 'malformed_component');
  let rate = 1;
  for (const section of sections) {
    if (section.startsWith('@')) rate = combined(rate, readRate(section.slice(1), dialect, counts), type);
    else if (!readSection(section, labels, dialect, counts)) return;
  }
  if (labels.size > 0) counts.tags++;
  const relative = valueText.startsWith('+') || valueText.startsWith('-');
  const weight = Math.min(Math.trunc(1 / rate), MAX_WEIGHT);
  if (type === 'c') {
    samples.push({ type: 'counter', value: value / rate, relative: false, weight: 1, divisor: rate });
  } else if (isSet)
    samples.push({ type: 'gauge', value, relative: false, weight: 1, divisor: 1, member: valueText });
  else if (type === 'g') samples.push({ type: 'gauge', value, relative, weight: 1, divisor: 1 });
  else if (type === 'ms' || type === 'h' || type === 'd') {
    if (!(weight >= 1)) return;
    const divisor = type === 'ms' ? 1000 : 1;
    samples.push({ type: 'observer', value: value / divisor, relative: false, weight, divisor });
  } else refuse(counts, 'illegal_event');
}

/** A rate that is none counts as an error and as 1; 0 is 1, too. The exporter calculates with negative ones. */
function readRate(text: string, { compat }: Dialect, counts: Counts): number {
  const rate = parseNumber(text);
  if (rate !== undefined && (rate > 0 || (compat && rate !== 0))) return rate;
  if (rate !== 0) count(counts.sampleErrors, 'invalid_sample_factor');
  return 1;
}

/** Of several rates on a line all hold for a counter, the last one for an observer. */
const combined = (before: number, rate: number, type: string): number =>
  type === 'c' ? before * rate : rate;

/** @returns false when the sample cannot be used. */
function readSection(
  section: string,
  labels: Map<string, string>,
  dialect: Dialect,
  counts: Counts,
): boolean {
  if (section.startsWith('#')) {
    if (dialect.dogstatsd && section.length > 1) readTags(section.slice(1), ':', labels, counts, dialect);
    return true;
  }
  if (section.startsWith('c')) {
    if (section.startsWith('c:') && section.length > 2) {
      if (dialect.containerIdLabel) labels.set('container_id', section.slice(2));
      return true;
    }
    if (dialect.compat || !section.startsWith('card:')) {
      refuse(counts, 'malformed_container_id');
      return false;
    }
    return true;
  }
  if (section.startsWith('T') || (!dialect.compat && section.startsWith('e:'))) return true;
  refuse(counts, 'invalid_sample_factor');
  return false;
}

/** Tags within the name, in the style that comes first: SignalFx in brackets, Librato after `#`, InfluxDB after `,`. */
function nameAndTags(name: string, labels: Map<string, string>, dialect: Dialect, counts: Counts): string {
  if (dialect.signalfx) {
    const [open, close] = [name.indexOf('['), name.indexOf(']')];
    if (open >= 0 && close > open) {
      readTags(name.slice(open + 1, close), '=', labels, counts, dialect);
      return name.slice(0, open) + name.slice(close + 1);
    }
    if (open >= 0 || close >= 0) {
      counts.tagErrors++;
      return name;
    }
  }
  const marks = [dialect.librato ? name.indexOf('#') : -1, dialect.influxdb ? name.indexOf(',') : -1];
  const at = Math.min(...marks.map((mark) => (mark < 0 ? Infinity : mark)));
  if (at === Infinity) return name;
  readTags(name.slice(at + 1), '=', labels, counts, dialect);
  return name.slice(0, at);
}

/** `a:x,b:y` or `a=x,b=y`; a tag that cannot be used is counted. */
export function readTags(
  text: string,
  separator: string,
  labels: Map<string, string>,
  counts: Counts,
  { valuelessTags, utf8 }: TagDialect,
): void {
  if (text === '') return;
  // A comma after the last tag is none between tags.
  for (const tag of text.replace(/,$/, '').split(',')) {
    const bare = separator === ':' && tag.startsWith('#') ? tag.slice(1) : tag;
    const at = bare.indexOf(separator);
    const name = at < 0 ? bare : bare.slice(0, at);
    const label = utf8 ? name : escapeName(name);
    if (at < 0 && bare !== '' && separator === ':' && valuelessTags === 'true') labels.set(label, 'true');
    else if (at <= 0 || at === bare.length - 1) counts.tagErrors++;
    else labels.set(label, bare.slice(at + 1));
  }
}
