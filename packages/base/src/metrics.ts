// The only door to prom-client: an image declares a catalogue of rows once; its documentation is made from the
// rows, and at each scrape every row's `collect` reads plain numbers out of the running parts. Nothing is counted
// here: a labelled prom-client counter costs about 200 ns per event, a number field 1-3 ns. prom-client serves as
// registry and text encoder only, and is not loaded before the first scrape.
import { readFileSync, readdirSync } from 'node:fs';
import type { Metric } from 'prom-client';

export type Labels = Record<string, string>;
/** Ascending upper bounds with the count of observations at or below each; `+Inf` is added from `count`. */
export type HistogramValue = {
  buckets: Iterable<readonly [le: number, count: number]>;
  sum: number;
  count: number;
};
type Sample<Value> = Value | Iterable<readonly [Labels, Value]>;

type Row<Type, Source, Value> = {
  name: string;
  type: Type;
  help: string;
  labels?: readonly string[];
  /** Called at each scrape with what the image handed to registry(). */
  collect(source: Source): Sample<Value>;
};
export type MetricRow<Source = void> =
  | Row<'counter' | 'gauge', Source, number>
  | Row<'histogram', Source, HistogramValue>;
export type Catalogue<Source = void> = readonly MetricRow<Source>[];

export type Metrics = { readonly contentType: string; render(): Promise<string> };

/** Checks the rows (names, units, no row twice) and gives them back. @throws Error naming the row. */
export function defineMetrics<Source = void>(rows: Catalogue<Source>): Catalogue<Source> {
  const names = new Set<string>();
  for (const { name, type } of rows) {
    const wrong =
      !/^[a-z][a-z0-9_]*$/.test(name) || names.has(name) || (type === 'counter') !== name.endsWith('_total');
    if (wrong)
      throw new Error(`metric ${name}: a name is unique, snake_case, and ends in _total only for counters`);
    names.add(name);
  }
  return rows;
}

/** The rows of an image and of the process itself, ready to be scraped. */
export function registry<Source = void>(catalogue: Catalogue<Source>, source: Source): Metrics {
  const load = async () => {
    const { Registry } = await import('prom-client');
    const all = new Registry();
    const scraped = [
      ...processMetrics.map((row) => live(row, undefined)),
      ...catalogue.map((row) => live(row, source)),
    ];
    // Its type wants one of its own four classes; what it calls is get().
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    for (const metric of scraped) all.registerMetric(metric as Metric);
    return all;
  };
  let loaded: ReturnType<typeof load> | undefined;
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    render: async () => (await (loaded ??= load())).metrics(),
  };
}

/** prom-client asks a metric for nothing but get(): its values as they are at this moment. */
function live<Source>(row: MetricRow<Source>, source: Source): object {
  const { name, type, help } = row;
  const values = (): object[] =>
    row.type === 'histogram'
      ? cells(row.collect(source)).flatMap(([labels, value]) => histogramLines(name, labels, value))
      : cells(row.collect(source)).map(([labels, value]) => ({ labels, value }));
  return { name, get: () => ({ name, type, help, values: values() }) };
}

function cells<Value>(sample: Sample<Value>): (readonly [Labels, Value])[] {
  const labelled = typeof sample === 'object' && sample !== null && Symbol.iterator in sample;
  return labelled ? [...sample] : [[{}, sample]];
}

function histogramLines(name: string, labels: Labels, { buckets, sum, count }: HistogramValue): object[] {
  const bucket = (le: number | string, value: number): object => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le },
    value,
  });
  return [
    ...[...buckets].map(([le, value]) => bucket(le, value)),
    bucket('+Inf', count),
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}

const row = (type: 'counter' | 'gauge', name: string, help: string, collect: () => number): MetricRow => ({
  type,
  name,
  help,
  collect,
});
const startSeconds = Date.now() / 1000 - process.uptime();
const cpuSeconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;
const openFileLimit = (): number =>
  Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);

/**
 * Named as every Prometheus client names them. Not collectDefaultMetrics(): its event loop and GC hooks keep a timer of
 * 10 ms, measured idle 0.5 % of a core and 100 wake-ups a second; these cost nothing between scrapes.
 */
export const processMetrics = defineMetrics([
  row('counter', 'process_cpu_seconds_total', 'User and system CPU time spent.', () =>
    cpuSeconds(process.cpuUsage()),
  ),
  row('gauge', 'process_resident_memory_bytes', 'Resident memory size.', () => process.memoryUsage.rss()),
  row('gauge', 'process_open_fds', 'Open file descriptors.', () => readdirSync('/proc/self/fd').length),
  row('gauge', 'process_max_fds', 'Most file descriptors that may be open.', openFileLimit),
  row('gauge', 'process_start_time_seconds', 'Start of the process since the epoch.', () => startSeconds),
  row('gauge', 'nodejs_heap_used_bytes', 'JavaScript heap in use.', () => process.memoryUsage().heapUsed),
  row(
    'counter',
    'nodejs_eventloop_active_seconds_total',
    'Time the event loop was busy; a rate near 1 means that one core is the limit.',
    () => performance.eventLoopUtilization().active / 1e3,
  ),
]);
