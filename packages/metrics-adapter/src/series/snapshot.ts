// The series of a store as lines of JSON, and back: what a state file has in it. A line is one series with all that it takes
// to go on counting, but for the window of a summary's quantiles, which is short. What is polled is asked for again. Pure.
import { Histogram, type HistogramOptions } from './histogram.ts';
import { labelPairs } from './label-text.ts';
import type { SeriesStore, SeriesType, Wanted } from './store.ts';
import { Summary, type SummaryOptions } from './summary.ts';

/** A number, or the text of one that JSON has not. */
type Cell = number | string;

type HistogramLine = {
  readonly bounds: readonly number[];
  readonly factor: number;
  readonly maxBuckets: number;
  readonly counts: readonly number[];
  readonly native?: {
    readonly schema: number;
    readonly zeros: number;
    readonly positive: readonly (readonly [number, number])[];
    readonly negative: readonly (readonly [number, number])[];
  };
};

export type SeriesLine = {
  readonly name: string;
  readonly type: SeriesType;
  readonly help: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly ttlMs: number;
  readonly seenMs: number;
  readonly createdMs: number;
  /** Of a counter or gauge the value, of an observer the sum. */
  readonly value: Cell;
  readonly count?: number;
  readonly histogram?: HistogramLine;
  readonly summary?: SummaryOptions;
};

/** One line for each series, without newline. */
export function* snapshot(store: SeriesStore): Generator<string> {
  for (const id of store.ids()) {
    const line = lineOf(store, id);
    if (line !== undefined) yield JSON.stringify(line);
  }
}

function lineOf(store: SeriesStore, id: number): SeriesLine | undefined {
  const family = store.familyOf(id);
  if (family === undefined || family.source === 'polled') return undefined;
  const { name, type, help } = family;
  const observer = store.observers[id];
  return {
    name,
    type,
    help,
    labels: [...labelPairs(store.texts[id] ?? '')],
    ttlMs: store.ttlOf(id),
    seenMs: store.seenMs[id]!,
    createdMs: store.createdMs[id]!,
    value: cell(observer?.sum ?? store.values[id]!),
    ...(observer && { count: observer.count }),
    ...(observer instanceof Histogram && { histogram: histogramLine(observer) }),
    ...(observer instanceof Summary && { summary: observer.options }),
  };
}

const cell = (value: number): Cell => (Number.isFinite(value) ? value : String(value));

function histogramLine({ options, counts, native }: Histogram): HistogramLine {
  return {
    bounds: [...options.bounds],
    factor: options.nativeFactor,
    maxBuckets: options.nativeMaxBuckets,
    counts: [...counts],
    ...(native && {
      native: {
        schema: native.schema,
        zeros: native.zeros,
        positive: [...native.positive],
        negative: [...native.negative],
      },
    }),
  };
}

/** Puts the series of one line into the store, within its limits. @throws what JSON.parse throws, TypeError */
export function restoreLine(store: SeriesStore, text: string): void {
  const line: SeriesLine = JSON.parse(text);
  const { name, type, help, ttlMs, seenMs, createdMs, count = 0, histogram, summary } = line;
  const wanted: Wanted = {
    name,
    type,
    help,
    ttlMs,
    labels: new Map(line.labels),
    ...(histogram && { histogram: optionsOf(histogram) }),
    ...(summary && { summary }),
  };
  const id = store.restore(wanted, seenMs);
  if (id < 0) return;
  store.createdMs[id] = createdMs;
  const observer = store.observers[id];
  if (observer === undefined) {
    store.values[id] = Number(line.value);
    return;
  }
  observer.sum = Number(line.value);
  observer.count = count;
  if (observer instanceof Histogram && histogram !== undefined) fill(observer, histogram);
}

function optionsOf({ bounds, factor, maxBuckets }: HistogramLine): HistogramOptions {
  return {
    bounds: Float64Array.from(bounds),
    les: bounds.map(String),
    nativeFactor: factor,
    nativeMaxBuckets: maxBuckets,
  };
}

function fill({ counts, native }: Histogram, line: HistogramLine): void {
  counts.set(line.counts.slice(0, counts.length));
  if (native === undefined || line.native === undefined) return;
  native.schema = line.native.schema;
  native.zeros = line.native.zeros;
  native.positive = new Map(line.native.positive);
  native.negative = new Map(line.native.negative);
}
