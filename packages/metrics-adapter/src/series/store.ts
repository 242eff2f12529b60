// The series of all sources, for the sources that write and the exposition that reads: families by name, series by their
// text, one plain number each (counter, gauge) or an observer object (histogram, summary). HOT: a source keeps the id of
// a series and writes `values[id]`, `seenMs[id]`, `layout.pageOf[id].dirty` without a call.
// A family belongs to the source that opened it first; a name of another source is a conflict.
// Invariant: never more series than the limits allow. What is new beyond them is refused and counted; what is there stays.
// An id is used again after its series expired; its epoch then differs from the one a source remembers.
import { Histogram, type HistogramOptions } from './histogram.ts';
import { type Labels, hasQuotedNames, seriesText } from './label-text.ts';
import { Layout, type Segment } from './layout.ts';
import { Refusals } from './refusals.ts';
import { Summary, type SummaryOptions } from './summary.ts';

/** `unknown`: a plain number of which nothing else is known; text format 0.0.4 calls it untyped. */
export type SeriesType = 'counter' | 'gauge' | 'unknown' | 'histogram' | 'summary';

/** Who writes a family: what is received counts and is kept over a restart, what is polled is as its target says. */
export type Source = 'received' | 'polled';

export type Family = {
  readonly name: string;
  readonly type: SeriesType;
  readonly help: string;
  readonly source: Source;
  readonly segments: Segment[];
  size: number;
};

export type Limits = {
  readonly maxSeries: number;
  readonly maxSeriesPerMetric: number;
  /** In UTF-16 units; a longer value refuses the series. */
  readonly maxLabelLength: number;
};

/** What a source asks for. */
export type Wanted = {
  readonly name: string;
  readonly type: SeriesType;
  readonly help: string;
  readonly labels: Labels;
  readonly source?: Source;
  /** 0: never expires. */
  readonly ttlMs: number;
  readonly histogram?: HistogramOptions;
  readonly summary?: SummaryOptions;
};

/** Instead of an id: the name is taken by another type, or a limit is reached. */
export const CONFLICT = -1;
export const REFUSED = -2;

/** Names of families that went are remembered with their type, as dashboards and the peer expect; so many. */
const MAX_REMEMBERED = 10_000;
const FIRST_CAPACITY = 1024;

export class SeriesStore {
  readonly limits: Limits;
  readonly families = new Map<string, Family>();
  readonly layout = new Layout();
  readonly refusals = new Refusals();
  values = new Float64Array(FIRST_CAPACITY);
  seenMs = new Float64Array(FIRST_CAPACITY);
  createdMs = new Float64Array(FIRST_CAPACITY);
  epochs = new Uint32Array(FIRST_CAPACITY);
  #ttlMs = new Float64Array(FIRST_CAPACITY);
  readonly texts: string[] = [];
  readonly observers: (Histogram | Summary | undefined)[] = [];
  readonly #familyOf: (Family | undefined)[] = [];
  readonly #byText = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #remembered = new Map<string, SeriesType>();
  /** Series from a state file that no source has asked for yet. */
  readonly #restored = new Set<number>();
  readonly #reserved: ReadonlySet<string>;
  #next = 0;
  #mortal = 0;
  expired = 0;
  /** Some name is UTF-8: a reader that does not take them needs other texts. */
  hasUtf8 = false;

  /** `reserved`: names that no source may take, those of our own metrics. */
  constructor(limits: Limits, reserved: ReadonlySet<string> = new Set()) {
    this.limits = limits;
    this.#reserved = reserved;
  }

  get size(): number {
    return this.#byText.size;
  }

  /** The id of the series, made where there is none; or CONFLICT or REFUSED. */
  open(wanted: Wanted, nowMs: number): number {
    const family = this.families.get(wanted.name);
    if (family !== undefined && family.source !== (wanted.source ?? 'received')) return CONFLICT;
    if (family?.type !== wanted.type && this.#conflicts(wanted.name, wanted.type)) return CONFLICT;
    const text = seriesText(wanted.name, wanted.labels);
    const known = this.#byText.get(text);
    if (known !== undefined) return this.#restored.delete(known) ? this.#adopt(known, wanted) : known;
    const reason = this.#whyNot(wanted, family);
    if (reason !== undefined) {
      this.refusals.add(wanted.name, reason);
      return REFUSED;
    }
    return this.#create(wanted, family ?? this.#newFamily(wanted), text, nowMs);
  }

  /** As open(), for a series of an earlier life: the first source that asks for it decides its options. */
  restore(wanted: Wanted, seenMs: number): number {
    const id = this.open(wanted, seenMs);
    if (id >= 0) this.#restored.add(id);
    return id;
  }

  /** Rules may have changed since the state was saved: other buckets or quantiles begin anew. */
  #adopt(id: number, wanted: Wanted): number {
    const observer = this.observers[id];
    if (this.#ttlMs[id]! > 0 !== wanted.ttlMs > 0) this.#mortal += wanted.ttlMs > 0 ? 1 : -1;
    this.#ttlMs[id] = wanted.ttlMs;
    if (observer === undefined) return id;
    const before =
      observer instanceof Histogram ? { histogram: observer.options } : { summary: observer.options };
    if (shapeOf(wanted.type, before) !== shapeOf(wanted.type, wanted))
      this.observers[id] = observerOf(wanted);
    return id;
  }

  /** Of all series. */
  *ids(): Generator<number> {
    for (let id = 0; id < this.#next; id++) if (this.#familyOf[id] !== undefined) yield id;
  }

  /** 0: never expires. */
  ttlOf(id: number): number {
    return this.#ttlMs[id] ?? 0;
  }

  /** Of the series with this text (seriesText); undefined: there is none. */
  idOf(text: string): number | undefined {
    return this.#byText.get(text);
  }

  familyOf(id: number): Family | undefined {
    return this.#familyOf[id];
  }

  /** Removes what was not seen for its ttl, once a second. A scan of all is cheap enough that there are no lists by age. */
  expire(nowMs: number): void {
    if (this.#mortal === 0) return;
    for (let id = 0; id < this.#next; id++) {
      const ttlMs = this.#ttlMs[id]!;
      if (ttlMs <= 0 || nowMs - this.seenMs[id]! <= ttlMs) continue;
      const family = this.#familyOf[id];
      this.remove(id);
      this.expired++;
      if (family?.size === 0) this.#remember(family);
    }
  }

  /** For a source that knows when a series of its own is gone. */
  remove(id: number): void {
    const family = this.#familyOf[id];
    if (family === undefined) return;
    this.layout.remove(family, id);
    this.#byText.delete(this.texts[id] ?? '');
    this.texts[id] = '';
    this.observers[id] = undefined;
    this.#familyOf[id] = undefined;
    if (this.#ttlMs[id]! > 0) this.#mortal--;
    this.#ttlMs[id] = 0;
    this.epochs[id] = this.epochs[id]! + 1;
    this.#restored.delete(id);
    this.#free.push(id);
    if (--family.size === 0) this.families.delete(family.name);
  }

  #remember({ name, type }: Family): void {
    this.#remembered.set(name, type);
    if (this.#remembered.size > MAX_REMEMBERED)
      this.#remembered.delete(this.#remembered.keys().next().value ?? '');
  }

  #conflicts(name: string, type: SeriesType): boolean {
    if (this.#reserved.has(name)) return true;
    const taken = this.#typeOf(name);
    if (taken !== undefined) return taken !== type;
    const suffixes = suffixesOf(type);
    if (suffixes.some((suffix) => this.#typeOf(name + suffix) !== undefined)) return true;
    const [, base, suffix] = /^(.+)(_sum|_count|_bucket)$/.exec(name) ?? [];
    const owner = base === undefined ? undefined : this.#typeOf(base);
    return owner !== undefined && suffix !== undefined && suffixesOf(owner).includes(suffix);
  }

  #typeOf(name: string): SeriesType | undefined {
    return this.families.get(name)?.type ?? this.#remembered.get(name);
  }

  #whyNot({ labels }: Wanted, family: Family | undefined): string | undefined {
    const { maxSeries, maxSeriesPerMetric, maxLabelLength } = this.limits;
    if (this.size >= maxSeries) return 'max_series';
    if ((family?.size ?? 0) >= maxSeriesPerMetric) return 'max_series_per_metric';
    for (const value of labels.values()) if (value.length > maxLabelLength) return 'label_length';
    return undefined;
  }

  #newFamily({ name, type, help, source = 'received' }: Wanted): Family {
    const family: Family = { name, type, help, source, segments: [], size: 0 };
    this.families.set(name, family);
    this.#remembered.delete(name);
    return family;
  }

  #create(wanted: Wanted, family: Family, text: string, nowMs: number): number {
    const id = this.#free.pop() ?? this.#next++;
    if (id >= this.values.length) this.#grow();
    this.values[id] = 0;
    this.seenMs[id] = nowMs;
    this.createdMs[id] = nowMs;
    this.#ttlMs[id] = wanted.ttlMs;
    if (wanted.ttlMs > 0) this.#mortal++;
    this.texts[id] = text;
    this.observers[id] = observerOf(wanted);
    this.#familyOf[id] = family;
    this.hasUtf8 ||= hasQuotedNames(text);
    this.#byText.set(text, id);
    family.size++;
    this.layout.add(family, id);
    return id;
  }

  #grow(): void {
    const capacity = this.values.length * 2;
    const grown = (cells: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(capacity);
      larger.set(cells);
      return larger;
    };
    this.values = grown(this.values);
    this.seenMs = grown(this.seenMs);
    this.createdMs = grown(this.createdMs);
    this.#ttlMs = grown(this.#ttlMs);
    const epochs = new Uint32Array(capacity);
    epochs.set(this.epochs);
    this.epochs = epochs;
  }
}

/** What of its options makes an observer another one. */
function shapeOf(type: SeriesType, { histogram, summary }: Pick<Wanted, 'histogram' | 'summary'>): string {
  if (type === 'summary') return JSON.stringify(summary);
  return JSON.stringify([histogram?.les, histogram?.nativeFactor, histogram?.nativeMaxBuckets]);
}

/** Further names that a family of this type puts into the exposition. */
function suffixesOf(type: SeriesType): readonly string[] {
  if (type === 'histogram') return ['_sum', '_count', '_bucket'];
  return type === 'summary' ? ['_sum', '_count'] : [];
}

function observerOf({ type, histogram, summary }: Wanted): Histogram | Summary | undefined {
  if (type === 'histogram' && histogram !== undefined) return new Histogram(histogram);
  return type === 'summary' && summary !== undefined ? new Summary(summary) : undefined;
}
