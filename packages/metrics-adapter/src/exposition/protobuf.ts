// The protobuf exposition (io.prometheus.client.MetricFamily, each preceded by its length; field numbers from client_model's
// metrics.proto), the only one with native histograms. A family on shared pages is a whole message there; a large one has
// its metrics spread over its pages, and its head with the length of all goes before them. Pure.
import { Histogram, type NativeBuckets, ZERO_THRESHOLD } from '../series/histogram.ts';
import { labelPairs } from '../series/label-text.ts';
import type { Page, Segment } from '../series/layout.ts';
import { escapeName } from '../series/metric-name.ts';
import type { SeriesStore } from '../series/store.ts';
import type { Summary } from '../series/summary.ts';
import type { Format, PlainFamily } from './format.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

const TYPES = { counter: 0, gauge: 1, summary: 2, unknown: 3, histogram: 4 } as const;
const VALUE_FIELDS = { counter: 3, gauge: 2, unknown: 5 } as const;
const METRIC = 4;

const writer = new ProtobufWriter();

/** How a name is written: as it is, or with underscores for readers that take no UTF-8. */
type Naming = (name: string) => string;

function format(name: string, escaping: string, naming: Naming): Format {
  return {
    name,
    contentType: `application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited${escaping}`,
    page(page, store, nowMs) {
      page.staleAtMs = Infinity;
      for (const segment of page.segments) {
        if (page.shared)
          writer.delimited(() => {
            writeHead(segment.family, naming);
            writeMetrics(segment, page, store, nowMs, naming);
          });
        else writeMetrics(segment, page, store, nowMs, naming);
      }
      return writer.take();
    },
    plain(families) {
      for (const family of families) writer.delimited(() => writePlain(family));
      return writer.take();
    },
    head(family, bytes) {
      writeHead(family, naming);
      const head = writer.take();
      writer.varint(head.length + bytes);
      return Buffer.concat([writer.take(), head]);
    },
  };
}

export const protobuf = format('protobuf', '', escapeName);
export const protobufUtf8 = format('protobuf-utf8', '; escaping=allow-utf-8', (name) => name);

type Head = { readonly name: string; readonly help: string; readonly type: keyof typeof TYPES };

function writeHead({ name, help, type }: Head, naming: Naming): void {
  writer.stringField(1, naming(name));
  writer.stringField(2, help);
  writer.varintField(3, TYPES[type]);
}

function writePlain({ samples, ...family }: PlainFamily): void {
  writeHead(family, escapeName);
  for (const [labels, value] of samples)
    writer.messageField(METRIC, () => {
      for (const [name, text] of Object.entries(labels)) writeLabel(name, text);
      writer.messageField(VALUE_FIELDS[family.type], () => writer.doubleField(1, value));
    });
}

function writeMetrics(
  { family, ids }: Segment,
  page: Page,
  store: SeriesStore,
  nowMs: number,
  naming: Naming,
): void {
  for (const id of ids)
    writer.messageField(METRIC, () => {
      for (const [name, value] of labelPairs(store.texts[id]!)) writeLabel(naming(name), value);
      const observer = store.observers[id];
      const createdMs = store.createdMs[id]!;
      if (observer === undefined) {
        const { type } = family;
        if (type === 'histogram' || type === 'summary') return;
        writer.messageField(VALUE_FIELDS[type], () => {
          writer.doubleField(1, store.values[id]!);
          if (type === 'counter') writeTimestamp(3, createdMs);
        });
      } else if (observer instanceof Histogram)
        writer.messageField(7, () => writeHistogram(observer, createdMs));
      else {
        writer.messageField(4, () => writeSummary(observer, createdMs, nowMs));
        page.staleAtMs = Math.min(page.staleAtMs, nowMs + observer.sliceMs);
      }
    });
}

function writeLabel(name: string, value: string): void {
  writer.messageField(1, () => {
    writer.stringField(1, name);
    writer.stringField(2, value);
  });
}

function writeTimestamp(field: number, ms: number): void {
  writer.messageField(field, () => {
    writer.varintField(1, Math.floor(ms / 1000));
    writer.varintField(2, Math.floor(ms % 1000) * 1e6);
  });
}

function writeSummary(summary: Summary, createdMs: number, nowMs: number): void {
  writer.varintField(1, summary.count);
  writer.doubleField(2, summary.sum);
  for (const [i, value] of summary.quantiles(nowMs).entries())
    writer.messageField(3, () => {
      writer.doubleField(1, summary.options.quantiles[i]!);
      writer.doubleField(2, value);
    });
  writeTimestamp(4, createdMs);
}

function writeHistogram(histogram: Histogram, createdMs: number): void {
  const { counts, options, sum, count, native } = histogram;
  writer.varintField(1, count);
  writer.doubleField(2, sum);
  let seen = 0;
  for (let i = 0; i < options.bounds.length; i++) {
    seen += counts[i]!;
    const bound = options.bounds[i]!;
    const cumulated = seen;
    writer.messageField(3, () => {
      writer.varintField(1, cumulated);
      writer.doubleField(2, bound);
    });
  }
  if (native !== undefined) writeNative(native);
  writeTimestamp(15, createdMs);
}

function writeNative(native: NativeBuckets): void {
  writer.varint(5 * 8);
  writer.zigzag(native.schema);
  writer.doubleField(6, ZERO_THRESHOLD);
  writer.varintField(7, native.zeros);
  writeSparse(9, native.negative);
  writeSparse(12, native.positive);
  // What tells a native histogram without observations from a classic one: an empty span.
  if (native.positive.size + native.negative.size === 0 && native.zeros === 0)
    writer.messageField(12, () => {
      writer.varint(8);
      writer.zigzag(0);
      writer.varintField(2, 0);
    });
}

type Span = { readonly offset: number; length: number };

/** Runs of neighbouring buckets (field, BucketSpan) and the differences of their counts (field + 1). */
function writeSparse(field: number, buckets: ReadonlyMap<number, number>): void {
  if (buckets.size === 0) return;
  const spans: Span[] = [];
  const deltas: number[] = [];
  let next = 0;
  let before = 0;
  for (const [index, count] of [...buckets].toSorted((a, b) => a[0] - b[0])) {
    const span = spans.at(-1);
    if (span !== undefined && index === next) span.length++;
    else spans.push({ offset: index - next, length: 1 });
    deltas.push(count - before);
    before = count;
    next = index + 1;
  }
  for (const { offset, length } of spans)
    writer.messageField(field, () => {
      writer.varint(8);
      writer.zigzag(offset);
      writer.varintField(2, length);
    });
  writer.messageField(field + 1, () => deltas.forEach((delta) => writer.zigzag(delta)));
}
